/**
 * Adjoint: immutable shaped tensors and the transformations of functions of them.
 *
 * Values are tensors; programs are functions of them; `grad`, `vmap`, `jit` and their kin turn functions into functions.
 * Layers are in `./layers`, optimizers in `./optim`, data in `./data`, pictures and profiles in `./explain`.
 *
 * @module
 */
import { setBackend } from "./core/backend.ts";
import { wasmBackend } from "./core/backends/wasm/mod.ts";

setBackend(wasmBackend);

export * from "./core/errors.ts";
export {
  type DType,
  dtypes,
  type FloatOf,
  type Promote,
  promotionTable,
  type TypedArray,
  type Weak,
} from "./core/dtype.ts";
export { type Shape } from "./core/shape.ts";
export * from "./core/shape_types.ts";
export { type Element, type Nested, type NestedArray, type Spec, Tensor, type Value } from "./core/tensor.ts";
export * from "./core/ops/mod.ts";
export type { DTypeOf, Operand, ShapeOf } from "./core/ops/operands.ts";
export {
  bits,
  type FloatDType,
  foldIn,
  type Key,
  key,
  type Keys,
  type KeyTuple,
  type Parameter,
  type ParameterDType,
  type ParametersDType,
  type ParameterShape,
  split,
} from "./core/random/key.ts";
export {
  type IntDType,
  normal,
  randint,
  truncatedNormal,
  type TruncatedNormalOptions,
  uniform,
  type UniformOptions,
} from "./core/random/uniform.ts";
export {
  bernoulli,
  categorical,
  type CategoricalOptions,
  type DTypeOption,
  exponential,
  gumbel,
  laplace,
  logistic,
  poisson,
  type Resolution,
} from "./core/random/discrete.ts";
export { beta, dirichlet, gamma, type LastSize, type LeadingAxes } from "./core/random/gamma.ts";
export { choice, type ChoiceOptions, permutation, type PermutationOptions } from "./core/random/choice.ts";
export { type Eq, eqProgram, type Equation, type Program } from "./core/compiler/program.ts";
export { type Backend, referenceBackend, setBackend } from "./core/backend.ts";
export {
  clearCaches,
  type Configuration,
  configure,
  type MemoryStats,
  memoryStats,
  wasmBackend,
} from "./core/backends/wasm/mod.ts";
export {
  type ArgNums,
  grad,
  type GradientOf,
  type GradOptions,
  jvp,
  linearize,
  linearTranspose,
  type ScalarLoss,
  valueAndGrad,
  vjp,
} from "./core/transforms/grad.ts";
export { hessian, hvp, jacfwd, type JacobianOf, type JacobianOptions, jacrev } from "./core/transforms/jacobian.ts";
export {
  type AnyShape,
  type AxisSpec,
  type MappedArgs,
  type Stacked,
  vmap,
  type VmapOptions,
} from "./core/transforms/vmap.ts";
export { allGather, axisIndex, pmax, pmean, psum } from "./core/transforms/collectives.ts";
export { jit, type JitOptions } from "./core/transforms/jit.ts";
export { evalShape, makeProgram, type SpecsOf } from "./core/transforms/stage.ts";
export { customJvp, customVjp } from "./core/transforms/custom.ts";
export { checkNaN, checkpoint, debugPrint } from "./core/transforms/debug.ts";
export { forLoop, map, scan, type ScanOptions, type SliceOf, whileLoop } from "./core/control/loops.ts";
export { cond, switchCase } from "./core/control/cond.ts";
export { associativeScan, type AssociativeScanOptions } from "./core/control/associative_scan.ts";
/** Working with trees of tensors. */
export * as tree from "./core/tree_ops.ts";

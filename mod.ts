/**
 * Adjoint: immutable shaped tensors and the transformations of functions of them.
 *
 * Values are tensors; programs are functions of them; `grad`, `vmap`, `jit` and their kin turn functions into functions.
 * Layers are in `./layers`, optimizers in `./optim`, data in `./data`.
 *
 * @module
 */
import "./core/backends/default.ts";

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
export * from "./core/random/mod.ts";
export { type Eq, eqProgram, type Equation, type Program } from "./core/compiler/program.ts";
export { type Backend, referenceBackend, setBackend } from "./core/backend.ts";
export {
  clearCaches,
  type Configuration,
  configure,
  type MemoryStats,
  memoryStats,
} from "./core/backends/wasm/configure.ts";
export { wasmBackend } from "./core/backends/wasm/mod.ts";
export * from "./core/transforms/mod.ts";
export * from "./core/control/mod.ts";
/** Working with trees of tensors. */
export * as tree from "./core/tree_ops.ts";

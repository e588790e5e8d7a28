/** The transforms: functions of functions. */
export { checkpoint } from "./checkpoint.ts";
export { allGather, axisIndex, pmax, pmean, psum } from "./collectives.ts";
export { customJvp } from "./custom_jvp.ts";
export { customVjp } from "./custom_vjp.ts";
export { checkNaN, debugPrint } from "./debug.ts";
export { jvp, linearize, linearTranspose, vjp } from "./directional.ts";
export { type ArgNums, grad, type GradientOf, type GradOptions, type ScalarLoss, valueAndGrad } from "./grad.ts";
export { hessian, hvp, jacfwd, type JacobianOf, type JacobianOptions, jacrev } from "./jacobian.ts";
export { jit, type JitOptions } from "./jit.ts";
export { evalShape, makeProgram, type SpecsOf } from "./stage.ts";
export { type AnyShape, type AxisSpec, type MappedArgs, type Stacked, vmap, type VmapOptions } from "./vmap.ts";

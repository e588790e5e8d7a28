/**
 * Shapes in types: the rules of `shape.ts` as far as literals are known, silent where they are not.
 *
 * Each rule comes as a pair: `Rule<…>` is the shape that results, `RuleOk<…>` is `unknown` where the rule holds and a
 * {@linkcode Fail} where it does not. An operation intersects the argument at fault with the second,
 * `b: Tensor<B> & MatmulOk<A, B>`, so that the compiler points there and shows the message. Where a check fails,
 * `Rule<…>` gives `Shape`, so that one mistake is reported once.
 *
 * What is not known never blocks: `number` agrees with every size, `Shape` with every shape. Sizes are compared, never
 * computed with: what a rule would have to add or multiply is `number`.
 *
 * In a generic function a free size (`B` of `Tensor<readonly [B, 784]>`) stays itself through every rule, and a free
 * shape (`S` of `Tensor<S>`) through elementwise operations on itself; checks that cannot be decided pass. Free sizes
 * and shapes of the operations' own declarations are decided at each call.
 */
export {
  type Agree,
  type AxisOk,
  type Dim,
  dim,
  type Fail,
  type Join,
  type LiteralOk,
  type LiteralShape,
  type NormAxis,
  type Show,
  type SizeAt,
} from "./shape_types/dims.ts";
export type {
  Broadcast,
  Broadcast3,
  Broadcast3Ok,
  BroadcastOk,
  Concat,
  ConcatOk,
  ExpandDims,
  ExpandDimsOk,
  Flatten,
  Reduce,
  ReduceOk,
  Reshape,
  Squeeze,
  SqueezeOk,
  Stack,
  StackOk,
  SwapAxes,
  SwapAxesOk,
  Transpose,
  TransposeOk,
} from "./shape_types/shapes.ts";
export type { Einsum, EinsumOk, Matmul, MatmulOk } from "./shape_types/products.ts";

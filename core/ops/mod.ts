/** Every public operation. */
export * from "./arithmetic.ts";
export { addAt, at, type IndexTerm, maxAt, minAt, mulAt, setAt, type UpdateOp } from "./at.ts";
export type { Indexed, IndexedOk } from "../shape_types/shapes.ts";
export * from "./compare.ts";
export * from "./concat.ts";
export {
  arange,
  type ArrayDType,
  type Cast,
  cast,
  type Indices,
  type IndicesShape,
  linspace,
  type LiteralDType,
  logspace,
  type NestedLiteral,
  type RangeDType,
  stopGradient,
  tensor,
} from "./create.ts";
export * from "./cumulative.ts";
export * from "./dot.ts";
export {
  dotGeneral,
  type DotGeneralOp,
  type DotOptions,
  einsum,
  type PromoteAll,
  type ShapesOf,
  type Tensordot,
  tensordot,
  type TensordotAxes,
  type TensordotOp,
} from "./einsum.ts";
export * from "./exponential.ts";
export * from "./fill.ts";
export * from "./gather.ts";
export {
  cholesky,
  det,
  inv,
  type LeadOf,
  type Lu,
  lu,
  type MinOf,
  type Pinv,
  pinv,
  type Qr,
  qr,
  type QrOptions,
  type QrSize,
  type RankOptions,
  type Slogdet,
  slogdet,
} from "./linalg.ts";
export * from "./linalg_solve.ts";
export * from "./order_statistics.ts";
export {
  all,
  any,
  type AxesOption,
  countNonZero,
  max,
  mean,
  min,
  prod,
  type ReducedDType,
  type ReduceOp,
  type ReduceOptions,
  std,
  sum,
  type SumOf,
  variance,
  type VarianceOptions,
} from "./reduce.ts";
export * from "./reshape.ts";
export * from "./rounding.ts";
export {
  interp,
  type InterpOptions,
  type SearchOptions,
  type SearchSide,
  searchSorted,
  type SearchSortedOp,
} from "./search_sorted.ts";
export * from "./segment.ts";
export {
  type Bounds,
  dynamicSlice,
  type DynamicSliceOp,
  dynamicUpdateSlice,
  type DynamicUpdateSliceOp,
  type IndexRange,
  slice,
  type SliceOp,
  type Starts,
} from "./slice.ts";
export * from "./sort.ts";
export * from "./trigonometric.ts";
export * from "./windows.ts";

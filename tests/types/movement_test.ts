/** What the types of movement and indexing say of shapes and dtypes, and what they refuse. */
import { assertThrows } from "@std/assert";
import { pipe } from "fp-ts/lib/function.js";
import {
  at,
  broadcastTo,
  concat,
  type Dim,
  dim,
  dynamicSlice,
  expandDims,
  flatten,
  gather,
  moveAxis,
  pad,
  reshape,
  reverse,
  roll,
  scatterAdd,
  segmentMean,
  segmentSum,
  setAt,
  slice,
  splitAxis,
  squeeze,
  stack,
  swapAxes,
  take,
  takeAlongAxis,
  type Tensor,
  tensor,
  tile,
  transpose,
  unstack,
  zeros,
} from "../../mod.ts";

/** Holds when two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

const x = zeros([2, 3, 4]), i = tensor([0, 1], { dtype: "i32" });
type B = Dim<"batch">;
const batch = zeros([dim("batch", 5), 3]);

Deno.test("axes move in types as they do at run time", () => {
  const t = transpose(x), p = transpose(x, [1, -1, 0]), m = moveAxis(x, 0, -1), s = pipe(x, swapAxes(0, 2));
  same<typeof t.shape, readonly [4, 3, 2]>(true);
  same<typeof p.shape, readonly [3, 4, 2]>(true);
  same<typeof m.shape, readonly [3, 4, 2]>(true);
  same<typeof s.shape, readonly [4, 3, 2]>(true);
  const several = moveAxis(x, [0, 1], [1, 0]), back = moveAxis(batch, 0, 1);
  same<typeof several.shape, readonly [number, number, number]>(true);
  same<typeof back.shape, readonly [3, B]>(true);
  // @ts-expect-error transpose: [0,1] is not a permutation of the 3 axes
  assertThrows(() => transpose(x, [0, 1]), Error, "transpose: [0,1] is not a permutation of the 3 axes");
  // @ts-expect-error moveAxis: axis 3 is out of range for rank 3
  assertThrows(() => moveAxis(x, 3, 0), Error, "moveAxis: axis 3 is out of range for rank 3");
  // @ts-expect-error swapAxes: axis -4 is out of range for rank 3
  assertThrows(() => swapAxes(x, 0, -4), Error, "swapAxes: axis -4 is out of range for rank 3");
});

Deno.test("shapes that change are typed where literals tell", () => {
  const e = expandDims(x, -1), several = expandDims(x, [0, 1]), q = squeeze(zeros([1, 2, 1]));
  same<typeof e.shape, readonly [2, 3, 4, 1]>(true);
  same<typeof several.shape, readonly number[]>(true);
  same<typeof q.shape, readonly [2]>(true);
  const one = squeeze(zeros([1, 2, 1]), { axis: 0 }), f = flatten(x), b = broadcastTo(zeros([3, 1]), [2, 3, 4]);
  same<typeof one.shape, readonly [2, 1]>(true);
  same<typeof f.shape, readonly [number]>(true);
  same<typeof b.shape, readonly [2, 3, 4]>(true);
  const piped = pipe(x, reshape([6, 4]), expandDims(0));
  same<typeof piped.shape, readonly [1, 6, 4]>(true);
  // @ts-expect-error squeeze: axis 1 of 1×2×1 is not 1
  assertThrows(() => squeeze(zeros([1, 2, 1]), { axis: 1 }), Error, "squeeze: axis 1 of 1×2×1 is not 1");
  // @ts-expect-error expandDims: axis 4 is out of range for rank 4
  assertThrows(() => expandDims(x, 4), Error, "expandDims: axis 4 is out of range for rank 4");
  // @ts-expect-error broadcastTo: cannot broadcast 2×3×4 with 2×3×5
  assertThrows(() => broadcastTo(x, [2, 3, 5]), Error, "broadcastTo: cannot broadcast 2×3×4 with 2×3×5");
});

Deno.test("joined tensors agree in types, and meet in their dtype", () => {
  const c = concat([x, zeros([2, 1, 4], { dtype: "i32" })], { axis: 1 }), s = stack([i, i, i], { axis: -1 });
  same<typeof c, Tensor<readonly [2, number, 4], "f32">>(true);
  same<typeof s, Tensor<readonly [2, 3], "i32">>(true);
  const many: Tensor<readonly [3]>[] = [zeros([3])], m = stack(many);
  same<typeof m.dtype, "f32">(true);
  // @ts-expect-error concat: shapes 2×3×4 and 2×4×4 differ outside axis 0
  assertThrows(() => concat([x, zeros([2, 4, 4])]), Error, "concat: shapes 2×3×4 and 2×4×4 differ outside axis 0");
  // @ts-expect-error stack: shapes 2 and 3 differ
  assertThrows(() => stack([zeros([2]), zeros([3])]), Error, "stack: shapes 2 and 3 differ");
  // @ts-expect-error concat: needs at least one tensor
  assertThrows(() => concat([]), Error, "concat: needs at least one tensor");
});

Deno.test("parts come as tuples where their number is known", () => {
  const [a, b] = splitAxis(x, 2), [p, q, r] = unstack(x, { axis: 1 }), cut = splitAxis(x, [1], { axis: 2 });
  same<typeof a.shape, readonly [number, 3, 4]>(true);
  same<typeof b, typeof a>(true);
  same<typeof r.shape, readonly [2, 4]>(true);
  same<typeof p | typeof q, typeof r>(true);
  same<typeof cut, readonly Tensor<readonly [2, 3, number]>[]>(true);
  const rows = unstack(batch);
  same<typeof rows, readonly Tensor<readonly [3]>[]>(true);
  // @ts-expect-error unstack: axis 3 is out of range for rank 3
  assertThrows(() => unstack(x, { axis: 3 }), Error, "unstack: axis 3 is out of range for rank 3");
});

Deno.test("an index is typed term by term", () => {
  const a = at(x, 0, "1:3", "...", null), b = at(x, "...", -1), c = at(x, i), d = at(x, ":", [0, 1, 1, 2]);
  same<typeof a.shape, readonly [number, 4, 1]>(true);
  same<typeof b.shape, readonly [2, 3]>(true);
  same<typeof c.shape, readonly [2, 3, 4]>(true);
  same<typeof d.shape, readonly [2, 4, 4]>(true);
  const e = at(batch, "::-1", { start: 1 }), f = at(x, null, "...", null, 0), g = at(x, i, ":", 0), h = at(x);
  same<typeof e.shape, readonly [B, number]>(true);
  same<typeof f.shape, readonly [1, 2, 3, 1]>(true);
  same<typeof g.shape, readonly number[]>(true);
  same<typeof h.shape, readonly [2, 3, 4]>(true);
  // @ts-expect-error at: 4 indices for 2×3×4, which has 3 axes
  assertThrows(() => at(x, 0, 0, 0, 0), Error, "at: 4 indices for 2×3×4, which has 3 axes");
  // @ts-expect-error a term is one of the kinds that `at` lists
  assertThrows(() => at(x, "first"), Error, 'at: "first" is not a range');
});

Deno.test("indexing by tensors is typed where the axes tell", () => {
  const places = tensor([[0, 1], [1, 2], [0, 0]], { dtype: "i32" });
  const g = gather(x, places), t = take(x, i, { axis: 1 }), u = take(x, 3), v = pipe(x, take([0, 1, 0], { axis: -1 }));
  same<typeof g.shape, readonly [3, 4]>(true);
  same<typeof t.shape, readonly [2, 2, 4]>(true);
  same<typeof u.shape, readonly []>(true);
  same<typeof v.shape, readonly [2, 3, 3]>(true);
  const s = segmentSum(x, i, 5),
    m = segmentMean(zeros([2], { dtype: "i32" }), i, 5),
    d = dynamicSlice(x, [0, 0, 0], [1, 2, 3]);
  same<typeof s.shape, readonly [5, 3, 4]>(true);
  same<typeof m, Tensor<readonly [5], "f32">>(true);
  same<typeof d.shape, readonly [1, 2, 3]>(true);
  // @ts-expect-error take: axis 3 is out of range for rank 3
  assertThrows(() => take(x, i, { axis: 3 }), Error, "take: axis 3 is out of range for rank 3");
  const line = takeAlongAxis(x, zeros([2, 3, 1], { dtype: "i32" }));
  same<typeof line.shape, readonly [number, number, number]>(true);
});

Deno.test("what keeps the shape keeps its type", () => {
  const r = pipe(x, roll(1), reverse), s = setAt(x, [0], 1), a = scatterAdd(x, tensor([[0]], { dtype: "i32" }), 1);
  same<typeof r, typeof x>(true);
  same<typeof s, typeof x>(true);
  same<typeof a, typeof x>(true);
  const p = pad(x, 1), q = slice(x, [1]), t = tile(x, 2), u = tile(x, [2, 2, 2, 2]);
  same<typeof p.shape, readonly [number, number, number]>(true);
  same<typeof q.shape, readonly [number, number, number]>(true);
  same<typeof t.shape, readonly [number, number, number]>(true);
  same<typeof u.shape, readonly number[]>(true);
});

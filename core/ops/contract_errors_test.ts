import { bool, f32, i32 } from "../../tests/laws/values.ts";
import { AdjointError } from "../errors.ts";
import { trace } from "./cumulative.ts";
import { cross, dot, kron, matmul, outer, vdot } from "./dot.ts";
import { dotGeneral, einsum, tensordot } from "./einsum.ts";
import { assertThrows } from "@std/assert";

/** A wrong call and the whole message it gives. */
interface WrongCall {
  readonly call: () => unknown;
  readonly message: string;
}

// deno-lint-ignore no-explicit-any -- the compiler rejects most of these calls; untyped code makes them
type Untyped = any;

const x = f32([32, 128], 1), w = f32([100, 10], 2), v = f32([4], 3), s = f32([], [1]), t = bool([2, 2], 4);
const deep = f32([2, 3, 4], 5), [mm, es]: Untyped[] = [matmul, einsum];

/** Every operation of this family called wrongly. */
export const contractErrors: readonly WrongCall[] = [
  ...Object.entries({ matmul, dot, vdot, outer, kron, cross, tensordot, dotGeneral } as Record<string, Untyped>)
    .flatMap(([op, f]) => [
      {
        call: () => f(x, [[1]]),
        message: `${op}: expected a tensor as second operand, got an array; wrap it: tensor([…])`,
      },
      { call: () => f(2, x), message: `${op}: expected a tensor as first operand, got the number 2` },
      { call: () => f(t)(t), message: `${op}: takes numbers, not bool; cast one of the operands first` },
    ]),
  {
    call: () => mm(x, w),
    message: "matmul: inner sizes differ, 32×128 · 100×10; transpose one of them or check the layer widths",
  },
  {
    call: () => mm(v, x),
    message: "matmul: inner sizes differ, 4 · 32×128; transpose one of them or check the layer widths",
  },
  { call: () => mm(s, x), message: "matmul: a scalar has no axis to contract, scalar · 32×128; use mul" },
  {
    call: () => mm(deep, f32([5, 4, 1], 1)),
    message: "matmul: batch axes do not broadcast, 2×3×4 · 5×4×1; sizes before the last two must be equal or 1",
  },
  {
    call: () => (dot as Untyped)(x, w),
    message:
      "dot: inner sizes differ, 32×128 · 100×10; the last axis of the first meets the last but one of the second",
  },
  {
    call: () => (dot as Untyped)(x, v),
    message: "dot: inner sizes differ, 32×128 · 4; the last axis of the first meets the axis of the second",
  },
  {
    call: () => vdot(v, f32([2, 3], 1)),
    message: "vdot: 4 has 4 elements and 2×3 has 6; their numbers must be equal",
  },
  {
    call: () => cross(f32([2, 3], 1), f32([4, 3], 1)),
    message: "cross: cannot broadcast 2×3 with 4×3; sizes must be equal or 1, counted from the last axis",
  },
  { call: () => cross(v, v), message: "cross: 4 × 4 along axis -1; vectors must have 3 elements there" },
  {
    call: () => cross(f32([3], 1), f32([3], 1), { axis: 1 }),
    message: "cross: axis 1 is out of range for rank 1; use -1 to 0",
  },
  {
    call: () => tensordot(v, x, { axes: 2 }),
    message: "tensordot: cannot contract 2 axes of 4 · 32×128; use 0 to 1",
  },
  {
    call: () => tensordot(x, w, { axes: 1 }),
    message: "tensordot: sizes differ, axis 1 of 32×128 and axis 0 of 100×10; name axes of equal size in pairs",
  },
  {
    call: () => tensordot(x, w, { axes: [[0, 1], [0]] }),
    message: "tensordot: axes [0,1] and [0] of 32×128 · 100×10 are not as many; name them in pairs",
  },
  {
    call: () => tensordot(x, x, { axes: [[0, 0], [0, 1]] }),
    message: "tensordot: left axes [0,0] of 32×128 · 32×128 name the same axis twice",
  },
  {
    call: () => tensordot(x, w, { axes: [[2], [0]] }),
    message: "tensordot: axis 2 is out of range for rank 2; use -2 to 1",
  },
  {
    call: () => tensordot(x, w, { axes: [1] as Untyped }),
    message: "tensordot: axes are a number or a pair of lists, not [1]; write { axes: [[0], [1]] }",
  },
  {
    call: () => dotGeneral(x, w, { contract: [[1], [0]] }),
    message: "dotGeneral: 32×128 · 100×10: contracted axes 1 and 0 have sizes 128 and 100",
  },
  {
    call: () => dotGeneral(x, w, { contract: [[1], [2]] }),
    message: "dotGeneral: axis 2 is out of range for rank 2; use -2 to 1",
  },
  {
    call: () => dotGeneral(x, w, { contract: [1, 0] as Untyped }),
    message: "dotGeneral: contract is [1,0], not two lists of axes; write { contract: [[1], [0]] }",
  },
  { call: () => cross(v, "x" as Untyped), message: "cross: expected a tensor as second operand, got the string x" },
  {
    call: () => trace(x, { axes: [0] as Untyped }),
    message: "trace: axes are a pair, not [0]; write { axes: [0, 1] }",
  },
  { call: () => trace(x, { axes: 1 as Untyped }), message: "trace: axes are a pair, not 1; write { axes: [0, 1] }" },
  { call: () => trace(v as Untyped), message: "trace: 4 has no diagonal; use a tensor of rank 2 or more" },
  { call: () => trace(x, { axes: [0, -2] }), message: "trace: axes [0,-2] name the same axis twice" },
  {
    call: () => trace(x, { axes: [0, 2] as Untyped }),
    message: "trace: axis 2 is out of range for rank 2; use -2 to 1",
  },
  { call: () => trace(x, { offset: 0.5 }), message: "trace: offset 0.5 is not a whole number" },
  {
    call: () => trace([[1]] as Untyped),
    message: "trace: expected a tensor as argument, got an array; wrap it: tensor([…])",
  },
  {
    call: () => es(x, "ij->ji"),
    message: 'einsum: the expression comes first, as a string such as "ij,jk->ik"',
  },
  { call: () => es("ij,jk->ik", x, w), message: "einsum: j is both 128 and 100; the operands are 32×128, 100×10" },
  { call: () => es("ii", x), message: "einsum: i is both 32 and 128; the operands are 32×128" },
  {
    call: () => es("...i,...i", f32([2, 4], 1), f32([3, 4], 1)),
    message: "einsum: an axis of the ellipsis is both 2 and 3; the operands are 2×4, 3×4",
  },
  {
    call: () => es("ij->ij", deep),
    message: "einsum: ij does not fit the shape 2×3×4 of operand 0; it names 2 axes",
  },
  {
    call: () => es("ij...,ijk...->i", x, v),
    message: "einsum: ijk... does not fit the shape 4 of operand 1; it names 3 axes or more",
  },
  {
    call: () => es("ij,jk", x),
    message: 'einsum: fewer operands than the expression names; "ij,jk" has 2, given are 1',
  },
  {
    call: () => es("ij", x, x),
    message: 'einsum: more operands than the expression names; "ij" has 1, given are 2',
  },
  { call: () => es("ij->ii", x), message: "einsum: the output names i twice; name each axis once" },
  { call: () => es("ij->z", x), message: "einsum: the output names z, which no operand has" },
  {
    call: () => es("i1->i", x),
    message: 'einsum: "1" in "i1" has no meaning; write letters for axes, with commas between operands, "->" before ' +
      'the output and "..." for other axes',
  },
  { call: () => es("i->j->k", v), message: 'einsum: "i->j->k" has more than one "->"' },
  { call: () => es("i,i", v, 2), message: "einsum: expected a tensor as operand 1, got the number 2" },
  { call: () => es("ii", t), message: "einsum: takes numbers, not bool; cast one of the operands first" },
  {
    call: () => es("i,i", v, i32([5], 1)),
    message: "einsum: i is both 4 and 5; the operands are 4, 5",
  },
];

for (const { call, message } of contractErrors) {
  Deno.test(`a wrong call says: ${message}`, () => {
    const error = assertThrows(call, AdjointError);
    if (error.message !== message) throw new Error(`it says: ${error.message}`);
  });
}

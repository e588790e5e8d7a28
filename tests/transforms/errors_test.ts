/** Wrong uses of transforms and control flow, and exactly what each says. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  ArgumentError,
  checkpoint,
  cond,
  customJvp,
  customVjp,
  DTypeError,
  evalShape,
  forLoop,
  grad,
  hvp,
  jacfwd,
  jit,
  jvp,
  LeakedTracerError,
  less,
  linearTranspose,
  makeProgram,
  map,
  mul,
  neg,
  pmax,
  scan,
  ShapeError,
  sin,
  sum,
  switchCase,
  type Tensor,
  tensor,
  TransformError,
  tree,
  valueAndGrad,
  vjp,
  vmap,
  whileLoop,
  zeros,
} from "../../mod.ts";

type S = Tensor<readonly []>;
type V = Tensor<readonly [3]>;
// deno-lint-ignore no-explicit-any -- what is called wrongly is called without its types
type Any = any;
const one = tensor(1), v = tensor([1, 2, 3]), i = tensor([1, 2], { dtype: "i32" });
const square = (x: Any): Any => mul(x, x);

/** A tracer that outlived its transform. */
function leaked(): S {
  let kept: S = one;
  grad((x: S) => {
    kept = x;
    return mul(x, x);
  })(one);
  return kept;
}

const table: readonly (readonly [string, () => unknown, new (message?: string) => Error, string])[] = [
  [
    "a loss that is no scalar",
    () => grad(square)(v),
    TransformError,
    "grad: needs a scalar loss, but this one has shape 3; reduce it with sum or mean, or use jacrev",
  ],
  [
    "a loss that is no float",
    () => grad((x: Any) => sum(less(x, 0)) as Any)(v),
    DTypeError,
    "grad: needs a float loss, but this one is i32; cast it to f32",
  ],
  [
    "a loss that is no tensor",
    () => grad((() => 3) as Any)(v),
    TransformError,
    "grad: the function must return a scalar tensor, not number",
  ],
  [
    "a pair without hasAux",
    () => grad(((x: Any) => [sum(x), x]) as Any)(v),
    TransformError,
    "grad: the function must return a scalar tensor, not an array; to return more than the loss, set hasAux",
  ],
  [
    "hasAux without a pair",
    () => valueAndGrad(((x: Any) => sum(x)) as Any, { hasAux: true } as Any)(v),
    TransformError,
    "valueAndGrad: with hasAux the function must return [loss, aux]",
  ],
  [
    "integers to differentiate by",
    () => grad((x: Any) => sum(x) as Any)(i),
    DTypeError,
    "grad: argument 0 holds i32 values, which have no derivative; cast them to f32, or pass them in an argument not listed in argnums",
  ],
  [
    "a number to differentiate by",
    () => grad(square)({ lr: 0.1 }),
    ArgumentError,
    "grad: argument 0 holds the number 0.1; make it a tensor to differentiate by it",
  ],
  [
    "a class instance in a tree",
    () => grad(square)(new Map()),
    ArgumentError,
    "grad: a Map at the root is no tree; trees are plain objects, arrays and null, with tensors at the leaves",
  ],
  [
    "no argument",
    () => (grad(square) as Any)(),
    ArgumentError,
    "grad: called without arguments, so there is nothing to differentiate by",
  ],
  [
    "a position that is not there",
    () => grad(square, { argnums: 2 })(v),
    ShapeError,
    "grad: argnums: axis 2 is out of range for rank 1; use -1 to 0",
  ],
  ["no function", () => grad(v as Any), TransformError, "grad: expected a function, got a tensor"],
  [
    "an async function in grad",
    () => grad((async (x: Any) => await x) as Any)(one),
    TransformError,
    asynchronous("grad"),
  ],
  [
    "an async function in jit",
    () => jit(async (x: Any) => await x, { name: "step" })(one),
    TransformError,
    asynchronous("step"),
  ],
  ["an async function in vmap", () => vmap(async (x: Any) => await x)(v as Any), TransformError, asynchronous("vmap")],
  ["an async function in jvp", () => jvp(async (x: Any) => await x, [one], [one]), TransformError, asynchronous("jvp")],
  [
    "an async function in checkpoint",
    () => checkpoint(async (x: Any) => await x)(one),
    TransformError,
    asynchronous("checkpoint"),
  ],
  [
    "an async body in scan",
    () => scan((async (c: Any) => await [c, c]) as Any, one, v),
    TransformError,
    asynchronous("scan"),
  ],
  [
    "a host branch on a traced value",
    () => jit((x: S) => x.item() > 0 ? x : neg(x))(one),
    TransformError,
    "item: this value is traced by jit and has no elements yet; branch with where or cond instead of a host `if`, loop with scan, or make the argument static",
  ],
  [
    "reading a traced value",
    () => makeProgram((x: V) => x.toArray())(v),
    TransformError,
    "toArray: this value is traced by makeProgram and has no elements yet; branch with where or cond instead of a host `if`, loop with scan, or make the argument static",
  ],
  [
    "a host branch on one example",
    () => vmap((x: S) => x.item() > 0 ? x : neg(x))(v),
    TransformError,
    "item: this value is traced by vmap and has no elements yet; it differs from example to example: branch with where or cond instead of a host `if`",
  ],
  [
    "a leaked tracer",
    () => add(leaked(), 1),
    LeakedTracerError,
    "add: a traced value of shape scalar was used outside the transformation that made it; return it from the transformed function instead of storing it",
  ],
  [
    "a leaked tracer under jit",
    () => jit((x: S) => mul(x, leaked()))(one),
    LeakedTracerError,
    "mul: a traced value of shape scalar was used outside the transformation that made it; return it from the transformed function instead of storing it",
  ],
  [
    "examples of different sizes",
    () => vmap((x: Any, y: Any) => add(x, y) as Any)(v as Any, zeros([2]) as Any),
    ShapeError,
    "vmap: mapped sizes differ, 3 in argument 0 against 2 in argument 1 (shape 2, axis 0)",
  ],
  [
    "a scalar to map over",
    () => vmap(square)(one),
    ShapeError,
    "vmap: argument 0 holds a scalar, which has no axis to map over; use inAxes null for it",
  ],
  [
    "inAxes of another length",
    () => vmap(square, { inAxes: [0, 0] } as Any)(v),
    ArgumentError,
    "vmap: inAxes lists 2 arguments, but the call has 1",
  ],
  [
    "nothing mapped",
    () => vmap(square, { inAxes: [null] } as Any)(v),
    ArgumentError,
    "vmap: no argument is mapped; give one an axis in inAxes, or give axisSize",
  ],
  [
    "an axis that is not there",
    () => vmap(square, { inAxes: 3 } as Any)(v),
    ShapeError,
    "vmap: argument 0: axis 3 is out of range for rank 1; use -1 to 0",
  ],
  [
    "inAxes that leave a key out",
    () => vmap((p: Any) => p.a, { inAxes: [{ a: 0 }] } as Any)({ a: v, b: v } as Any),
    ArgumentError,
    'vmap: inAxes of argument 0 says nothing about "b"; give an axis or null for it',
  ],
  [
    "outAxes null for what is mapped",
    () => vmap(square, { outAxes: null } as Any)(v),
    ShapeError,
    "vmap: a result with outAxes null depends on the mapped axis; give it an axis, or reduce it",
  ],
  [
    "primals that are no array",
    () => jvp(square, one as Any, one as Any),
    ArgumentError,
    "jvp: primals and tangents are arrays of arguments; write jvp(f, [x], [dx])",
  ],
  [
    "tangents of another structure",
    () => jvp(square, [one], [[one]] as Any),
    ArgumentError,
    "jvp: primals and tangents differ in structure, [*] against [[*]]",
  ],
  [
    "tangents of another shape",
    () => jvp(square, [v], [one] as Any),
    ShapeError,
    "jvp: primals and tangents differ, f32 3 against f32 scalar; give each the shape and dtype of its counterpart",
  ],
  [
    "a cotangent of another shape",
    () => vjp(square, v)[1](one),
    ShapeError,
    "vjp: the result and its cotangent differ, f32 3 against f32 scalar; give each the shape and dtype of its counterpart",
  ],
  [
    "a transpose of what is not linear",
    () => linearTranspose((x: V) => sin(x), v)(v),
    TransformError,
    "sin: not linear, so it has no transpose and no reverse mode here",
  ],
  [
    "a Jacobian of integers",
    () => jacfwd((x: Any) => less(x, 0))(v),
    DTypeError,
    "jacfwd: a result is bool, which has no derivative; cast it to f32",
  ],
  [
    "a vector's product with a Hessian",
    () => hvp(square, [v], v),
    TransformError,
    "grad: needs a scalar loss, but this one has shape 3; reduce it with sum or mean, or use jacrev",
  ],
  [
    "shapes that do not fit, without computing",
    () => evalShape((x: Any) => add(x, zeros([2])) as Any, v),
    ShapeError,
    "add: cannot broadcast 3 with 2; sizes must be equal or 1, counted from the last axis",
  ],
  [
    "a function as a jitted argument",
    () => jit((f: Any, x: Any) => f(x), { name: "apply" })(square, v),
    ArgumentError,
    "apply: argument 0 holds a function, which is no tensor and no setting; list its position in jit's `static`",
  ],
  [
    "a product transposed by both factors",
    () => linearTranspose((x: V) => mul(x, x), v)(v),
    TransformError,
    "mul: not linear where more than one operand depends on the arguments, so it has no transpose here",
  ],
  [
    "a product transposed by both factors, jitted",
    () => linearTranspose(jit((x: V) => mul(x, x)), v)(v),
    TransformError,
    "mul: not linear where more than one operand depends on the arguments, so it has no transpose here",
  ],
  [
    "inAxes for a key that is not there",
    () => vmap((p: Any) => p.a, { inAxes: [{ a: 0, z: 0 }] } as Any)({ a: v } as Any),
    ArgumentError,
    'vmap: inAxes of argument 0 names "z", which is not there',
  ],
  [
    "outAxes for a result that is not there",
    () => vmap((x: Any) => [x], { outAxes: [0, 1] } as Any)(v as Any),
    ArgumentError,
    'vmap: outAxes names "1", which is not there',
  ],
  [
    "a static position from the end",
    () => jit(square, { static: [-1] }),
    ArgumentError,
    "jit: `static` lists -1; positions of arguments are whole numbers from 0",
  ],
  [
    "a typed array as a jitted argument",
    () => jit(square, { name: "square" })(new Float32Array(2)),
    ArgumentError,
    "square: argument 0 holds a Float32Array, which is no tensor and no setting; make it one: tensor(…)",
  ],
  [
    "integers to push forward",
    () => jvp(square, [i], [i]),
    DTypeError,
    "jvp: argument 0 holds i32 values, which have no derivative; cast them to f32, or close over them",
  ],
  [
    "an async body in forLoop",
    () => forLoop(0, 2, (async (_: Any, x: Any) => await x) as Any, one),
    TransformError,
    asynchronous("forLoop"),
  ],
  ["an async function in map", () => map(async (x: Any) => await x, v), TransformError, asynchronous("map")],
  [
    "a computed bound that is no integer",
    () => forLoop(0, one as Any, (_, x: Any) => x, one),
    ShapeError,
    "forLoop: a bound must be an i32 scalar, not f32[]",
  ],
  [
    "a carry of another structure in a loop of computed length",
    () => forLoop(0, tensor(3, { dtype: "i32" }), (_, x: Any) => [x] as Any, one as Any),
    ArgumentError,
    "forLoop: the carry changes structure, from [*, *] to [*, [*]]; return trees of one structure",
  ],
  [
    "a test that is a tree",
    () => whileLoop((x: Any) => [less(x, 1), less(x, 2)] as Any, (x: Any) => x, one),
    ArgumentError,
    "whileLoop: the test must return a bool scalar, not the tree [*, *]",
  ],
  [
    "truth values to take the largest of",
    () => vmap((x: Any) => pmax(less(x, 2) as Any, "i"), { axisName: "i" })(v as Any),
    DTypeError,
    "pmax: takes numbers, not bool; cast it first",
  ],
  [
    "a rule for forward mode with a result of another shape",
    () => grad(customJvp((x: Any) => x, ([x], [dx]) => [[x], [dx]]))(one),
    ArgumentError,
    "customJvp: the function and the result of its rule differ in structure, * against [*]",
  ],
  [
    "a rule for forward mode with a result of another dtype",
    () => grad(customJvp((x: Any) => x, () => [tensor(1, { dtype: "f64" }), one]))(one),
    ShapeError,
    "customJvp: the function and the result of its rule differ, f32 scalar against f64 scalar; give each the shape and dtype of its counterpart",
  ],
  [
    "a rule for reverse mode with a result of another shape",
    () => grad(customVjp((x: Any) => x, () => [v, null] as Any, (_, ct) => [ct]))(one),
    ShapeError,
    "customVjp: the function and the result of its forward rule differ, f32 scalar against f32 3; give each the shape and dtype of its counterpart",
  ],
  [
    "a rule for reverse mode with a cotangent of another dtype",
    () => grad(customVjp((x: Any) => x, (x: Any) => [x, null] as const, () => [tensor(1, { dtype: "f64" })]))(one),
    ArgumentError,
    "customVjp: the backward rule of the function gives a cotangent of dtype f64 for an argument of dtype f32; cast it",
  ],
  [
    "a custom rule that is none",
    () => customJvp(square, 3 as Any),
    TransformError,
    "customJvp: expected a function, got number",
  ],

  [
    "nothing to scan",
    () => scan((c: Any) => [c, c] as const, one, null),
    ArgumentError,
    "scan: nothing is scanned; give the number of steps as length",
  ],
  [
    "a scalar to scan",
    () => scan((c: Any) => [c, c] as const, one, one),
    ShapeError,
    "scan: a scalar has no axis to scan; pass it in the carry or close over it",
  ],
  [
    "lengths that differ",
    () => scan((c: Any) => [c, c] as const, one, [v, zeros([2])]),
    ShapeError,
    "scan: lengths differ, 3 against 2 (shape 2)",
  ],
  [
    "a body that returns no pair",
    () => scan(((c: Any) => c) as Any, one, v),
    ArgumentError,
    "scan: the body must return [new carry, result]",
  ],
  [
    "a carry of another shape",
    () => scan((c: Any) => [add(c, v), c] as Any, one as Any, v),
    ShapeError,
    "scan: the carry changes shape, from f32[] to f32[3]; they must be equal",
  ],
  [
    "a carry of another dtype",
    () => scan((c: Any) => [less(c, 0), c] as Any, one as Any, v),
    DTypeError,
    "scan: the carry changes dtype, from f32[] to bool[]; cast one of them",
  ],
  [
    "a carry of another structure",
    () => scan((c: Any) => [[c], c] as Any, one as Any, v),
    ArgumentError,
    "scan: the carry changes structure, from * to [*]; return trees of one structure",
  ],
  [
    "a fraction as a bound",
    () => forLoop(0, 1.5, (_, x: Any) => x, one),
    ArgumentError,
    "forLoop: bounds are whole numbers or i32 scalars, not 1.5",
  ],
  [
    "a test that is no truth value",
    () => whileLoop((x: Any) => x, (x: Any) => x, one),
    ShapeError,
    "whileLoop: the test must be a bool scalar, not f32[]",
  ],
  [
    "a test of many elements",
    () => whileLoop((x: Any) => less(x, 1) as Any, (x: Any) => x, v),
    ShapeError,
    "whileLoop: the test must be a bool scalar, not bool[3]",
  ],
  [
    "reverse mode of a whileLoop",
    () => grad((x: Any) => whileLoop((y: Any) => less(y, 9) as Any, (y: Any) => mul(y, x) as Any, x))(tensor(2)),
    TransformError,
    "whileLoop: reverse mode needs to know the number of steps; use forLoop with whole-number bounds or scan, or take jvp",
  ],
  [
    "a test of cond that is a number",
    () => cond(one as Any, () => one, () => one),
    ShapeError,
    "cond: the test must be a bool scalar, not f32[]",
  ],
  [
    "branches of different shapes",
    () => cond(true, () => one as Any, () => v),
    ShapeError,
    "cond: the branches' results differ in shape, from f32[3] to f32[]; they must be equal",
  ],
  [
    "branches of different structure",
    () => cond(true, () => [one] as Any, () => one),
    ArgumentError,
    "cond: the branches' results differ in structure, from * to [*]; return trees of one structure",
  ],
  ["no branches", () => switchCase(0, []), ArgumentError, "switchCase: no branches; give at least one function"],
  [
    "an index that is no integer",
    () => switchCase(one, [() => one]),
    ShapeError,
    "switchCase: the index must be an i32 scalar, not f32[]",
  ],
  [
    "a map over nothing",
    () => map((x: Any) => x, one),
    ShapeError,
    "map: a scalar has no axis to scan; pass it in the carry or close over it",
  ],
  [
    "trees that differ",
    () => tree.map((a) => a, { a: one }, { b: one }),
    ArgumentError,
    'tree.map: the trees differ in structure, {"a": *} against {"b": *}',
  ],
  [
    "a path that leads nowhere",
    () => tree.at({ a: [one] }, ["a", 3]).set(one),
    ArgumentError,
    "tree.at: no 3 at [a], which has 0",
  ],
];

function asynchronous(op: string): string {
  return `${op}: the function is async, and a transform sees only what runs before its first await; await the data outside and pass it in as an argument`;
}

for (const [name, call, type, message] of table) {
  Deno.test(`${name} is an error that says what to do`, () => {
    assertEquals(assertThrows(call, type).message, message);
  });
}

/** Programs called from within transforms: loops and jitted functions that meet named axes, effects and custom rules. */
import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  add,
  ArgumentError,
  axisIndex,
  checkNaN,
  cond,
  cos,
  customJvp,
  debugPrint,
  grad,
  hessian,
  jacfwd,
  jit,
  jvp,
  less,
  log,
  mul,
  NonFiniteError,
  psum,
  scan,
  sin,
  sub,
  type Tensor,
  tensor,
  TransformError,
  valueAndGrad,
  vmap,
  whileLoop,
} from "../../mod.ts";

type S = Tensor<readonly [], "f64">;
const s = (x: number): S => tensor(x, { dtype: "f64" });
const f64 = (xs: readonly number[]) => tensor(xs, { dtype: "f64" }) as never;
const over = (f: (x: S) => S) =>
  vmap(f, { axisName: "i" }) as unknown as (x: never) => Tensor<readonly [number], "f64">;

Deno.test("a collective meets its axis inside a call that is handed nothing mapped", () => {
  const x = f64([10, 20]), zero = tensor(0, { dtype: "i32" });
  assertEquals(over((v) => add(v, jit(() => axisIndex("i"))()) as S)(x).toArray(), [10, 21]);
  assertEquals(over((v) => add(v, cond(true, () => psum(s(1), "i"), () => s(0))))(x).toArray(), [12, 22]);
  const loop = () =>
    scan((c: typeof zero, _: null) => [add(c, axisIndex("i")), null] as const, zero, null, { length: 3 });
  assertEquals(over((v) => add(v, loop()[0]) as S)(x).toArray(), [10, 23]);
  assertEquals(over((v) => add(v, jit(() => jit(() => axisIndex("i"))())()) as S)(x).toArray(), [10, 21]);
  const counted = () => whileLoop((c: typeof zero) => less(c, 5), (c) => add(add(c, axisIndex("i")), 1), zero);
  assertEquals(over((v) => add(v, counted()) as S)(x).toArray(), [15, 26]);
});

Deno.test("a collective in a loop sums in every step, and its gradient too", () => {
  const f = (v: S): S => scan((c: S, _: null) => [mul(c, psum(v, "i")), null] as const, v, null, { length: 2 })[0];
  // v·S² with S the sum of all: the losses' sum is S³, so every slope is 3·S².
  assertEquals(over(f)(f64([1, 2])).toArray(), [9, 18]);
  assertEquals(over((v) => grad(f)(v))(f64([1, 2])).toArray(), [27, 27]);
  assertEquals(jit(over((v) => grad(f)(v)))(f64([1, 2])).toArray(), [27, 27]);
});

/** The lines printed meanwhile. */
function printed(f: () => unknown): string[] {
  const lines: string[] = [], log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    f();
  } finally {
    console.log = log;
  }
  return lines;
}

Deno.test("what is printed inside a call is printed, though nobody reads the call's results", () => {
  const inner = jit((y: S) => (debugPrint("inner {}", y), y));
  const f = jit((x: S): S => {
    inner(x);
    scan((c: S, _: null) => (debugPrint("step {}", c), [c, null] as const), x, null, { length: 2 });
    return mul(x, x);
  });
  const once = ["inner f64[] 3", "step f64[] 3", "step f64[] 3"];
  assertEquals(printed(() => f(s(3))), once);
  assertEquals(printed(() => grad(f)(s(3))), once);
  assertEquals(printed(() => jvp(f, [s(3)], [s(1)])), once);
  assertEquals(printed(() => vmap(f)(f64([1, 2]))).length, 3);
  assertEquals(printed(() => jit(grad(f))(s(3))), once);
});

Deno.test("a custom rule may call jitted functions, loops and jvp on its tangents", () => {
  const mixed = jit((x: S, dx: S) => [sin(x) as S, mul(cos(x), dx) as S] as const);
  const iterate = (x: S): S => scan((c: S, _: null) => [sin(c) as S, null] as const, x, null, { length: 3 })[0];
  const rules: readonly ((x: S) => S)[] = [
    customJvp((x: S): S => sin(x) as S, ([x], [dx]) => mixed(x, dx)),
    customJvp((x: S): S => sin(x) as S, ([x], [dx]) => jvp(jit((y: S): S => sin(y) as S), [x], [dx])),
  ];
  for (const f of rules) {
    const [y, dy] = valueAndGrad(f)(s(0.5));
    // The same two library calls.
    assertEquals([y.item(), dy.item()], [Math.sin(0.5), Math.cos(0.5)]);
    assertAlmostEquals(grad(grad(f))(s(0.5)).item(), -Math.sin(0.5), 1e-15);
    assertAlmostEquals(jit(grad(grad(grad(f))))(s(0.5)).item(), -Math.cos(0.5), 1e-15);
    assertEquals(vmap(grad(jit(f)))(f64([0.5, 0])).toArray() as unknown, [Math.cos(0.5), 1]);
  }
  const through = customJvp(iterate, ([x], [dx]) => jvp(iterate, [x], [dx]));
  assertEquals(valueAndGrad(through)(s(0.3)).map((v) => v.item()), valueAndGrad(iterate)(s(0.3)).map((v) => v.item()));
  const closing = customJvp((x: S): S => mul(x, 3), ([x], [dx]) => {
    const [d] = scan((c: S, _: null) => [add(c, dx), null] as const, s(0), null, { length: 3 });
    return [mul(x, 3), d];
  });
  assertEquals([grad(closing)(s(1)).item(), jit(grad(closing))(s(1)).item()], [3, 3]);
});

Deno.test("jacfwd and hessian go where forward mode goes, running the function once", () => {
  let runs = 0;
  const f = (p: { readonly x: S; readonly k: S }): S => {
    runs++;
    return whileLoop((c: S) => less(c, 100), (c) => mul(c, p.x), p.k);
  };
  // From 2 by tripling past 100: 2·3⁴ = 162, so ∂/∂x = 4·2·3³ and ∂/∂k = 3⁴.
  const J = jacfwd(f)({ x: s(3), k: s(2) });
  assertEquals([J.x.item(), J.k.item(), runs], [216, 81, 1]);
  const g = (v: Tensor<readonly [2], "f64">) => jacfwd((u: typeof v) => mul(u, mul(u, u)))(v);
  assertEquals(g(f64([1, 2])).toArray(), [[3, 0], [0, 12]]);
  const H = hessian((p: { readonly x: S; readonly y: S }) => mul(p.x, mul(p.x, p.y)))({ x: s(3), y: s(5) });
  assertEquals([H.x.x.item(), H.x.y.item(), H.y.x.item(), H.y.y.item()], [10, 6, 6, 0]);
});

Deno.test("symbols are settings by identity, registered ones by name", () => {
  let traces = 0;
  const f = jit((_: symbol, x: S) => (traces++, x), { static: [0] });
  const calls = [Symbol("a"), Symbol("a"), Symbol.for("a"), Symbol.for("a"), Symbol.for("Symbol(a)")];
  for (const k of calls) f(k, s(1));
  assertEquals(traces, 4);
});

Deno.test("an argument listed twice in argnums is an error", () => {
  const twice = () => grad((x: S) => mul(x, x), { argnums: [0, -1] })(s(3));
  assertEquals(assertThrows(twice, ArgumentError).message, "grad: argnums lists argument 0 twice");
});

Deno.test("checkNaN() sees through the transforms around it, and refuses to stand where there is nothing to see", () => {
  const f = checkNaN((x: S): S => log(sub(x, 2)) as S);
  const nan = "checkNaN: log gave NaN from f64";
  assertStringIncludes(assertThrows(() => grad(f)(s(1)), NonFiniteError).message, `${nan} scalar, at `);
  assertStringIncludes(assertThrows(() => jvp(f, [s(1)], [s(1)]), NonFiniteError).message, `${nan} scalar, at `);
  assertStringIncludes(assertThrows(() => vmap(f)(f64([3, 1])), NonFiniteError).message, `${nan} 2, at `);
  assertEquals(vmap(grad(f))(f64([3, 4])).toArray() as unknown, [1, 0.5]);
  assertEquals(
    assertThrows(() => jit(f)(s(3)), TransformError).message,
    "checkNaN: inside jit there are no elements to look at; put checkNaN outside, as in checkNaN(jit(f))",
  );
});

Deno.test("jit() keeps the programs of 256 kinds of call, the latest ones", () => {
  let traces = 0;
  const f = jit((x: S, k: number) => (traces++, mul(x, k)));
  for (let k = 0; k < 256; k++) f(s(1), k);
  f(s(1), 0); // used again: now number 1 is the oldest
  assertEquals(traces, 256);
  f(s(1), 256);
  assertEquals([f(s(1), 0).item(), traces], [0, 257]);
  assertEquals([f(s(1), 1).item(), traces], [1, 258]);
});

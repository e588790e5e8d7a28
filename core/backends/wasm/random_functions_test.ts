/** Random functions: the encoder's modules are valid and compute what their instructions mean. */
import { Func, type Local, type ValueType } from "./function.ts";
import { assemble } from "./module.ts";
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

type Scalar = number | bigint;
type Type = "i32" | "i64" | "f32" | "f64";

/** An instruction's operands, result and meaning. */
interface Meaning {
  readonly from: readonly Type[];
  readonly to: Type;
  readonly fn: (...xs: never[]) => Scalar;
}

const meanings: Readonly<Record<string, Meaning>> = {};
const define = (from: readonly Type[], to: Type, fns: Readonly<Record<string, Meaning["fn"]>>): void => {
  for (const [name, fn] of Object.entries(fns)) (meanings as Record<string, Meaning>)[name] = { from, to, fn };
};
const both = (t: Type): readonly Type[] => [t, t];
type N = (a: number, b: number) => number;
type B = (a: bigint, b: bigint) => Scalar;

define(both("i32"), "i32", {
  "i32.add": ((a, b) => (a + b) | 0) as N,
  "i32.sub": ((a, b) => (a - b) | 0) as N,
  "i32.mul": Math.imul as N,
  "i32.and": ((a, b) => a & b) as N,
  "i32.or": ((a, b) => a | b) as N,
  "i32.xor": ((a, b) => a ^ b) as N,
  "i32.shl": ((a, b) => a << b) as N,
  "i32.shr_s": ((a, b) => a >> b) as N,
  "i32.shr_u": ((a, b) => (a >>> b) | 0) as N,
  "i32.rotl": ((a, b) => (b & 31) === 0 ? a : (a << b) | (a >>> (32 - (b & 31)))) as N,
  "i32.lt_s": ((a, b) => +(a < b)) as N,
  "i32.lt_u": ((a, b) => +(a >>> 0 < b >>> 0)) as N,
  "i32.ge_s": ((a, b) => +(a >= b)) as N,
  "i32.gt_u": ((a, b) => +(a >>> 0 > b >>> 0)) as N,
  "i32.eq": ((a, b) => +(a === b)) as N,
  "i32.ne": ((a, b) => +(a !== b)) as N,
});
define(["i32"], "i32", { "i32.eqz": ((a: number) => +(a === 0)) as never, "i32.clz": Math.clz32 as never });
define(both("i64"), "i64", {
  "i64.add": ((a, b) => a + b) as B,
  "i64.sub": ((a, b) => a - b) as B,
  "i64.mul": ((a, b) => a * b) as B,
  "i64.and": ((a, b) => a & b) as B,
  "i64.or": ((a, b) => a | b) as B,
  "i64.xor": ((a, b) => a ^ b) as B,
  "i64.shl": ((a, b) => a << (b & 63n)) as B,
  "i64.shr_s": ((a, b) => a >> (b & 63n)) as B,
});
define(both("i64"), "i32", { "i64.lt_s": ((a, b) => +(a < b)) as B, "i64.eq": ((a, b) => +(a === b)) as B });
for (const t of ["f32", "f64"] as const) {
  define(both(t), t, {
    [`${t}.add`]: ((a, b) => a + b) as N,
    [`${t}.sub`]: ((a, b) => a - b) as N,
    [`${t}.mul`]: ((a, b) => a * b) as N,
    [`${t}.div`]: ((a, b) => a / b) as N,
    [`${t}.min`]: Math.min as N,
    [`${t}.max`]: Math.max as N,
  });
  define([t], t, {
    [`${t}.abs`]: Math.abs as never,
    [`${t}.neg`]: ((a: number) => -a) as never,
    [`${t}.floor`]: Math.floor as never,
    [`${t}.ceil`]: Math.ceil as never,
    [`${t}.trunc`]: Math.trunc as never,
    [`${t}.sqrt`]: Math.sqrt as never,
  });
  define(both(t), "i32", {
    [`${t}.lt`]: ((a, b) => +(a < b)) as N,
    [`${t}.le`]: ((a, b) => +(a <= b)) as N,
    [`${t}.eq`]: ((a, b) => +(a === b)) as N,
    [`${t}.ne`]: ((a, b) => +(a !== b)) as N,
  });
  define(["i32"], t, {
    [`${t}.convert_i32_s`]: ((a: number) => a) as never,
    [`${t}.convert_i32_u`]: ((a: number) => a >>> 0) as never,
  });
  define([t], "i32", {
    [`i32.trunc_sat_${t}_s`]: ((a: number) =>
      a !== a ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, a)) | 0) as never,
    [`i32.trunc_sat_${t}_u`]: ((a: number) => a !== a ? 0 : Math.max(0, Math.min(2 ** 32 - 1, a)) | 0) as never,
  });
}
define(["f32"], "f64", { "f64.promote_f32": ((a: number) => a) as never });
define(["f64"], "f32", { "f32.demote_f64": ((a: number) => a) as never });
define(["i64"], "i32", { "i32.wrap_i64": ((a: bigint) => Number(BigInt.asIntN(32, a))) as never });
define(["i32"], "i64", {
  "i64.extend_i32_s": ((a: number) => BigInt(a)) as never,
  "i64.extend_i32_u": ((a: number) => BigInt(a >>> 0)) as never,
});

/** A value as a type holds it. */
const held = (t: Type, x: Scalar): Scalar =>
  t === "i64"
    ? BigInt.asIntN(64, BigInt(x))
    : t === "i32"
    ? Number(x) | 0
    : t === "f32"
    ? Math.fround(Number(x))
    : Number(x);

const constants: Readonly<Record<Type, readonly Scalar[]>> = {
  i32: [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 20, 2 ** 27, -(2 ** 27) - 1, 2 ** 31 - 1, -(2 ** 31)],
  i64: [0n, 1n, -1n, 63n, 64n, -65n, 2n ** 31n, -(2n ** 31n) - 1n, 2n ** 56n, 2n ** 63n - 1n, -(2n ** 63n)],
  f32: [0, -0, 1, -1.5, Infinity, -Infinity, NaN, 2 ** -149, 16777217, 3e38],
  f64: [0, -0, 1, -1.5, Infinity, -Infinity, NaN, 5e-324, 2 ** 53 + 2, 1e308],
};
const vectors: Readonly<Record<Type, string>> = { i32: "i32x4", i64: "i64x2", f32: "f32x4", f64: "f64x2" };

/** Code for a random expression, written to `f`; returns its value. */
function expression(f: Func, t: Type, depth: number, next: (n: number) => number, kept: [Local, Scalar][]): Scalar {
  const known = kept.filter(([l]) => l.type === t), kind = next(10);
  const inner = (type: Type): Scalar => expression(f, type, depth - 1, next, kept);
  if (depth <= 0 || kind < 2) {
    if (known.length > 0 && next(2) === 0) {
      const [l, x] = known[next(known.length)]!;
      f.get(l);
      return x;
    }
    const x = held(t, constants[t][next(constants[t].length)]!);
    if (kind % 2 === 0) {
      // The same by way of a vector constant.
      if (t === "i64") f.i64x2(x as bigint).lane("i64x2.extract_lane", 1);
      else f[vectors[t] as "f32x4"](x as number).lane(`${vectors[t]}.extract_lane`, 1);
    } else if (t === "i64") f.i64(x as bigint);
    else f[t](x as number);
    return x;
  }
  if (kind === 2) {
    const l = f.local(t), x = inner(t);
    f.tee(l);
    kept.push([l, x]);
    return x;
  }
  if (kind === 3) {
    const test = inner("i32") as number, result: Scalar[] = [], before = kept.length;
    const side = (): void => {
      result.push(inner(t));
      kept.length = before;
    };
    f.if(side, side, t);
    return result[test !== 0 ? 0 : 1]!;
  }
  if (kind === 4) {
    const yes = inner(t), no = inner(t), test = inner("i32") as number;
    f.op("select");
    return test !== 0 ? yes : no;
  }
  const names = Object.keys(meanings).filter((n) => meanings[n]!.to === t), name = names[next(names.length)]!;
  const { from, fn } = meanings[name]!, args = from.map(inner);
  f.op(name);
  return held(t, fn(...args as never[]));
}

/** The exports of a module of these functions, over one page of memory. */
function exportsOf(functions: readonly Func[]): Record<string, (...xs: Scalar[]) => Scalar> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const bytes = assemble({ imports: [], functions, table: [], memory: { initial: 1, maximum: 1, shared: false } });
  assertEquals(WebAssembly.validate(bytes), true);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } }).exports as never;
}

Deno.test("random functions are valid and compute what their instructions mean", () => {
  const numbers = fc.noBias(fc.array(fc.nat(2 ** 16), { minLength: 60, maxLength: 60 }));
  fc.assert(fc.property(fc.array(numbers, { minLength: 1, maxLength: 5 }), (lists) => {
    const expected: Scalar[] = [];
    const functions = lists.map((list, i) => {
      let at = 0;
      const next = (n: number): number => (list[at++ % list.length]! + at) % n,
        t = (["i32", "i64", "f32", "f64"] as const)[next(4)]!;
      const f = new Func(`f${i}`, ["i32", "f64"], [t]);
      expected.push(expression(f, t, 6, next, [[f.args[0]!, -5], [f.args[1]!, 0.75]]));
      return f;
    });
    const exports = exportsOf(functions);
    assertEquals(functions.map((f) => exports[f.name!]!(-5, 0.75)), expected);
  }));
});

Deno.test("offsets of every length are encoded: those beyond the memory trap", () => {
  for (
    const offset of [
      0,
      127,
      128,
      16383,
      16384,
      65532,
      65533,
      65536,
      2 ** 21,
      2 ** 28,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32 - 8,
    ]
  ) {
    const types: readonly (readonly [string, ValueType])[] = [["i32", "i32"], ["f64", "f64"], ["v128", "v128"]];
    const f = types.map(([t, type]) => {
      const g = new Func(t, [], ["i32"]), l = g.local(type);
      g.i32(0).memory(`${t}.load`, offset).set(l);
      return g.i32(0).get(l).memory(`${t}.store`, offset).i32(7);
    });
    const exports = exportsOf(f);
    [4, 8, 16].forEach((bytes, i) => {
      const call = (): Scalar => exports[types[i]![0]]!();
      if (offset + bytes <= 65536) assertEquals(call(), 7);
      else assertThrows(call, WebAssembly.RuntimeError, "out of bounds");
    });
  }
});

Deno.test("functions of many locals, calls and bytes are encoded", () => {
  const functions = Array.from({ length: 300 }, (_, i) => {
    const f = new Func(`f${i}`, ["i32"], ["i32"]), locals = Array.from({ length: 200 }, () => f.local("i32"));
    f.get(f.args[0]!).set(locals[0]!);
    for (let k = 1; k < locals.length; k++) f.get(locals[k - 1]!).i32(k * 4099 * (i + 1)).op("i32.add").set(locals[k]!);
    return f.get(locals.at(-1)!);
  });
  for (let i = 1; i < functions.length; i++) functions[i]!.call(functions[i - 1]!);
  const exports = exportsOf(functions);
  let expected = 0;
  for (let i = functions.length - 1; i >= 0; i--) {
    for (let k = 1; k < 200; k++) expected = (expected + k * 4099 * (i + 1)) | 0;
  }
  assertEquals(exports["f299"]!(0), expected);
});

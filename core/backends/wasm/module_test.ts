import { Func } from "./function.ts";
import { instruction } from "./instructions.ts";
import { assemble, Imported } from "./module.ts";
import { assertEquals, assertThrows } from "@std/assert";

const memory = { initial: 1, maximum: 1, shared: false };

/** Exports of a module of those functions. */
function instantiate(functions: readonly Func[], imports: readonly Imported[] = [], host: object = {}) {
  const bytes = assemble({ imports, functions, table: [], memory });
  assertEquals(WebAssembly.validate(bytes), true);
  const store = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { ...host, memory: store } });
  return { store, call: (name: string, ...args: number[]) => (exports[name] as (...a: number[]) => number)(...args) };
}

Deno.test("assemble() makes modules whose functions call each other and the host", () => {
  const twice = new Imported("twice", ["f64"], ["f64"]);
  const inner = new Func(null, ["f64"], ["f64"]);
  inner.get(inner.args[0]!).call(twice).f64(1).op("f64.add");
  const outer = new Func("outer", ["f64"], ["f64"]);
  outer.get(outer.args[0]!).call(inner).call(inner);
  assertEquals(instantiate([outer, inner], [twice], { twice: (x: number) => 2 * x }).call("outer", 5), 23);
});

Deno.test("a function loops, branches and stores", () => {
  const f = new Func("f", ["i32", "i32"]);
  const [n, at] = f.args as [typeof f.args[0], typeof f.args[0]], i = f.local("i32");
  f.while(i, () => f.get(n!), 1, () => {
    f.get(at!).get(i).i32(2).op("i32.shl", "i32.add");
    f.get(i).i32(1).op("i32.and").if(() => f.i32(-1), () => f.get(i), "i32");
    f.memory("i32.store", 8);
  });
  const { store, call } = instantiate([f]);
  call("f", 5, 16);
  assertEquals([...new Int32Array(store.buffer, 24, 6)], [0, -1, 2, -1, 4, 0]);
});

Deno.test("vector constants are the numbers asked for, in loops and after given-back locals", () => {
  const f = new Func("f", []), i = f.local("i32"), v = f.local("v128");
  f.free(v);
  f.while(i, () => f.i32(48), 16, () => {
    f.get(i).f32x4(Math.fround(0.1)).i32x4(-7).op("i32x4.add").i32x4(7).op("i32x4.add").memory("v128.store");
  });
  f.i32(64).f64x2(-0.1).memory("v128.store");
  const { store, call } = instantiate([f]);
  call("f");
  assertEquals([...new Float32Array(store.buffer, 0, 12)], new Array(12).fill(Math.fround(0.1)));
  assertEquals([...new Float64Array(store.buffer, 64, 2)], [-0.1, -0.1]);
});

Deno.test("integers of every length are encoded", () => {
  for (const n of [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)]) {
    const f = new Func("f", [], ["i32"]), g = new Func("g", [], ["i64"]);
    f.i32(n);
    g.i64(BigInt(n) * 4294967297n);
    const { call } = instantiate([f, g]);
    assertEquals([call("f"), call("g") as unknown], [n, BigInt.asIntN(64, BigInt(n) * 4294967297n)]);
  }
});

Deno.test("instruction() names what WebAssembly lacks", () => {
  assertThrows(() => instruction("f32x4.fma"), Error, "WebAssembly has no instruction f32x4.fma");
});

import { add, cast, exp, floor, mul, relu, reshape, sum, take, zeros } from "../ops/mod.ts";
import type { Tensor } from "../tensor.ts";
import { makeProgram } from "../transforms/stage.ts";
import { fuse } from "./fuse.ts";
import { lowerProgram } from "./graph.ts";
import type { Expr } from "./kernel.ts";
import { assertEquals } from "@std/assert";

function show(e: Expr): string {
  switch (e.kind) {
    case "constant":
      return String(e.value);
    case "index":
      return `i${e.axis}`;
    case "load":
      return `b${e.input}[${e.at.map(show)}]`;
    case "apply":
      return `${e.name}(${e.args.map(show)})`;
    case "select":
      return `(${show(e.test)} ? ${show(e.yes)} : ${show(e.no)})`;
  }
}

/** The walks of a function: their loops and results. */
const walks = (f: (...xs: never[]) => unknown, ...args: readonly unknown[]): string[] =>
  fuse(lowerProgram(makeProgram(f)(...args as never[]))).nodes.map((n) =>
    n.kind === "nest" ? `${[...n.domain, ...n.reduce]}: ${n.results.map((r) => show(r.body)).join("; ")}` : n.kind
  );

Deno.test("walks over one domain are one, though one of them alone would have fewer loops", () => {
  const f = (x: Tensor, b: Tensor) => {
    const y = add(x, b);
    return [y, relu(y)];
  };
  assertEquals(walks(f, zeros([2, 3]), zeros([3])), [
    "2,3: add(b1[add(i1,mul(i0,3))],b0[i1]); relu(add(b1[add(i1,mul(i0,3))],b0[i1]))",
  ]);
});

Deno.test("walks whose domains differ in axes of one element are one", () => {
  const f = (x: Tensor) => {
    const y = exp(x);
    return [y, mul(reshape(y, [4, 1]), 2)];
  };
  assertEquals(walks(f, zeros([4])), ["4: exp(b0[i0]); mul(exp(b0[i0]),2)"]);
});

Deno.test("walks that read another place of a result stay after it", () => {
  const f = (x: Tensor) => {
    const y = exp(x);
    return [y, sum(y)];
  };
  assertEquals(walks(f, zeros([4])), ["4: exp(b0[i0])", "4: b1[i0]"]);
});

Deno.test("an address made in the same walk is not read back from memory", () => {
  const f = (x: Tensor, table: Tensor) => {
    const i = cast(floor(exp(x)), "i32");
    return [i, take(table, i as never)];
  };
  const [walk, ...others] = walks(f, zeros([4]), zeros([9]));
  assertEquals(others, []);
  assertEquals([...new Set(walk!.match(/b\d/g))].length, 2);
});

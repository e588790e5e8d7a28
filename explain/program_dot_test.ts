import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  add,
  checkpoint,
  cond,
  jit,
  less,
  makeProgram,
  matmul,
  mul,
  ones,
  scan,
  sin,
  sum,
  tanh,
  type Tensor,
  whileLoop,
  zeros,
} from "../mod.ts";
import { programToDot } from "./program_dot.ts";

const body = (dot: string): string[] => dot.split("\n").slice(4, -1);
const matching = (dot: string, pattern: RegExp): number => body(dot).filter((line) => pattern.test(line)).length;

const recurrent = (w: Tensor<readonly [3, 3]>) => (h: Tensor<readonly [3]>, xs: Tensor<readonly [5, 3]>) =>
  scan(
    (h: Tensor<readonly [3]>, x: Tensor<readonly [3]>) => {
      const next = tanh(add(matmul(h, w), x)) as Tensor<readonly [3]>;
      return [next, sum(next)] as const;
    },
    h,
    xs,
  );

Deno.test("programToDot() draws inputs, captured values, constants, equations and outputs each in their own way", () => {
  const c = ones([2]), f = (x: Tensor<readonly [2]>) => add(mul(x, c), 3);
  assertEquals(
    programToDot(makeProgram(f)(zeros([2])), { title: "x·c + 3" }),
    `digraph {
  graph [rankdir=TB nodesep=0.2 ranksep=0.3 fontname="Helvetica" fontsize=11 label="x·c + 3" labelloc=t fontcolor="#222222"]
  node [fontname="Helvetica" fontsize=10 fontcolor="#222222" color="#888888" height=0.3 margin="0.1,0.04"]
  edge [fontname="Helvetica" fontsize=8 color="#666666" arrowsize=0.6]
  n0 [label="a:f32[2]" shape=oval style="filled,dashed" fillcolor="#eef4fd"]
  n1 [label="b:f32[2]" shape=oval style=filled fillcolor="#dbe9fb"]
  n2 [label="mul\\nc:f32[2]" shape=box style="filled,rounded" fillcolor="#ffffff"]
  n3 [label="3" shape=plaintext fontsize=8 fontcolor="#777777" width=0 height=0.15 margin="0.02,0.01"]
  n4 [label="broadcast\\ne:f32[2]" shape=box style="filled,rounded" fillcolor="#ffffff"]
  n5 [label="add\\nf:f32[2]" shape=box style="filled,rounded" fillcolor="#ffffff"]
  n6 [label="f32[2]" shape=oval peripheries=2 style=filled fillcolor="#dcf3df"]
  n1 -> n2
  n0 -> n2
  n3 -> n4
  n2 -> n5
  n4 -> n5
  n5 -> n6
}`,
  );
});

Deno.test("programToDot() draws a value that an equation takes twice with one edge", () => {
  assertEquals(matching(programToDot(makeProgram((x: Tensor) => mul(x, x))(zeros([2]))), /n0 -> n1/), 1);
});

Deno.test("programToDot() frames the body of a scan, with its carry going back up", () => {
  const dot = programToDot(makeProgram(recurrent(ones([3, 3])))(zeros([3]), zeros([5, 3])));
  assertEquals(matching(dot, /subgraph/), 1);
  assertEquals(matching(dot, /label="scan, 5 steps"/), 1);
  assertEquals(matching(dot, /constraint=false/), 1);
  assertEquals(matching(dot, /label="scan\\nd:f32\[3\]\\ne:f32\[5\]"/), 1);
});

Deno.test("programToDot() frames both programs of a while loop, and every branch of a choice", () => {
  const loop = (x: Tensor<readonly [3]>) => whileLoop((y) => less(sum(y), 10), (y) => add(y, 1), x);
  const dot = programToDot(makeProgram(loop)(zeros([3])));
  assertEquals([matching(dot, /subgraph/), matching(dot, /label="(while|do|whileLoop)"/)], [3, 3]);
  const choice = (x: Tensor<readonly [3]>) => cond(less(sum(x), 0), (y) => tanh(y), (y) => sin(y), x);
  const chosen = programToDot(makeProgram(choice)(zeros([3])));
  assertEquals([matching(chosen, /subgraph/), matching(chosen, /label="branch [01]"/)], [3, 2]);
});

Deno.test("programToDot() frames calls under their names, and loops within loops", () => {
  const twice = jit(function twice(x: Tensor<readonly [3]>) {
    return add(x, x);
  });
  assertEquals(matching(programToDot(makeProgram(twice)(zeros([3]))), /label="jit twice"/), 1);
  const again = checkpoint((x: Tensor<readonly [3]>) => recurrent(ones([3, 3]))(x, zeros([5, 3]))[0]);
  assertEquals(matching(programToDot(makeProgram(again)(zeros([3]))), /subgraph/), 2);
});

Deno.test("programToDot() names every node once and draws edges between nodes only", () => {
  fc.assert(fc.property(fc.array(fc.nat(3), { maxLength: 20 }), (choices) => {
    const f = (x: Tensor<readonly [3]>) =>
      choices.reduce((y, c): Tensor<readonly [3]> =>
        [
          () => mul(y, x),
          () => tanh(y),
          () => recurrent(ones([3, 3]))(y, zeros([5, 3]))[0],
          () => cond(less(sum(y), 0), (z) => tanh(z), (z) => sin(z), y),
        ][c]!() as Tensor<readonly [3]>, x);
    const lines = body(programToDot(makeProgram(f)(zeros([3]))));
    const nodes = lines.flatMap((line) => /^ *(n\d+) \[/.exec(line)?.[1] ?? []);
    const ends = lines.flatMap((line) => /^ *(n\d+) -> (n\d+)/.exec(line)?.slice(1) ?? []);
    assertEquals(new Set(nodes).size, nodes.length);
    assertEquals(ends.filter((n) => !nodes.includes(n)), []);
    assertEquals(lines.filter((l) => l.endsWith("{")).length, lines.filter((l) => l.trim() === "}").length);
  }));
});

Deno.test("programToDot() takes a title literally, whatever it holds", () => {
  const program = makeProgram((x: Tensor) => x)(zeros([]));
  const label = (title: string) => /label=("(?:[^"\\]|\\.)*") labelloc/.exec(programToDot(program, { title }))?.[1];
  assertEquals(label('a "b" \\N & &lt;\n\0c'), String.raw`"a \"b\" \\N &amp; &amp;lt;\n c"`);
  assertEquals(label(""), '""');
  fc.assert(fc.property(fc.string({ unit: "binary" }), (title) => {
    assertEquals(programToDot(program, { title }).split("\n").length, 8);
  }));
});

Deno.test("programToDot() flows down or to the right, and nowhere else", () => {
  const program = makeProgram((x: Tensor) => x)(zeros([]));
  assertEquals(programToDot(program, { direction: "right" }).includes("rankdir=LR"), true);
  const wrong = { direction: "up" } as unknown as { direction: "down" };
  assertThrows(
    () => programToDot(program, wrong),
    Error,
    'programToDot: direction is up; it must be "down" or "right"',
  );
});

import { add, exp, makeProgram, mul, neg, type Shape, sin, sub, tanh, type Tensor, zeros } from "../../mod.ts";
import type { Program } from "../compiler/program.ts";
import { linearizeProgram } from "./derived.ts";
import { assertEquals } from "@std/assert";

type X = Tensor<Shape, "f32">;

const program = (f: (...xs: X[]) => unknown, ...shapes: Shape[]): Program =>
  makeProgram(f)(...shapes.map((s) => zeros(s) as X));
const op = (p: Program): string[] => p.equations.map((e) => e.prim.name);

Deno.test("linearizeProgram() keeps what costs least to write and read, and computes the rest again", () => {
  // Of exp(x) all else that is needed can be made, and with less work than of x.
  const fast = linearizeProgram(program((x) => tanh(mul(exp(x), 2)), [9]), [true]);
  assertEquals([fast.fromInputs, fast.forward.outputs.length], [[], 2]);
  assertEquals(op(fast.linear).filter((name) => name === "exp" || name === "tanh"), ["tanh"]);
  // sin() and cos() cost more than keeping what they gave.
  const slow = linearizeProgram(program((x) => tanh(sin(x)), [9]), [true]);
  assertEquals([slow.fromInputs, slow.forward.outputs.length], [[], 3]);
  assertEquals(op(slow.linear).filter((name) => name === "sin" || name === "cos"), []);
  // Small values, of which with y large ones are made.
  const small = linearizeProgram(program((x, y) => mul(exp(add(sin(x), y)), y), [5, 1], [5, 7]), [true, false]);
  assertEquals(small.forward.outputs.slice(1).map((v) => v.shape), [[5, 1], [5, 1]]);
});

Deno.test("linearizeProgram() keeps what its prices make cheap", () => {
  const kept = (price: number) => {
    const prices = (input: number, bytes: number) => input < 0 ? bytes : price * bytes;
    const { fromInputs, forward } = linearizeProgram(program((x) => exp(exp(x)), [9]), [true], [], prices);
    return [fromInputs, forward.outputs.length - 1];
  };
  assertEquals([kept(0), kept(1)], [[[0], 0], [[], 1]]);
});

Deno.test("linearizeProgram() goes through programs of any length", () => {
  const steps: readonly ((y: X) => X)[] = [
    (y) => sub(mul(y, y), y) as X,
    (y) => neg(sin(y)) as X,
    (y) => exp(neg(y)) as X,
  ];
  for (const step of steps) {
    const p = program((x) => {
      let y = x;
      for (let i = 0; i < 10000; i++) y = step(y);
      return y;
    }, [3]);
    assertEquals(linearizeProgram(p, [true]).mask, [true]);
  }
});

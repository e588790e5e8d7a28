/** A net of fifty layers and more, as a user writes it: nested pipes and `repeat`. `deno check` of this file is its cost. */
import { assertEquals } from "@std/assert";
import { flow, pipe } from "fp-ts/lib/function.js";
import { key, ones } from "../../mod.ts";
import { act, dense, dropout, input, type Linear, type ParamsOf, relu, repeat, residual } from "../../layers/mod.ts";

const block = flow(dense(32), act(relu), dropout(0.1));
const tower = flow(block, block, block, block, block);
const net = pipe(
  pipe(input([784]), dense(256), act(relu), dense(128), act(relu), dense(64), act(relu), tower, tower),
  repeat(8, (x) => pipe(x, dense(32), act(relu))),
  residual((x) => pipe(x, dense(64), act(relu), dense(32))),
  dense(31),
  act(relu),
  dense(30),
  act(relu),
  dense(29),
  act(relu),
  dense(28),
  act(relu),
  dense(10),
);

Deno.test("a net of more than fifty layers is typed from its input to its output", () => {
  type P = ParamsOf<typeof net>;
  const { params, state } = net.init(key(0));
  const first: Linear<784, 256> = params[0], thirteenth: Linear<32, 32> = params[12];
  const blocks: P[13] = params[13], tail: Linear<28, 10> = params[19];
  const [y] = net.apply(params, state, ones([2, 784]), { mode: "eval" });
  const shape: readonly [2, 10] = y.shape;
  assertEquals([first.w.shape[1], thirteenth.w.shape[0], blocks.length, blocks[0]![0].b.shape, tail.w.shape, shape], [
    256,
    32,
    8,
    [32],
    [28, 10],
    [2, 10],
  ]);
});

Deno.test("the types of a deep net catch what does not fit", () => {
  const { params, state } = net.init(key(0));
  // @ts-expect-error 783 inputs where 784 are taken
  const wrong = () => net.apply(params, state, ones([2, 783]), { mode: "eval" });
  // @ts-expect-error there are twenty entries
  const beyond = () => params[20];
  assertEquals([typeof wrong, typeof beyond], ["function", "function"]);
});

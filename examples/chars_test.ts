/** The examples that write, on a text of their own. */
import { assert, assertEquals } from "@std/assert";
import { key, tree } from "@adjoint/adjoint";
import * as chars from "./chars.ts";
import * as gpt from "./gpt.ts";

const text = "the cat sat on the mat and the dog sat on the log. ".repeat(60);
const { symbols, encode, decode, train, test } = chars.partsOf(text);
const bits = (p: unknown) => tree.leaves(p).map((l) => l.dataSync());

Deno.test("the recurrent network learns a text by heart, the same to the last bit for the same seed, and writes on", () => {
  const settings = { steps: 80, units: 32, batch: 8, length: 16, rate: 0.03, seed: 0 };
  const params = chars.train(train, symbols, settings, () => {});
  const loss = chars.lossOver(params, test, 4, 16);
  assert(loss < 0.5 && loss > 0, `${loss}`);
  assertEquals(bits(chars.train(train, symbols, settings, () => {})), bits(params));
  const written = decode(chars.sample(params, encode("the cat"), 40, key(0), 0.1));
  assertEquals(written.length, 40);
  assert(written.includes(" the "), written);
});

Deno.test("the transformer learns a text by heart, and writes with its cache beyond its block", () => {
  const settings = { steps: 150, layers: 1, heads: 2, width: 32, block: 16, batch: 16, rate: 0.01, seed: 0 };
  const params = gpt.train(train, symbols, settings, () => {});
  const loss = gpt.lossOver(params, 2, test, 2);
  assert(loss < 0.6 && loss > 0, `${loss}`);
  const prompt = [...encode("the cat").dataSync()] as number[];
  const written = decode(gpt.sample(params, 2, prompt, 40, key(0), 0.1));
  assertEquals([written.length, written.slice(0, 7)], [47, "the cat"]);
  assert(written.slice(7).includes(" the "), written);
});

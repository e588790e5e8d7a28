/** The convolutional example on made-up digits: the real ones need its package (examples/deno.json). */
import { assert, assertEquals } from "@std/assert";
import { tensor, tree } from "@adjoint/adjoint";
import { accuracyOf, cnn, predict, train } from "./cnn.ts";

/** `count` images, each class a bright bar at a height of its own. */
function bars(count: number) {
  const images = new Uint8Array(count * 784), labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const label = i % 10, row = 3 + 2 * label;
    labels[i] = label;
    images.fill(255 - i % 50, i * 784 + row * 28 + 4, i * 784 + row * 28 + 24);
  }
  return { images: tensor(images, { shape: [count, 28, 28, 1] }), labels: tensor(labels, { shape: [count] }) };
}

Deno.test("train() of the convolutional network learns, the same to the last bit for the same seed", () => {
  const data = bars(100), settings = { epochs: 6, batch: 20, rate: 0.003, seed: 1 };
  const losses: number[] = [];
  const params = train(data, settings, (r) => losses.push(r.loss)), again = train(data, settings, () => {});
  assertEquals(losses.length, 30);
  assert(losses.at(-1)! < losses[0]! / 3, `${losses.at(-1)}`);
  assert(accuracyOf(predict(params, data.images, 30), data.labels.dataSync()) > 0.9);
  const bits = (p: typeof params) => tree.leaves(p).map((l) => l.dataSync());
  assertEquals(bits(again), bits(params));
});

Deno.test("parse() of the convolutional example says what is wrong", () => {
  const o = cnn.parse(["--epochs", "2", "--seed=3"]);
  assert(typeof o !== "string");
  assertEquals([o.epochs, o.batch, o.rate, o.seed], [2, 64, 0.002, 3]);
  for (const args of [["--epochs", "0"], ["--rate", "x"], ["--what"]]) {
    const said = cnn.parse(args);
    assert(typeof said === "string" && said.startsWith("cnn: "), String(said));
  }
});

/** The example of clothes, on made-up pictures: the real ones need their files. */
import { assert, assertEquals } from "@std/assert";
import { cast, tensor, tree } from "@adjoint/adjoint";
import type { LabelledImages } from "@adjoint/adjoint/data";
import { evaluate, train } from "./fashion.ts";

/** `count` pictures, each class a bright bar of a thickness of its own. */
function bars(count: number): LabelledImages {
  const images = new Uint8Array(count * 784), labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = i % 4;
    images.fill(255 - i % 50, i * 784 + 28 * 6, i * 784 + 28 * (8 + 4 * labels[i]!));
  }
  return {
    images: cast(tensor(images, { shape: [count, 28, 28, 1] }), "u8") as LabelledImages["images"],
    labels: tensor(labels) as LabelledImages["labels"],
  };
}

Deno.test("train() of the network for clothes learns, the same to the last bit for the same seed", () => {
  const data = bars(64), settings = { epochs: 6, batch: 16, rate: 0.003, seed: 1 };
  let epochs = 0;
  const model = train(data, settings, () => epochs++), again = train(data, settings, () => {});
  assertEquals(epochs, 6);
  const { right, taken } = evaluate(model, data, 40);
  assertEquals(taken.flat().reduce((a, b) => a + b, 0), 64);
  assert(right > 0.9, `${right}`);
  const bits = (m: typeof model) => tree.leaves([m.params, m.state]).map((l) => l.dataSync());
  assertEquals(bits(again), bits(model));
});

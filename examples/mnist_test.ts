/** The MNIST example on made-up digits: the real ones need its package (examples/deno.json). */
import { assert, assertEquals } from "@std/assert";
import { decodeSafetensors, encodeSafetensors, orThrow, treeFromTensors, treeToTensors } from "@adjoint/adjoint/data";
import { accuracyOf, examplesOf, mnist, net, train } from "./mnist.ts";
import { key, tensor } from "@adjoint/adjoint";

/** `count` images, each class a bright block at a place of its own, dimmed by a few levels from image to image. */
function blocks(count: number) {
  const images = new Uint8Array(count * 784), labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const label = i % 10;
    labels[i] = label;
    images.fill(255 - i % 50, i * 784 + label * 70, i * 784 + label * 70 + 60);
  }
  return { images: tensor(images, { shape: [count, 28, 28, 1] }), labels: tensor(labels, { shape: [count] }) };
}

Deno.test("train() learns, the same to the last bit for the same seed, and its parameters survive a file", () => {
  const data = examplesOf(blocks(200)), settings = { epochs: 5, batch: 20, rate: 0.01, seed: 1 };
  const steps: number[] = [];
  const params = train(data, settings, (r) => steps.push(r.loss)), again = train(data, settings, () => {});
  assertEquals(steps.length, 50);
  assert(steps.at(-1)! < steps[0]! / 5);
  assertEquals(accuracyOf(params, data), 1);
  const bytes = encodeSafetensors(treeToTensors(params));
  assertEquals(encodeSafetensors(treeToTensors(again)), bytes);
  const read = orThrow(treeFromTensors(net.init(key(0)).params, orThrow(decodeSafetensors(bytes)).tensors));
  assertEquals(read[0].w.dataSync(), params[0].w.dataSync());
});

Deno.test("parse() reads the command line and says what is wrong with it", () => {
  const o = mnist.parse(["--epochs", "2", "--rate=0.01", "--predict"]);
  assert(typeof o !== "string");
  assertEquals([o.epochs, o.batch, o.rate, o.seed, o.predict], [2, 128, 0.01, 0, true]);
  for (
    const [args, message] of [
      [["--epochs", "0"], "mnist: --epochs is a whole number from 1, not 0"],
      [["--batch", "100000"], "mnist: --batch is a whole number from 1 to 60000, not 100000"],
      [["--rate", "x"], "mnist: --rate is a number above 0, not x"],
      [["--seed", "-1"], "mnist: Option '--seed' argument is ambiguous"],
      [["--what"], "mnist: Unknown option '--what'"],
    ] as const
  ) {
    const said = mnist.parse(args);
    assert(typeof said === "string" && said.startsWith(message), String(said));
  }
});

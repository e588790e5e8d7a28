/** The perceptron's example, on points of its own. */
import { assert, assertEquals } from "@std/assert";
import { type Tensor, tensor } from "@adjoint/adjoint";
import { learn, learnXor, xorAnswers, xorInputs } from "./perceptron.ts";

Deno.test("learn() answers all of what a line parts, and never all of XOR", () => {
  const inputs = tensor([[0, 0], [1, 0], [0, 1], [3, 3], [4, 2], [2, 4]]) as Tensor<readonly [number, 2]>;
  const parted = learn(inputs, tensor([0, 0, 0, 1, 1, 1]) as Tensor<readonly [number]>, 1000);
  assertEquals([parted.converged, parted.wrong], [true, 0]);
  const xor = learn(xorInputs as Tensor<readonly [number, 2]>, xorAnswers as Tensor<readonly [number]>, 200);
  assertEquals([xor.converged, xor.passes], [false, 200]);
  assert(xor.wrong > 0);
});

Deno.test("learnXor() gives the answers of XOR", () => {
  assertEquals(learnXor(300, 0).map((p) => Math.round(p)), [0, 1, 1, 0]);
});

import { add } from "../../core/ops/arithmetic.ts";
import { einsum } from "../../core/ops/einsum.ts";
import { matmul } from "../../core/ops/matmul.ts";
import { transposeLast } from "../../core/primitives/dot_general.ts";
import type { Value } from "../../core/tensor.ts";
import { casesOf, checkGolden, readGolden } from "./read.ts";

type F = (...xs: Value[]) => Value;
const sum = einsum as unknown as (expression: string, ...xs: readonly Value[]) => Value;

/**
 * No case sums more than 20 products of three factors for an output, nor more than 24 for a gradient; each side rounds
 * once a product and once a sum, relative to the sum of magnitudes, which is at most 16 times the largest element here.
 */
const roundings = 2 * (24 + 3) * 16;

const ops = readGolden("ops"), special = readGolden("special");
const linear: F = (x, w, b) => add(matmul(x!, transposeLast(w!)), b!);
const bilinear: F = (x, y, w, b) => add(sum("bi,oij,bj->bo", x!, w!, y!), b!);

for (const [name, f] of [["linear", linear], ["bilinear", bilinear]] as const) {
  casesOf(ops, name).forEach((c) =>
    Deno.test(`${name} is PyTorch's, with its gradients`, () => checkGolden(c, f, roundings))
  );
}

for (const c of [...casesOf(ops, "einsum"), ...casesOf(special, "einsum")]) {
  const expression = String(c.attrs["equation"]);
  Deno.test(`einsum() of "${expression}" is another library's, with its gradients`, () => {
    checkGolden(c, (...xs) => sum(expression, ...xs), roundings);
  });
}

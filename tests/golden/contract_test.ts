import { add } from "../../core/ops/arithmetic.ts";
import { matmul } from "../../core/ops/dot.ts";
import { einsum } from "../../core/ops/einsum.ts";
import { transposeLast } from "../../core/primitives/dot_general.ts";
import type { Value } from "../../core/tensor.ts";
import { cancellation } from "./magnitudes.ts";
import { casesOf, checkGolden, readGolden } from "./read.ts";

type F = (...xs: Value[]) => Value;
const sum = einsum as unknown as (expression: string, ...xs: readonly Value[]) => Value;

/**
 * No case sums more than 24 products, of at most three factors, for an element of an output or a gradient; each side
 * rounds once a factor and once a term, relative to the terms' magnitudes.
 */
const roundings = 2 * (24 + 3);

const ops = readGolden("ops"), special = readGolden("special");
const linear: F = (x, w, b) => add(matmul(x!, transposeLast(w!)), b!);
const bilinear: F = (x, y, w, b) => add(sum("bi,oij,bj->bo", x!, w!, y!), b!);

for (const [name, f] of [["linear", linear], ["bilinear", bilinear]] as const) {
  casesOf(ops, name).forEach((c) =>
    Deno.test(`${name} is PyTorch's, with its gradients`, () => checkGolden(c, f, roundings * cancellation(c, f)))
  );
}

for (const c of [...casesOf(ops, "einsum"), ...casesOf(special, "einsum")]) {
  const expression = String(c.attrs["equation"]);
  Deno.test(`einsum() of "${expression}" is another library's, with its gradients`, () => {
    const f: F = (...xs) => sum(expression, ...xs);
    checkGolden(c, f, roundings * cancellation(c, f));
  });
}

/** All that is measured. */
import type { Case } from "../harness/case.ts";
import { cnnCases } from "./cnn.ts";
import { convolutionCases } from "./convolution.ts";
import { dispatchCases } from "./dispatch.ts";
import { elementwiseCases } from "./elementwise.ts";
import { lstmCases } from "./lstm.ts";
import { matmulCases } from "./matmul.ts";
import { mlpCases } from "./mlp.ts";
import { processCases } from "./process.ts";
import { rowCases } from "./rows.ts";
import { transformerCases } from "./transformer.ts";
import { triadCases } from "./triad.ts";

/** Every case, in the order of the table. */
export const cases: readonly Case[] = [
  ...matmulCases,
  ...convolutionCases,
  ...mlpCases,
  ...cnnCases,
  ...lstmCases,
  ...transformerCases,
  ...elementwiseCases,
  ...rowCases,
  ...triadCases,
  ...dispatchCases,
  ...processCases,
];

/** The case of a name. */
export function caseNamed(name: string): Case {
  const found = cases.find((c) => c.name === name);
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

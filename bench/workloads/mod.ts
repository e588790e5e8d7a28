/** All that is measured. */
import type { Case } from "../harness/case.ts";
import { matmulCases } from "./matmul.ts";

/** Every case, in the order of the table. */
export const cases: readonly Case[] = [...matmulCases];

/** The case of a name. */
export function caseNamed(name: string): Case {
  const found = cases.find((c) => c.name === name);
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

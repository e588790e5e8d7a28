/** How often a property is tried: fewer times in the suite, more under `deno task soak`. */
import fc from "fast-check";

/** `usual` runs, or `soak` of them where the soak has set a number of its own; searching and shrinking end in time. */
export function soaked(
  usual: number,
  soak: number,
): { readonly numRuns: number; readonly interruptAfterTimeLimit: number } {
  const soaking = fc.readConfigureGlobal()?.numRuns !== undefined;
  return { numRuns: soaking ? soak : usual, interruptAfterTimeLimit: soaking ? 1_800_000 : 120_000 };
}

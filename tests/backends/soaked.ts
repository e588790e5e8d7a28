/** How often a property is tried: as usual in the suite, more under `deno task soak`, fewer times in a browser. */
import fc from "fast-check";

/** What fast-check does if nobody sets a number. */
const standard = 100;

/**
 * `usual` runs; `soak` of them where a number above fast-check's own is set for all properties, and a share of the usual
 * ones where it is below. Searching and shrinking end in time.
 */
export function soaked(
  usual: number,
  soak: number,
): { readonly numRuns: number; readonly interruptAfterTimeLimit: number } {
  const set = fc.readConfigureGlobal()?.numRuns ?? standard, soaking = set > standard;
  const numRuns = soaking ? soak : Math.ceil(usual * set / standard);
  return { numRuns, interruptAfterTimeLimit: soaking ? 1_800_000 : 120_000 };
}

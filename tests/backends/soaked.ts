/** How often a property is tried: fewer times in the suite, more under `deno task soak`. */
import fc from "fast-check";

/** `usual` runs; `soak` of them where the soak has set a number of its own. */
export const soaked = (usual: number, soak: number): number =>
  fc.readConfigureGlobal()?.numRuns === undefined ? usual : soak;

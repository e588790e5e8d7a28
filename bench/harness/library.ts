/** What the harness asks of the library beyond computing. */
import * as adjoint from "../../mod.ts";

/** Parts of the surface that a version of the library may not have yet. */
interface Optional {
  readonly configure?: (options: { readonly threads: number }) => void;
  readonly memoryStats?: () => { readonly peakArenaBytes?: number };
}
const optional = adjoint as unknown as Optional;

/** Lets the library use so many threads, where it uses threads at all. */
export const useThreads = (threads: number): void => optional.configure?.({ threads });

/** The largest arena a compiled program has used in this process, in bytes; `null` where the library does not say. */
export const peakArenaBytes = (): number | null => optional.memoryStats?.().peakArenaBytes ?? null;

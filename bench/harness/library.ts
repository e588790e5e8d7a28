/** What the harness asks of the library beyond computing. */
import { configure, memoryStats } from "../../mod.ts";

/** Lets the library use so many threads, where it uses threads at all. */
export const useThreads = (threads: number): void => void configure({ threads });

/** The largest arena that a compiled program needs in this process, in bytes. */
export const peakArenaBytes = (): number => memoryStats().scratchBytes;

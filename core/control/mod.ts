/** Control flow that transforms see through. */
export { cond, switchCase } from "./cond.ts";
export { forLoop, map, scan, type ScanOptions, type SliceOf } from "./scan.ts";
export { whileLoop } from "./while.ts";

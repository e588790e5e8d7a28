/** Control flow that transforms see through. */
export { associativeScan, type AssociativeScanOptions } from "./associative_scan.ts";
export { cond, switchCase } from "./cond.ts";
export { forLoop, map, scan, type ScanOptions, type SliceOf } from "./scan.ts";
export { whileLoop } from "./while.ts";

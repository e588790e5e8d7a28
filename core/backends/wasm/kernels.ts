/** Which code serves a kernel. */
import type { FusedNode } from "../../compiler/fuse.ts";
import { type KernelCode, type KernelContext, scalarNest } from "./loop_nest.ts";
import { vectorNest } from "./vector_nest.ts";
import { runningKernel } from "./running.ts";
import { sortKernel } from "./sort.ts";

/** The code of a kernel. */
export function kernelOf(n: Exclude<FusedNode, { readonly kind: "other" }>, context: KernelContext): KernelCode {
  switch (n.kind) {
    case "nest":
      return vectorNest(n, context) ?? scalarNest(n, context);
    case "running":
      return runningKernel(n, context);
    case "sort":
      return sortKernel(n.node, context);
  }
}

import type { Tensor } from "../tensor.ts";
export function qr(_x: Tensor): { readonly q: Tensor; readonly r: Tensor } {
  throw new Error("qr is not there yet");
}

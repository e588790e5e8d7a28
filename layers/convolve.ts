/** What the convolutional layers share: kernels of groups, where they lie, and the convolution itself. */
import {
  add,
  convGeneral,
  type Key,
  moveAxis,
  pad,
  reshape,
  type Shape,
  ShapeError,
  split,
  type Value,
  vmap,
} from "../mod.ts";
import type { ConvolutionWithOptions } from "./conv.ts";
import type { Initializer } from "./initializers.ts";
import { placeWindows, requireChoice, type Windows } from "./windows.ts";

/** Throws unless both counts of channels divide into groups. */
export function requireGroups(op: string, groups: number, inputs: number, outputs: number): void {
  if (Number.isInteger(groups) && groups >= 1 && inputs % groups === 0 && outputs % groups === 0) return;
  throw new ShapeError(`${op}: ${inputs} input and ${outputs} output channels do not divide into ${groups} groups`);
}

/** A kernel drawn for each group by itself, so that fans are those of a group. */
export function groupedKernel(
  weights: Initializer,
  key: Key,
  window: Shape,
  groups: number,
  inputs: number,
  outputs: number,
): Value {
  const one = [...window, inputs / groups, outputs / groups];
  if (groups === 1) return weights(key, one);
  const each = vmap((k: Key) => weights(k, one))(split(key, [groups]) as never) as Value;
  return reshape(moveAxis(each, 0, one.length - 1) as Value, [...one.slice(0, -1), outputs]) as Value;
}

/** Where a kernel lies on sizes, padded to keep them unless it is said otherwise. */
export function kernelWindows(op: string, sizes: Shape, window: Shape, options: ConvolutionWithOptions): Windows {
  return placeWindows(op, "kernel", sizes, window, { ...options, padding: options.padding ?? "same" });
}

const coreModes = { reflect: "reflect", replicate: "edge", circular: "wrap" } as const;

/** The convolution of `[N, …spatial, C]`. */
export function convolve(op: string, x: Value, w: Value, b: Value | undefined, options: ConvolutionWithOptions): Value {
  const { groups = 1, paddingMode = "zeros" } = options, sizes = x.shape.slice(1, -1);
  requireChoice(op, "paddingMode", paddingMode, ["zeros", "reflect", "replicate", "circular"]);
  const taken = w.shape.at(-2)! * groups, given = x.shape.at(-1)!;
  requireGroups(op, groups, taken, w.shape.at(-1)!);
  if (taken !== given) {
    throw new ShapeError(
      `${op}: channels differ, the kernel [${w.shape.join(", ")}]${
        groups === 1 ? "" : ` in ${groups} groups`
      } takes ${taken} and the input has ${given}`,
    );
  }
  const { stride, padding, dilation } = kernelWindows(op, sizes, w.shape.slice(0, -2), options);
  const around = paddingMode !== "zeros";
  const input = around ? pad(x, [0, ...padding, 0], { mode: coreModes[paddingMode] }) as Value : x;
  const y = convGeneral(input, w, {
    strides: stride,
    padding: around ? "valid" : padding,
    kernelDilation: dilation,
    groups,
  }) as Value;
  return b === undefined ? y : add(y, b) as Value;
}

/** The convolution of each channel of `[N, …spatial, C]` by itself. */
export function channelwise(
  op: string,
  x: Value,
  w: Value,
  b: Value | undefined,
  options: ConvolutionWithOptions,
): Value {
  const channels = x.shape.at(-1)!, [one, outputs] = w.shape.slice(-2) as [number, number];
  if (one !== 1 || outputs % channels !== 0) {
    throw new ShapeError(
      `${op}: a kernel for ${channels} channels is [${
        [...w.shape.slice(0, -2), 1, `${channels} · multiplier`].join(", ")
      }], got [${w.shape.join(", ")}]`,
    );
  }
  return convolve(op, x, w, b, { ...options, groups: channels });
}

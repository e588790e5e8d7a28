/**
 * Convolution over any number of axes, in the sense of neural networks: a cross-correlation, the kernel is not flipped.
 *
 * One primitive serves the convolution, its transpose and both gradients: with the input spread by the strides, or with
 * examples and channels in each other's place, each of them is a convolution again.
 */
import {
  apply,
  constant,
  index,
  indices,
  int,
  load,
  over,
  plus,
  reduction,
  select,
  times,
} from "../compiler/kernel.ts";
import { ShapeError } from "../errors.ts";
import { bind1 } from "../interpreter.ts";
import type { Batched, MaybeZero, Primitive } from "../primitive.ts";
import { type Shape, show } from "../shape.ts";
import { emptyArray, type Spec, type Value } from "../tensor.ts";
import { add, product } from "./arithmetic.ts";
import { convolve } from "./convolution.ts";
import { full, zerosLike } from "./create.ts";
import { inferDType, numeric } from "./elementwise.ts";
import { reduceSum } from "./reduce_sum.ts";
import { reshape } from "./reshape.ts";
import { reverse } from "./reverse.ts";
import { moveAxis, transpose } from "./transpose.ts";
import { reach, type Sliding, windowAddress, windowCounts } from "./window_shape.ts";

/** How the kernel slides, and into how many groups the channels are divided; one entry a spatial axis. */
export interface ConvParams extends Sliding {
  readonly groups: number;
}

const spatial = (s: Shape): Shape => s.slice(1, -1);
const window = (s: Shape): Shape => s.slice(0, -2);

/** The output's shape; throws where the operands do not fit. */
export function convShape(op: string, x: Spec, w: Spec, p: ConvParams): number[] {
  const both = `${show(x.shape)} * ${show(w.shape)}`;
  if (x.shape.length < 2 || w.shape.length !== x.shape.length) {
    throw new ShapeError(
      `${op}: ranks do not fit, ${both}; the input is [N, …spatial, C], the kernel […window, C / groups, O]`,
    );
  }
  const channels = x.shape.at(-1)!, [per, outputs] = w.shape.slice(-2) as [number, number];
  if (!(Number.isInteger(p.groups) && p.groups >= 1) || outputs % p.groups !== 0) {
    throw new ShapeError(`${op}: ${outputs} output channels of ${both} do not divide into ${p.groups} groups`);
  }
  if (per * p.groups !== channels) {
    throw new ShapeError(
      `${op}: channels differ, ${both} in ${p.groups} group${p.groups === 1 ? "" : "s"}: ` +
        `the input has ${channels}, the kernel takes ${per * p.groups}`,
    );
  }
  return [x.shape[0]!, ...windowCounts(op, "kernel", spatial(x.shape), window(w.shape), p), outputs];
}

/** y[n, i, o] = Σ over window elements k and channels c of x[n, i·stride + k·dilation − lo, c] · w[k, c, o]. */
export const convGeneralP: Primitive<ConvParams> = {
  name: "convGeneral",
  infer: ([x, w], p) => {
    const dtype = inferDType("convGeneral", [x!, w!], numeric);
    return [{ shape: convShape("convGeneral", x!, w!, p), dtype }];
  },
  reference: ([x, w], p) => {
    const y = emptyArray(convShape("convGeneral", x!, w!, p), x!.dtype);
    const windows = { ...p, input: spatial(x!.shape), window: window(w!.shape), counts: spatial(y.shape) };
    convolve(y, x!, w!, windows, p.groups);
    return [y];
  },
  jvp: ([x, w], [dx, dw], p) => {
    const l = dx ? convGeneral(dx, w!, p) : null, r = dw ? convGeneral(x!, dw, p) : null;
    return [[convGeneral(x!, w!, p)], [l && r ? add(l, r) : l ?? r]];
  },
  transpose: ([ct], [x, w], [lx], p): readonly MaybeZero[] =>
    lx ? [inputCotangent(ct!, x!, w!, p), null] : [null, kernelCotangent(ct!, x!, w!, p)],
  batch: ([x, w], [mx, mw], p, { size }) => batchConv(x!, w!, mx!, mw!, p, size),
  lower: ([x, w], p) => {
    const domain = convShape("convGeneral", x!, w!, p), rank = domain.length, own = domain.at(-1)! / p.groups;
    const per = w!.shape.at(-2)!, channel = index(2 * rank - 2), element = indices(rank - 2, rank);
    const { address, inside } = windowAddress(p, spatial(x!.shape), indices(rank - 2, 1), element);
    const group = p.groups === 1 ? int(0) : over(index(rank - 1), int(own));
    const body = apply("mul", product(x!.dtype), [
      load(0, [index(0), ...address, plus(times(group, int(per)), channel)], x!.dtype),
      load(1, [...element, channel, index(rank - 1)], x!.dtype),
    ], x!.dtype);
    return reduction(domain, w!.shape.slice(0, -1), "sum", select(inside, body, constant(0, x!.dtype)));
  },
  sumOver: ([x, w], [sx, sw], p) => {
    if (!sx) return convGeneral(x!, reduceSum(w!, [0]), p);
    if (!sw) return convGeneral(reduceSum(x!, [0]), w!, p);
    // The stack becomes more channels of each group.
    const { groups } = p, [n, ...rest] = x!.shape, channels = rest.pop()!;
    const parts = reshape(x!, [n!, ...rest, groups, channels / groups]), last = parts.shape.length - 1;
    const deep = reshape(moveAxis(parts, 0, last - 1), [...rest, n! * channels]);
    const kernel = moveAxis(w!, 0, w!.shape.length - 3), k = window(w!.shape.slice(1));
    return convGeneral(deep, reshape(kernel, [...k, n! * w!.shape.at(-2)!, w!.shape.at(-1)!]), p);
  },
};

/** The convolution that gives back the input's cotangent: strides and input dilation in each other's place, kernel flipped. */
function inputCotangent(ct: Value, x: Value, w: Value, p: ConvParams): Value {
  if (x.shape.includes(0) || ct.shape.includes(0)) return zerosLike(x);
  const { groups } = p, k = window(w.shape), per = w.shape.at(-2)!, outputs = w.shape.at(-1)!, r = k.length;
  const parts = reshape(reverse(w, k.map((_, a) => a)), [...k, per, groups, outputs / groups]);
  const swapped = transpose(parts, [...k.map((_, a) => a), r + 2, r + 1, r]);
  return convGeneral(ct, reshape(swapped, [...k, outputs / groups, groups * per]), {
    groups,
    strides: p.inputDilation,
    inputDilation: p.strides,
    kernelDilation: p.kernelDilation,
    padding: k.map((d, a) => {
      const need = reach(d, p.kernelDilation[a]!), lo = need - 1 - p.padding[a]![0];
      const room = reach(ct.shape[a + 1]!, p.strides[a]!);
      return [lo, reach(x.shape[a + 1]!, p.inputDilation[a]!) + need - 1 - room - lo];
    }),
  });
}

/** The convolution that gives the kernel's cotangent: channels are its examples, examples its channels, ct its kernel. */
function kernelCotangent(ct: Value, x: Value, w: Value, p: ConvParams): Value {
  if (ct.shape.includes(0)) return zerosLike(w);
  const { groups } = p, k = window(w.shape), s = spatial(x.shape), n = x.shape[0]!, per = w.shape.at(-2)!, r = k.length;
  const parts = reshape(x, [n, ...s, groups, per]);
  const swapped = transpose(parts, [r + 2, ...s.map((_, a) => a + 1), r + 1, 0]);
  const y = convGeneral(reshape(swapped, [per, ...s, groups * n]), moveAxis(ct, 0, r), {
    groups,
    strides: p.kernelDilation,
    inputDilation: p.inputDilation,
    kernelDilation: p.strides,
    padding: k.map((d, a) => {
      const lo = p.padding[a]![0], need = reach(ct.shape[a + 1]!, p.strides[a]!);
      return [lo, reach(d, p.kernelDilation[a]!) + need - 1 - reach(s[a]!, p.inputDilation[a]!) - lo];
    }),
  });
  return moveAxis(y, 0, r);
}

/** A mapped input is more examples, a mapped kernel more output channels, and both together are more groups. */
function batchConv(x: Value, w: Value, mx: boolean, mw: boolean, p: ConvParams, size: number): Batched {
  const single = (v: Value, mapped: boolean): Spec => mapped ? { shape: v.shape.slice(1), dtype: v.dtype } : v;
  const one = single(x, mx), kernel = single(w, mw);
  const shape = convShape("convGeneral", one, kernel, p), outputs = shape.at(-1)!, rest = shape.slice(0, -1);
  const { groups } = p, r = shape.length;
  if (size === 0) return { outputs: [full([0, ...shape], 0, x.dtype)], mapped: [true] };
  if (!mw) {
    const y = convGeneral(reshape(x, [size * one.shape[0]!, ...one.shape.slice(1)]), w, p);
    return { outputs: [reshape(y, [size, ...shape])], mapped: [true] };
  }
  if (!mx) {
    const parts = reshape(w, [size, ...kernel.shape.slice(0, -1), groups, outputs / groups]);
    const y = convGeneral(x, reshape(moveAxis(parts, 0, r), [...kernel.shape.slice(0, -1), size * outputs]), p);
    const apart = moveAxis(reshape(y, [...rest, groups, size, outputs / groups]), r, 0);
    return { outputs: [reshape(apart, [size, ...shape])], mapped: [true] };
  }
  const deep = reshape(moveAxis(x, 0, r - 1), [...one.shape.slice(0, -1), size * one.shape.at(-1)!]);
  const kernels = reshape(moveAxis(w, 0, r - 1), [...kernel.shape.slice(0, -1), size * outputs]);
  const y = convGeneral(deep, kernels, { ...p, groups: size * groups });
  return { outputs: [moveAxis(reshape(y, [...rest, size, outputs]), r - 1, 0)], mapped: [true] };
}

/** The convolution of an input `[N, …spatial, C]` with a kernel `[…window, C / groups, O]`. */
export const convGeneral = (x: Value, w: Value, p: ConvParams): Value => bind1(convGeneralP, [x, w], p);

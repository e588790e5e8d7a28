/** Running combinations along an axis. */
import { Addresses } from "../../compiler/address.ts";
import type { Running } from "../../compiler/fuse.ts";
import type { Cumulative } from "../../compiler/kernel.ts";
import { bytesOf, isFloat } from "../../dtype.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { type Fold, foldOf } from "./combine.ts";
import { type Context, Expressions, storeOf } from "./expression.ts";
import type { Func, Local } from "./function.ts";
import { type KernelCode, type KernelContext, kernelFunction, loopOver } from "./loop_nest.ts";
import { pushMath } from "./scalar_ops.ts";

/** A running combination as code: its units are the steps of the outermost axis that is not run along. */
export function runningKernel({ nest, kernel }: Running, { buffers, interner, host }: KernelContext): KernelCode {
  const { f, inputs, pointers, results, from, to } = kernelFunction(nest);
  const { domain, axis, reverse } = kernel, { body, output } = nest.results[0]!;
  const counters = domain.map(() => f.local("i32")), addresses = new Addresses(domain, interner);
  // The axis that is run along goes innermost.
  const axes = [...domain.keys()].filter((a) => a !== axis).concat(axis);
  const context: Context = {
    f,
    addresses,
    buffers,
    pointers,
    host,
    loops: { axes, counters: axes.map((a) => counters[a]!) },
  };
  const expressions = new Expressions(context, [body]), fold = runningFold(f, kernel);
  const strides = stridesOf(domain), bytes = bytesOf(output.dtype), length = domain[axis]!, step = f.local("i32");
  const line = (): void => {
    fold.start();
    f.i32(0).set(step);
    f.while(step, () => f.i32(length), 1, () => {
      if (reverse) f.i32(length - 1).get(step).op("i32.sub");
      else f.get(step);
      f.set(counters[axis]!);
      expressions.scoped(() => {
        expressions.push(body);
        fold.step(() => {});
        f.get(results[0]!);
        domain.forEach((_, a) => {
          f.get(counters[a]!);
          expressions.scale(strides[a]! * bytes);
          f.op("i32.add");
        });
        fold.result();
        f.memory(storeOf[output.dtype]);
      });
    });
  };
  const outer = axes.slice(0, -1), n = sizeOf(domain);
  if (n > 0) {
    expressions.begin();
    if (outer.length === 0) line();
    else {
      const first = counters[outer[0]!]!;
      f.get(from).set(first);
      f.while(first, () => f.get(to), 1, () => {
        expressions.enter(0);
        const rest = outer.slice(1);
        loopOver(
          f,
          rest.map((a) => counters[a]!),
          rest.map((a) => domain[a]!),
          (i) => expressions.enter(1 + i),
          line,
        );
      });
    }
  }
  return {
    functions: [f],
    entry: f,
    inputs,
    outputs: [output],
    units: outer.length === 0 ? 1 : domain[outer[0]!]!,
    workBytes: 0,
    cost: 3 * n,
  };
}

function runningFold(f: Func, { combine, dtype }: Cumulative): Fold {
  if (combine !== "logSumExp") return foldOf(f, combine, dtype);
  const acc = f.local("f64"), value = f.local("f64"), high = f.local("f64");
  const difference = f.local("f64");
  /** Pushes exp(x − high). */
  const scaled = (x: Local): void => {
    f.get(x).get(high).op("f64.sub").set(difference);
    pushMath(f, "exp", "f64", difference);
  };
  const single = isFloat(dtype) && dtype === "f32";
  return {
    start: () => void f.f64(-Infinity).set(acc),
    step: () => {
      if (single) f.op("f64.promote_f32");
      f.tee(value).get(acc).op("f64.max").tee(high).op("f64.abs").f64(Infinity).op("f64.lt").if(
        () => {
          scaled(acc);
          scaled(value);
          f.op("f64.add").set(difference);
          pushMath(f, "log", "f64", difference);
          f.get(high).op("f64.add");
        },
        // What is infinite, or NaN, decides alone.
        () => f.get(high),
        "f64",
      ).set(acc);
    },
    join: () => {
      throw new Error("running combinations have one accumulator");
    },
    result: () => {
      f.get(acc);
      if (single) f.op("f32.demote_f64");
    },
  };
}

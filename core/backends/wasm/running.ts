/** Running combinations and sorting. */
import { addressesOf } from "../../compiler/address.ts";
import type { Running } from "../../compiler/fuse.ts";
import type { KernelNode } from "../../compiler/graph.ts";
import type { Cumulative, Sort } from "../../compiler/kernel.ts";
import { bytesOf, type DType, isFloat } from "../../dtype.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { type Context, Expressions, storeOf } from "./expression.ts";
import { Func, type Local } from "./function.ts";
import { type Fold, foldOf, type KernelCode, type KernelContext, kernelFunction, loopOver } from "./loop_nest.ts";
import { pushMath, valueType } from "./scalar_ops.ts";

// Running combinations along an axis.

/** A running combination as code: its units are the steps of the outermost axis that is not run along. */
export function runningKernel({ nest, kernel }: Running, common: KernelContext): KernelCode {
  const { buffers, interner, host } = common, { f, inputs, pointers, results, from, to } = kernelFunction(nest, common);
  const { domain, axis, reverse } = kernel, { body, output } = nest.results[0]!;
  const counters = domain.map(() => f.local("i32")), addresses = addressesOf(domain, interner);
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

// A stable merge sort along an axis, by permutation.

const loadOf = (d: DType): string => storeOf[d].replace("store8", "load8_u").replace("store", "load");

/**
 * The places of a line are sorted, bottom up, runs of 1, 2, 4, … merged from one list to another; then the output's
 * elements are taken in that order. NaN comes last and −0 equals 0.
 */
export function sortKernel(
  { kernel, inputs, output }: KernelNode & { readonly kernel: Sort },
  { buffers }: KernelContext,
): KernelCode {
  const { domain, axis, dtype } = kernel, length = domain[axis]!, stride = stridesOf(domain)[axis]!;
  const numbers = inputs.map((b) => buffers.indexOf(b.root)), used = [...new Set(numbers)];
  const f = new Func(null, new Array<"i32">(used.length + 4).fill("i32"));
  const pointerOf = (i: number): Local => f.args[used.indexOf(numbers[i]!)]!;
  const [result, work, from, to] = f.args.slice(used.length) as [Local, Local, Local, Local];
  const line = f.local("i32"), start = f.local("i32"), i = f.local("i32");
  const source = f.local("i32"), target = f.local("i32"), width = f.local("i32");
  const low = f.local("i32"),
    middle = f.local("i32"),
    high = f.local("i32"),
    left = f.local("i32"),
    right = f.local("i32");
  const min = (push: () => void): void => {
    const t = f.local("i32");
    push();
    f.tee(t).i32(length).get(t).i32(length).op("i32.lt_s", "select").free(t);
  };
  /** Pushes the byte address of the list entry `at`. */
  const entry = (list: Local, at: Local): Func => f.get(list).get(at).i32(2).op("i32.shl", "i32.add");
  const element = (key: number, list: Local, at: Local): void => {
    const d = inputs[key]!.dtype;
    f.get(pointerOf(key)).get(start);
    entry(list, at).memory("i32.load").i32(stride).op("i32.mul", "i32.add").i32(bytesOf(d)).op("i32.mul", "i32.add");
    f.memory(loadOf(d));
  };
  const after = comparison(f, kernel, inputs.map((b) => b.dtype));

  const lines = length === 0 ? 0 : sizeOf(domain) / length;
  if (length > 0) {
    f.get(from).set(line);
    f.while(line, () => f.get(to), 1, () => {
      // Line number l begins at ⌊l / stride⌋ · length · stride + l mod stride.
      f.get(line).i32(stride).op("i32.div_u").i32(length * stride).op("i32.mul");
      f.get(line).i32(stride).op("i32.rem_u", "i32.add").set(start);
      f.get(work).set(source).get(work).i32(4 * length).op("i32.add").set(target);
      f.i32(0).set(i);
      f.while(i, () => f.i32(length), 1, () => entry(source, i).get(i).memory("i32.store"));
      f.i32(1).set(width);
      f.block((done) =>
        f.loop((again) => {
          f.get(width).i32(length).op("i32.ge_s").brIf(done);
          f.i32(0).set(low);
          f.block((swept) =>
            f.loop((next) => {
              f.get(low).i32(length).op("i32.ge_s").brIf(swept);
              min(() => f.get(low).get(width).op("i32.add"));
              f.set(middle);
              min(() => f.get(low).get(width).i32(1).op("i32.shl", "i32.add"));
              f.set(high);
              f.get(low).set(left).get(middle).set(right).get(low).set(i);
              f.while(i, () => f.get(high), 1, () => {
                entry(target, i);
                // From the left run while it lasts and its first is not after the right's: equals keep their order.
                f.get(left).get(middle).op("i32.lt_s").if(
                  () =>
                    f.get(right).get(high).op("i32.ge_s").if(
                      () => f.i32(1),
                      () => {
                        after((key) => element(key, source, left), (key) => element(key, source, right));
                        f.op("i32.eqz");
                      },
                      "i32",
                    ),
                  () => f.i32(0),
                  "i32",
                ).if(
                  () => {
                    entry(source, left).memory("i32.load");
                    f.step(left, 1);
                  },
                  () => {
                    entry(source, right).memory("i32.load");
                    f.step(right, 1);
                  },
                  "i32",
                ).memory("i32.store");
              });
              f.get(low).get(width).i32(1).op("i32.shl", "i32.add").set(low).br(next);
            })
          );
          f.get(source).get(target).set(source).set(target);
          f.get(width).i32(1).op("i32.shl").set(width).br(again);
        })
      );
      f.i32(0).set(i);
      f.while(i, () => f.i32(length), 1, () => {
        f.get(result).get(start).get(i).i32(stride).op("i32.mul", "i32.add").i32(bytesOf(dtype)).op(
          "i32.mul",
          "i32.add",
        );
        element(kernel.output, source, i);
        f.memory(storeOf[dtype]);
      });
    });
  }
  const n = sizeOf(domain);
  return {
    functions: [f],
    entry: f,
    inputs: used,
    outputs: [output],
    units: lines,
    workBytes: 8 * length,
    cost: 10 * n * Math.max(1, Math.log2(Math.max(2, length))),
  };
}

/** Code that pushes whether the left element comes after the right one, comparing by the keys in turn. */
function comparison(
  f: Func,
  { keys }: Sort,
  dtypes: readonly DType[],
): (left: (key: number) => void, right: (key: number) => void) => void {
  const locals = dtypes.slice(0, keys).map((d) => [f.local(valueType(d)), f.local(valueType(d))] as const);
  return (left, right) => {
    const from = (key: number): void => {
      const [a, b] = locals[key]!, d = dtypes[key]!, t = valueType(d);
      left(key);
      f.set(a);
      right(key);
      f.set(b);
      const isAfter = (x: Local, y: Local): void => {
        if (!isFloat(d)) f.get(x).get(y).op(`i32.gt_${d === "i32" ? "s" : "u"}`);
        else {
          // x > y, or x is NaN and y is none.
          f.get(x).get(y).op(`${t}.gt`).get(x).get(x).op(`${t}.ne`).get(y).get(y).op(`${t}.eq`, "i32.and", "i32.or");
        }
      };
      isAfter(a, b);
      if (key + 1 === keys) return;
      f.if(
        () => f.i32(1),
        () => {
          isAfter(b, a);
          f.if(() => f.i32(0), () => from(key + 1), "i32");
        },
        "i32",
      );
    };
    from(0);
  };
}

/** Loops over scalars. */
import { addressesOf, type Interner } from "../../compiler/address.ts";
import type { Buffer } from "../../compiler/graph.ts";
import { type Combine, index, ravel } from "../../compiler/kernel.ts";
import { expressionsOf, extentsOf, inputsOf, type Nest } from "../../compiler/nest.ts";
import { bytesOf, type DType, isFloat, rangeOf } from "../../dtype.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import type { HostFunctions } from "./kernels.ts";
import type { Tile } from "./contraction/mod.ts";
import { type Context, Expressions, storeOf } from "./expression.ts";
import { Func, type Local } from "./function.ts";
import { valueType } from "./scalar_ops.ts";

// Loops in steps of several elements.

/** Elements of the one loop that make one unit, where it is also the one that vectors run along. */
export const grain = 1024;

/** Code for as long as whole steps remain before `end`. */
export function stepwise(f: Func, counter: Local, end: () => void, step: number, body: () => void): void {
  f.block((done) =>
    f.loop((again) => {
      f.get(counter);
      if (step > 1) f.i32(step).op("i32.add");
      end();
      f.op(step > 1 ? "i32.gt_s" : "i32.ge_s").brIf(done);
      body();
      f.step(counter, step).br(again);
    })
  );
}

// How a reduced range's values become one, in scalar code: the accumulator, a step, and the result.

/** A running combination. Floats are summed and multiplied in f64 and rounded once, at the end. */
export interface Fold {
  /** Sets the accumulator to what nothing gives. */
  readonly start: () => void;
  /** Takes the value on the stack in; `position` pushes its place in the range. */
  readonly step: (position: () => void) => void;
  /** Takes another combination in, which is on the stack: f64 for sums and products of floats, a value and its place. */
  readonly join: () => void;
  /** Pushes the result. */
  readonly result: () => void;
}

/** Code for a combination of values of a dtype. */
export function foldOf(f: Func, combine: Combine, dtype: DType): Fold {
  switch (combine) {
    case "sum":
    case "prod":
      return arithmetic(f, combine === "sum" ? "add" : "mul", combine === "sum" ? 0 : 1, dtype);
    case "max":
    case "min":
      return extreme(f, combine, dtype);
    case "any":
    case "all":
      return truth(f, combine);
    case "argmax":
    case "argmin":
      return place(f, combine === "argmax" ? "gt" : "lt", dtype);
  }
}

function arithmetic(f: Func, op: "add" | "mul", empty: number, dtype: DType): Fold {
  const t = isFloat(dtype) ? "f64" : "i32", acc = f.local(t), value = f.local(t);
  return {
    start: () => f[t](empty).set(acc),
    step: () => {
      if (dtype === "f32") f.op("f64.promote_f32");
      f.set(value).get(acc).get(value).op(`${t}.${op}`).set(acc);
    },
    join: () => void f.get(acc).op(`${t}.${op}`).set(acc),
    result: () => {
      f.get(acc);
      if (dtype === "f32") f.op("f32.demote_f64");
      if (dtype === "u8") f.i32(255).op("i32.and");
    },
  };
}

function extreme(f: Func, op: "max" | "min", dtype: DType): Fold {
  const t = valueType(dtype), acc = f.local(t), value = f.local(t), [low, high] = rangeOf(dtype);
  const empty = op === "max" ? low : high;
  const step = (): void => {
    f.set(value);
    if (t !== "i32") f.get(acc).get(value).op(`${t}.${op}`).set(acc);
    else {
      const s = dtype === "i32" ? "s" : "u";
      f.get(acc).get(value).get(acc).get(value).op(`i32.${op === "max" ? "gt" : "lt"}_${s}`, "select").set(acc);
    }
  };
  return {
    start: () => void (t === "i32" ? f.i32(empty) : f[t as "f32" | "f64"](empty)).set(acc),
    step,
    join: step,
    result: () => void f.get(acc),
  };
}

function truth(f: Func, combine: "any" | "all"): Fold {
  const acc = f.local("i32");
  return {
    start: () => void f.i32(combine === "all" ? 1 : 0).set(acc),
    step: () => void f.get(acc).op(combine === "all" ? "i32.and" : "i32.or").set(acc),
    join: () => void f.get(acc).op(combine === "all" ? "i32.and" : "i32.or").set(acc),
    result: () => void f.get(acc),
  };
}

/** The first place of the best value; NaN is better than any number. */
function place(f: Func, better: "gt" | "lt", dtype: DType): Fold {
  const t = valueType(dtype), best = f.local(t), value = f.local(t), at = f.local("i32");
  const float = t !== "i32", compare = float ? `${t}.${better}` : `i32.${better}_${dtype === "i32" ? "s" : "u"}`;
  return {
    start: () => void f.i32(-1).set(at),
    step: (position) => {
      f.set(value).get(at).i32(0).op("i32.lt_s").get(value).get(best).op(compare);
      // A number, and a value that is better than it or is NaN.
      if (float) f.get(value).get(value).op(`${t}.ne`, "i32.or").get(best).get(best).op(`${t}.eq`, "i32.and");
      f.op("i32.or").if(() => {
        f.get(value).set(best);
        position();
        f.set(at);
      });
    },
    join: () => {
      const other = f.local("i32"), nan = (x: Local): void => void f.get(x).get(x).op(`${t}.ne`);
      f.set(other).set(value).get(at).i32(0).op("i32.lt_s").get(value).get(best).op(compare);
      if (float) {
        nan(value);
        f.op("i32.or").get(best).get(best).op(`${t}.eq`, "i32.and");
      }
      f.get(value).get(best).op(`${t}.eq`);
      if (float) {
        nan(value);
        nan(best);
        f.op("i32.and", "i32.or");
      }
      f.get(other).get(at).op("i32.lt_s", "i32.and", "i32.or", "i32.or");
      f.if(() => f.get(value).set(best).get(other).set(at)).free(other);
    },
    result: () => void f.get(at),
  };
}

// Loop nests as scalar code: any domain, any expression, any combination.

/**
 * A kernel's function: its parameters are the addresses of `inputs`, then of the outputs, then the range of units to
 * compute. Any split of [0, units) into ranges gives the same results.
 */
export interface KernelCode {
  readonly functions: readonly Func[];
  readonly entry: Func;
  /** Numbers of the buffers read. */
  readonly inputs: readonly number[];
  readonly outputs: readonly Buffer[];
  readonly units: number;
  /** Scratch memory it needs, whose address is one more parameter in front of the range; 0 for none. */
  readonly workBytes: number;
  /** To be called with the addresses of outputs and scratch memory when all units are done; threads share the latter then. */
  readonly finish?: Func;
  /** Whether each range repeats some work, such as packing: then few are best, and else many, against waiting. */
  readonly repeats?: boolean;
  /** Whether it calls the host, and so must run on the main thread. */
  readonly alone?: boolean;
  /** About how many nanoseconds all units take. */
  readonly cost: number;
}

/** What the kernels of a graph have in common. */
export interface KernelContext {
  readonly buffers: readonly Buffer[];
  readonly interner: Interner;
  readonly host: HostFunctions;
  /** What contractions are made for; if it is wide, other vectors go in pairs. */
  readonly tile: Tile;
}

/** Code that visits every index of some axes, outermost first. */
export function loopOver(
  f: Func,
  counters: readonly Local[],
  sizes: Shape,
  enter: (axis: number) => void,
  body: () => void,
  axis = 0,
): void {
  if (axis === counters.length) {
    body();
    return;
  }
  const c = counters[axis]!;
  f.i32(0).set(c);
  f.while(c, () => f.i32(sizes[axis]!), 1, () => {
    enter(axis);
    loopOver(f, counters, sizes, enter, body, axis + 1);
  });
}

/** The parameters of a kernel's function: addresses by buffer number, those of its outputs, and the range. */
export function kernelFunction(nest: Nest, { tile }: KernelContext): {
  readonly f: Func;
  readonly inputs: number[];
  readonly pointers: Map<number, Local>;
  readonly results: readonly Local[];
  readonly from: Local;
  readonly to: Local;
} {
  const inputs = inputsOf(nest), n = inputs.length + nest.results.length + 2;
  const f = new Func(null, new Array<"i32">(n).fill("i32"));
  f.straight = tile.wide === true;
  return {
    f,
    inputs,
    pointers: new Map(inputs.map((b, i) => [b, f.args[i]!])),
    results: f.args.slice(inputs.length, n - 2),
    from: f.args[n - 2]!,
    to: f.args[n - 1]!,
  };
}

/** A nest as scalar code. Its units are the steps of the outermost loop. */
export function scalarNest(nest: Nest, common: KernelContext): KernelCode {
  const { buffers, interner, host } = common,
    { f, inputs, pointers, results, from, to } = kernelFunction(nest, common);
  const { domain, reduce, combine, scatter } = nest, sizes = extentsOf(nest), rank = domain.length;
  const counters = sizes.map(() => f.local("i32"));
  const addresses = addressesOf(sizes, interner);
  const context: Context = {
    f,
    addresses,
    buffers,
    pointers,
    host,
    loops: { axes: sizes.map((_, i) => i), counters },
  };
  const empty = sizeOf(reduce) === 0;
  const expressions = new Expressions(context, empty ? [] : expressionsOf(nest));
  const place = addresses.linear(ravel(domain.map((_, i) => index(i)), domain));
  const store = (i: number, value: () => void): void => {
    const { dtype } = nest.results[i]!.output, bytes = bytesOf(dtype);
    f.get(results[i]!);
    for (const { factor, atom } of place.terms) {
      f.get(counters[(atom as { axis: number }).axis]!);
      expressions.scale(factor * bytes);
      f.op("i32.add");
    }
    value();
    f.memory(storeOf[dtype]);
  };
  const element = (): void => {
    if (combine === null) {
      expressions.scoped(() => {
        if (scatter !== undefined) scatterElement();
        else elements();
      });
      return;
    }
    const folds = nest.results.map((r) => foldOf(f, combine, r.body.dtype));
    folds.forEach((fold) => fold.start());
    if (!empty) {
      loopOver(f, counters.slice(rank), reduce, (a) => expressions.enter(rank + a), () => {
        expressions.scoped(() =>
          nest.results.forEach((r, i) => {
            expressions.push(r.body);
            folds[i]!.step(() => f.get(counters.at(-1)!));
          })
        );
      });
    }
    folds.forEach((fold, i) => store(i, fold.result));
  };
  const elements = (): void => {
    const [first, ...more] = nest.results;
    if (more.length === 0) {
      store(0, () => expressions.push(first!.body));
      return;
    }
    const values = nest.results.map(({ body }) => {
      const value = f.local(valueType(body.dtype));
      expressions.push(body);
      f.set(value);
      return value;
    });
    values.forEach((value, i) => store(i, () => f.get(value)));
    f.free(...values);
  };
  const scatterElement = (): void => {
    const s = scatter!, { body, output } = nest.results[0]!, bytes = bytesOf(output.dtype);
    expressions.push(s.inside);
    f.if(() =>
      expressions.scoped(() => {
        const at = f.local("i32");
        f.get(results[0]!);
        expressions.push(s.at);
        expressions.scale(bytes);
        f.op("i32.add").set(at);
        meet(f, s.with, output.dtype, at, () => expressions.push(body));
      })
    );
  };

  const whole = sizeOf(domain) > 0 || scatter !== undefined;
  if (scatter !== undefined) {
    const [target, base] = [results[0]!, pointers.get(scatter.base)!];
    const bytes = sizeOf(scatter.shape) * bytesOf(nest.results[0]!.output.dtype);
    f.get(target).get(base).op("i32.ne").if(() => f.get(target).get(base).i32(bytes).memoryCopy());
  }
  if (whole && sizeOf(domain) > 0) {
    expressions.begin();
    if (rank === 0) element();
    else {
      // The outermost loop is over the units.
      const outer = counters[0]!, single = scatter !== undefined;
      if (single) f.i32(0).set(outer);
      else f.get(from).set(outer);
      f.while(outer, () => single ? f.i32(domain[0]!) : f.get(to), 1, () => {
        expressions.enter(0);
        loopOver(f, counters.slice(1, rank), domain.slice(1), (a) => expressions.enter(1 + a), element);
      });
    }
  }
  const volume = sizeOf(domain) * Math.max(1, sizeOf(reduce));
  return {
    functions: [f],
    entry: f,
    inputs,
    outputs: nest.results.map((r) => r.output),
    units: rank === 0 || scatter !== undefined ? 1 : domain[0]!,
    workBytes: 0,
    cost: 2 * volume,
  };
}

/** Puts a value to what is at an address. */
function meet(
  f: Func,
  how: NonNullable<Nest["scatter"]>["with"],
  dtype: Buffer["dtype"],
  at: Local,
  value: () => void,
): void {
  const load = storeOf[dtype].replace("store8", "load8_u").replace("store", "load");
  f.get(at);
  if (how === "set") value();
  else {
    const combine = how === "add" ? "sum" : how === "mul" ? "prod" : how;
    const fold = foldOf(f, combine, dtype);
    fold.start();
    f.get(at).memory(load);
    fold.step(() => {});
    value();
    fold.step(() => {});
    fold.result();
  }
  f.memory(storeOf[dtype]);
}

/** Loop nests as scalar code: any domain, any expression, any combination. */
import { Addresses } from "../../compiler/address.ts";
import type { Buffer } from "../../compiler/graph.ts";
import { index, ravel } from "../../compiler/kernel.ts";
import type { Interner } from "../../compiler/interner.ts";
import { expressionsOf, extentsOf, inputsOf, type Nest } from "../../compiler/nest.ts";
import { bytesOf } from "../../dtype.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { foldOf } from "./combine.ts";
import { type Context, Expressions, storeOf } from "./expression.ts";
import { Func, type Local } from "./function.ts";
import type { HostFunctions } from "./host.ts";

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
export function kernelFunction(nest: Nest): {
  readonly f: Func;
  readonly inputs: number[];
  readonly pointers: Map<number, Local>;
  readonly results: readonly Local[];
  readonly from: Local;
  readonly to: Local;
} {
  const inputs = inputsOf(nest), n = inputs.length + nest.results.length + 2;
  const f = new Func(null, new Array<"i32">(n).fill("i32"));
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
export function scalarNest(nest: Nest, { buffers, interner, host }: KernelContext): KernelCode {
  const { f, inputs, pointers, results, from, to } = kernelFunction(nest);
  const { domain, reduce, combine, scatter } = nest, sizes = extentsOf(nest), rank = domain.length;
  const counters = sizes.map(() => f.local("i32"));
  const addresses = new Addresses(sizes, interner);
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
        else nest.results.forEach((r, i) => store(i, () => expressions.push(r.body)));
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
    f.get(results[0]!).get(pointers.get(scatter.base)!).i32(
      sizeOf(scatter.shape) * bytesOf(nest.results[0]!.output.dtype),
    );
    f.memoryCopy();
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

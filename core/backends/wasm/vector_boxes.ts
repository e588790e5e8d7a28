/** Elementwise loops over vectors. */
import { addressesOf } from "../../compiler/address.ts";
import { type Box, boxesOf } from "../../compiler/contraction.ts";
import { costOf } from "../../compiler/fuse.ts";
import { expressionsOf, type Nest } from "../../compiler/nest.ts";
import { bytesOf } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { Expressions, storeOf } from "./expression.ts";
import type { Local } from "./function.ts";
import { grain, type KernelCode, type KernelContext, kernelFunction, loopOver, stepwise } from "./loop_nest.ts";
import { valueType } from "./scalar_ops.ts";
import { lanesFor, storeVector, VectorExpressions } from "./vector_expression.ts";

// Elementwise nests as vector code: box by box, along the last loop of each.

/** The most instructions, about, of a loop written out. */
const straight = 80;

/** An elementwise nest as vector code; `null` if no part of it has any. */
export function vectorBoxes(nest: Nest, context: KernelContext): KernelCode | null {
  const { domain } = nest, parts = kernelFunction(nest, context), alone = domain.length === 1;
  const boxes = boxesOf(nest, context.interner).map((box) => new BoxWriter(box, parts, context, alone ? grain : 1));
  if (!boxes.some((b) => b.vectors)) return null;
  for (const b of boxes) b.write();
  const cost = nest.results.reduce((n, r) => n + costOf(r.body), 1);
  return {
    functions: [parts.f],
    entry: parts.f,
    inputs: parts.inputs,
    outputs: nest.results.map((r) => r.output),
    units: alone ? Math.ceil(domain[0]! / grain) : domain[0]!,
    workBytes: 0,
    cost: sizeOf(domain) * (0.1 + 0.06 * cost),
  };
}

/** Writes the code of one box. */
class BoxWriter {
  readonly #counters: readonly Local[];
  readonly #scalar: Expressions;
  readonly #vector: VectorExpressions | null = null;
  readonly #pairs: boolean;
  /** Whether little code counts for more than fast code. */
  readonly compact: boolean;

  constructor(
    readonly box: Box,
    readonly parts: ReturnType<typeof kernelFunction>,
    context: KernelContext,
    readonly unit: number,
  ) {
    const { nest: { domain, results }, place } = box, roots = expressionsOf(box.nest), { f, pointers } = parts;
    const axis = domain.length - 1, addresses = addressesOf(domain, context.interner), { buffers, host } = context;
    const counters = domain.map(() => f.local("i32"));
    const loops = { axes: domain.map((_, i) => i), counters };
    const along = place.terms.some((t) => t.atom.kind === "index" && t.atom.axis === axis && t.factor === 1);
    const shared = { f, addresses, buffers, pointers, host, loops };
    this.compact = host.math !== null;
    this.#counters = counters;
    this.#pairs = context.tile.wide === true;
    this.#scalar = new Expressions(along ? { ...shared, vectorAxis: axis } : shared, roots);
    const lanes = along ? lanesFor(roots, this.#scalar, results.map((r) => r.output.dtype)) : null;
    if (lanes !== null && domain[axis]! >= lanes) this.#vector = new VectorExpressions(this.#scalar, lanes, roots);
    else if (along) this.#scalar = new Expressions(shared, roots);
  }

  /** Whether it has vector code. */
  get vectors(): boolean {
    return this.#vector !== null;
  }

  write(): void {
    const { box, unit } = this, { f, from, to } = this.parts, { domain } = box.nest, rank = domain.length;
    const counters = this.#counters,
      low = f.local("i32"),
      high = f.local("i32"),
      bound = (x: Local): void => {
        f.get(x);
        if (unit > 1) f.i32(unit).op("i32.mul");
        if (box.from > 0) f.i32(box.from).op("i32.sub");
      };
    bound(from);
    f.tee(low).i32(0).get(low).i32(0).op("i32.gt_s", "select").set(low);
    bound(to);
    f.tee(high).i32(box.to - box.from).get(high).i32(box.to - box.from).op("i32.lt_s", "select").set(high);
    f.get(low).get(high).op("i32.lt_s").if(() => {
      this.#scalar.begin();
      if (rank === 0) this.#row(null);
      else if (!box.outer) this.#rows(0);
      else if (rank === 1) {
        f.get(low).set(counters[0]!);
        this.#row(() => f.get(high));
      } else {
        f.get(low).set(counters[0]!);
        f.while(counters[0]!, () => f.get(high), 1, () => {
          this.#scalar.enter(0);
          this.#rows(1);
        });
      }
    });
    f.free(low, high, ...counters);
  }

  /** All rows, with the loops from one on. */
  #rows(first: number): void {
    const { domain } = this.box.nest, last = domain.length - 1, counters = this.#counters, { f } = this.parts;
    loopOver(f, counters.slice(first, last), domain.slice(first, last), (a) => this.#scalar.enter(first + a), () => {
      f.i32(0).set(counters[last]!);
      this.#row(null);
    });
  }

  /** The elements along the last loop, up to its end or one that is only known as it runs. */
  #row(until: (() => void) | null): void {
    const { nest } = this.box, { f } = this.parts, vector = this.#vector, last = nest.domain.length - 1;
    const starts = nest.results.map((_, i) => this.#start(i)), size = last < 0 ? 1 : nest.domain[last]!;
    const one = (): void => this.#scalar.scoped(() => this.#storeScalars(starts));
    if (last < 0) one();
    else {
      const counter = this.#counters[last]!, end = until ?? (() => f.i32(size));
      let left = until === null ? size : Infinity;
      if (vector !== null) {
        const cost = 2 + nest.results.reduce((n, r) => n + costOf(r.body), 0), all = Math.floor(left / vector.lanes);
        const heavy = cost > 14 || nest.results.length > 1;
        const some = (width: number): void => vector.scoped(() => this.#storeVectors(width, starts));
        const { compact } = this;
        if (all <= (compact ? 1 : 8) && all * cost <= straight) {
          some(all);
          f.step(counter, all * vector.lanes);
          left %= vector.lanes;
        } else {
          for (const width of compact ? [1] : !heavy ? [4, 1] : this.#pairs ? [2, 1] : [1]) {
            const step = width * vector.lanes;
            if (left < step) continue;
            stepwise(f, counter, end, step, () => some(width));
            if (until === null) left %= step;
          }
        }
      }
      if (left > 0) stepwise(f, counter, end, 1, one);
    }
    f.free(...starts);
  }

  /** The address of a result's row. */
  #start(i: number): Local {
    const { f, results } = this.parts, { place, nest } = this.box, bytes = bytesOf(nest.results[i]!.output.dtype);
    const start = f.local("i32"), last = nest.domain.length - 1;
    f.get(results[i]!);
    if (place.constant !== 0) f.i32(place.constant * bytes).op("i32.add");
    for (const { factor, atom } of place.terms) {
      const { axis } = atom as { axis: number };
      if (axis === last) continue;
      f.get(this.#counters[axis]!);
      this.#scalar.scale(factor * bytes);
      f.op("i32.add");
    }
    f.set(start);
    return start;
  }

  #pushPlace(i: number, start: Local): void {
    const { f } = this.parts, { place, nest } = this.box, last = nest.domain.length - 1;
    const own = place.terms.find((t) => (t.atom as { axis: number }).axis === last);
    f.get(start);
    if (own === undefined) return;
    f.get(this.#counters[last]!);
    this.#scalar.scale(own.factor * bytesOf(nest.results[i]!.output.dtype));
    f.op("i32.add");
  }

  // All results of an element are computed before the first is stored, which may be in place of what others read.

  #storeScalars(starts: readonly Local[]): void {
    const { f } = this.parts, { results } = this.box.nest, [only] = results;
    const store = (i: number, value: () => void): void => {
      this.#pushPlace(i, starts[i]!);
      value();
      f.memory(storeOf[results[i]!.output.dtype]);
    };
    if (results.length === 1) {
      store(0, () => this.#scalar.push(only!.body));
      return;
    }
    const values = results.map(({ body }) => {
      const value = f.local(valueType(body.dtype));
      this.#scalar.push(body);
      f.set(value);
      return value;
    });
    values.forEach((value, i) => store(i, () => f.get(value)));
    f.free(...values);
  }

  #storeVectors(width: number, starts: readonly Local[]): void {
    if (this.#pairs && width > 1) return this.#storeTogether(width, starts);
    for (let ahead = 0; ahead < width; ahead++) this.#storeVector(ahead, starts);
  }

  #storeVector(ahead: number, starts: readonly Local[]): void {
    const vector = this.#vector!, { f } = this.parts, { results } = this.box.nest, [only] = results;
    const store = (i: number, value: () => void): void => {
      const { dtype } = results[i]!.output;
      this.#pushPlace(i, starts[i]!);
      value();
      storeVector(vector, dtype, ahead * vector.lanes * bytesOf(dtype));
    };
    if (results.length === 1) {
      store(0, () => vector.push(only!.body, ahead));
      return;
    }
    const values = results.map(({ body }) => {
      const value = f.local("v128");
      vector.push(body, ahead);
      f.set(value);
      return value;
    });
    values.forEach((value, i) => store(i, () => f.get(value)));
    f.free(...values);
  }

  /** Vectors of each result are stored side by side once all are computed: only so can an engine join pairs of them. */
  #storeTogether(width: number, starts: readonly Local[]): void {
    const { f } = this.parts, vector = this.#vector!, { results } = this.box.nest;
    const values = results.map(({ body }) =>
      Array.from({ length: width }, (_, ahead) => {
        const value = f.local("v128");
        vector.push(body, ahead);
        f.set(value);
        return value;
      })
    );
    results.forEach(({ output }, i) => {
      const at = f.local("i32");
      this.#pushPlace(i, starts[i]!);
      f.set(at);
      values[i]!.forEach((value, ahead) => {
        f.get(at).get(value);
        storeVector(vector, output.dtype, ahead * vector.lanes * bytesOf(output.dtype));
      });
      f.free(at, ...values[i]!);
    });
  }
}

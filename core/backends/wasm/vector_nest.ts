/** Loops over vectors. */
import { Addresses } from "../../compiler/address.ts";
import { type Box, boxesOf } from "../../compiler/contraction.ts";
import { costOf } from "../../compiler/fuse.ts";
import { type Expr, index, ravel } from "../../compiler/kernel.ts";
import { expressionsOf, extentsOf, type Nest } from "../../compiler/nest.ts";
import { bytesOf } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { Expressions, storeOf } from "./expression.ts";
import type { Local } from "./function.ts";
import {
  type Fold,
  foldOf,
  grain,
  type KernelCode,
  type KernelContext,
  kernelFunction,
  loopOver,
  stepwise,
} from "./loop_nest.ts";
import { valueType } from "./scalar_ops.ts";
import { lanesFor, storeVector, VectorExpressions } from "./vector_expression.ts";
import { flushAfter, foldsAsVector, vectorFold } from "./vector_fold.ts";

// Elementwise nests as vector code: box by box, along the last loop of each.

/** The most instructions, about, of a loop written out. */
const straight = 80;

/** An elementwise nest as vector code; `null` if no part of it has any. */
function vectorBoxes(nest: Nest, context: KernelContext): KernelCode | null {
  const { domain } = nest, parts = kernelFunction(nest), alone = domain.length === 1;
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
    const axis = domain.length - 1, addresses = new Addresses(domain, context.interner), { buffers, host } = context;
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

// Loop nests as vector code: elementwise, combined along the vectors, or combined beside them.

/** A nest as vector code; `null` if it has none, or would not gain by it. */
export function vectorNest(nest: Nest, context: KernelContext): KernelCode | null {
  const { domain, reduce, combine, scatter } = nest, rank = domain.length, sizes = extentsOf(nest);
  if (scatter !== undefined || sizeOf(sizes) === 0) return null;
  if (combine === null) return rank > 0 ? vectorBoxes(nest, context) : null;
  if (!foldsAsVector(combine, nest.results[0]!.body.dtype) || reduce.length === 0) return null;
  const along = sizes.length - 1, beside = rank - 1;
  const wide = (axis: number): boolean => axis >= 0 && sizes[axis]! >= 4;
  // Contiguous reading decides; where neither reads contiguously, the longer axis.
  const score = (axis: number): number => wide(axis) ? contiguous(nest, axis, context) * 1e6 + sizes[axis]! : -1;
  const order = score(along) >= score(beside) ? [along, beside] : [beside, along];
  for (const axis of order) {
    if (!wide(axis)) continue;
    const code = NestWriter.make(nest, context, axis);
    if (code !== null) return code;
  }
  return null;
}

/** Share of the loads that change with an axis that read neighbours along it. */
function contiguous(nest: Nest, axis: number, { interner }: KernelContext): number {
  const addresses = new Addresses(extentsOf(nest), interner);
  let all = 0, near = 0;
  const seen = new Set<unknown>();
  const walk = (es: readonly Expr[]): void => {
    for (const e of es) {
      if (seen.has(e)) continue;
      seen.add(e);
      if (e.kind === "load") {
        const t = addresses.linear(e.at[0]!).terms.find((x) => x.atom.kind === "index" && x.atom.axis === axis);
        if (t !== undefined) {
          all++;
          if (t.factor === 1) near++;
        }
      } else if (e.kind === "apply") walk(e.args);
      else if (e.kind === "select") walk([e.test, e.yes, e.no]);
    }
  };
  walk(nest.results.map((r) => r.body));
  return all === 0 ? 0 : near / all;
}

/** Writes the code of one nest with vectors along one axis. */
class NestWriter {
  static make(nest: Nest, context: KernelContext, axis: number): KernelCode | null {
    const parts = kernelFunction(nest), sizes = extentsOf(nest), counters = sizes.map(() => parts.f.local("i32"));
    const roots = expressionsOf(nest);
    const scalar = new Expressions({
      f: parts.f,
      addresses: new Addresses(sizes, context.interner),
      buffers: context.buffers,
      pointers: parts.pointers,
      host: context.host,
      loops: { axes: sizes.map((_, i) => i), counters },
      vectorAxis: axis,
    }, roots);
    if (!roots.some((r) => scalar.along(r))) return null;
    const lanes = lanesFor(roots, scalar, nest.results.map((r) => r.output.dtype));
    if (lanes === null || sizes[axis]! < lanes) return null;
    const vector = new VectorExpressions(scalar, lanes, roots);
    return new NestWriter(nest, axis, parts, sizes, counters, scalar, vector).write();
  }

  readonly #places;

  private constructor(
    readonly nest: Nest,
    readonly axis: number,
    readonly parts: ReturnType<typeof kernelFunction>,
    readonly sizes: readonly number[],
    readonly counters: readonly Local[],
    readonly scalar: Expressions,
    readonly vector: VectorExpressions,
  ) {
    const { domain } = nest;
    this.#places = scalar.context.addresses.linear(ravel(domain.map((_, i) => index(i)), domain)).terms;
  }

  get #f() {
    return this.parts.f;
  }
  get #lanes() {
    return this.vector.lanes;
  }

  write(): KernelCode {
    const { nest, axis, parts, sizes, counters, scalar } = this, { f, from, to } = parts, rank = nest.domain.length;
    const alone = axis === 0 && rank === 1, units = rank === 0 ? 1 : alone ? Math.ceil(sizes[0]! / grain) : sizes[0]!;
    scalar.begin();
    if (rank === 0) this.#element();
    else if (alone) {
      const end = f.local("i32"), limit = f.local("i32");
      f.get(from).i32(grain).op("i32.mul").set(counters[0]!);
      f.get(to).i32(grain).op("i32.mul").tee(limit).i32(sizes[0]!).get(limit).i32(sizes[0]!);
      f.op("i32.lt_s", "select").set(end);
      this.#along(() => f.get(end));
    } else {
      f.get(from).set(counters[0]!);
      f.while(counters[0]!, () => f.get(to), 1, () => {
        scalar.enter(0);
        const last = axis < rank ? rank - 1 : rank;
        loopOver(f, counters.slice(1, last), sizes.slice(1, last), (a) => scalar.enter(1 + a), () => {
          if (axis >= rank) this.#element();
          else {
            f.i32(0).set(counters[axis]!);
            this.#along(() => f.i32(sizes[axis]!));
          }
        });
      });
    }
    const cost = nest.results.reduce((n, r) => n + costOf(r.body), 1), volume = sizeOf(sizes);
    return {
      functions: [f],
      entry: f,
      inputs: parts.inputs,
      outputs: nest.results.map((r) => r.output),
      units,
      workBytes: 0,
      cost: volume * (0.1 + 0.06 * cost),
    };
  }

  /** Pushes the address of a result at the loops' place. */
  #address(i: number): void {
    const f = this.#f, bytes = bytesOf(this.nest.results[i]!.output.dtype);
    f.get(this.parts.results[i]!);
    for (const { factor, atom } of this.#places) {
      f.get(this.counters[(atom as { axis: number }).axis]!);
      this.scalar.scale(factor * bytes);
      f.op("i32.add");
    }
  }

  /** Goes along the vector axis, which is the last of the domain, from where its counter is. */
  #along(end: () => void): void {
    const counter = this.counters[this.axis]!, enter = () => this.scalar.enter(this.axis);
    const steps = (step: number, body: () => void) =>
      stepwise(this.#f, counter, end, step, () => this.scalar.scoped(() => (enter(), body())));
    for (const width of [4, 1]) steps(width * this.#lanes, () => this.#columns(width));
    steps(1, () => this.#scalarElement());
  }

  #storeScalar(i: number, value: () => void): void {
    this.#address(i);
    value();
    this.#f.memory(storeOf[this.nest.results[i]!.output.dtype]);
  }

  /** One element of a combination, without vectors. */
  #scalarElement(): void {
    const { nest, counters, scalar, sizes } = this, rank = nest.domain.length, f = this.#f;
    const folds = nest.results.map((r) => foldOf(f, nest.combine!, r.body.dtype));
    folds.forEach((fold) => fold.start());
    loopOver(
      f,
      counters.slice(rank),
      sizes.slice(rank),
      (a) => scalar.enter(rank + a),
      () =>
        scalar.scoped(() =>
          nest.results.forEach((r, i) => {
            scalar.push(r.body);
            folds[i]!.step(() => f.get(counters.at(-1)!));
          })
        ),
    );
    folds.forEach((fold, i) => this.#storeScalar(i, fold.result));
  }

  /** Vectors of elements beside each other, each combined over the reduced range. */
  #columns(width: number): void {
    const { nest, vector } = this, { body, output } = nest.results[0]!, f = this.#f;
    const fold = vectorFold(f, nest.combine!, body.dtype, this.#lanes, width);
    fold.start();
    this.#reduced(nest.domain.length, fold.blocked, fold.flush, () => {
      for (let ahead = 0; ahead < width; ahead++) {
        vector.push(body, ahead);
        fold.step(ahead, () => f.get(this.counters.at(-1)!).op("i32x4.splat"));
      }
    });
    for (let ahead = 0; ahead < width; ahead++) {
      this.#address(0);
      fold.lanewise(ahead);
      storeVector(vector, output.dtype, ahead * this.#lanes * bytesOf(output.dtype));
    }
  }

  /** Loops over the reduced range from an axis on, the innermost in blocks if the sums need it. */
  #reduced(from: number, blocked: boolean, flush: () => void, body: () => void): void {
    const { counters, sizes, scalar, vector } = this, f = this.#f, inner = sizes.length - 1;
    loopOver(f, counters.slice(from, inner), sizes.slice(from, inner), (a) => scalar.enter(from + a), () => {
      const counter = counters[inner]!, size = sizes[inner]!, step = (): void => vector.scoped(body);
      f.i32(0).set(counter);
      if (!blocked) {
        f.while(counter, () => f.i32(size), 1, step);
        return;
      }
      const stop = f.local("i32");
      f.block((done) =>
        f.loop((again) => {
          f.get(counter).i32(size).op("i32.ge_s").brIf(done);
          f.get(counter).i32(flushAfter).op("i32.add").tee(stop).i32(size).get(stop).i32(size);
          f.op("i32.lt_s", "select").set(stop);
          f.while(counter, () => f.get(stop), 1, step);
          flush();
          f.br(again);
        })
      );
      f.free(stop);
    });
  }

  /** One element, combined along the vectors. */
  #element(): void {
    const { nest, counters, sizes, scalar, vector, axis } = this, f = this.#f, lanes = this.#lanes;
    const { body } = nest.results[0]!, rank = nest.domain.length, size = sizes[axis]!, counter = counters[axis]!;
    const width = size >= 4 * lanes ? 4 : 1, fold = vectorFold(f, nest.combine!, body.dtype, lanes, width);
    const rest: Fold = foldOf(f, nest.combine!, body.dtype), stride = width * lanes;
    fold.start();
    rest.start();
    loopOver(f, counters.slice(rank, axis), sizes.slice(rank, axis), (a) => scalar.enter(rank + a), () => {
      const whole = size - size % stride, stop = f.local("i32");
      const vectors = (): void =>
        vector.scoped(() => {
          for (let ahead = 0; ahead < width; ahead++) {
            vector.push(body, ahead);
            fold.step(ahead, () => f.get(counter).op("i32x4.splat").steps(lanes * ahead).op("i32x4.add"));
          }
        });
      f.i32(0).set(counter);
      if (!fold.blocked) f.while(counter, () => f.i32(whole), stride, vectors);
      else {
        f.block((done) =>
          f.loop((again) => {
            f.get(counter).i32(whole).op("i32.ge_s").brIf(done);
            f.get(counter).i32(flushAfter * stride).op("i32.add").tee(stop).i32(whole).get(stop).i32(whole);
            f.op("i32.lt_s", "select").set(stop);
            f.while(counter, () => f.get(stop), stride, vectors);
            fold.flush();
            f.br(again);
          })
        );
      }
      f.free(stop);
      if (size % stride !== 0) {
        f.while(counter, () => f.i32(size), 1, () =>
          scalar.scoped(() => {
            scalar.push(body);
            rest.step(() => f.get(counter));
          }));
      }
    });
    this.#storeScalar(0, () => {
      fold.whole();
      rest.join();
      rest.result();
    });
  }
}

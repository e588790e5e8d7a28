/** Loops over vectors. */
import { addressesOf } from "../../compiler/address.ts";
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
import { lanesFor, storeVector, VectorExpressions } from "./vector_expression.ts";
import { flushAfter, foldsAsVector, vectorFold } from "./vector_fold.ts";
import { vectorBoxes } from "./vector_boxes.ts";

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
  const addresses = addressesOf(extentsOf(nest), interner);
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
    const parts = kernelFunction(nest, context),
      sizes = extentsOf(nest),
      counters = sizes.map(() => parts.f.local("i32"));
    const roots = expressionsOf(nest);
    const scalar = new Expressions({
      f: parts.f,
      addresses: addressesOf(sizes, context.interner),
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

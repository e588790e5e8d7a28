/** Batching: one run of a function does the work of many. */
import { meetsAxis } from "../compiler/program.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { bind, currentInterpreter, type Interpreter, withInterpreter } from "../interpreter.ts";
import type { MappedAxis, Primitive } from "../primitive.ts";
import { broadcastInFront, moveAxis } from "../primitives/reshape.ts";
import { normalizeAxis, type Shape, show } from "../shape.ts";
import { Tensor, Tracer, unreadable, type Value } from "../tensor.ts";
import { keysOf, requireFunction, synchronous, type Template, template } from "./stage.ts";

// Batching on flat values: one run of a function does the work of many.

/** One example's view of a value whose first axis is the mapped one. */
export class BatchTracer extends Tracer {
  override readonly shape: Value["shape"];
  constructor(override readonly interpreter: Interpreter, readonly x: Value) {
    super();
    this.shape = Object.freeze(x.shape.slice(1));
  }
  override get dtype(): Value["dtype"] {
    return this.x.dtype;
  }
  protected override primal(reader: string): Value {
    throw unreadable(
      reader,
      "vmap",
      "it differs from example to example: branch with where or cond instead of a host `if`",
    );
  }
}

/** Unwraps the examples' views, applies each primitive's batching rule, and wraps what is mapped. */
export class BatchInterpreter implements Interpreter {
  readonly name = "vmap";
  readonly outer: Interpreter = currentInterpreter();

  readonly mappedAxis: string | undefined;

  constructor(readonly axis: MappedAxis) {
    this.mappedAxis = axis.name === undefined ? undefined : `${JSON.stringify(axis.name)}${axis.size}`;
  }

  axisSize(name: string): number | undefined {
    return name === this.axis.name ? this.axis.size : undefined;
  }

  run<P>(prim: Primitive<P>, inputs: readonly Value[], params: P): readonly Value[] {
    const mapped = inputs.map((a) => a instanceof BatchTracer && a.interpreter === this);
    const values = inputs.map((a, i) => mapped[i] ? (a as BatchTracer).x : a);
    const concerned = mapped.includes(true) || this.axis.name !== undefined &&
        meetsAxis({ prim: prim as Primitive, params }, this.axis.name);
    return withInterpreter(this.outer, () => {
      if (!concerned) return bind(prim, values, params);
      const out = prim.batch(values, mapped, params, this.axis);
      return out.outputs.map((y, i) => out.mapped[i] ? new BatchTracer(this, y) : y);
    });
  }

  unwrap(y: Value): readonly [Value, boolean] {
    return y instanceof BatchTracer && y.interpreter === this ? [y.x, true] : [y, false];
  }
}

/** Runs `f` over the first axis of the inputs marked `mapped`; says which outputs carry the axis, also in front. */
export function batchFlat(
  f: (xs: readonly Value[]) => readonly Value[],
  xs: readonly Value[],
  mapped: readonly boolean[],
  axis: MappedAxis,
): readonly [Value[], boolean[]] {
  const self = new BatchInterpreter(axis);
  const ys = withInterpreter(self, () => f(xs.map((x, i) => mapped[i] ? new BatchTracer(self, x) : x)))
    .map((y) => self.unwrap(y));
  return [ys.map(([y]) => y), ys.map(([, m]) => m)];
}

// `vmap`: a function of one example becomes a function of many.

/** Where the mapped axis is: one axis for every tensor of an argument, `null` for none, or a tree of these. */
export type AxisSpec = number | null | readonly AxisSpec[] | { readonly [key: string]: AxisSpec };

/** A tree with an axis of examples in front of every tensor. */
export type Stacked<T> = T extends Tensor<infer S, infer D extends DType> ? Tensor<readonly [number, ...S], D>
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { readonly [K in keyof T]: Stacked<T[K]> }
  : T;

/** A tree with tensors of any shape in the places of its tensors. */
export type AnyShape<T> = T extends Tensor<Shape, infer D extends DType> ? Tensor<Shape, D>
  : T extends (...args: never[]) => unknown ? T
  : T extends object ? { readonly [K in keyof T]: AnyShape<T[K]> }
  : T;

/** The arguments that the mapped function takes. */
export type MappedArgs<A extends readonly unknown[], I> = {
  readonly [K in keyof A]: I extends readonly unknown[]
    ? K extends keyof I ? I[K] extends null ? A[K] : I[K] extends 0 ? Stacked<A[K]> : AnyShape<A[K]> : AnyShape<A[K]>
    : I extends 0 ? Stacked<A[K]>
    : AnyShape<A[K]>;
};

/** Options of `vmap`. */
export interface VmapOptions<I, O> {
  /** For each argument, the axis to map over; `null` hands it to every example whole. 0 for all if left out. */
  readonly inAxes?: I;
  /** Where the axis of examples goes in the result; 0 if left out. `null` asserts that the result does not depend on it. */
  readonly outAxes?: O;
  /** A name for the axis, for `psum` and its kin. */
  readonly axisName?: string;
  /** The number of examples, needed only where no argument is mapped. */
  readonly axisSize?: number;
}

/**
 * Maps a function over an axis of its arguments, computing all examples at once.
 *
 * @param f A function of trees of tensors, written for one example.
 * @param options Which axes are mapped (`inAxes`), where the new axis goes (`outAxes`), and its name.
 * @returns A function of the same arguments with one more axis on each mapped tensor.
 * @throws {ShapeError} If the mapped axes differ in size, naming the arguments.
 * @throws {TransformError} If `f` reads a traced value or is async.
 *
 * @example Gradients for each example
 * ```ts
 * import { grad, square, tensor, type Tensor, vmap } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * const slopes = vmap(grad((x: Tensor<readonly []>) => square(x)))(tensor([1, 2, 3]));
 * assertEquals(slopes.toArray(), [2, 4, 6]);
 * ```
 */
export function vmap<A extends readonly unknown[], R, const I = 0, const O = 0>(
  f: (...args: A) => R,
  options: VmapOptions<I, O> = {},
): (...args: MappedArgs<A, I>) => O extends 0 ? Stacked<R> : AnyShape<R> {
  requireFunction("vmap", f);
  const { inAxes = 0, outAxes = 0 } = options as { inAxes?: AxisSpec; outAxes?: AxisSpec };
  return ((...args: readonly unknown[]) => {
    if (Array.isArray(inAxes) && inAxes.length !== args.length) {
      throw new ArgumentError(`vmap: inAxes lists ${inAxes.length} arguments, but the call has ${args.length}`);
    }
    const given = template(args);
    const axes = Array.isArray(inAxes)
      ? args.flatMap((a, i) => axesOf(`inAxes of argument ${i}`, inAxes[i] as AxisSpec, a))
      : args.flatMap((a) => axesOf("inAxes", inAxes, a));
    const owners = args.flatMap((a, i) => template(a).tensors.map(() => i));
    const size = mappedSize(given.tensors, axes, owners, options.axisSize);
    const xs = given.tensors.map((x, i) => {
      const axis = axes[i]!;
      return axis === null ? x : moveAxis(x, normalizeAxis(`vmap: argument ${owners[i]}`, axis, x.shape.length), 0);
    });
    let result: Template | undefined;
    const [ys, mapped] = batchFlat(
      (ins) => {
        result = template(synchronous("vmap", f(...given.fill(ins) as unknown as A)));
        return result.tensors;
      },
      xs,
      axes.map((a) => a !== null),
      { size, name: options.axisName },
    );
    const tree = result!.fill(result!.tensors);
    const places = axesOf("outAxes", outAxes, tree);
    return result!.fill(ys.map((y, i) => placed(y, mapped[i]!, places[i]!, size)));
  }) as never;
}

/** One axis for each tensor of a tree, from a prefix of it. */
function axesOf(what: string, spec: AxisSpec, tree: unknown): (number | null)[] {
  if (spec === null || typeof spec === "number") return template(tree).tensors.map(() => spec);
  if (typeof tree !== "object" || tree === null || tree instanceof Tensor) {
    if (!(tree instanceof Tensor)) return [];
    throw new ArgumentError(`vmap: ${what} has a tree where the argument has a tensor; give an axis or null there`);
  }
  const part = spec as { readonly [key: string]: AxisSpec };
  const unknown = Object.keys(part).find((k) => !(k in tree));
  if (unknown !== undefined) throw new ArgumentError(`vmap: ${what} names "${unknown}", which is not there`);
  return keysOf(tree).flatMap((k) => {
    if (!(k in part)) throw new ArgumentError(`vmap: ${what} says nothing about "${k}"; give an axis or null for it`);
    return axesOf(`${what}.${k}`, part[k]!, (tree as Record<string, unknown>)[k]);
  });
}

function mappedSize(
  xs: readonly Value[],
  axes: readonly (number | null)[],
  owners: readonly number[],
  given: number | undefined,
): number {
  let size = given, owner = "axisSize";
  xs.forEach((x, i) => {
    const axis = axes[i]!;
    if (axis === null) return;
    if (x.shape.length === 0) {
      throw new ShapeError(
        `vmap: argument ${owners[i]} holds a scalar, which has no axis to map over; use inAxes null for it`,
      );
    }
    const n = x.shape[normalizeAxis(`vmap: argument ${owners[i]}`, axis, x.shape.length)]!;
    if (size === undefined) {
      size = n;
      owner = `argument ${owners[i]}`;
    } else if (n !== size) {
      throw new ShapeError(
        `vmap: mapped sizes differ, ${size} in ${owner} against ${n} in argument ${owners[i]} (shape ${
          show(x.shape)
        }, axis ${axis})`,
      );
    }
  });
  if (size === undefined) {
    throw new ArgumentError("vmap: no argument is mapped; give one an axis in inAxes, or give axisSize");
  }
  return size;
}

function placed(y: Value, mapped: boolean, axis: number | null, size: number): Value {
  if (axis === null) {
    if (mapped) {
      throw new ShapeError(
        "vmap: a result with outAxes null depends on the mapped axis; give it an axis, or reduce it",
      );
    }
    return y;
  }
  const full = mapped ? y : broadcastInFront(y, size);
  return moveAxis(full, 0, normalizeAxis("vmap: outAxes", axis, full.shape.length));
}

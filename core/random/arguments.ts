/** What samplers check before they draw, and how they bring parameters to one dtype and shape. */
import { type DType, type FloatOf, floatOf, type Promote, promote } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { broadcastRight } from "../primitives/broadcast.ts";
import { cast } from "../primitives/cast.ts";
import { full } from "../primitives/create.ts";
import { broadcastShapes, checkShape, sameShape, type Shape, show } from "../shape.ts";
import { Tensor, type Value } from "../tensor.ts";

/** The state of a stream of random numbers: two words. It is used once; `split` and `foldIn` make new ones of it. */
export type Key = Tensor<readonly [2], "u32">;

/** A dtype of random numbers with fractions. */
export type FloatDType = "f32" | "f64";

/** A parameter of a distribution: a number, or a tensor of them. */
export type Parameter = number | Value;

/** The shape of a parameter. */
export type ParameterShape<P> = P extends Tensor<infer S, DType> ? S : readonly [];

/** The float dtype of a parameter; a number's is f32. */
export type ParameterDType<P> = P extends Tensor<Shape, infer D extends DType> ? FloatOf<D> : "f32";

/** The float dtype of two parameters together. */
export type ParametersDType<P, Q> = P extends number ? ParameterDType<Q>
  : Q extends number ? ParameterDType<P>
  : FloatOf<Promote<ParameterDType<P>, ParameterDType<Q>>>;

/** A key, or an error that says what was given instead. */
export function requireKey(op: string, key: unknown): Value {
  if (key instanceof Tensor && key.dtype === "u32" && sameShape(key.shape, [2])) return key as Value;
  const wanted = `${op}: expected a key (u32[2]), got`;
  if (key instanceof Tensor) {
    const given = `${wanted} ${key.dtype}[${key.shape}]`;
    if (key.dtype !== "u32") throw new DTypeError(`${given}; make one with key(seed)`);
    const many = key.shape.at(-1) === 2 ? "map over many keys with vmap" : "make one with key(seed)";
    throw new ShapeError(`${given}; ${many}`);
  }
  if (Array.isArray(key)) throw new ArgumentError(`${wanted} an array; take one of its keys`);
  const what = typeof key !== "object" || key === null
    ? String(key)
    : key.constructor === Object
    ? "an object"
    : `a ${key.constructor.name}`;
  throw new ArgumentError(`${wanted} ${typeof key === "function" ? "a function" : what}; make one with key(seed)`);
}

/** The dtype option of a sampler of floats. */
export function requireFloatDType(op: string, dtype: unknown): FloatDType {
  if (dtype === "f32" || dtype === "f64") return dtype;
  throw new DTypeError(`${op}: draws f32 or f64, not ${String(dtype)}; cast the result`);
}

/** A condition on a number among the parameters; elements of tensors are not looked at, for they may be traced. */
export interface Domain {
  readonly test: (x: number) => boolean;
  readonly text: string;
}

/** Above 0. */
export const positive: Domain = { test: (x) => x > 0, text: "must be positive" };
/** Not NaN. */
export const anyNumber: Domain = { test: (x) => !Number.isNaN(x), text: "must be a number" };

/** Named parameters as tensors of one float dtype, of their own shapes. */
export function parameters(
  op: string,
  given: Readonly<Record<string, unknown>>,
  domain: Domain,
  dtype: unknown,
): Value[] {
  const dtypes = Object.values(given).flatMap((x) => x instanceof Tensor ? [floatOf(x.dtype as DType)] : []);
  const common = requireFloatDType(op, dtype ?? (dtypes.length === 0 ? "f32" : dtypes.reduce(promote)));
  return Object.entries(given).map(([name, x]) => {
    if (x instanceof Tensor) return cast(x as Value, common);
    if (typeof x !== "number") {
      throw new ArgumentError(
        `${op}: ${name} is ${
          Array.isArray(x) ? "an array; wrap it: tensor([…])" : `${String(x)}; give a number or a tensor`
        }`,
      );
    }
    if (!domain.test(x)) throw new ArgumentError(`${op}: ${name} is ${x}; it ${domain.text}`);
    return full([], x, common);
  });
}

/** The shape to draw, the parameters' common one where none is given, and the parameters broadcast to it. */
export function drawn(op: string, shape: unknown, xs: readonly Value[], names: readonly string[]): [Shape, Value[]] {
  const to = shape === undefined ? broadcastShapes(op, ...xs.map((x) => x.shape)) : checkShape(op, shape as Shape);
  return [
    to,
    xs.map((x, i) => {
      const fits = x.shape.length <= to.length &&
        x.shape.every((d, a) => d === 1 || d === to[to.length - x.shape.length + a]);
      if (fits) return broadcastRight(x, to);
      throw new ShapeError(
        `${op}: ${names[i]} of shape ${show(x.shape)} does not broadcast to the shape to draw, ${show(to)}`,
      );
    }),
  ];
}

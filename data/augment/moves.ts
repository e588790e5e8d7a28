/** Maps that turn, shear, scale and move pictures. */
import {
  add,
  cos,
  div,
  equal,
  floor,
  mod,
  mul,
  neg,
  type Shape,
  sin,
  stack,
  stopGradient,
  sub,
  tan,
  type Tensor,
  type Value,
  where,
} from "../../mod.ts";

/** Ways to move pictures, one of each for each picture. */
export interface Moves {
  /** Degrees, counter-clockwise. */
  readonly turns: Tensor;
  /** Degrees by which columns lean. */
  readonly shears: Tensor;
  /** How much larger what is shown becomes. */
  readonly scales: Tensor;
  /** Pixels to the right. */
  readonly right: Tensor;
  /** Pixels down. */
  readonly down: Tensor;
}

/** Maps from places in the results to those in pictures that were scaled, sheared, turned, then moved. */
export function inverseMap({ turns, shears, scales, right, down }: Moves): Tensor<readonly [number, 2, 3]> {
  const [c, s] = cosSin(turns), lean = tan(mul(shears, Math.PI / 180) as unknown as Tensor) as Tensor;
  // The inverse of the shear [[1, k], [0, 1]] after that of the turn, [[c, −s], [s, c]].
  const a = div(sub(c, mul(lean, s)), scales) as unknown as Tensor;
  const b = neg(div(add(s, mul(lean, c)), scales) as unknown as Tensor) as Tensor;
  const d = div(s, scales) as unknown as Tensor, e = div(c, scales) as unknown as Tensor;
  const back = (p: Tensor, q: Tensor): Tensor => neg(add(mul(p, right), mul(q, down)) as unknown as Tensor) as Tensor;
  const row = (p: Tensor, q: Tensor): Tensor => stack([p, q, back(p, q)] as never, { axis: 1 }) as unknown as Tensor;
  return stack([row(a, b), row(d, e)] as never, { axis: 1 }) as never;
}

/** Cosine and sine of degrees, exact at quarter turns: only what is left of an angle after whole quarters goes through radians. */
function cosSin(degrees: Tensor): readonly [cos: Tensor, sin: Tensor] {
  const quarters = stopGradient(floor(add(div(degrees, 90), 0.5) as unknown as Tensor)) as Tensor;
  const rest = mul(sub(degrees, mul(quarters, 90)), Math.PI / 180) as unknown as Tensor;
  const c = cos(rest) as Tensor, s = sin(rest) as Tensor, turn = mod(quarters, 4) as unknown as Tensor;
  const pick = (...xs: readonly Tensor[]): Tensor =>
    xs.reduceRight((after, x, i) => where(equal(turn, i) as Tensor<Shape, "bool">, x, after) as Value as Tensor);
  return [pick(c, neg(s) as Tensor, neg(c) as Tensor, s), pick(s, c, neg(s) as Tensor, neg(c) as Tensor)];
}

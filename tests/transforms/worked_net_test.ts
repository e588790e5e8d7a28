/** A five-layer sigmoid net whose gradients are written out by the chain rule, layer by layer and sum by sum. */
import { assertEquals } from "@std/assert";
import {
  add,
  grad,
  key,
  matmul,
  normal,
  type Shape,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor,
  type Value,
} from "../../mod.ts";
import { arrayIn, assertNear, roundoff64 } from "../laws/compare.ts";

type Vector = Tensor<Shape, "f64">;
type Layer = { readonly w: Vector; readonly b: Vector };

const widths = [3, 4, 2, 5, 3, 2] as const;
const draw = (seed: number, shape: Shape): Vector => normal(key(seed), shape, { dtype: "f64" }) as Vector;
const layers: readonly Layer[] = widths.slice(1).map((rows, k) => ({
  w: draw(2 * k, [rows, widths[k]!]),
  b: draw(2 * k + 1, [rows]),
}));
const x = draw(100, [widths[0]]), d = draw(101, [widths.at(-1)!]);

const net = (params: readonly Layer[], input: Vector): Vector =>
  params.reduce((h, { w, b }) => sigmoid(add(matmul(w, h) as Vector, b) as Vector) as Vector, input);
const loss = (params: readonly Layer[]): Tensor<Shape, "f64"> =>
  sum(square(sub(net(params, x), d) as Vector) as Vector) as Tensor<Shape, "f64">;

/** ∂L/∂Wₖ and ∂L/∂bₖ: with zₖ = Wₖhₖ₋₁ + bₖ, hₖ = σ(zₖ), the error is δ₅ = 2(h₅ − d)σ′(z₅), δₖ₋₁ = Wₖᵀδₖ σ′(zₖ₋₁). */
function chainRule(): { readonly w: number[]; readonly b: number[] }[] {
  const ws = layers.map(({ w }) => w.toArray() as number[][]), bs = layers.map(({ b }) => b.toArray() as number[]);
  const hs = [x.toArray() as number[]];
  ws.forEach((w, k) =>
    hs.push(w.map((row, i) => 1 / (1 + Math.exp(-row.reduce((z, wij, j) => z + wij * hs[k]![j]!, bs[k]![i]!)))))
  );
  const target = d.toArray() as number[], out: { w: number[]; b: number[] }[] = [];
  let upper = hs[5]!.map((h, i) => 2 * (h - target[i]!));
  for (let k = 4; k >= 0; k--) {
    const delta = upper.map((u, i) => u * hs[k + 1]![i]! * (1 - hs[k + 1]![i]!));
    out.unshift({ w: delta.flatMap((di) => hs[k]!.map((h) => di * h)), b: delta });
    upper = hs[k]!.map((_, j) => delta.reduce((u, di, i) => u + ws[k]![i]![j]! * di, 0));
  }
  return out;
}

Deno.test("grad() of a five-layer sigmoid net is the chain rule written out, for all ten parameters", () => {
  const gradients = grad(loss)(layers), expected = chainRule();
  assertEquals(gradients.length, 5);
  // Five layers forward and back, each a sum of at most five products and a sigmoid of slope under 1: 10 · 8 roundings.
  const near = (actual: Value, values: readonly number[], what: string): void =>
    assertNear(
      arrayIn(actual),
      { shape: actual.shape, dtype: "f64", data: Float64Array.from(values) },
      80 * roundoff64 * Math.max(...values.map(Math.abs)),
      what,
    );
  expected.forEach(({ w, b }, k) => {
    near(gradients[k]!.w, w, `W${k + 1}`);
    near(gradients[k]!.b, b, `b${k + 1}`);
  });
});

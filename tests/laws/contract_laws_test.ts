import { dotGeneralP, type DotParams } from "../../core/primitives/dot_general.ts";
import type { Shape } from "../../core/shape.ts";
import { type LawCase, laws } from "./laws.ts";
import { f64, i32, u32, u8 } from "./values.ts";

const none: DotParams["batch"] = [[], []];

const cases: readonly (readonly [string, Shape, Shape, DotParams["contract"], DotParams["batch"]])[] = [
  ["two scalars", [], [], none, none],
  ["a scalar and a matrix", [], [2, 3], none, none],
  ["vectors", [5], [5], [[0], [0]], none],
  ["vectors of one element", [1], [1], [[0], [0]], none],
  ["vectors of none", [0], [0], [[0], [0]], none],
  ["a matrix and a vector", [2, 3], [3], [[1], [0]], none],
  ["a vector and a matrix", [3], [3, 2], [[0], [0]], none],
  ["matrices", [2, 3], [3, 4], [[1], [0]], none],
  ["matrices wide enough to be tiled", [5, 7], [7, 6], [[1], [0]], none],
  ["a transposed left side", [3, 5], [3, 4], [[0], [0]], none],
  ["a transposed right side", [5, 3], [4, 3], [[1], [1]], none],
  ["matrices of no rows", [0, 3], [3, 2], [[1], [0]], none],
  ["an empty sum", [2, 0], [0, 3], [[1], [0]], none],
  ["an outer product", [3], [2, 1], none, none],
  ["one batch axis", [2, 3, 4], [2, 4, 5], [[2], [1]], [[0], [0]]],
  ["a batch axis at the end", [3, 4, 2], [4, 2, 3], [[1], [0]], [[2], [1]]],
  ["a batch axis alone", [3], [3], none, [[0], [0]]],
  ["an empty batch", [0, 2], [0, 2], [[1], [1]], [[0], [0]]],
  ["two contracted axes in another order", [2, 3, 4], [4, 5, 2], [[0, 2], [2, 0]], none],
  ["two contracted axes apart", [2, 3, 2], [2, 2, 2], [[2, 0], [0, 2]], none],
  ["everything contracted", [2, 3], [3, 2], [[0, 1], [1, 0]], none],
  ["attention's scores", [1, 3, 2, 2], [1, 4, 2, 2], [[3], [3]], [[0, 2], [0, 2]]],
  ["batch axes in another order", [2, 3, 2], [3, 2, 2], [[2], [2]], [[1, 0], [0, 1]]],
];

laws(cases.map(([name, a, b, contract, batch], i): LawCase<DotParams> => ({
  name,
  prim: dotGeneralP,
  params: { contract, batch },
  inputs: [f64(a, 2 * i), f64(b, 2 * i + 1)],
})));

const product: DotParams = { contract: [[1], [0]], batch: none };
laws([
  {
    name: "i32, wrapping around",
    prim: dotGeneralP,
    params: product,
    inputs: [i32([2, 2], [2 ** 31 - 1, 65537, -7, 3]), i32([2, 2], [65539, -1, 2 ** 30, 5])],
  },
  {
    name: "u32, wrapping around",
    prim: dotGeneralP,
    params: product,
    inputs: [u32([1, 2], [2 ** 32 - 1, 65537]), u32([2, 1], [65539, 2 ** 31])],
  },
  {
    name: "u8, wrapping around",
    prim: dotGeneralP,
    params: product,
    inputs: [u8([4, 3], (i) => 255 - i), u8([3, 4], (i) => 200 + i)],
  },
]);

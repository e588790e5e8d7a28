/** Tensors of a table's columns. */
import { ArgumentError } from "../core/errors.ts";
import { tensor } from "../core/ops/create.ts";
import type { Tensor } from "../core/tensor.ts";
import { byCodePoint } from "./code_points.ts";
import { clip } from "./formats/excerpt.ts";
import { checkTable, type Column, named, type Table } from "./table.ts";

/** Options of `tableToTensor`. */
export interface TableToTensorOptions {
  /**
   * What becomes of missing values: `"reject"` throws, a number stands in for them, and `"mean"` puts the mean of the
   * column's other values there. `"reject"` if left out.
   */
  readonly missing?: "reject" | "mean" | number;
}

/**
 * A matrix of the columns of a table: numbers as they are, rounded to f32, and truth values as 0 and 1.
 *
 * @param table A table.
 * @param columns The names of the columns to take, in order; all if left out.
 * @param options `missing`: what becomes of missing values.
 * @returns The values, f32 `[rows, columns]`.
 * @throws {ArgumentError} If there is no such column, or it holds texts; or a value is missing, or all of a column whose
 *   mean should be taken.
 * @see Little and Rubin, Statistical Analysis with Missing Data, 2019, on what the mean does to the variance
 *
 * @example A gap, filled
 * ```ts
 * import { decodeCsv, orThrow, tableToTensor } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const table = orThrow(decodeCsv("name,age,member\nAda,36,true\nBéa,,false\n"));
 * const matrix = tableToTensor(table, ["age", "member"], { missing: "mean" });
 * assertEquals(matrix.toArray(), [[36, 1], [36, 0]]);
 * ```
 */
export function tableToTensor(
  table: Table,
  columns: readonly string[] = table.columns,
  options: TableToTensorOptions = {},
): Tensor<readonly [number, number]> {
  const { missing = "reject" } = options;
  if (typeof missing !== "number" && missing !== "reject" && missing !== "mean") {
    throw new ArgumentError(`tableToTensor: missing is ${JSON.stringify(missing)}; it is "reject", "mean" or a number`);
  }
  const { rows } = checkTable("tableToTensor", table), width = columns.length;
  const data = new Float32Array(rows * width);
  columns.forEach((name, c) => {
    const { values } = numbersOf(name, named("tableToTensor", table, name));
    const instead = standIn(name, values, missing);
    for (let r = 0; r < rows; r++) {
      const x = values[r];
      data[r * width + c] = x === null || Number.isNaN(x) ? instead : Number(x);
    }
  });
  return tensor(data, { shape: [rows, width] });
}

function numbersOf(name: string, column: Column): Extract<Column, { readonly type: "number" | "boolean" }> {
  if (column.type === "number" || column.type === "boolean") return column;
  if (column.type === "bytes") {
    throw new ArgumentError(`tableToTensor: column "${clip(name)}" holds bytes; decode them, or leave it out`);
  }
  throw new ArgumentError(
    `tableToTensor: column "${clip(name)}" holds texts; leave it out, or number them by categories(column)`,
  );
}

/** What stands for a missing value of a column. */
function standIn(
  name: string,
  values: Float64Array | readonly (boolean | null)[],
  missing: "reject" | "mean" | number,
): number {
  const list = values as ArrayLike<number | boolean | null>;
  let sum = 0, known = 0, first = -1;
  for (let r = 0; r < list.length; r++) {
    const x = list[r]!;
    if (x === null || Number.isNaN(x)) first = first < 0 ? r : first;
    else {
      sum += Number(x);
      known++;
    }
  }
  if (first < 0) return 0;
  if (missing === "reject") {
    throw new ArgumentError(
      `tableToTensor: row ${first} of column "${clip(name)}" is missing; pass { missing: a number or "mean" }`,
    );
  }
  if (missing !== "mean") return missing;
  if (known > 0) return sum / known;
  throw new ArgumentError(`tableToTensor: column "${clip(name)}" has no values to take the mean of; leave it out`);
}

/** The different values of a column, and which of them each row has. */
export interface Categories {
  /** The values as texts: texts in the order of their code points, numbers by size, `false` before `true`. */
  readonly names: readonly string[];
  /** For each row a place in `names`, −1 where the value is missing; i32 `[rows]`. */
  readonly codes: Tensor<readonly [number], "i32">;
}

/**
 * The values of a column as classes, numbered in order.
 *
 * @param column A column of any type.
 * @returns The classes and the rows' numbers.
 *
 * @example Irises
 * ```ts
 * import { categories, tableOf, columnOf } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const { names, codes } = categories(columnOf(tableOf({ species: ["virginica", "setosa", null, "setosa"] }), "species"));
 * assertEquals(names, ["setosa", "virginica"]);
 * assertEquals(codes.toArray(), [1, 0, -1, 0]);
 * ```
 */
export function categories(column: Column): Categories {
  if (column.type === "bytes") throw new ArgumentError("categories: the column holds bytes; decode them first");
  const texts = Array.from<unknown, string | null>(
    column.values,
    (x) => x === null || Number.isNaN(x) ? null : String(x),
  );
  const order = column.type === "number" ? (a: string, b: string) => Number(a) - Number(b) : byCodePoint;
  const names = [...new Set(texts)].filter((x) => x !== null).sort(order);
  const codes = new Map<string | null, number>(names.map((name, i) => [name, i]));
  const data = Int32Array.from(texts, (x) => codes.get(x) ?? -1);
  return { names, codes: tensor(data) as Categories["codes"] };
}

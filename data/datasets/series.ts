/** Measurements over time, as statsmodels carries them. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { decodeRows, linesOf, wrongLine } from "./rows.ts";
import { right } from "fp-ts/lib/Either.js";

/** A quantity over time. */
export interface Series {
  /** When, i32 `[length]`, ascending: a year, or a day as year, month and day, such as 19580329. */
  readonly times: Tensor<readonly [number], "i32">;
  /** How much, `[length]`; NaN where nothing was measured. */
  readonly values: Tensor<readonly [number]>;
}

const published = "https://raw.githubusercontent.com/statsmodels/statsmodels/v0.14.4/statsmodels/datasets";

const source = (name: string, origin: string, id: string, bytes: number, sha256: string): DataSource => ({
  name,
  origin: `${origin}; as in statsmodels`,
  licence: "Public domain",
  files: [{ path: `series/${id}.csv`, urls: [`${published}/${id}/${id}.csv`], bytes, sha256 }],
});

/** Where `loadSunspots` has its numbers from. */
export const sunspotsSource: DataSource = source(
  "Sunspots",
  "National Geophysical Data Center",
  "sunspots",
  2944,
  "f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b",
);

/** Where `loadNile` has its numbers from. */
export const nileSource: DataSource = source(
  "Nile",
  "Durbin and Koopman, Time series analysis by state space methods, 2001",
  "nile",
  942,
  "88e97bea7249e5832a85e41aec6ce4b8f7b1b14aae930c8363da7f193286b598",
);

/** Where `loadCarbonDioxide` has its numbers from. */
export const carbonDioxideSource: DataSource = source(
  "Carbon dioxide",
  "Keeling and Whorf, Atmospheric CO2 records from sites in the SIO air sampling network, 2004",
  "co2",
  33974,
  "16695fa2786e53414e5a6b54767a3fdf5de99cfbc68617f69d1362d92776a92f",
);

/**
 * The number of spots on the sun in each year from 1700 to 2008: it rises and falls in about eleven years.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The 309 years and numbers, or why they cannot be had.
 * @see https://www.statsmodels.org/stable/datasets/generated/sunspots.html
 *
 * @example Where they are not
 * ```ts
 * import { loadSunspots } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadSunspots({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.values.shape, [309] as never);
 * ```
 */
export const loadSunspots = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Series> =>
  load(sunspotsSource, options);

/**
 * The volume of the Nile at Aswan in each year from 1871 to 1970, in 10⁸ cubic metres: it falls at once about 1898.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The 100 years and volumes, or why they cannot be had.
 * @see Cobb, The problem of the Nile, 1978, https://doi.org/10.1093/biomet/65.2.243
 *
 * @example Where they are not
 * ```ts
 * import { loadNile } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadNile({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.values.shape, [100] as never);
 * ```
 */
export const loadNile = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Series> =>
  load(nileSource, options);

/**
 * Carbon dioxide in the air above Mauna Loa in each week from March 1958 to December 2001, in parts per million: a trend
 * and a season. 59 weeks are NaN.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The 2,284 days and parts, or why they cannot be had.
 * @see Keeling and Whorf, 2004, https://www.statsmodels.org/stable/datasets/generated/co2.html
 *
 * @example Where they are not
 * ```ts
 * import { loadCarbonDioxide } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadCarbonDioxide({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.values.shape, [2284] as never);
 * ```
 */
export const loadCarbonDioxide = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Series> =>
  load(carbonDioxideSource, options);

function load({ files }: DataSource, options: LoadOptions): TaskEither<DataError | FormatError, Series> {
  return async () => {
    const loaded = await loadFile(files[0]!, options)();
    return loaded._tag === "Left" ? loaded : decodeSeries(loaded.right);
  };
}

/**
 * Reads a quantity over time: a line that names the two columns, then in each line a time, which is a whole number, a comma
 * and a number, or nothing where there is none.
 *
 * @param bytes The file, UTF-8.
 * @returns `times` and `values`, or the first line that is not as it should be.
 *
 * @example Two years
 * ```ts
 * import { decodeSeries, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const { values } = orThrow(decodeSeries(new TextEncoder().encode("year,spots\n1700,5\n1701,11\n")));
 * assertEquals(values.toArray(), [5, 11]);
 * ```
 */
export function decodeSeries(bytes: Uint8Array): Either<FormatError, Series> {
  const op = "decodeSeries", rows = decodeRows(bytes, { op, columns: 2, separator: ",", head: true, gaps: true });
  if (rows._tag === "Left") return rows;
  const times = rows.right.filter((_, i) => i % 2 === 0), values = rows.right.filter((_, i) => i % 2 === 1);
  const odd = times.findIndex((t, i) => !(t === (t | 0) && (i === 0 || t > times[i - 1]!)));
  if (odd >= 0) {
    const what = `${times[odd]} is no time: times are whole numbers and ascend`;
    return wrongLine(op, "csv", linesOf(bytes), odd + 1, what);
  }
  return right({ times: tensor(Int32Array.from(times)), values: tensor(Float32Array.from(values)) });
}

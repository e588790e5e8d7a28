/** Measurements over time, as statsmodels carries them. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { decodeCsv } from "../formats/csv.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import type { Table } from "../table.ts";
import { decodeRows, linesOf, wrongLine } from "./rows.ts";
import { right } from "fp-ts/lib/Either.js";

/** A quantity over time. */
export interface Series {
  /** When, i32 `[length]`, ascending: a year, or with the month or the day behind it, such as 195803 or 19580329. */
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

/** Where `loadElNino` has its numbers from. */
export const elNinoSource: DataSource = source(
  "El Niño",
  "National Oceanic and Atmospheric Administration, ERSST.V3B, Niño 1+2",
  "elnino",
  5508,
  "b647be00e0fd264be9764e317e6b963f35030014ecca2b21b204521716e463ad",
);

/** Where `loadMacrodata` has its numbers from. */
export const macrodataSource: DataSource = source(
  "Macroeconomics of the United States",
  "Federal Reserve Bank of St. Louis, and Bureau of Labor Statistics, 2009",
  "macrodata",
  17829,
  "d93c0d3a7a77ef83c3af14e46032bb1d02ae3a512b22ab94159a8ca226fcf708",
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
  load(sunspotsSource, options, decodeSeries);

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
  load(nileSource, options, decodeSeries);

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
  load(carbonDioxideSource, options, decodeSeries);

/**
 * The temperature of the sea's surface off Peru (0° to 10° south, 80° to 90° west) in each month from 1950 to 2010, in °C:
 * a season, and every few years the warmth of El Niño.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The 732 months, 195001 to 201012, and temperatures, or why they cannot be had.
 * @see https://www.statsmodels.org/stable/datasets/generated/elnino.html
 *
 * @example Where they are not
 * ```ts
 * import { loadElNino } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadElNino({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.values.shape, [732] as never);
 * ```
 */
export const loadElNino = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Series> =>
  load(elNinoSource, options, decodeMonthlySeries);

/**
 * The economy of the United States in each quarter from 1959 to the third of 2009: columns `year`, `quarter`, `realgdp`,
 * `realcons`, `realinv`, `realgovt`, `realdpi`, `cpi`, `m1`, `tbilrate`, `unemp`, `pop`, `infl` and `realint`. Those that
 * start with `real` are at prices of 2005, in 10⁹ dollars a year, but for `realint`, which like `tbilrate`, `unemp` and
 * `infl` is in per cent.
 *
 * @param options Where to look: see `loadFile`.
 * @returns A table of 203 rows and 14 columns, or why it cannot be had.
 * @see https://www.statsmodels.org/stable/datasets/generated/macrodata.html
 *
 * @example Where it is not
 * ```ts
 * import { loadMacrodata, tableToTensor } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadMacrodata({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(tableToTensor(loaded.right, ["infl", "unemp"]).shape, [203, 2]);
 * ```
 */
export const loadMacrodata = (options: LoadOptions = {}): TaskEither<DataError | FormatError, Table> =>
  load(macrodataSource, options, decodeCsv);

function load<A>(
  { files }: DataSource,
  options: LoadOptions,
  decode: (bytes: Uint8Array) => Either<FormatError, A>,
): TaskEither<DataError | FormatError, A> {
  return async () => {
    const loaded = await loadFile(files[0]!, options)();
    return loaded._tag === "Left" ? loaded : decode(loaded.right);
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
  return seriesOf("decodeSeries", bytes, 1, (time) => time);
}

/**
 * Reads a quantity over months: a line that names the columns, then in each line a year and twelve numbers behind commas,
 * or nothing where there is none.
 *
 * @param bytes The file, UTF-8.
 * @returns `times`, such as 195001, and `values`, or the first line that is not as it should be.
 *
 * @example A year
 * ```ts
 * import { decodeMonthlySeries, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "year,j,f,m,a,m,j,j,a,s,o,n,d\n1950,23,24,25,23,23,21,20,20,19,20,20,21\n";
 * const { times, values } = orThrow(decodeMonthlySeries(new TextEncoder().encode(text)));
 * assertEquals([times.dataSync()[11], values.dataSync()[11]], [195012, 21]);
 * ```
 */
export function decodeMonthlySeries(bytes: Uint8Array): Either<FormatError, Series> {
  return seriesOf("decodeMonthlySeries", bytes, 12, (year, month) => 100 * year + month + 1);
}

/** Lines of a time and `each` values; `timeOf` gives the time of each. */
function seriesOf(
  op: string,
  bytes: Uint8Array,
  each: number,
  timeOf: (time: number, place: number) => number,
): Either<FormatError, Series> {
  const columns = 1 + each, rows = decodeRows(bytes, { op, columns, separator: ",", head: true, gaps: true });
  if (rows._tag === "Left") return rows;
  const starts = rows.right.filter((_, i) => i % columns === 0), values = rows.right.filter((_, i) => i % columns > 0);
  const odd = starts.findIndex((t, i) => {
    const last = timeOf(t, each - 1);
    return !(Number.isInteger(t) && last === (last | 0) && (i === 0 || t > starts[i - 1]!));
  });
  if (odd >= 0) {
    const what = `${starts[odd]} is no time: times are whole numbers and ascend`;
    return wrongLine(op, "csv", linesOf(bytes), odd + 1, what);
  }
  const times = Int32Array.from(values, (_, i) => timeOf(starts[Math.floor(i / each)]!, i % each));
  return right({ times: tensor(times), values: tensor(Float32Array.from(values)) });
}

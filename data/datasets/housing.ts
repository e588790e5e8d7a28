/** Prices of houses in California. */
import { type Tensor, tensor } from "../../mod.ts";
import type { DataError, Either, FormatError, TaskEither } from "../errors.ts";
import { clip } from "../formats/excerpt.ts";
import { type DataSource, loadFile, type LoadOptions } from "../source.ts";
import { linesOf, wrongLine } from "./rows.ts";
import { right } from "fp-ts/lib/Either.js";

/** Where `loadCaliforniaHousing` has its data from. */
export const housingSource: DataSource = {
  name: "California housing",
  origin: "Pace and Barry, Sparse spatial autoregressions, 1997; as in Géron's handson-ml2",
  licence: "Apache-2.0",
  files: [{
    path: "california-housing/housing.csv",
    urls: ["https://raw.githubusercontent.com/ageron/handson-ml2/master/datasets/housing/housing.csv"],
    bytes: 1423529,
    sha256: "8a3727f4cf54ac1a327f69b1d5b4db54c5834ea81c6e4efc0d163300022a685e",
  }],
};

/** What is measured of each district, in order. */
export const housingFeatures = [
  "longitude",
  "latitude",
  "housing_median_age",
  "total_rooms",
  "total_bedrooms",
  "population",
  "households",
  "median_income",
] as const;

/** How near the sea a district is, in the order of `Housing.proximity`. */
export const housingProximities = ["INLAND", "<1H OCEAN", "NEAR OCEAN", "NEAR BAY", "ISLAND"] as const;

const target = "median_house_value", category = "ocean_proximity";

/** Districts of California in 1990. */
export interface Housing {
  /** Measurements, `[districts, 8]`, columns as in `housingFeatures`; NaN where the number of bedrooms is not known. */
  readonly inputs: Tensor<readonly [number, 8]>;
  /** How near the sea, i32 `[districts]`: a place in `housingProximities`. */
  readonly proximity: Tensor<readonly [number], "i32">;
  /** The median value of a house, US dollars, `[districts]`; 500,001 stands for more. */
  readonly values: Tensor<readonly [number]>;
}

/**
 * 20,640 districts of California in the census of 1990: where they lie, who lives there, and what a house is worth.
 *
 * @param options Where to look: see `loadFile`.
 * @returns The districts, or why they cannot be had.
 * @see Pace and Barry, 1997, https://doi.org/10.1016/S0167-7152(96)00140-X
 *
 * @example Where they are not
 * ```ts
 * import { loadCaliforniaHousing } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded = await loadCaliforniaHousing({ fetch: false })();
 * if (loaded._tag === "Right") assertEquals(loaded.right.inputs.shape, [20640, 8] as never);
 * ```
 */
export const loadCaliforniaHousing = (
  options: LoadOptions = {},
): TaskEither<DataError | FormatError, Housing> =>
async () => {
  const loaded = await loadFile(housingSource.files[0]!, options)();
  return loaded._tag === "Left" ? loaded : decodeHousing(loaded.right);
};

/**
 * Reads the table of districts: a line of names, then a line for each district. An empty field is a number not known.
 *
 * @param bytes The file, UTF-8.
 * @returns The districts, or the first line that is not as it should be.
 *
 * @example One district
 * ```ts
 * import { decodeHousing, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const names = "longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income";
 * const text = `${names},median_house_value,ocean_proximity\n-122,38,41,880,,322,126,8.5,452600,NEAR BAY\n`;
 * const { values, proximity } = orThrow(decodeHousing(new TextEncoder().encode(text)));
 * assertEquals([values.toArray(), proximity.toArray()], [[452600], [3]]);
 * ```
 */
export function decodeHousing(bytes: Uint8Array): Either<FormatError, Housing> {
  const lines = linesOf(bytes), [head = "", ...rows] = lines, width = housingFeatures.length;
  const wrong = (line: number, what: string): Either<FormatError, never> =>
    wrongLine("decodeHousing", "csv", lines, line, `${JSON.stringify(clip(lines[line] ?? ""))}, ${what}`);
  const names = [...housingFeatures, target, category];
  if (head !== names.join(",")) return wrong(0, `does not name the columns ${names.join(",")}`);
  const inputs = new Float32Array(rows.length * width), values = new Float32Array(rows.length);
  const proximity = new Int32Array(rows.length);
  for (const [i, row] of rows.entries()) {
    const fields = row.split(","), numbers = fields.slice(0, -1).map((f) => f.trim() === "" ? NaN : Number(f));
    // Only what is empty is not known: a word in a field of numbers is a mistake.
    const readable = fields.slice(0, -1).every((f, k) => f.trim() === "" ? k < width : Number.isFinite(numbers[k]));
    const near = housingProximities.indexOf(fields.at(-1) as never);
    if (fields.length !== names.length || !readable || near < 0) {
      return wrong(i + 1, `is not ${width + 1} numbers and one of ${housingProximities.join(", ")}`);
    }
    inputs.set(numbers.slice(0, width), i * width);
    values[i] = numbers[width]!;
    proximity[i] = near;
  }
  return right({
    inputs: tensor(inputs, { shape: [rows.length, width] }) as unknown as Housing["inputs"],
    proximity: tensor(proximity) as Housing["proximity"],
    values: tensor(values) as Housing["values"],
  });
}

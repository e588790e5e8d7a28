/** Units of a layer: what weights lead to one output, which by this library's layouts is one place of the last axis. */
import type { Value } from "../mod.ts";
import { mean, sqrt, square, sum } from "./loose.ts";

/** The axes that belong to one unit: all but the last; a vector and a scalar are one unit. */
const within = (x: Value): readonly number[] => x.shape.map((_, i) => i).slice(0, x.rank < 2 ? x.rank : -1);

/** Each unit's 2-norm, with axes of size 1 in place of its own. */
export const unitNorms = (x: Value): Value => sqrt(sum(square(x), { axis: within(x), keepDims: true }));

/** Each unit's mean, with axes of size 1 in place of its own. */
export const unitMeans = (x: Value): Value => mean(x, { axis: within(x), keepDims: true });

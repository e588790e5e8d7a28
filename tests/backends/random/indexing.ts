/** Random steps that read and write at computed places. */
import * as op from "../../../mod.ts";
import type { Value } from "../../../mod.ts";
import { blurred, bound, type Draft, elementsOf, rounded, size, unit } from "./cell.ts";
import type { Choices } from "./choices.ts";
import { type Entry, fit, floats, integers, numbers, type Pool } from "./pool.ts";
import { moving } from "./movement.ts";

/** A step that moves the elements of one value to places that exact ones give. */
const placing = (name: string, x: Entry, at: Entry, run: (x: Value, at: Value) => Value): Draft => ({
  name,
  inputs: [x.place, at.place],
  run: ([v, i]) => run(v!, i!),
  error: ([v, i]) => v!.error === null ? null : run(bound(v!), i!.value),
});

function taken(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c), at = pool.exact(c, integers);
  if (x === null) return null;
  const options = x.value.shape.length > 0 && c.below(2) === 0 ? { axis: c.below(x.value.shape.length) } : {};
  if (at === null || c.oneIn(3)) {
    const n = "axis" in options ? x.value.shape[options.axis]! : x.value.size;
    const places = Array.from({ length: c.between(0, 5) }, () => c.between(-n, n - 1));
    return moving(`take [${places}] ${JSON.stringify(options)}`, [x], ([v]) => op.take(v!, places, options) as Value);
  }
  return placing(`take ${JSON.stringify(options)}`, x, at, (v, i) => op.take(v, i, options) as Value);
}

function takenAlong(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c, (e) => e.value.shape.length > 0), at = pool.exact(c, integers);
  if (x === null || at === null) return null;
  const axis = c.below(x.value.shape.length), n = c.of([3, 1, 4, 0]);
  const shape = x.value.shape.map((d, a) => a === axis ? n : d);
  return placing(
    `takeAlongAxis ${axis}`,
    x,
    at,
    (v, i) => op.takeAlongAxis(v, fit(i, shape, "i32"), { axis }) as Value,
  );
}

function gathered(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c), at = pool.exact(c, integers);
  if (x === null || at === null) return null;
  const axes = c.some(x.value.shape.map((_, a) => a)), points = c.of([[4], [2, 2], [], [5]]);
  return placing(
    `gather ${axes}`,
    x,
    at,
    (v, i) => op.gather(v, fit(i, [...points, axes.length], "i32"), { axes }) as Value,
  );
}

const { scatter, scatterAdd, scatterMul, scatterMax, scatterMin } = op;

function scattered(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c, numbers), at = pool.exact(c, integers);
  if (x === null || at === null) return null;
  const y = pool.exact(c, (v) => v.dtype === x.value.dtype)!, { shape, dtype } = x.value;
  const axes = c.some(shape.map((_, a) => a)), points = c.of([[4], [7], [2, 2], [], [5], [0]]);
  const [name, f] = c.of(Object.entries({ scatterAdd, scatter, scatterMul, scatterMax, scatterMin }));
  // Where a product of some factors underflows, its order decides what the others make of it.
  const underflows = (v: Value): boolean => Array.from(elementsOf(v)).some((e) => e !== 0 && Math.abs(e) < 1e-4);
  if (name === "scatterMul" && floats(x.value) && (underflows(x.value) || underflows(y.value))) return null;
  const updates = [...points, ...shape.filter((_, a) => !axes.includes(a))];
  const run = (base: Value, i: Value, u: Value, g = f): Value =>
    g(base, fit(i, [...points, axes.length], "i32"), fit(u, updates, base.dtype), { axes }) as Value;
  const draft = {
    name: `${name} at ${points} of axes ${axes}`,
    inputs: [x.place, at.place, y.place],
    run: ([b, i, u]: readonly Value[]) => run(b!, i!, u!),
  };
  if (!floats(x.value) || (name !== "scatterAdd" && name !== "scatterMul")) return draft;
  return {
    ...draft,
    error: ([b, i, u], result) =>
      op.add(
        rounded(result, 32),
        name === "scatterMul" ? 0 : op.mul(run(size(b!.value), i!.value, size(u!.value)), 32 * unit(dtype)),
      ),
  };
}

function segments(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c, (v) => integers(v) && v.shape.length > 0), at = pool.exact(c, integers);
  if (x === null || at === null) return null;
  const f = c.of(["segmentSum", "segmentMax", "segmentMin"] as const), n = c.between(1, 4);
  return {
    name: `${f} ${n}`,
    inputs: [x.place, at.place],
    run: ([v, i]) => op[f](v!, fit(i!, [v!.shape[0]!], "i32"), n) as Value,
  };
}

function blocks(c: Choices, pool: Pool): Draft | null {
  const x = pool.pick(c), at = pool.exact(c, integers);
  if (x === null || at === null) return null;
  const { shape } = x.value, sizes = shape.map((d) => c.between(0, d));
  if (c.below(2) === 0) {
    return placing(
      `dynamicSlice ${sizes}`,
      x,
      at,
      (v, i) => op.dynamicSlice(v, fit(i, [shape.length], "i32"), sizes) as Value,
    );
  }
  const u = pool.pick(c, (e) => e.value.dtype === x.value.dtype)!;
  return {
    name: `dynamicUpdateSlice ${sizes}`,
    inputs: [x.place, u.place, at.place],
    run: ([v, w, i]) => op.dynamicUpdateSlice(v!, fit(w!, sizes, v!.dtype), fit(i!, [shape.length], "i32")),
    error: ([v, w, i]) =>
      blurred([v!, w!])
        ? op.dynamicUpdateSlice(bound(v!), fit(bound(w!), sizes, "f64"), fit(i!.value, [shape.length], "i32"))
        : null,
  };
}

function written(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c, (v) => numbers(v) && v.shape.length > 0 && v.shape[0]! > 0);
  if (x === null) return null;
  const n = x.value.shape[0]!,
    range = c.of(["::2", ":2", "1:", "::-1"] as const),
    f = c.of(["setAt", "addAt", "mulAt", "maxAt", "minAt"] as const);
  const terms = c.below(2) === 0 ? [c.below(n)] : [range];
  return { name: `${f} ${terms}`, inputs: [x.place], run: ([v]) => op[f](v!, terms, 2) };
}

function searched(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c, numbers), y = x === null ? null : pool.exact(c, (v) => v.dtype === x.value.dtype);
  if (x === null || y === null) return null;
  const side = c.of(["left", "right"] as const);
  return {
    name: `searchSorted ${side}`,
    inputs: [x.place, y.place],
    run: ([v, w]) => op.searchSorted(op.sort(op.flatten(v!)), w!, { side }) as Value,
  };
}

function hot(c: Choices, pool: Pool): Draft | null {
  const x = pool.exact(c, integers), n = c.between(1, 5);
  return x === null ? null : { name: `oneHot ${n}`, inputs: [x.place], run: ([v]) => op.oneHot(v!, n) as Value };
}

/** Rules of computed places. */
export const indexingRules = [taken, takenAlong, gathered, scattered, segments, blocks, written, searched, hot];

/** What a net is made of, as a table; and how many numbers a tree of parameters holds. */
import { ArgumentError, evalShape, type Key, key, TransformError, tree } from "../mod.ts";
import { type Cells, grouped, sized, tableHtml, tableText } from "../core/format_table.ts";
import { showSpec } from "./block.ts";
import { isSpec, type Layer, type Spec } from "./net.ts";

/**
 * How many numbers a tree of parameters holds.
 *
 * @param params A tree of tensors.
 * @returns The number of their elements.
 *
 * @example A linear layer's
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { countParams, linearInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(countParams(linearInit(key(0), 3, 2)), 8);
 * ```
 */
export const countParams = (params: unknown): number => tree.size(params);

/** Bytes of an element. */
const widths: Readonly<Record<string, number>> = { f64: 8, f32: 4, i32: 4, u32: 4, u8: 1, bool: 1 };

/**
 * How many bytes the elements of a tree of parameters take.
 *
 * @param params A tree of tensors.
 * @returns The number of bytes.
 *
 * @example Eight numbers in f32
 * ```ts
 * import { key } from "@adjoint/adjoint";
 * import { countBytes, linearInit } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(countBytes(linearInit(key(0), 3, 2)), 32);
 * ```
 */
export const countBytes = (params: unknown): number => tree.reduce((n, l) => n + l.size * widths[l.dtype]!, 0, params);

/** One layer in a summary. */
export interface SummaryRow {
  /** Its name. */
  readonly layer: string;
  /** How many layers it stands inside of. */
  readonly depth: number;
  /** The examples it gives: a spec, or a tree of them. */
  readonly output: unknown;
  /** How many numbers it learns, those of the layers inside included. */
  readonly parameters: number;
  /** How many bytes those are. */
  readonly bytes: number;
  /** How many numbers it carries along. */
  readonly state: number;
}

/** A table of a net's layers. `String(summary)` is text, and a notebook shows a table. */
export interface Summary {
  /** A row for each layer; those inside one follow it. */
  readonly rows: readonly SummaryRow[];
  /** How many numbers the net learns. */
  readonly parameters: number;
  /** How many bytes those are. */
  readonly bytes: number;
  /** How many numbers it carries along. */
  readonly state: number;
  /** The table as text. */
  readonly toString: () => string;
}

/**
 * The layers of a net with the shapes they give and the numbers they learn.
 *
 * @param net A net.
 * @returns Its table: rows as data, as text with `String(…)` or `console.log`, and as HTML in a notebook.
 *
 * @example Of a small net
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { act, dense, input, relu, summary } from "@adjoint/adjoint/layers";
 * import { assertEquals } from "@std/assert";
 *
 * const table = summary(pipe(input([784]), dense(10), act(relu)));
 * assertEquals(table.parameters, 7850);
 * assertEquals(String(table).split("\n")[3], "dense(10)  [10]         7,850  31.4 kB");
 * ```
 */
export function summary(net: {
  readonly input: unknown;
  readonly output: unknown;
  readonly layers: readonly Layer[];
}): Summary {
  const rows = net.layers.flatMap((l) => rowsOf(l, 0)), top = rows.filter((r) => r.depth === 0);
  const total = (f: (r: SummaryRow) => number) => top.reduce((n, r) => n + f(r), 0);
  return new Table(net.input, rows, total((r) => r.parameters), total((r) => r.bytes), total((r) => r.state));
}

function rowsOf(layer: Layer, depth: number): SummaryRow[] {
  const params = layer.params === undefined ? [] : specsIn(specsOf(layer.params));
  const row: SummaryRow = {
    layer: layer.name,
    depth,
    output: layer.output,
    parameters: params.reduce((n, s) => n + sizeOf(s), 0),
    bytes: params.reduce((n, s) => n + sizeOf(s) * widths[s.dtype]!, 0),
    state: (layer.state === undefined ? [] : specsIn(specsOf(layer.state))).reduce((n, s) => n + sizeOf(s), 0),
  };
  return [row, ...(layer.inner ?? []).flatMap((l) => rowsOf(l, depth + 1))];
}

const sizeOf = (spec: Spec): number => spec.shape.reduce((a, b) => a * b, 1);

/** The specs of what an initialiser makes, which is not made where it can be traced. */
function specsOf(make: (key: Key) => unknown): unknown {
  try {
    return evalShape(make, key(0));
  } catch (e) {
    if (e instanceof TransformError) return make(key(0));
    throw e;
  }
}

/** The specs in a tree. */
function specsIn(t: unknown): Spec[] {
  if (isSpec(t)) return [t];
  return typeof t === "object" && t !== null ? Object.values(t).flatMap(specsIn) : [];
}

class Table implements Summary {
  constructor(
    readonly input: unknown,
    readonly rows: readonly SummaryRow[],
    readonly parameters: number,
    readonly bytes: number,
    readonly state: number,
  ) {}

  toString = (): string => tableText(this.#cells());

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": tableHtml(this.#cells()) };
  }

  /** The table's cells: a head, the input, the layers, and the totals. */
  #cells(): Cells {
    const carried = this.state > 0,
      cells = (name: string, output: string, p: number, b: number, s: number) => [
        name,
        output,
        grouped(p),
        sized(b),
        ...(carried ? [grouped(s)] : []),
      ];
    const rest = Array.from({ length: carried ? 3 : 2 }, () => "");
    const rows = [
      ["layer", "output", "parameters", "size", ...(carried ? ["state"] : [])],
      ["input", showSpec(this.input), ...rest],
      ...this.rows.map((r) =>
        cells("  ".repeat(r.depth) + r.layer, showSpec(r.output), r.parameters, r.bytes, r.state)
      ),
      cells("total", "", this.parameters, this.bytes, this.state),
    ];
    return { rows, left: 2 };
  }
}

/**
 * The parameters, or an error that names the first place where they are not those of the net: what to put between a
 * checkpoint and a net.
 *
 * @param net A net. @param params What should be its parameters.
 * @returns The same, typed as the net's.
 * @throws {ArgumentError} If something is missing, is there in excess, or has another shape or dtype.
 *
 * @example Parameters of another net
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import { key } from "@adjoint/adjoint";
 * import { dense, input, requireParams } from "@adjoint/adjoint/layers";
 * import { assertThrows } from "@std/assert";
 *
 * const net = pipe(input([4]), dense(2)), other = pipe(input([4]), dense(3));
 * assertThrows(() => requireParams(net, other.init(key(0)).params), Error, "[4, 3] at [0, w], where the net has [4, 2]");
 * ```
 */
export function requireParams<P>(
  net: { readonly init: (key: Key) => { readonly params: P }; readonly layers: readonly Layer[] },
  params: unknown,
): P {
  const at = (path: readonly string[]) => path.length === 0 ? "the root" : `[${path.join(", ")}]`;
  const walk = (want: unknown, given: unknown, path: readonly string[]): void => {
    if (isSpec(want) || isSpec(given) || isTree(want) !== isTree(given)) {
      const a = showPart(given), b = showPart(want);
      if (a !== b) {
        throw new ArgumentError(
          `requireParams: ${a} at ${at(path)}, where the net has ${b}; use parameters of this net`,
        );
      }
      return;
    }
    for (const k of new Set([...keysOf(want), ...keysOf(given)])) walk(partAt(want, k), partAt(given, k), [...path, k]);
  };
  walk(net.layers.flatMap((l) => l.params === undefined ? [] : [specsOf(l.params)]), params, []);
  return params as P;
}

const isTree = (t: unknown): t is Readonly<Record<string, unknown>> => typeof t === "object" && t !== null;
const keysOf = (t: unknown): string[] => isTree(t) ? Object.keys(t) : [];
const partAt = (t: unknown, k: string): unknown => isTree(t) ? t[k] : undefined;
const showPart = (t: unknown): string => t === undefined || t === null ? "nothing" : isSpec(t) ? showSpec(t) : "a tree";

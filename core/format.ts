/** Values as text: for people, and as keys of settings. */
import { type DType, isFloat, type TypedArray } from "./dtype.ts";
import type { Shape } from "./shape.ts";

/** Settings as text: equal exactly where they are equal by value. */
const identities = new WeakMap<WeakKey, number>();
let identityCount = 0;

/** A setting as text: equal text exactly when the settings are equal by value (by identity, where there is no value). */
export function settingKey(x: unknown): string {
  if (typeof x === "number") return Object.is(x, -0) ? "-0" : String(x);
  if (typeof x === "string") return JSON.stringify(x);
  if (typeof x === "bigint") return `${x}n`;
  if (x === null || x === undefined || typeof x === "boolean") return String(x);
  const registered = typeof x === "symbol" ? Symbol.keyFor(x) : undefined;
  if (registered !== undefined) return `symbol ${JSON.stringify(registered)}`;
  if (Array.isArray(x)) return `[${x.map(settingKey).join()}]`;
  const p = Object.getPrototypeOf(x);
  if (typeof x === "object" && (p === Object.prototype || p === null)) {
    return `{${Object.entries(x).map(([k, y]) => `${JSON.stringify(k)}:${settingKey(y)}`).join()}}`;
  }
  let id = identities.get(x as WeakKey);
  if (id === undefined) identities.set(x as WeakKey, id = ++identityCount);
  return `#${id}`;
}

// Tensors as text and as HTML: dtype, shape and aligned values, the middle left out where there are many.

/** What is shown: without `data`, only dtype and shape. */
export interface Shown {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data?: TypedArray;
}

/** Elements beyond which an axis is cut, and how many of it stay at either end. */
const many = 1000, edge = 3;

/** The positions of an axis that are shown; −1 stands for those left out. */
function shownIndices(n: number, cut: boolean): number[] {
  if (!cut || n <= 2 * edge + 1) return Array.from({ length: n }, (_, i) => i);
  return [0, 1, 2, -1, n - edge, n - 2, n - 1];
}

/** One number per element that is shown, all of one format. */
function formatter(values: readonly number[], dtype: DType): (x: number) => string {
  if (dtype === "bool") return (x) => (x !== 0 ? "true" : "false");
  if (!isFloat(dtype)) return String;
  const finite = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs);
  const large = Math.max(0, ...finite), small = finite.length > 0 ? Math.min(...finite) : 1;
  const special = (f: (x: number) => string) => (x: number) => Number.isFinite(x) ? f(x) : String(x);
  if (large >= 1e8 || small < 1e-4 || large / small > 1e8) return special((x) => x.toExponential(4));
  // As few decimals as tell the shown values apart from their f32 neighbours, at most four.
  let decimals = 0;
  while (decimals < 4 && finite.some((v) => Math.abs(v - Number(v.toFixed(decimals))) > 1e-6 * v)) decimals++;
  return special((x) => x.toFixed(decimals));
}

/** Walks the shown part of a tensor. */
function layout(x: Shown): { readonly cut: boolean; readonly values: number[] } {
  const data = x.data!, cut = data.length > many, values: number[] = [];
  const walk = (axis: number, base: number, inner: number): void => {
    if (axis === x.shape.length) {
      values.push(data[base]!);
      return;
    }
    const n = x.shape[axis]!, step = n === 0 ? 0 : inner / n;
    for (const i of shownIndices(n, cut)) if (i >= 0) walk(axis + 1, base + i * step, step);
  };
  walk(0, 0, data.length);
  return { cut, values };
}

/** `f32[2,3]`, then the values, one row a line. */
export function formatTensor(x: Shown): string {
  const head = `${x.dtype}[${x.shape.join(",")}]`;
  if (x.data === undefined) return head;
  if (x.data.length === 0) return `${head} []`;
  const { cut, values } = layout(x), format = formatter(values, x.dtype);
  const width = Math.max(...values.map((v) => format(v).length));
  const lines = (axis: number, base: number, inner: number, indent: string): string => {
    if (axis === x.shape.length) return format(x.data![base]!).padStart(width);
    const n = x.shape[axis]!, step = inner / n, last = axis === x.shape.length - 1;
    const parts = shownIndices(n, cut).map((i) => i < 0 ? "…" : lines(axis + 1, base + i * step, step, indent + " "));
    return `[${parts.join(last ? ", " : `,${"\n".repeat(x.shape.length - 1 - axis)}${indent} `)}]`;
  };
  return `${head} ${lines(0, 0, x.data.length, " ".repeat(head.length + 1))}`;
}

/** A text in HTML or XML, between tags. */
export const escapeHtml = (s: string): string =>
  s.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** A table for rank 1 and 2, the text otherwise. */
export function formatHtml(x: Shown): string {
  if (x.data === undefined || x.data.length === 0 || x.shape.length === 0 || x.shape.length > 2) {
    return `<pre>${escapeHtml(formatTensor(x))}</pre>`;
  }
  const { cut, values } = layout(x), format = formatter(values, x.dtype);
  const [rows, columns] = x.shape.length === 1 ? [1, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const cell = (text: string) => `<td style="text-align:right">${text}</td>`;
  const row = (i: number) =>
    `<tr>${
      shownIndices(columns, cut).map((j) => cell(i < 0 || j < 0 ? "…" : format(x.data![i * columns + j]!))).join("")
    }</tr>`;
  return `<table><caption>${x.dtype}[${x.shape.join(",")}]</caption>${
    shownIndices(rows, cut).map(row).join("")
  }</table>`;
}

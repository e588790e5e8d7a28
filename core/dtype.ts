/** Element types: what each holds, how wide it is, and how two of them meet. */
import { DTypeError } from "./errors.ts";

/** The element types a tensor may have today. */
export type DType = "f32" | "f64" | "i32" | "u32" | "u8" | "bool";

/** The arrays that hold elements, one kind a storage type. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** What the elements of a dtype are, for rules that ask by kind and not by name. */
export type Kind = "float" | "int" | "bool";

interface Info {
  readonly kind: Kind;
  readonly bytes: number;
  /** Place in the promotion order: the higher of two wins. */
  readonly rank: number;
  readonly alloc: (n: number) => TypedArray;
}

// A new element type (f16, bf16, complex) is one more line here and one more arm of `DType`.
const table: { readonly [D in DType]: Info } = {
  bool: { kind: "bool", bytes: 1, rank: 0, alloc: (n) => new Uint8Array(n) },
  u8: { kind: "int", bytes: 1, rank: 1, alloc: (n) => new Uint8Array(n) },
  u32: { kind: "int", bytes: 4, rank: 2, alloc: (n) => new Uint32Array(n) },
  i32: { kind: "int", bytes: 4, rank: 3, alloc: (n) => new Int32Array(n) },
  f32: { kind: "float", bytes: 4, rank: 4, alloc: (n) => new Float32Array(n) },
  f64: { kind: "float", bytes: 8, rank: 5, alloc: (n) => new Float64Array(n) },
};

/**
 * Every dtype, from the one that always gives way to the one that never does.
 *
 * @example In their order
 * ```ts
 * import { dtypes } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dtypes, ["bool", "u8", "u32", "i32", "f32", "f64"]);
 * ```
 */
export const dtypes: readonly DType[] = (Object.keys(table) as DType[]).sort((a, b) => table[a].rank - table[b].rank);

/** Whether a string names a dtype. */
export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(table, name);
}

/** Float, integer or truth value. */
export const kindOf = (d: DType): Kind => table[d].kind;
/** Whether derivatives pass through values of this dtype. */
export const isFloat = (d: DType): boolean => table[d].kind === "float";
/** Bytes an element takes. */
export const bytesOf = (d: DType): number => table[d].bytes;
/** The smallest and the largest integer a dtype holds; infinite for floats. */
export function rangeOf(d: DType): readonly [number, number] {
  switch (d) {
    case "i32":
      return [-(2 ** 31), 2 ** 31 - 1];
    case "u32":
      return [0, 2 ** 32 - 1];
    case "u8":
      return [0, 255];
    case "bool":
      return [0, 1];
    default:
      return [-Infinity, Infinity];
  }
}
/** A zeroed array for `n` elements. */
export const alloc = (d: DType, n: number): TypedArray => table[d].alloc(n);

/** A number as an array of that dtype holds it. */
export function rounded(x: number, d: DType): number {
  if (d === "f64") return x;
  if (d === "f32") return Math.fround(x);
  const box = alloc(d, 1);
  box[0] = x;
  return box[0]!;
}

/** The dtype whose arrays `data` is one of; `Uint8Array` reads as u8. */
export function dtypeOfArray(data: TypedArray): DType {
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Float64Array) return "f64";
  if (data instanceof Int32Array) return "i32";
  if (data instanceof Uint32Array) return "u32";
  if (data instanceof Uint8Array) return "u8";
  throw new DTypeError(
    `tensor: no dtype holds a ${Object.prototype.toString.call(data).slice(8, -1)}; convert it to a Float32Array, ` +
      "Float64Array, Int32Array, Uint32Array or Uint8Array first",
  );
}

/** The dtype of `a ∘ b`: the later of the two in `bool, u8, u32, i32, f32, f64`, whatever the values. */
export const promote = (a: DType, b: DType): DType => table[a].rank >= table[b].rank ? a : b;

/** The dtype of a JavaScript number met by a tensor: the tensor's own, except that a truth value gives way to f32. */
export const weak = (d: DType): DType => d === "bool" ? "f32" : d;

/** `promote` in types. */
export type Promote<A extends DType, B extends DType> = readonly [A, B] extends readonly [B, A] ? A
  : DType extends A | B ? DType
  : "f64" extends A | B ? "f64"
  : "f32" extends A | B ? "f32"
  : "i32" extends A | B ? "i32"
  : "u32" extends A | B ? "u32"
  : "u8" extends A | B ? "u8"
  : "bool";

/** `weak` in types. */
export type Weak<D extends DType> = D extends "bool" ? "f32" : D;

/** The float dtype that an operation with irrational results (exp, mean, …) gives for `d`: floats stay, all else is f32. */
export const floatOf = (d: DType): DType => isFloat(d) ? d : "f32";

/** `floatOf` in types. */
export type FloatOf<D extends DType> = D extends "f32" | "f64" ? D : "f32";

/**
 * The promotion table as text, a row and a column a dtype.
 *
 * @returns Lines, the first of which names the columns.
 *
 * @example What u8 meets
 * ```ts
 * import { promotionTable } from "@adjoint/adjoint";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(promotionTable().split("\n")[2], "u8   u8   u8   u32  i32  f32  f64");
 * ```
 */
export function promotionTable(): string {
  const cell = (s: string) => s.padEnd(5);
  const rows = dtypes.map((a) => cell(a) + dtypes.map((b) => cell(promote(a, b))).join(""));
  return [cell("") + dtypes.map(cell).join(""), ...rows].map((r) => r.trimEnd()).join("\n");
}

/** A training state as one file: a tree of tensors, numbers and texts, in a safetensors file with a checksum. */
import type { DType } from "../core/dtype.ts";
import { ArgumentError } from "../core/errors.ts";
import type { Shape } from "../core/shape.ts";
import { isTensor } from "../core/tree.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Either, FormatError } from "./errors.ts";
import { excerpt } from "./formats/excerpt.ts";
import { decodeSafetensors, encodeSafetensors } from "./formats/safetensors.ts";
import { left, right } from "fp-ts/lib/Either.js";

type Tensors = Record<string, Tensor<Shape, DType>>;

/** What the file's metadata call themselves; the number changes when older readers could not read it. */
const version = "1";

// The structure is JSON. A tensor is { t: name }, an object { o: {…} }, an array { a: […] }, a number that JSON has not
// { n: text }, `undefined` { u: 0 }; other numbers, texts, truth values and null stand for themselves.
type Node = null | boolean | number | string | { readonly [key: string]: unknown };

/**
 * A tree as the bytes of a checkpoint.
 *
 * @param tree Plain objects and arrays of tensors, numbers, texts, truth values, `null` and `undefined`.
 * @returns A safetensors file: the tensors by their paths, and the tree's structure and a checksum in its metadata.
 * @throws {ArgumentError} If something else stands in the tree, such as a function or a typed array.
 *
 * @example There and back
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { decodeCheckpoint, encodeCheckpoint, orThrow } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const state = { params: [{ w: tensor([1, 2]) }], step: 7 };
 * const back = orThrow(await decodeCheckpoint(await encodeCheckpoint(state), state));
 * assertEquals([back.params[0]?.w.toArray(), back.step], [[1, 2], 7]);
 * ```
 */
export async function encodeCheckpoint(tree: unknown): Promise<Uint8Array> {
  const tensors: Tensors = {};
  const structure = JSON.stringify(encodeNode(tree, [], tensors));
  const checksum = await checksumOf(structure, tensors);
  return encodeSafetensors(tensors, { metadata: { adjointCheckpoint: version, structure, checksum } });
}

function encodeNode(x: unknown, path: readonly (string | number)[], tensors: Tensors): Node {
  const where = path.join(".") || "the root";
  if (x === null || typeof x === "boolean" || typeof x === "string") return x;
  if (x === undefined) return { u: 0 };
  if (typeof x === "number") {
    return Number.isFinite(x) && !Object.is(x, -0) ? x : { n: Object.is(x, -0) ? "-0" : `${x}` };
  }
  if (isTensor(x)) {
    // Keys with dots in them might name two leaves alike.
    let name = path.join(".");
    while (Object.hasOwn(tensors, name)) name += "'";
    Object.defineProperty(tensors, name, { value: x, enumerable: true, configurable: true, writable: true });
    return { t: name };
  }
  if (Array.isArray(x)) return { a: x.map((y, i) => encodeNode(y, [...path, i], tensors)) };
  const prototype = typeof x === "object" ? Object.getPrototypeOf(x) : undefined;
  if (prototype === Object.prototype || prototype === null) {
    const entries = Object.entries(x as object).map(([k, y]) => [k, encodeNode(y, [...path, k], tensors)] as const);
    return { o: Object.fromEntries(entries) };
  }
  const what = typeof x === "object" ? `a ${x?.constructor?.name ?? "object"}` : `a ${typeof x}`;
  throw new ArgumentError(
    `encodeCheckpoint: ${where} is ${what}; a checkpoint holds tensors, numbers, texts, truth values, objects and arrays`,
  );
}

/**
 * The tree that a checkpoint holds.
 *
 * @param bytes What `encodeCheckpoint` gave.
 * @param like A tree of the structure that is expected, such as a fresh training state: what is given has its type. Objects
 *   and arrays must have the same entries, tensors the same shapes and dtypes, and other leaves be of the same kind.
 *   Left out, the tree is given as it was saved, of type `unknown`.
 * @returns The tree; or what is wrong: bytes that are no checkpoint, cut short or changed, or a structure that differs.
 *
 * @example Bytes that were changed
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { decodeCheckpoint, encodeCheckpoint } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = await encodeCheckpoint({ w: tensor([1]) });
 * bytes[bytes.length - 1]! ^= 1;
 * assertEquals((await decodeCheckpoint(bytes))._tag, "Left");
 * ```
 */
export async function decodeCheckpoint<T>(bytes: Uint8Array, like?: T): Promise<Either<FormatError, T>> {
  const decoded = decodeSafetensors(bytes);
  if (decoded._tag === "Left") return decoded;
  const { tensors, metadata } = decoded.right;
  if (metadata["adjointCheckpoint"] === undefined) return bad("no checkpoint, though it is a safetensors file");
  if (metadata["adjointCheckpoint"] !== version) {
    return bad(
      `a checkpoint of version ${excerpt(metadata["adjointCheckpoint"])}, and only version ${version} is known`,
    );
  }
  const { structure = "", checksum } = metadata;
  if (checksum !== await checksumOf(structure, tensors)) return bad("damaged: its checksum differs");
  let tree: unknown;
  try {
    tree = decodeNode(JSON.parse(structure) as Node, tensors, 0);
  } catch (e) {
    return bad(`damaged: its structure cannot be read (${e instanceof Error ? excerpt(e.message) : "unknown"})`);
  }
  const difference = like === undefined ? undefined : differs(tree, like, []);
  return difference === undefined ? right(tree as T) : bad(`of another structure: ${difference}`);
}

const bad = (what: string): Either<FormatError, never> =>
  left({ _tag: "FormatError", format: "checkpoint", offset: 0, message: `decodeCheckpoint: the file is ${what}` });

/** Deeper trees are refused: no state is so deep, and reading them takes the stack. */
const deepest = 1000;

function decodeNode(node: Node, tensors: Readonly<Tensors>, depth: number): unknown {
  if (node === null || typeof node !== "object") return node;
  if (depth > deepest) throw new Error(`deeper than ${deepest}`);
  const { t, a, o, n } = node as {
    readonly t?: unknown;
    readonly a?: unknown;
    readonly o?: unknown;
    readonly n?: unknown;
  };
  if (typeof t === "string" && Object.hasOwn(tensors, t)) return tensors[t];
  if (Array.isArray(a)) return a.map((x) => decodeNode(x as Node, tensors, depth + 1));
  if (typeof o === "object" && o !== null) {
    return Object.fromEntries(Object.entries(o).map(([k, x]) => [k, decodeNode(x as Node, tensors, depth + 1)]));
  }
  if (typeof n === "string") return Number(n);
  if ("u" in node) return undefined;
  throw new Error("an entry of no known kind");
}

/** Where and how a tree is unlike another; `undefined` if it is like it. */
function differs(x: unknown, like: unknown, path: readonly (string | number)[]): string | undefined {
  const where = path.join(".") || "the root", at = (what: string) => `${where} ${what}`;
  if (isTensor(like)) {
    if (!isTensor(x)) return at(`is ${kindOf(x)}, not a tensor`);
    const same = x.dtype === like.dtype && x.shape.length === like.shape.length &&
      x.shape.every((d, i) => d === like.shape[i]);
    const show = (y: Tensor<Shape, DType>) => `${y.dtype}[${y.shape.join(", ")}]`;
    return same ? undefined : at(`is ${show(x)}, not ${show(like)}`);
  }
  if (kindOf(x) !== kindOf(like)) return at(`is ${kindOf(x)}, not ${kindOf(like)}`);
  if (typeof like !== "object" || like === null) return undefined;
  const mine = Object.keys(x as object), wanted = Object.keys(like);
  const missing = wanted.filter((k) => !mine.includes(k)), more = mine.filter((k) => !wanted.includes(k));
  // Lists may have grown, as histories do.
  if (!Array.isArray(like) && missing.length > 0) return at(`lacks ${missing.slice(0, 8).join(", ")}`);
  if (!Array.isArray(like) && more.length > 0) return at(`has ${more.slice(0, 8).join(", ")}, which is not expected`);
  if (
    Array.isArray(like) && (missing.length > 0 || more.length > 0) && [...(x as unknown[]), ...like].some(holdsTensors)
  ) {
    return at(`has ${mine.length} entries, not ${wanted.length}`);
  }
  for (const k of wanted) {
    if (!mine.includes(k)) continue;
    const inner = [(x as Record<string, unknown>)[k], (like as Record<string, unknown>)[k]] as const;
    const found = differs(inner[0], inner[1], [...path, k]);
    if (found !== undefined) return found;
  }
  return undefined;
}

const holdsTensors = (x: unknown): boolean => typeof x === "object" && x !== null;

function kindOf(x: unknown): string {
  if (x === null) return "null";
  if (isTensor(x)) return "a tensor";
  if (Array.isArray(x)) return "a list";
  return typeof x === "object" ? "an object" : typeof x;
}

/** SHA-256 of the structure and of every tensor's name, dtype, shape and bytes. */
async function checksumOf(structure: string, tensors: Readonly<Tensors>): Promise<string> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update(structure);
  for (const name of Object.keys(tensors).sort()) {
    const x = tensors[name]!, data = x.dataSync();
    hash.update(`\n${JSON.stringify([name, x.dtype, x.shape])}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

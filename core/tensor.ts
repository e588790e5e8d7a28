/** Tensors: immutable, of a shape and an element type; and the storage of their elements. */
import { alloc, type DType, type TypedArray } from "./dtype.ts";
import { ArgumentError, DonatedError, TransformError } from "./errors.ts";
import { formatHtml, formatTensor } from "./format.ts";
import { type Shape, show, sizeOf } from "./shape.ts";

// Where a tensor's elements are. Immutability lets a backend move them: a reader cannot tell.

/** A copy in memory of its own. `slice` would go element by element where threads share the memory. */
export function copyOf(x: TypedArray): TypedArray {
  const copy = new (x.constructor as new (n: number) => TypedArray)(x.length);
  copy.set(x);
  return copy;
}

/** A place in a backend's memory. */
export interface Block {
  /** The elements, to be read before the backend runs again. */
  readonly view: () => TypedArray;
  /** Gives the place back; nothing reads it any more. */
  readonly release: () => void;
}

/**
 * The present place of elements. Backends hold cells, tensors hold storages that hold cells: so a backend can move
 * elements without keeping the tensors alive.
 */
export class Cell {
  /** An array of their own, where they have one. */
  array: TypedArray | null = null;
  /** The place in a backend's memory, where they are in one. */
  block: Block | null = null;

  /** Moves the elements out of a backend's memory; the place is the backend's again. */
  moveOut(): void {
    this.array = copyOf(this.block!.view());
    this.block = null;
  }
}

/** Elements shared by a tensor and its reshapes. */
export class Storage {
  #donatedTo: string | null = null;

  /** Takes what is in `cell` over. */
  constructor(readonly cell: Cell) {}

  /** A storage of an array that nobody else keeps. */
  static of(array: TypedArray): Storage {
    const cell = new Cell();
    cell.array = array;
    return new Storage(cell);
  }

  /** The elements, for reading, until a backend runs again. */
  get elements(): TypedArray {
    return this.cell.array ?? this.cell.block!.view();
  }

  /** The call they were donated to. */
  get donatedTo(): string | null {
    return this.#donatedTo;
  }

  /** Gives the elements away to a call: nothing may read them afterwards. */
  donate(call: string): void {
    if (this.#donatedTo !== null) return;
    this.#donatedTo = call;
    this.cell.block?.release();
    this.cell.block = null;
    this.cell.array = null;
  }
}

// The value everything is made of: an immutable, shaped, typed array.
//
// `Tensor` is the one public type. Behind it stand concrete tensors, which own elements, and tracers, which a
// transformation puts in their place to watch what a function does (`interpreter.ts`).

/** Shape and dtype without elements: what can be known of a value before it exists. */
export interface Spec {
  /** Sizes of the axes. */
  readonly shape: Shape;
  /** Element type. */
  readonly dtype: DType;
}

/** Elements in row-major order, as reference implementations take and give them. They never write to an argument's. */
export interface NdArray extends Spec {
  readonly data: TypedArray;
}

/** What an element reads as in JavaScript. */
export type Element<D extends DType> = DType extends D ? number | boolean : D extends "bool" ? boolean : number;

/** Arrays of unknown depth. */
export type NestedArray<E> = E | readonly NestedArray<E>[];

/** The nested array that a tensor of shape `S` reads as. */
export type Nested<S extends Shape, E> = number extends S["length"] ? NestedArray<E>
  : S extends readonly [unknown, ...infer R extends Shape] ? Nested<R, E>[]
  : E;

/**
 * An immutable n-dimensional array of one element type.
 *
 * Its shape is frozen and its elements cannot be reached for writing: `data()`, `dataSync()` and `toArray()` copy.
 * Make one with `tensor`, `zeros`, `normal` and their kin; compute with functions (`add`, `matmul`, …).
 *
 * @typeParam S The shape, as a tuple of literals where known.
 * @typeParam D The element type.
 */
export abstract class Tensor<out S extends Shape = Shape, out D extends DType = "f32"> {
  /** Sizes of the axes, frozen. */
  abstract readonly shape: S;
  /** Element type. */
  abstract readonly dtype: D;

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  // The readers name the type of `this` apart from the class's own, which keeps the class covariant in S and D.

  /** The elements as nested arrays of numbers (booleans for dtype bool). */
  toArray<T extends Shape, E extends DType>(this: Tensor<T, E>): Nested<T, Element<E>> {
    const { shape, dtype, data } = arrayOf(resolve(this, "toArray"));
    let at = 0;
    const read = dtype === "bool" ? () => data[at++] !== 0 : () => data[at++]!;
    const nest = (axis: number): unknown =>
      axis === shape.length ? read() : Array.from({ length: shape[axis]! }, () => nest(axis + 1));
    return nest(0) as Nested<T, Element<E>>;
  }

  /** A copy of the elements in row-major order, now. Throws on a tensor that lives on a GPU: `await x.data()` there. */
  dataSync(): TypedArray {
    return copyOf(arrayOf(resolve(this, "dataSync")).data);
  }

  /** A copy of the elements in row-major order, wherever the tensor lives. */
  // deno-lint-ignore require-await -- a promise everywhere, so that the same code reads a GPU's tensors
  async data(): Promise<TypedArray> {
    return copyOf(arrayOf(resolve(this, "data")).data);
  }

  /** The only element of a tensor that has one. Throws `ArgumentError` if it has more or none. */
  item<E extends DType>(this: Tensor<Shape, E>): Element<E> {
    if (this.size !== 1) {
      throw new ArgumentError(
        `item: a tensor of shape ${
          show(this.shape)
        } has ${this.size} elements, not one; use toArray, or index it first`,
      );
    }
    const { dtype, data } = arrayOf(resolve(this, "item"));
    return (dtype === "bool" ? data[0] !== 0 : data[0]) as Element<E>;
  }

  /** Dtype, shape and aligned values, the middle left out where there are many. */
  toString(): string {
    return formatTensor(this.#peek());
  }

  /** JavaScript would compare and add tensors by their text: an error says what to call instead. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new ArgumentError(
      "tensors do not take JavaScript's operators; use add(a, b), less(a, b), … or x.item() for a number",
    );
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What a notebook shows. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const shown = this.#peek();
    return { "text/plain": formatTensor(shown), "text/html": formatHtml(shown) };
  }

  #peek(): Spec & { readonly data?: TypedArray } {
    return this instanceof Concrete && donatedTo(this) === null
      ? arrayOf(this)
      : { shape: this.shape, dtype: this.dtype };
  }
}

/** A tensor of any shape and dtype: what the inside of the library passes about. */
export type Value = Tensor<Shape, DType>;

let stored: (x: Concrete) => Storage;

/** A tensor that has elements. */
export class Concrete extends Tensor<Shape, DType> {
  readonly #storage: Storage;

  static {
    stored = (x) => x.#storage;
  }

  /** Takes `elements` over: the caller must not keep an array. */
  constructor(override readonly shape: Shape, override readonly dtype: DType, elements: TypedArray | Storage) {
    super();
    this.#storage = elements instanceof Storage ? elements : Storage.of(elements);
    Object.freeze(shape);
    Object.freeze(this);
  }
}

/** Where a tensor's elements are; two tensors with one storage share them. Throws if they were donated. */
export function storageOf(x: Concrete): Storage {
  const storage = stored(x);
  if (storage.donatedTo !== null) requireKept(x, storage.donatedTo);
  return storage;
}

/** The elements of a concrete tensor, for reading only, until a backend runs again. */
export const arrayOf = (x: Concrete): NdArray => ({ shape: x.shape, dtype: x.dtype, data: storageOf(x).elements });

function requireKept(x: Concrete, call: string): never {
  throw new DonatedError(
    `a ${x.dtype} tensor of shape ${show(x.shape)} was donated to ${call} and cannot be read any more; ` +
      "use the result of that call, or leave the argument out of `donate`",
  );
}

/** The name of the call that a tensor's storage was donated to. */
const donatedTo = (x: Concrete): string | null => stored(x).donatedTo;

/** What tells whether two tensors share elements. */
export const storageIdentity = (x: Concrete): object => stored(x);

/** Gives a tensor's storage, and so every view of it, away. */
export const donate = (x: Concrete, call: string): void => stored(x).donate(call);

/** Results of a reference implementation as tensors: what passes an input's elements on shares its storage. */
export function wrapResults(
  outputs: readonly NdArray[],
  inputs: readonly Concrete[],
  arrays: readonly NdArray[],
): Concrete[] {
  return outputs.map(({ shape, dtype, data }) => {
    for (let i = 0; i < arrays.length; i++) {
      const given = arrays[i]!.data;
      if (given === data) return new Concrete(shape, dtype, stored(inputs[i]!));
      // A part of an input is copied: a storage is shared as a whole.
      if (given.buffer === data.buffer) return new Concrete(shape, dtype, copyOf(data));
    }
    return new Concrete(shape, dtype, data);
  });
}

/** A tensor over elements nobody else holds. */
export const fromArray = (a: NdArray): Concrete => new Concrete(a.shape, a.dtype, a.data);

/** A zeroed array of a spec, to be filled by a reference implementation. */
export const emptyArray = (shape: Shape, dtype: DType): NdArray => ({
  shape,
  dtype,
  data: alloc(dtype, sizeOf(shape)),
});

let primalOf: (x: Tracer, reader: string) => Value;

/** Stands for a value inside a transformation. */
export abstract class Tracer extends Tensor<Shape, DType> {
  static {
    primalOf = (x, reader) => x.primal(reader);
  }

  /** The interpreter that made it and alone understands it. */
  abstract readonly interpreter: object;

  /** The value whose elements a host reader may see; tracers with none throw. */
  protected abstract primal(reader: string): Value;
}

/** The error of reading elements that do not exist yet. */
export const unreadable = (reader: string, where: string, remedy: string): TransformError =>
  new TransformError(`${reader}: this value is traced by ${where} and has no elements yet; ${remedy}`);

/** The concrete array behind a value, or an error saying why there is none. */
function resolve(x: Value, reader: string): Concrete {
  let at = x;
  while (at instanceof Tracer) at = primalOf(at, reader);
  return at as Concrete;
}

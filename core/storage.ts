/** Where a tensor's elements are. Immutability lets a backend move them: a reader cannot tell. */
import type { TypedArray } from "./dtype.ts";

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

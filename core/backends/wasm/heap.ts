/** The memory that results live in. */
import { aligned } from "../../compiler/graph.ts";
import { bytesOf, type DType, type TypedArray } from "../../dtype.ts";
import { OutOfMemoryError } from "../../errors.ts";
import { type Block, Cell, Storage } from "../../tensor.ts";

// The one memory that all modules share, and what lies where in it.

/** The most pages of 64 KiB that 32-bit addresses reach. */
export const mostPages = 65536;
/** Where a program's arguments and results are written down, an address each. */
export const slotBase = 8192;
/** Where the results of programs live. */
const nurseryBase = 65536;
/** Arguments and results that a program may have. */
export const mostSlots: number = (nurseryBase - slotBase) / 4;
/** Bytes for results. */
export const nurseryBytes: number = 16 * 2 ** 20;
/** Where scratch memory begins; it ends where the large results, which come from above, begin. */
export const arenaBase: number = nurseryBase + nurseryBytes;

/** Whether threads can share memory: not in a browser whose page is not isolated from other origins. */
export const shared: boolean = typeof SharedArrayBuffer !== "undefined" &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;

let reserved: WebAssembly.Memory | null = null;

/** The memory, reserved when first asked for. Pages that nothing touches cost nothing. */
export function memory(): WebAssembly.Memory {
  // Half as much where so much is refused, and so on.
  for (let pages = mostPages; reserved === null; pages /= 2) {
    try {
      reserved = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    } catch (e) {
      if (pages <= 1024) throw e;
    }
  }
  return reserved;
}

/** The end of the memory, less what kernels may read past the end of an operand. */
export const memoryEnd = (): number => memory().buffer.byteLength - 64;

/** Free stretches of memory, neighbours joined. */
export class Holes {
  /** By address. */
  #holes: { address: number; bytes: number }[] = [];

  /** Takes the end of the first hole that is large enough; `null` if none is. */
  take(bytes: number): number | null {
    const i = this.#holes.findIndex((h) => h.bytes >= bytes);
    if (i < 0) return null;
    const hole = this.#holes[i]!;
    hole.bytes -= bytes;
    if (hole.bytes === 0) this.#holes.splice(i, 1);
    return hole.address + hole.bytes;
  }

  /** Gives a stretch back. */
  put(address: number, bytes: number): void {
    const next = this.#holes.findIndex((h) => h.address > address), i = next < 0 ? this.#holes.length : next;
    const before = this.#holes[i - 1], after = this.#holes[i];
    const joinsBefore = before !== undefined && before.address + before.bytes === address;
    const joinsAfter = after !== undefined && address + bytes === after.address;
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) this.#holes.splice(i, 1);
    } else if (joinsAfter) {
      after.address = address;
      after.bytes += bytes;
    } else this.#holes.splice(i, 0, { address, bytes });
  }

  /** Removes the hole that begins at an address, and returns its size; 0 if none does. */
  removeAt(address: number): number {
    if (this.#holes[0]?.address !== address) return 0;
    return this.#holes.shift()!.bytes;
  }

  /** Forgets all holes. */
  clear(): void {
    this.#holes = [];
  }
}

// Memory for arguments and results.
//
// Results stay where they were computed, so that the next program reads them in place. Nobody says when a tensor is done
// with, and the collector does not run finalizers inside a synchronous loop, so this memory is bounded: small and middling
// results live in a nursery that is emptied into garbage-collected arrays when full, large ones in a space of their own
// that moves out what was used longest ago. Donated results give their place back at once.

/** Results up to this many bytes are copied into arrays of their own: bookkeeping would cost more. */
export const smallBytes = 4096;
/** Results above this many bytes are large. */
export const largeBytes = 1 << 20;
/** Bytes of large results kept before those used longest ago move out. */
const largeBudget = 128 * 2 ** 20;

const views: Readonly<Record<DType, (buffer: ArrayBufferLike, at: number, n: number) => TypedArray>> = {
  f32: (b, at, n) => new Float32Array(b, at, n),
  f64: (b, at, n) => new Float64Array(b, at, n),
  i32: (b, at, n) => new Int32Array(b, at, n),
  u32: (b, at, n) => new Uint32Array(b, at, n),
  u8: (b, at, n) => new Uint8Array(b, at, n),
  bool: (b, at, n) => new Uint8Array(b, at, n),
};

/** Elements in the memory. */
export const viewAt = (dtype: DType, address: number, n: number): TypedArray =>
  views[dtype](memory().buffer, address, n);

/** A place that elements live at. */
export class Place implements Block {
  cell: Cell = new Cell();
  #view: TypedArray | null = null;

  /** A place of the nursery, or of the large space. */
  constructor(
    readonly space: Nursery | LargeSpace,
    readonly address: number,
    readonly dtype: DType,
    readonly length: number,
  ) {
    this.cell.block = this;
  }

  /** Bytes it takes. */
  get bytes(): number {
    return aligned(this.length * bytesOf(this.dtype));
  }

  /** The elements, to be read before the backend runs again. */
  view(): TypedArray {
    return this.#view ??= viewAt(this.dtype, this.address, this.length);
  }

  /** Makes this the place of what a cell holds, whose elements have been copied here. */
  adopt(cell: Cell): void {
    this.cell = cell;
    cell.array = null;
    cell.block = this;
  }

  /** The same place for new elements of the same size. What it held is gone. */
  handOver(dtype: DType): Place {
    const next = new Place(this.space, this.address, dtype, this.length);
    this.cell.block = null;
    this.space.swap(this, next);
    return next;
  }

  /** Gives the place back. */
  release(): void {
    this.space.free(this);
  }
}

/** Addresses by size, given back and not yet taken again. */
class FreeLists {
  readonly #lists = new Map<number, number[]>();

  put(bytes: number, address: number): void {
    const list = this.#lists.get(bytes);
    if (list === undefined) this.#lists.set(bytes, [address]);
    else list.push(address);
  }
  take(bytes: number): number | undefined {
    return this.#lists.get(bytes)?.pop();
  }
  count(bytes: number): number {
    return this.#lists.get(bytes)?.length ?? 0;
  }
  clear(): void {
    this.#lists.clear();
  }
}

/** Places handed out one after another; emptied as a whole. */
class Nursery {
  #top = nurseryBase;
  readonly #places = new Set<Place>();
  readonly #freed = new FreeLists();

  /** Makes sure that places of these sizes can be taken without moving anything. */
  reserve(sizes: readonly number[]): void {
    const wanted = new Map<number, number>();
    for (const s of sizes) wanted.set(s, (wanted.get(s) ?? 0) + 1);
    let fresh = 0;
    for (const [bytes, n] of wanted) fresh += bytes * Math.max(0, n - this.#freed.count(bytes));
    if (this.#top + fresh > arenaBase) this.empty();
  }

  take(dtype: DType, length: number): Place {
    const bytes = aligned(length * bytesOf(dtype)), known = this.#freed.take(bytes);
    const place = new Place(this, known ?? this.#top, dtype, length);
    if (known === undefined) this.#top += bytes;
    this.#places.add(place);
    return place;
  }

  free(p: Place): void {
    if (this.#places.delete(p)) this.#freed.put(p.bytes, p.address);
  }

  /** Knows a place by another that is at the same address. */
  swap(p: Place, next: Place): void {
    this.#places.delete(p);
    this.#places.add(next);
  }

  empty(): void {
    moveAllOut(this.#places);
    this.#freed.clear();
    this.#top = nurseryBase;
  }

  /** Bytes in use. */
  get bytes(): number {
    let n = 0;
    for (const p of this.#places) n += p.bytes;
    return n;
  }
}

const mebibytes = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`;
const tooMuch = (what: string, needed: number, there: number): OutOfMemoryError =>
  new OutOfMemoryError(
    `${what} needs ${mebibytes(needed)} of WebAssembly memory and ${mebibytes(Math.max(0, there))} are free; ` +
      "use a smaller batch, or checkpoint in a gradient",
  );

/** Large places, from the end of the memory downwards. */
class LargeSpace {
  /** In order of last use. */
  readonly #places = new Set<Place>();
  readonly #holes = new Holes();
  /** How far down from the end of the memory the lowest place begins. */
  #depth = 0;
  #bytes = 0;

  /** A place above `floor`, for which all but `pinned` places may have to move out, those used longest ago first. */
  take(dtype: DType, length: number, pinned: ReadonlySet<unknown>, floor: number): Place {
    const bytes = aligned(length * bytesOf(dtype));
    let address = this.#bytes + bytes <= largeBudget ? this.#find(bytes, floor) : null;
    for (const p of this.#places) {
      if (address !== null) break;
      if (pinned.has(p)) continue;
      this.free(p);
      moveOut(p);
      if (this.#bytes + bytes <= largeBudget) address = this.#find(bytes, floor);
    }
    // What is pinned alone may be more than is kept otherwise.
    address ??= this.#find(bytes, floor);
    if (address === null) throw tooMuch("an argument or result", bytes, this.bottom - floor);
    const place = new Place(this, address, dtype, length);
    this.#places.add(place);
    this.#bytes += bytes;
    return place;
  }

  #find(bytes: number, floor: number): number | null {
    const known = this.#holes.take(bytes);
    if (known !== null) return known;
    if (this.bottom - bytes < floor) return null;
    this.#depth += bytes;
    return this.bottom;
  }

  /** Makes sure that a program's own memory, which ends at `end`, is free: what lies there moves out. */
  clear(end: number): void {
    if (this.bottom >= end) return;
    this.empty();
    if (this.bottom < end) throw tooMuch("a program", end - arenaBase, this.bottom - arenaBase);
  }

  /** Marks a place as used now. */
  touch(p: Place): void {
    if (this.#places.delete(p)) this.#places.add(p);
  }

  /** Knows a place by another that is at the same address. */
  swap(p: Place, next: Place): void {
    this.#places.delete(p);
    this.#places.add(next);
  }

  free(p: Place): void {
    if (!this.#places.delete(p)) return;
    this.#bytes -= p.bytes;
    this.#holes.put(p.address, p.bytes);
    this.#depth -= this.#holes.removeAt(this.bottom);
  }

  empty(): void {
    moveAllOut(this.#places);
    this.#holes.clear();
    this.#depth = 0;
    this.#bytes = 0;
  }

  /** Bytes in use. */
  get bytes(): number {
    return this.#bytes;
  }
  /** The lowest address in use. */
  get bottom(): number {
    return memoryEnd() - this.#depth;
  }
}

/**
 * Moves what is at some places out. A place is forgotten before its elements move, so that where nobody else refers to
 * them they are garbage at once: collected while young, not after they have been moved among the old.
 */
function moveAllOut(places: Set<Place>): void {
  for (const p of places) {
    places.delete(p);
    moveOut(p);
  }
}

/** Bytes moved out after which the collector is called. */
const collectAfter = 64 * 2 ** 20;
/** An array of so many bytes makes the engine collect at once (half as many do not always); nothing touches it. */
const pressure = 2 ** 30;
let movedOut = 0;

/**
 * Moves what is at a place out. Most of it is garbage, which the engine would let grow to half a gigabyte in a loop that
 * makes a gigabyte a second: it measures its own heap, not what arrays hold outside it.
 */
function moveOut(p: Place): void {
  p.cell.moveOut();
  // The registry below holds the place until the event loop runs; the elements are not to wait for that.
  p.cell = new Cell();
  movedOut += p.bytes;
  if (movedOut < collectAfter) return;
  movedOut = 0;
  try {
    new ArrayBuffer(pressure);
  } catch {
    // An engine that refuses so large an array has collected what it could.
  }
}

/** The space of small and middling results. */
export const nursery: Nursery = new Nursery();
/** The space of large results. */
export const large: LargeSpace = new LargeSpace();

// A large result that nothing refers to any more gives its place back when the program yields to the event loop.
const forgotten = new FinalizationRegistry((p: Place) => {
  if (p.cell.block === p) p.release();
});

/** The storage of elements at a place. */
export function storageAt(p: Place): Storage {
  const storage = new Storage(p.cell);
  if (p.space === large) forgotten.register(storage, p);
  return storage;
}

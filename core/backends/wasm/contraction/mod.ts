/** Contractions. */
import { Func, type Local } from "../function.ts";
import { shared } from "../heap.ts";
import { assemble, relaxedSimd } from "../module.ts";
import { drive, planOf, type Tile } from "./drive.ts";
import { type Contraction, normalise, type Problem, sizeOf, zeros } from "./problem.ts";
import { vectorProduct } from "./strip.ts";

// Vectors of one dtype: their lanes, and the instructions that work on them.

/** The vectors of a dtype. */
export class Lanes {
  /** Bytes of a number. */
  readonly bytes: 4 | 8;
  /** Numbers in a vector. */
  readonly count: 4 | 2;
  readonly #vector: "f32x4" | "f64x2";

  /** Vectors of `dtype`, whose products are added in one rounding if `fma`. */
  constructor(readonly dtype: "f32" | "f64", readonly fma: boolean) {
    this.bytes = dtype === "f32" ? 4 : 8;
    this.count = dtype === "f32" ? 4 : 2;
    this.#vector = dtype === "f32" ? "f32x4" : "f64x2";
  }

  /** Pushes zeros. */
  zero(f: Func): void {
    if (this.dtype === "f32") f.f32x4(0);
    else f.f64x2(0);
  }

  /** `sum += x·y`. */
  multiplyAdd(f: Func, x: Local, y: Local, sum: Local): void {
    if (this.fma) f.get(x).get(y).get(sum).op(`${this.#vector}.relaxed_madd`);
    else f.get(sum).get(x).get(y).op(`${this.#vector}.mul`, `${this.#vector}.add`);
    f.set(sum);
  }

  /** Adds the two vectors on the stack. */
  add(f: Func): void {
    f.op(`${this.#vector}.add`);
  }

  /** Pushes a vector all of whose lanes are one lane of `v`. */
  splatLane(f: Func, v: Local, lane: number): void {
    f.get(v).get(v);
    if (this.count === 4) f.shuffle32(lane, lane, lane, lane);
    else f.shuffle32(2 * lane, 2 * lane + 1, 2 * lane, 2 * lane + 1);
  }

  /** Loads a number into all lanes; its address is on the stack. */
  splatLoad(f: Func, offset: number): void {
    f.memory(this.bytes === 4 ? "v128.load32_splat" : "v128.load64_splat", offset);
  }

  /** Pushes a lane of `v`. */
  extract(f: Func, v: Local, lane: number): void {
    f.get(v).lane(`${this.#vector}.extract_lane`, lane);
  }

  /** Pushes the sum of the lanes of `v`, which is overwritten: halves are added until one lane is left. */
  sum(f: Func, v: Local): void {
    if (this.count === 4) {
      f.get(v).get(v).get(v).shuffle32(2, 3, 2, 3);
      this.add(f);
      f.set(v);
    }
    this.extract(f, v, 0);
    this.extract(f, v, 1);
    f.op(`${this.dtype}.add`);
  }

  /** Stores the first `count` lanes of `v`. */
  store(f: Func, base: () => void, offset: number, v: Local, count: number): void {
    const { bytes } = this;
    for (let lane = 0; lane < count;) {
      base();
      f.get(v);
      if (count === this.count) {
        f.memory("v128.store", offset);
        return;
      }
      const pair = bytes === 4 && lane % 2 === 0 && lane + 2 <= count;
      f.memory(
        pair || bytes === 8 ? "v128.store64_lane" : "v128.store32_lane",
        offset + lane * bytes,
        pair ? lane / 2 : lane,
      );
      lane += pair ? 2 : 1;
    }
  }

  /** Replaces `rows`, of as many vectors as there are lanes, by the transposed of that square. */
  transpose(f: Func, rows: readonly Local[], spare: readonly Local[]): void {
    if (this.count === 2) {
      const [x, y] = rows as [Local, Local], t = spare[0]!;
      f.get(x).get(y).shuffle32(0, 1, 4, 5).set(t).get(x).get(y).shuffle32(2, 3, 6, 7).set(y).get(t).set(x);
      return;
    }
    const [x, y, z, w] = rows as [Local, Local, Local, Local], [p, q, r, s] = spare as [Local, Local, Local, Local];
    f.get(x).get(y).shuffle32(0, 4, 1, 5).set(p).get(x).get(y).shuffle32(2, 6, 3, 7).set(q);
    f.get(z).get(w).shuffle32(0, 4, 1, 5).set(r).get(z).get(w).shuffle32(2, 6, 3, 7).set(s);
    f.get(p).get(r).shuffle32(0, 1, 4, 5).set(x).get(p).get(r).shuffle32(2, 3, 6, 7).set(y);
    f.get(q).get(s).shuffle32(0, 1, 4, 5).set(z).get(q).get(s).shuffle32(2, 3, 6, 7).set(w);
  }
}

// The entry of a kernel: which index of the batch a unit belongs to.

/** What computes one index of the batch. */
export interface Part {
  /** A function `(a, b, c, work, from, to)` for a range of groups. */
  readonly one: Func;
  /** All functions it needs, itself among them. */
  readonly functions: readonly Func[];
  /** Groups into which the work is cut. */
  readonly groups: number;
  readonly workBytes: number;
  /** A function `(c, work)` that makes c of what all groups left in scratch memory that is theirs together. */
  readonly finish: Func | null;
}

/** Moves pointers to an index of the batch. */
function toIndex(
  f: Func,
  { batch, dtype }: Problem,
  index: Local,
  bases: readonly { readonly o: "a" | "b" | "c"; readonly at: Local }[],
): void {
  const rest = f.local("i32"), i = f.local("i32"), bytes = dtype === "f32" ? 4 : 8;
  f.get(index).set(rest);
  for (let l = batch.length - 1; l >= 0; l--) {
    const axis = batch[l]!;
    f.get(rest);
    if (l > 0) f.i32(axis.size).op("i32.rem_u");
    f.set(i);
    for (const { o, at } of bases) f.get(i).i32(axis[o] * bytes).op("i32.mul").get(at).op("i32.add").set(at);
    if (l > 0) f.get(rest).i32(axis.size).op("i32.div_u").set(rest);
  }
  f.free(rest, i);
}

/** A function `(a, b, c, work, from, to)` over the groups of all indices of the batch. */
function entryOf(problem: Problem, { one, groups, workBytes, finish }: Part): Func {
  const f = new Func("contraction", new Array(6).fill("i32"));
  const [first, second, c, work, from, to] = f.args as [Local, Local, Local, Local, Local, Local];
  const [a, b] = problem.swapped ? [second, first] : [first, second];
  if (sizeOf(problem.batch) === 1) {
    return f.get(from).get(to).op("i32.lt_s").if(() => f.get(a).get(b).get(c).get(work).get(from).get(to).call(one));
  }
  const index = f.local("i32"), low = f.local("i32"), high = f.local("i32");
  const bases = (["a", "b", "c"] as const).map((o) => ({ o, base: { a, b, c }[o], at: f.local("i32") }));
  return f.while(from, () => f.get(to), 0, () => {
    f.get(from).i32(groups).op("i32.div_u").set(index);
    f.get(from).i32(groups).op("i32.rem_u").set(low);
    f.get(low).get(to).op("i32.add").get(from).op("i32.sub").set(high);
    f.get(high).i32(groups).op("i32.gt_s").if(() => f.i32(groups).set(high));
    for (const { base, at } of bases) f.get(base).set(at);
    toIndex(f, problem, index, bases);
    for (const { at } of bases) f.get(at);
    f.get(work);
    if (finish !== null) f.get(index).i32(workBytes).op("i32.mul", "i32.add");
    f.get(low).get(high).call(one);
    f.get(from).get(high).op("i32.add").get(low).op("i32.sub").set(from);
  });
}

/** A function `(c, work)` that finishes all indices of the batch. */
function finishOf(problem: Problem, { finish, workBytes }: Part): Func | null {
  const size = sizeOf(problem.batch);
  if (finish === null || size === 1) return finish;
  const f = new Func(null, ["i32", "i32"]), [c, work] = f.args as [Local, Local];
  const index = f.local("i32"), at = f.local("i32");
  return f.while(index, () => f.i32(size), 1, () => {
    f.get(c).set(at);
    toIndex(f, problem, index, [{ o: "c", at }]);
    f.get(at).get(work).call(finish).step(work, workBytes);
  });
}

// Contractions as WebAssembly: matrix products in all their transposed, strided and batched forms, and convolutions and
// their gradients as contractions over overlapping views. Code is made for one shape: sizes and strides are constants.
//
// The result does not depend on how the work is shared out, nor on the choices of {@linkcode Tile}: each element adds
// its products in order within a block of the sum, and the sums of the blocks in order. (A vector times a matrix that
// is contiguous along the sum has partial sums side by side; `strip.ts` says in which order.)

export type { Axis, Contraction } from "./problem.ts";
export type { Tile } from "./drive.ts";

/** How the code may be made. */
export interface ContractionOptions {
  /** Whether products are added in one rounding, by relaxed SIMD where the engine has it. */
  readonly fma: boolean;
  /** Choices left to the caller. */
  readonly tile?: Tile;
}

/** The code of a contraction. */
export interface ContractionKernel {
  /** All functions to put in the module. */
  readonly functions: readonly Func[];
  /**
   * `(a, b, c, work, from, to)`: byte addresses of the first elements, scratch memory, and a range of units. Up to 16
   * bytes past the end of a, b and c may be read, and nothing but elements of c and the scratch memory is written.
   */
  readonly entry: Func;
  /** Any split of `0 … units` into ranges gives the same bits. */
  readonly units: number;
  /** Bytes of scratch memory a thread needs, or all of them together if there is `finish`; 16-byte aligned is best. */
  readonly workBytes: number;
  /** A function `(c, work)` to call when all units are done. */
  readonly finish: Func | null;
}

/** The code that computes a contraction, overwriting c. */
export function contraction(c: Contraction, { fma, tile = {} }: ContractionOptions): ContractionKernel {
  const problem = normalise(c), elements = sizeOf([...c.batch, ...c.rows, ...c.columns]);
  if (elements === 0 || sizeOf(c.inner) === 0) {
    const entry = elements === 0 ? new Func("contraction", new Array(6).fill("i32")) : zeros(problem);
    return { functions: [entry], entry, units: elements === 0 ? 0 : 1, workBytes: 0, finish: null };
  }
  const lanes = new Lanes(c.dtype, fma && relaxedSimd());
  const few = fewRows(problem, lanes), vector = few === null ? null : vectorProduct(few, lanes);
  const part = vector ?? drive(planOf(problem, lanes, tile)), whole = vector === null ? problem : few!;
  const entry = entryOf(whole, part), finish = finishOf(whole, part), indices = sizeOf(whole.batch);
  return {
    functions: [...new Set([...part.functions, entry, ...finish === null ? [] : [finish]])],
    entry,
    units: part.groups * indices,
    workBytes: part.workBytes * (finish === null ? 1 : indices),
    finish,
  };
}

/**
 * A problem of one row as one without rows. So few rows of a product with a matrix that is no small part of the caches become
 * indices of a batch, to go one by one: what counts is the stream of the matrix.
 */
function fewRows(problem: Problem, { bytes }: Lanes): Problem | null {
  const rows = sizeOf(problem.rows), matrix = sizeOf([...problem.columns, ...problem.inner]) * bytes;
  if (rows > 3 || (rows > 1 && matrix <= 1 << 18)) return null;
  return { ...problem, batch: [...problem.batch, ...problem.rows], rows: [] };
}

// Which tile is the fastest here, by the clock.
//
// It depends on the processor, and on how its engine was started: V8 can be told to join pairs of vectors, and then tiles
// twice as wide are faster by half, which otherwise are slower by a third. No engine tells a program how it was started.
// As no tile changes a bit of a result, the clock may choose. (Where wide ones win, other loops go by pairs as well.)
//
// The probe begins when programs have run so long that it is a small part of that, and goes on between later runs, a
// little at a time: meanwhile the engine optimises its code, as that takes some calls and some milliseconds. Short
// processes never come to it. Until it is done programs are made for the tile that is the fastest in most places.

/** The tiles to choose from. The first is the usual one. */
export const tiles: readonly [Tile, ...Tile[]] = [{}, { shuffles: false }, { shuffles: false, wide: true }];

/** Nanoseconds of work after which the probe begins, and for each of its rounds. */
const worthProbing = 100e6, worthRound = 3e6;
/** Its rounds, the most of them at a time, and the calls of each tile in one. */
const allRounds = 32, roundsAtOnce = 10, callsOfRound = 5;
/** A tile is chosen instead of the usual one if it takes at most so much of that one's time. */
const clearly = 0.87;

let chosen: Tile = tiles[0], settled = false, spent = 0, probe: Probe | null = null;

/** The tile to compile for. Code made for another one is right, and may be slower. */
export const tileInUse = (): Tile => chosen;

/** Sets the tile, instead of the probe; with `null`, the probe starts anew. */
export function setTile(tile: Tile | null): void {
  chosen = tile ?? tiles[0];
  settled = tile !== null;
  spent = 0;
  probe = null;
}

/** To be called before each run of a program that takes about so many nanoseconds. */
export function aboutToRun(work: number): void {
  if (settled) return;
  // What the coming run adds counts for the next one, so that no program's first run waits for the probe.
  const due = Math.floor((spent - worthProbing) / worthRound);
  spent += work;
  if (due < 1) return;
  probe ??= new Probe();
  probe.advance(Math.min(due, probe.rounds + roundsAtOnce));
  if (probe.rounds < allRounds) return;
  setTile(tiles[fastest(probe.times)]!);
}

/** The number of the tile whose time is the least, if it is clearly less than that of the usual one. */
export function fastest(times: readonly number[]): number {
  const least = Math.min(...times);
  return least < clearly * times[0]! ? times.indexOf(least) : 0;
}

/** The same small product by every tile, timed in turns. */
class Probe {
  /** The shortest time of each tile in one round: the others were disturbed, or not yet optimised. */
  readonly times: number[] = tiles.map(() => Infinity);
  rounds = 0;
  readonly #runs: readonly (() => void)[];

  constructor() {
    // All operands fit in the first cache, and all sizes are whole numbers of all tiles.
    const [m, k, n] = [48, 32, 64] as const, b = 4 * m * k, c = b + 4 * k * n, work = c + 4 * m * n;
    const product: Contraction = {
      dtype: "f32",
      batch: [],
      rows: [{ size: m, a: k, b: 0, c: n }],
      columns: [{ size: n, a: 0, b: 1, c: 1 }],
      inner: [{ size: k, a: 1, b: n, c: 0 }],
    };
    const pages = { initial: 1, maximum: 1, shared }, memory = new WebAssembly.Memory(pages);
    this.#runs = tiles.map((tile) => {
      const { functions, entry, units } = contraction(product, { fma: true, tile });
      const module = new WebAssembly.Module(assemble({ imports: [], functions, table: [], memory: pages }));
      const { exports } = new WebAssembly.Instance(module, { host: { memory } });
      const run = exports[entry.name!] as (...args: number[]) => void;
      return () => run(0, b, c, work, 0, units);
    });
  }

  /** Goes on until so many rounds are done. */
  advance(rounds: number): void {
    for (; this.rounds < Math.min(rounds, allRounds); this.rounds++) {
      this.#runs.forEach((run, i) => {
        const start = performance.now();
        for (let call = 0; call < callsOfRound; call++) run();
        this.times[i] = Math.min(this.times[i]!, performance.now() - start);
      });
    }
  }
}

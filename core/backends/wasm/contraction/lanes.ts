/** Vectors of one dtype: their lanes, and the instructions that work on them. */
import type { Func, Local } from "../function.ts";

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

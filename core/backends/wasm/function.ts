/**
 * One WebAssembly function under construction: a stack machine written left to right.
 *
 * Vector constants are loaded once, in the prologue, into locals: V8 rebuilds a `v128.const` at every use. The prologue
 * hides them from its constant folding by way of a mutable global that is always zero.
 */
import { instruction } from "./instructions.ts";

/** Types of WebAssembly values. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** A local variable of the function that made it. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** A place to branch to: the start of a loop, or the end of a block. */
export interface Label {
  readonly depth: number;
}

/** What a call may name: a function, here or imported; its index is known when the module is assembled. */
export interface Callable {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** The binary code of a type. */
export const typeCode: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

const scratch = new DataView(new ArrayBuffer(8));

/** Appends an unsigned LEB128 number. */
export function pushUnsigned(out: number[], n: number): void {
  n >>>= 0;
  while (n > 127) {
    out.push((n & 127) | 128);
    n >>>= 7;
  }
  out.push(n);
}

function pushSigned(out: number[], n: bigint): void {
  for (;;) {
    const low = Number(n & 127n);
    n >>= 7n;
    if ((n === 0n && (low & 64) === 0) || (n === -1n && (low & 64) !== 0)) {
      out.push(low);
      return;
    }
    out.push(low | 128);
  }
}

function pushSigned32(out: number[], n: number): void {
  for (;;) {
    const low = n & 127;
    n >>= 7;
    if ((n === 0 && (low & 64) === 0) || (n === -1 && (low & 64) !== 0)) {
      out.push(low);
      return;
    }
    out.push(low | 128);
  }
}

/** A function of a module. */
export class Func implements Callable {
  readonly #code: number[] = [];
  readonly #prologue: number[] = [];
  readonly #locals: ValueType[] = [];
  readonly #constants = new Map<string, Local>();
  #seldom = false;
  /** Whether formulas go without branches where they can: an engine that joins pairs of vectors needs that. */
  straight = false;
  readonly #calls: { readonly at: number; readonly callee: Callable }[] = [];
  readonly #spare = new Map<ValueType, Local[]>();
  #depth = 0;
  /** The parameters, as locals. */
  readonly args: readonly Local[];

  /**
   * A function as yet without code.
   *
   * @param name Its name among the exports of the module; `null` if it is not exported.
   */
  constructor(
    readonly name: string | null,
    readonly params: readonly ValueType[],
    readonly results: readonly ValueType[] = [],
  ) {
    this.args = params.map((type, index) => ({ index, type }));
  }

  /** The functions that it calls. */
  get callees(): readonly Callable[] {
    return this.#calls.map((c) => c.callee);
  }

  /** A new local variable, zero at the start. */
  local(type: ValueType): Local {
    const spare = this.#spare.get(type)?.pop();
    if (spare !== undefined) return spare;
    this.#locals.push(type);
    return { index: this.params.length + this.#locals.length - 1, type };
  }

  /** Gives locals back for other uses; they keep what was last in them. */
  free(...locals: readonly Local[]): void {
    for (const l of locals) {
      const spare = this.#spare.get(l.type);
      if (spare === undefined) this.#spare.set(l.type, [l]);
      else spare.push(l);
    }
  }

  /** Instructions without immediates. */
  op(...names: readonly string[]): this {
    for (const name of names) for (const b of instruction(name).bytes) this.#code.push(b);
    return this;
  }

  /** A load or store; the address (and value) are on the stack. `offset` is in bytes. */
  memory(name: string, offset = 0, lane = -1): this {
    const { bytes, align } = instruction(name);
    for (const b of bytes) this.#code.push(b);
    pushUnsigned(this.#code, bytes[0] === 0xfe ? align : 0);
    pushUnsigned(this.#code, offset);
    if (lane >= 0) this.#code.push(lane);
    return this;
  }

  /** An instruction on one lane. */
  lane(name: string, lane: number): this {
    this.op(name);
    this.#code.push(lane);
    return this;
  }

  /** Chooses among the eight 32-bit lanes of two vectors. */
  shuffle32(a: number, b: number, c: number, d: number): this {
    this.op("i8x16.shuffle");
    for (const l of [a, b, c, d]) for (let i = 0; i < 4; i++) this.#code.push(l * 4 + i);
    return this;
  }

  /** Chooses among the 32 bytes of two vectors. */
  shuffle8(lanes: readonly number[]): this {
    this.op("i8x16.shuffle");
    this.#code.push(...lanes);
    return this;
  }

  /** Pushes a local. */
  get(l: Local): this {
    this.#code.push(0x20);
    pushUnsigned(this.#code, l.index);
    return this;
  }

  /** Pops into a local. */
  set(l: Local): this {
    this.#code.push(0x21);
    pushUnsigned(this.#code, l.index);
    return this;
  }

  /** Copies the top of the stack into a local. */
  tee(l: Local): this {
    this.#code.push(0x22);
    pushUnsigned(this.#code, l.index);
    return this;
  }

  /** A 32-bit integer. */
  i32(n: number): this {
    this.#code.push(0x41);
    pushSigned32(this.#code, n | 0);
    return this;
  }

  /** A 64-bit integer. */
  i64(n: bigint): this {
    this.#code.push(0x42);
    pushSigned(this.#code, BigInt.asIntN(64, n));
    return this;
  }

  /** A single-precision number. */
  f32(x: number): this {
    this.#code.push(0x43);
    scratch.setFloat32(0, x, true);
    for (let i = 0; i < 4; i++) this.#code.push(scratch.getUint8(i));
    return this;
  }

  /** A double-precision number. */
  f64(x: number): this {
    this.#code.push(0x44);
    scratch.setFloat64(0, x, true);
    for (let i = 0; i < 8; i++) this.#code.push(scratch.getUint8(i));
    return this;
  }

  /** Four equal single-precision numbers. */
  f32x4(x: number): this {
    scratch.setFloat32(0, x, true);
    return this.i32x4(scratch.getInt32(0, true));
  }

  /** Four equal 32-bit integers. */
  i32x4(n: number): this {
    return this.#constant(`i${n | 0}`, () => this.i32(n).global(0).op("i32.xor", "i32x4.splat"));
  }

  /** Two equal double-precision numbers. */
  f64x2(x: number): this {
    scratch.setFloat64(0, x, true);
    return this.i64x2(scratch.getBigInt64(0, true));
  }

  /** Two equal 64-bit integers. */
  i64x2(n: bigint): this {
    return this.#constant(
      `l${n}`,
      () => this.i64(n).global(0).op("i64.extend_i32_u", "i64.xor", "i64x2.splat"),
    );
  }

  /** The four 32-bit integers that count up from `n`. */
  steps(n: number): this {
    return this.#constant(`s${n}`, () => {
      this.i32(n).op("i32x4.splat");
      for (let lane = 1; lane < 4; lane++) this.i32(n + lane).lane("i32x4.replace_lane", lane);
    });
  }

  /** Code that is seldom run: its constants are made where they are used, and take no registers from what is around. */
  seldom(body: () => void): this {
    const outer = this.#seldom;
    this.#seldom = true;
    body();
    this.#seldom = outer;
    return this;
  }

  #constant(key: string, make: () => void): this {
    let l = this.#constants.get(key);
    if (l === undefined) {
      if (this.#seldom) {
        make();
        return this;
      }
      // A local of its own: one given back by others would be overwritten before its use.
      this.#locals.push("v128");
      l = { index: this.params.length + this.#locals.length - 1, type: "v128" };
      this.#constants.set(key, l);
      const start = this.#code.length;
      make();
      this.set(l);
      this.#prologue.push(...this.#code.splice(start));
    }
    return this.get(l);
  }

  /** Pushes a global. */
  global(index: number): this {
    this.#code.push(0x23);
    pushUnsigned(this.#code, index);
    return this;
  }

  /** Pops into a global. */
  setGlobal(index: number): this {
    this.#code.push(0x24);
    pushUnsigned(this.#code, index);
    return this;
  }

  /** Copies bytes: destination, source and length are on the stack. */
  memoryCopy(): this {
    this.#code.push(0xfc, 0x0a, 0, 0);
    return this;
  }

  /** Calls a function of the module. */
  call(callee: Callable): this {
    this.#code.push(0x10);
    this.#calls.push({ at: this.#code.length, callee });
    this.#code.push(0, 0, 0, 0, 0);
    return this;
  }

  /** Calls the function of the module's table whose place is on the stack; `type` is the index of its type. */
  callIndirect(type: number): this {
    this.#code.push(0x11);
    pushUnsigned(this.#code, type);
    this.#code.push(0);
    return this;
  }

  /** A block; its label is the end. */
  block(body: (end: Label) => void): this {
    return this.#nest(0x02, body);
  }

  /** A loop that goes round when its label is branched to. */
  loop(body: (again: Label) => void): this {
    return this.#nest(0x03, body);
  }

  #nest(opcode: number, body: (l: Label) => void): this {
    this.#code.push(opcode, 0x40);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#code.push(0x0b);
    return this;
  }

  /** Pops a condition and runs one side or the other; `type` is that of the value both leave, if any. */
  if(yes: () => void, no?: () => void, type?: ValueType): this {
    this.#code.push(0x04, type === undefined ? 0x40 : typeCode[type]);
    this.#depth++;
    yes();
    if (no !== undefined) {
      this.#code.push(0x05);
      no();
    }
    this.#depth--;
    this.#code.push(0x0b);
    return this;
  }

  /** Goes to a label. */
  br(l: Label): this {
    this.#code.push(0x0c);
    pushUnsigned(this.#code, this.#depth - l.depth);
    return this;
  }

  /** Goes to a label if the condition on the stack holds. */
  brIf(l: Label): this {
    this.#code.push(0x0d);
    pushUnsigned(this.#code, this.#depth - l.depth);
    return this;
  }

  /** Adds a constant to a local. */
  step(l: Local, by: number): this {
    return by === 0 ? this : this.get(l).i32(by).op("i32.add").set(l);
  }

  /** Runs `body` while a counter goes from its value in steps of `by` up to a limit that it must not pass. */
  while(counter: Local, limit: () => void, by: number, body: () => void): this {
    return this.block((end) => {
      this.loop((again) => {
        this.get(counter);
        limit();
        this.op("i32.ge_s").brIf(end);
        body();
        this.step(counter, by).br(again);
      });
    });
  }

  /** Bytes of code so far. */
  get length(): number {
    return this.#prologue.length + this.#code.length;
  }

  /** The body as the binary format has it. */
  encode(indexOf: (callee: Callable) => number): number[] {
    for (const { at, callee } of this.#calls) {
      let n = indexOf(callee);
      for (let i = 0; i < 5; i++) {
        this.#code[at + i] = i < 4 ? (n & 127) | 128 : n & 127;
        n >>>= 7;
      }
    }
    const runs: { count: number; type: ValueType }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ count: 1, type });
    }
    const body: number[] = [];
    pushUnsigned(body, runs.length);
    for (const { count, type } of runs) {
      pushUnsigned(body, count);
      body.push(typeCode[type]);
    }
    for (const b of this.#prologue) body.push(b);
    for (const b of this.#code) body.push(b);
    body.push(0x0b);
    return body;
  }
}

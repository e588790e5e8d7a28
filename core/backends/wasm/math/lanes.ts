/** Vectors of floats as code. */
import type { Func, Local } from "../function.ts";

// Scalar code on vectors of two.

/** Runs `body` on the first lane of each vector, then on the second, which is brought to the front for that. */
export function eachLane(f: Func, vectors: readonly Local[], body: () => void): void {
  const lane = f.local("i32");
  f.i32(0).set(lane).while(lane, () => f.i32(2), 1, () => {
    body();
    for (const v of vectors) f.get(v).get(v).shuffle32(2, 3, 0, 1).set(v);
  });
  f.free(lane);
}

// Vector expressions: the code of formulas, written as formulas.
//
// A `Lanes` is an expression, a v128 of f32x4 or f64x2. Reading it emits its code, so that what is used twice must be
// kept, which puts it in a local. Integer operations act on the lanes' bits.

/** Which floating-point numbers the lanes hold. */
export type Float = "f32" | "f64";

/** What differs between the two formats. */
interface Format {
  readonly float: "f32x4" | "f64x2";
  readonly int: "i32x4" | "i64x2";
  /** Explicit bits of the significand. */
  readonly digits: number;
  /** What is added to exponents. */
  readonly bias: number;
}

const formats: Readonly<Record<Float, Format>> = {
  f32: { float: "f32x4", int: "i32x4", digits: 23, bias: 127 },
  f64: { float: "f64x2", int: "i64x2", digits: 52, bias: 1023 },
};

const cell = new DataView(new ArrayBuffer(8));

/** An operand: an expression or a number in every lane. */
type Operand = Lanes | number;

/** A vector expression. */
export class Lanes {
  readonly #format: Format;

  constructor(readonly code: Code, readonly type: Float, readonly push: () => void) {
    this.#format = formats[type];
  }

  /** Explicit bits of the significand. */
  get digits(): number {
    return this.#format.digits;
  }

  /** What is added to exponents. */
  get bias(): number {
    return this.#format.bias;
  }

  /** The same, computed once, here, however often it is read. */
  keep(): Lanes {
    const l = this.code.local();
    this.push();
    this.code.func.set(l);
    return this.code.of(l, this.type);
  }

  /** A number in every lane. */
  number(x: number): Lanes {
    return this.code.number(x, this.type);
  }

  /** A bit pattern in every lane. */
  bits(n: bigint): Lanes {
    return this.code.bits(n, this.type);
  }

  /** The bits of a number in every lane. */
  bitsOf(x: number): bigint {
    if (this.type === "f64") {
      cell.setFloat64(0, x);
      return cell.getBigInt64(0);
    }
    cell.setFloat32(0, x);
    return BigInt(cell.getInt32(0));
  }

  #operand(x: Operand): Lanes {
    return typeof x === "number" ? this.number(x) : x;
  }

  #op(name: string, ...others: readonly Operand[]): Lanes {
    const all = others.map((o) => this.#operand(o));
    return new Lanes(this.code, this.type, () => {
      this.push();
      for (const o of all) o.push();
      this.code.func.op(name);
    });
  }

  #float(name: string, ...others: readonly Operand[]): Lanes {
    return this.#op(`${this.#format.float}.${name}`, ...others);
  }

  #int(name: string, ...others: readonly Operand[]): Lanes {
    return this.#op(`${this.#format.int}.${name}`, ...others);
  }

  /** `this + y`. */
  add(y: Operand): Lanes {
    return this.#float("add", y);
  }

  /** `this − y`. */
  sub(y: Operand): Lanes {
    return this.#float("sub", y);
  }

  /** `this · y`. */
  mul(y: Operand): Lanes {
    return this.#float("mul", y);
  }

  /** `this / y`. */
  div(y: Operand): Lanes {
    return this.#float("div", y);
  }

  /** `−this`. */
  neg(): Lanes {
    return this.#float("neg");
  }

  /** `|this|`. */
  abs(): Lanes {
    return this.#float("abs");
  }

  /** `√this`. */
  sqrt(): Lanes {
    return this.#float("sqrt");
  }

  /** The nearest whole number. */
  nearest(): Lanes {
    return this.#float("nearest");
  }

  /** The smallest whole number not below. */
  ceil(): Lanes {
    return this.#float("ceil");
  }

  /** The largest whole number not above. */
  floor(): Lanes {
    return this.#float("floor");
  }

  /** `y < this ? y : this`; NaN stays NaN. */
  atMost(y: Operand): Lanes {
    return this.#float("pmin", y);
  }

  /** `this < y ? y : this`; NaN stays NaN. */
  atLeast(y: Operand): Lanes {
    return this.#float("pmax", y);
  }

  /** A mask. */
  lt(y: Operand): Lanes {
    return this.#float("lt", y);
  }

  /** A mask. */
  le(y: Operand): Lanes {
    return this.#float("le", y);
  }

  /** A mask. */
  gt(y: Operand): Lanes {
    return this.#float("gt", y);
  }

  /** A mask. */
  ge(y: Operand): Lanes {
    return this.#float("ge", y);
  }

  /** A mask. */
  eq(y: Operand): Lanes {
    return this.#float("eq", y);
  }

  /** A mask. */
  ne(y: Operand): Lanes {
    return this.#float("ne", y);
  }

  /** `this · y + z`, rounded once or twice. */
  madd(y: Operand, z: Operand): Lanes {
    return this.code.fused ? this.#float("relaxed_madd", y, z) : this.mul(y).add(z);
  }

  /** `z − this · y`, rounded once or twice. */
  nmadd(y: Operand, z: Operand): Lanes {
    return this.code.fused ? this.#float("relaxed_nmadd", y, z) : this.#operand(z).sub(this.mul(y));
  }

  /** Bits of both. */
  and(y: Lanes): Lanes {
    return this.#op("v128.and", y);
  }

  /** Bits of either. */
  or(y: Lanes): Lanes {
    return this.#op("v128.or", y);
  }

  /** Bits of one alone. */
  xor(y: Lanes): Lanes {
    return this.#op("v128.xor", y);
  }

  /** By lane: `yes` where this mask is set, else `no`. */
  choose(yes: Lanes, no: Operand): Lanes;
  choose(yes: number, no: Lanes): Lanes;
  choose(yes: Operand, no: Operand): Lanes {
    const like = typeof yes === "number" ? no as Lanes : yes;
    const [a, b] = [yes, no].map((x) => typeof x === "number" ? like.number(x) : x) as [Lanes, Lanes];
    return new Lanes(this.code, like.type, () => {
      a.push();
      b.push();
      this.push();
      this.code.func.op("v128.bitselect");
    });
  }

  /** Sum of the bits as integers. */
  plus(n: Lanes | bigint): Lanes {
    return this.#int("add", typeof n === "bigint" ? this.bits(n) : n);
  }

  /** Difference of the bits as integers. */
  minus(n: Lanes | bigint): Lanes {
    return this.#int("sub", typeof n === "bigint" ? this.bits(n) : n);
  }

  /** A mask: equal bits. */
  same(n: Lanes | bigint): Lanes {
    return this.#int("eq", typeof n === "bigint" ? this.bits(n) : n);
  }

  /** Bits shifted up. */
  shl(n: number): Lanes {
    return this.#shift("shl", n);
  }

  /** Bits shifted down, zeros following. */
  shr(n: number): Lanes {
    return this.#shift("shr_u", n);
  }

  /** Bits shifted down, the sign following. */
  shrSigned(n: number): Lanes {
    return this.#shift("shr_s", n);
  }

  /** The bits as whole numbers, in f32. */
  toNumber(): Lanes {
    return this.#as("f32", "f32x4.convert_i32x4_s");
  }

  #shift(name: string, n: number): Lanes {
    return new Lanes(this.code, this.type, () => {
      this.push();
      this.code.func.i32(n).op(`${this.#format.int}.${name}`);
    });
  }

  /** The sign bits. */
  sign(): Lanes {
    return this.and(this.bits(this.bitsOf(-0)));
  }

  /** `Σ cₖ thisᵏ`; this must be kept. */
  polynomial(c: readonly number[]): Lanes {
    return c.slice(0, -1).reduceRight((sum, a) => sum.madd(this, a), this.number(c.at(-1)!));
  }

  /** The first two lanes of four as f64. */
  promote(): Lanes {
    return this.#as("f64", "f64x2.promote_low_f32x4");
  }

  /** The two lanes as f32, and two zeros. */
  demote(): Lanes {
    return this.#as("f32", "f32x4.demote_f64x2_zero");
  }

  #as(type: Float, name: string): Lanes {
    return new Lanes(this.code, type, () => {
      this.push();
      this.code.func.op(name);
    });
  }

  /** The last two lanes of four in front. */
  upper(): Lanes {
    return new Lanes(this.code, this.type, () => {
      this.push();
      this.push();
      this.code.func.shuffle32(2, 3, 2, 3);
    });
  }

  /** The first two lanes of four, followed by those of `next`. */
  followedBy(next: Lanes): Lanes {
    return new Lanes(this.code, this.type, () => {
      this.push();
      next.push();
      this.code.func.shuffle32(0, 1, 4, 5);
    });
  }
}

// Where vector expressions are emitted.

/** The integers that a mask consists of, and what their signs are together when all are set. */
const allOf = (type: Float): readonly [string, number] => type === "f32" ? ["i32x4", 15] : ["i64x2", 3];

/** The function that formulas are emitted into, with the locals they have taken. */
export class Code {
  readonly #kept: Local[] = [];

  /**
   * @param fused Whether `a·b + c` may be rounded once only.
   */
  constructor(readonly func: Func, readonly fused: boolean) {}

  /** A local as an expression. */
  of(local: Local, type: Float): Lanes {
    return new Lanes(this, type, () => this.func.get(local));
  }

  /** A number in every lane. */
  number(x: number, type: Float): Lanes {
    return new Lanes(this, type, () => type === "f32" ? this.func.f32x4(x) : this.func.f64x2(x));
  }

  /** A bit pattern in every lane. */
  bits(n: bigint, type: Float): Lanes {
    return new Lanes(this, type, () => type === "f32" ? this.func.i32x4(Number(n)) : this.func.i64x2(n));
  }

  /** A variable that starts with a value; `set` gives it another. */
  variable(start: Lanes): { readonly value: Lanes; readonly set: (value: Lanes) => void } {
    const local = this.local();
    const set = (value: Lanes): void => {
      value.push();
      this.func.set(local);
    };
    set(start);
    return { value: this.of(local, start.type), set };
  }

  /** Repeats while the mask has a lane set; what is kept in `body` is kept anew each time. */
  while(mask: Lanes, body: () => void): void {
    this.func.block((end) => {
      this.func.loop((again) => {
        mask.push();
        this.func.op("v128.any_true", "i32.eqz").brIf(end);
        body();
        this.func.br(again);
      });
    });
  }

  /** What one formula gives where all lanes of a mask are set; another, right for any lanes, where, seldom, one is not. */
  ifAll(mask: Lanes, yes: () => Lanes, no: () => Lanes): Lanes {
    if (this.func.straight) return no();
    const result = this.local(), [shape, all] = allOf(mask.type);
    const give = (formula: () => Lanes) => (): void => {
      const before = this.#kept.length;
      formula().push();
      this.func.set(result).free(...this.#kept.splice(before));
    };
    mask.push();
    this.func.op(`${shape}.bitmask`).i32(all).op("i32.eq").if(give(yes), () => this.func.seldom(give(no)));
    return this.of(result, mask.type);
  }

  /** Looks once whether all lanes of a mask are set; what it gives emits code for where one is not. */
  unless(mask: Lanes): (body: () => void) => void {
    const exception = this.func.local("i32"), [shape, all] = allOf(mask.type);
    this.#kept.push(exception);
    mask.push();
    this.func.op(`${shape}.bitmask`).i32(all).op("i32.ne").set(exception);
    return (body) => void this.func.get(exception).if(() => this.func.seldom(body));
  }

  /** A local that is free again when the code is done. */
  local(): Local {
    const l = this.func.local("v128");
    this.#kept.push(l);
    return l;
  }

  /** Computes an expression of which only the value is kept. */
  alone(expression: () => Lanes): Lanes {
    const result = this.local(), before = this.#kept.length, value = expression();
    value.push();
    this.func.set(result).free(...this.#kept.splice(before));
    return this.of(result, value.type);
  }

  /** Gives back all locals. */
  done(): void {
    this.func.free(...this.#kept.splice(0));
  }
}

/** A formula of f64 applied to f32 numbers, two lanes at a time. */
export function throughDoubles(formula: (...xs: Lanes[]) => Lanes): (...xs: Lanes[]) => Lanes {
  return (...xs) => {
    const kept = xs.map((x) => x.keep()), { code } = kept[0]!;
    const low = code.alone(() => formula(...kept.map((x) => x.promote())).demote());
    return low.followedBy(code.alone(() => formula(...kept.map((x) => x.upper().promote())).demote()));
  };
}

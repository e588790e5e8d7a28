/** Where vector expressions are emitted. */
import type { Func, Local } from "../function.ts";
import { type Float, Lanes } from "./lanes.ts";

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

/** Decisions taken from a list of numbers, so that a random program is a plain value that shrinks. */
export class Choices {
  #at = 0;

  /** Decisions in order; all that come after the list are 0. */
  constructor(readonly numbers: readonly number[]) {}

  /** A whole number below `n`. */
  below(n: number): number {
    const x = this.numbers[this.#at++] ?? 0;
    return n <= 0 ? 0 : x % n;
  }

  /** A whole number in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** Yes once in `n`. */
  oneIn(n: number): boolean {
    return this.below(n) === n - 1;
  }

  /** One of a list. */
  of<A>(xs: readonly A[]): A {
    return xs[this.below(xs.length)]!;
  }

  /** A list in another order. */
  shuffled<A>(xs: readonly A[]): A[] {
    const left = [...xs], out: A[] = [];
    while (left.length > 0) out.push(...left.splice(this.below(left.length), 1));
    return out;
  }

  /** The list without some of its elements. */
  some<A>(xs: readonly A[]): A[] {
    return xs.filter(() => this.below(2) === 0);
  }
}

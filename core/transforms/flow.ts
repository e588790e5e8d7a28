/** The cheapest cut through a network of pipes. */

/**
 * Places with a price each, filled from one source and drained by one sink. A cut is a set of places that, closed, lets
 * nothing through; a place that is not closed and not before the cut costs what filling it costs.
 */
export class Flow {
  /** Pipes by number, each followed by its way back: where it leads, and how much more can go through it. */
  readonly #to: number[] = [];
  readonly #left: number[] = [];
  /** By node, the pipes that leave it. Nodes 0 and 1 are source and sink; then come the entry and the exit of each place. */
  readonly #leaving: number[][] = [[], []];

  /** A new place, with what closing it costs. */
  place(price: number): number {
    const place = this.#leaving.length / 2 - 1;
    this.#leaving.push([], []);
    this.#connect(entry(place), exit(place), price);
    return place;
  }

  /** Fills a place from the source, at most so fast. */
  fill(place: number, most: number): void {
    if (most > 0) this.#connect(0, entry(place), most);
  }

  /** Leads one place to another. */
  join(from: number, to: number): void {
    this.#connect(exit(from), entry(to), Infinity);
  }

  /** Leads a place to the sink. */
  drain(place: number): void {
    this.#connect(exit(place), 1, Infinity);
  }

  /**
   * The places of the cheapest cut; of equally cheap ones that next to the sink. Dinic's algorithm (Soviet Mathematics
   * Doklady 11, 1970), with distances from the sink, as the cut is looked for there.
   */
  cut(): ReadonlySet<number> {
    for (;;) {
      const away = this.#distances();
      if (away[0]! < 0) {
        const places = Array.from({ length: this.#leaving.length / 2 - 1 }, (_, i) => i);
        return new Set(places.filter((p) => away[exit(p)]! >= 0 && away[entry(p)]! < 0));
      }
      this.#send(away);
    }
  }

  /** By node, how many pipes with room lead from it to the sink; −1 where none do. */
  #distances(): Int32Array {
    const away = new Int32Array(this.#leaving.length).fill(-1), found = [1];
    away[1] = 0;
    for (const node of found) {
      for (const pipe of this.#leaving[node]!) {
        const before = this.#to[pipe]!;
        if (away[before]! >= 0 || !(this.#left[pipe ^ 1]! > 0)) continue;
        away[before] = away[node]! + 1;
        found.push(before);
      }
    }
    return away;
  }

  /** Sends what the shortest ways from source to sink can take. */
  #send(away: Int32Array): void {
    const turn = new Int32Array(this.#leaving.length), path: number[] = [];
    for (let node = 0;;) {
      const leaving = this.#leaving[node]!;
      let pipe = -1;
      for (; pipe < 0 && turn[node]! < leaving.length; turn[node]!++) {
        const next = leaving[turn[node]!]!;
        if (this.#left[next]! > 0 && away[this.#to[next]!] === away[node]! - 1) pipe = next;
      }
      if (pipe >= 0) {
        turn[node]!--;
        path.push(pipe);
        node = this.#to[pipe]!;
        if (node !== 1) continue;
        const amount = Math.min(...path.map((i) => this.#left[i]!));
        for (const i of path) {
          this.#left[i]! -= amount;
          this.#left[i ^ 1]! += amount;
        }
        // On from the first pipe that is full now.
        path.length = path.findIndex((i) => this.#left[i] === 0);
        node = path.length === 0 ? 0 : this.#to[path.at(-1)!]!;
      } else {
        const last = path.pop();
        if (last === undefined) return;
        away[node] = -2;
        node = this.#to[last ^ 1]!;
      }
    }
  }

  #connect(from: number, to: number, most: number): void {
    const pipe = this.#to.length;
    this.#to.push(to, from);
    this.#left.push(most, 0);
    this.#leaving[from]!.push(pipe);
    this.#leaving[to]!.push(pipe + 1);
  }
}

const entry = (place: number): number => 2 * place + 2, exit = (place: number): number => 2 * place + 3;

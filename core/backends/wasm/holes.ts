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

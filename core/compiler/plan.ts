/** A static plan of memory: blocks that are alive at the same time do not overlap. */

/** A block that is alive from one step through another. */
export interface Block {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** Blocks start at multiples of this: a cache line. */
export const alignment = 64;

/** A size in whole cache lines. */
export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Places for blocks, in the order given, and the size of all memory together. The largest are placed first, lowest. */
export function layOut(blocks: readonly Block[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const order = [...blocks.keys()].sort((i, j) => blocks[j]!.bytes - blocks[i]!.bytes || i - j);
  const offsets = new Array<number>(blocks.length).fill(0), placed: number[] = [];
  let total = 0;
  for (const i of order) {
    const b = blocks[i]!, size = aligned(b.bytes);
    const taken = placed.filter((j) => blocks[j]!.from <= b.to && b.from <= blocks[j]!.to)
      .map((j) => [offsets[j]!, offsets[j]! + aligned(blocks[j]!.bytes)] as const)
      .sort((x, y) => x[0] - y[0]);
    let at = 0;
    for (const [start, end] of taken) {
      if (start - at >= size) break;
      at = Math.max(at, end);
    }
    offsets[i] = at;
    total = Math.max(total, at + size);
    placed.push(i);
  }
  return { offsets, bytes: total };
}

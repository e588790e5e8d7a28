/** The one memory that all modules share, and what lies where in it. */

/** Pages of 64 KiB reserved: all that 32-bit addresses reach. */
export const pages = 65536;
/** Where a program's arguments and results are written down, an address each. */
export const slotBase = 4096;
/** Where the results of programs live. */
export const nurseryBase = 65536;
/** Bytes for them. */
export const nurseryBytes: number = 16 * 2 ** 20;
/** Where scratch memory begins; it ends where the large results, which come from above, begin. */
export const arenaBase: number = nurseryBase + nurseryBytes;
/** The end of the memory, less what kernels may read past the end of an operand. */
export const memoryEnd: number = pages * 65536 - 64;

let reserved: WebAssembly.Memory | null = null;

/** The memory, reserved when first asked for. Pages that nothing touches cost nothing. */
export function memory(): WebAssembly.Memory {
  reserved ??= new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return reserved;
}

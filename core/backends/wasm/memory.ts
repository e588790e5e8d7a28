/** The one memory that all modules share, and what lies where in it. */

/** The most pages of 64 KiB that 32-bit addresses reach. */
export const mostPages = 65536;
/** Where a program's arguments and results are written down, an address each. */
export const slotBase = 4096;
/** Where the results of programs live. */
export const nurseryBase = 65536;
/** Arguments and results that a program may have. */
export const mostSlots: number = (nurseryBase - slotBase) / 4;
/** Bytes for results. */
export const nurseryBytes: number = 16 * 2 ** 20;
/** Where scratch memory begins; it ends where the large results, which come from above, begin. */
export const arenaBase: number = nurseryBase + nurseryBytes;

/** Whether threads can share memory: not in a browser whose page is not isolated from other origins. */
export const shared: boolean = typeof SharedArrayBuffer !== "undefined" &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;

let reserved: WebAssembly.Memory | null = null;

/** The memory, reserved when first asked for. Pages that nothing touches cost nothing. */
export function memory(): WebAssembly.Memory {
  // Half as much where so much is refused, and so on.
  for (let pages = mostPages; reserved === null; pages /= 2) {
    try {
      reserved = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    } catch (e) {
      if (pages <= 1024) throw e;
    }
  }
  return reserved;
}

/** The end of the memory, less what kernels may read past the end of an operand. */
export const memoryEnd = (): number => memory().buffer.byteLength - 64;

/** The one memory that all modules share. */

/** Pages of 64 KiB reserved: all that 32-bit addresses reach. */
export const pages = 65536;
/** Where a program's arguments and results are written down, an address each. */
export const slotBase = 4096;
/** Where scratch memory begins. */
export const arenaBase = 65536;

let reserved: WebAssembly.Memory | null = null;

/** The memory, reserved when first asked for. Pages that nothing touches cost nothing. */
export function memory(): WebAssembly.Memory {
  reserved ??= new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return reserved;
}

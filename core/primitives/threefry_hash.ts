/**
 * Threefry-2x32 with 20 rounds: two key words and two counter words become two random words.
 *
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
 * https://doi.org/10.1145/2063384.2063405
 */

/** Left rotations of the four rounds between two additions of key words, taken in turn. */
export const rotations: readonly (readonly [number, number, number, number])[] = [[13, 15, 26, 6], [17, 29, 16, 24]];

/** Makes the third key word of the other two. */
export const parity = 0x1bd11bda;

/** Where `hash` leaves its second word: a pair returned would be an object for every element drawn. */
export let second = 0;

/** The first word of the hash, as an i32; the second is left in `second`. Words are i32 or u32 alike. */
export function hash(k0: number, k1: number, c0: number, c1: number): number {
  const k2 = k0 ^ k1 ^ parity;
  let x = (c0 + k0) | 0, y = (c1 + k1) | 0;
  // Written out: a loop over the rotations costs several times as much.
  y = ((y << 13) | (y >>> 19)) ^ (x = (x + y) | 0);
  y = ((y << 15) | (y >>> 17)) ^ (x = (x + y) | 0);
  y = ((y << 26) | (y >>> 6)) ^ (x = (x + y) | 0);
  y = ((y << 6) | (y >>> 26)) ^ (x = (x + y) | 0);
  x = (x + k1) | 0;
  y = (y + k2 + 1) | 0;
  y = ((y << 17) | (y >>> 15)) ^ (x = (x + y) | 0);
  y = ((y << 29) | (y >>> 3)) ^ (x = (x + y) | 0);
  y = ((y << 16) | (y >>> 16)) ^ (x = (x + y) | 0);
  y = ((y << 24) | (y >>> 8)) ^ (x = (x + y) | 0);
  x = (x + k2) | 0;
  y = (y + k0 + 2) | 0;
  y = ((y << 13) | (y >>> 19)) ^ (x = (x + y) | 0);
  y = ((y << 15) | (y >>> 17)) ^ (x = (x + y) | 0);
  y = ((y << 26) | (y >>> 6)) ^ (x = (x + y) | 0);
  y = ((y << 6) | (y >>> 26)) ^ (x = (x + y) | 0);
  x = (x + k0) | 0;
  y = (y + k1 + 3) | 0;
  y = ((y << 17) | (y >>> 15)) ^ (x = (x + y) | 0);
  y = ((y << 29) | (y >>> 3)) ^ (x = (x + y) | 0);
  y = ((y << 16) | (y >>> 16)) ^ (x = (x + y) | 0);
  y = ((y << 24) | (y >>> 8)) ^ (x = (x + y) | 0);
  x = (x + k1) | 0;
  y = (y + k2 + 4) | 0;
  y = ((y << 13) | (y >>> 19)) ^ (x = (x + y) | 0);
  y = ((y << 15) | (y >>> 17)) ^ (x = (x + y) | 0);
  y = ((y << 26) | (y >>> 6)) ^ (x = (x + y) | 0);
  y = ((y << 6) | (y >>> 26)) ^ (x = (x + y) | 0);
  second = (y + k0 + 5) | 0;
  return (x + k2) | 0;
}

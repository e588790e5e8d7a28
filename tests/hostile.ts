/** Bytes that a decoder must survive: a good file cut short, damaged or lying about its sizes, and noise. */
import fc from "fast-check";

/** Counts that no short file can keep, as texts spell them. */
const boasts = ["99999999", "-1", "1e308", "NaN", "7777777777", ",,,,", "\n\n", "[[[["].map((s) =>
  new TextEncoder().encode(s)
);

/** Bytes near to `good`, and bytes that have nothing to do with it. */
export function hostile(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(Math.max(0, good.length - 1));
  const changed = (change: (bytes: Uint8Array, at: number) => void) => (i: number): Uint8Array => {
    const bytes = good.slice();
    change(bytes, i);
    return bytes;
  };
  return fc.oneof(
    at.map((end) => good.slice(0, end)),
    fc.array(fc.tuple(at, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 }).map((flips) => {
      const bytes = good.slice();
      for (const [i, bits] of flips) bytes[i]! ^= bits;
      return bytes;
    }),
    fc.tuple(at, fc.constantFrom(...boasts)).map(([i, boast]) =>
      changed((bytes, from) => bytes.set(boast.subarray(0, bytes.length - from), from))(i)
    ),
    at.map(changed((bytes, from) => bytes.fill(0xff, from, from + 4))),
    fc.tuple(at, at).map(([a, b]) => Uint8Array.from([...good.subarray(0, a), ...good.subarray(b)])),
    fc.uint8Array({ maxLength: 600 }),
  );
}

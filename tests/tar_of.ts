/** Archives for tests, written after the same standard that is read. */

/** What a header may have that is not usual. */
export interface EntryOptions {
  /** The kind of entry; a file if left out. */
  readonly kind?: string;
  /** The folder that ustar keeps apart. */
  readonly prefix?: string;
  /** The field of the size as it is. */
  readonly size?: Uint8Array;
}

/** The bytes of all, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A header and its content, up to the next block. */
export function tarEntry(name: string, content: string | Uint8Array, options: EntryOptions = {}): Uint8Array {
  const { kind = "0", prefix = "", size } = options, encoder = new TextEncoder();
  const body = typeof content === "string" ? encoder.encode(content) : content;
  const bytes = new Uint8Array(512 + Math.ceil(body.length / 512) * 512);
  const put = (at: number, text: string) => bytes.set(encoder.encode(text), at);
  put(0, name);
  put(100, "0000644\0");
  put(124, `${body.length.toString(8).padStart(11, "0")}\0`);
  if (size !== undefined) bytes.set(size, 124);
  put(148, " ".repeat(8));
  put(156, kind);
  put(257, "ustar\0" + "00");
  put(345, prefix);
  const sum = bytes.subarray(0, 512).reduce((a, b) => a + b, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  bytes.set(body, 512);
  return bytes;
}

/** An archive of entries. */
export const tarOf = (...entries: readonly Uint8Array[]): Uint8Array => joined([...entries, new Uint8Array(1024)]);

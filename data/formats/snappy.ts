/**
 * Bytes out of Snappy.
 *
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
import { Damage } from "./damage.ts";
import { type Cursor, readByte, readBytes, readVarint } from "./thrift.ts";

/** No three bytes unpack to more than 64. */
const mostRatio = 22;

/** The `size` bytes that were packed. It throws `Damage` if they are not as many. */
export function unsnappy(packed: Uint8Array, size: number): Uint8Array {
  const from: Cursor = { bytes: packed, at: 0 }, announced = readVarint(from);
  if (announced !== size) throw new Damage(0, `${announced} bytes are announced, and should be ${size}`);
  if (size > mostRatio * packed.length) throw new Damage(0, `${packed.length} bytes cannot unpack to ${size}`);
  const out = new Uint8Array(size);
  let end = 0;
  const room = (length: number): void => {
    if (length > size - end) throw new Damage(from.at, `more than ${size} bytes come out`);
  };
  while (from.at < packed.length) {
    const tag = readByte(from), kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2, length = 1 + (short < 60 ? short : little(from, short - 59));
      room(length);
      out.set(readBytes(from, length), end);
      end += length;
      continue;
    }
    const length = kind === 1 ? 4 + (tag >> 2 & 7) : 1 + (tag >> 2);
    const back = kind === 1 ? (tag >> 5 << 8) + readByte(from) : little(from, kind === 2 ? 2 : 4);
    if (back === 0 || back > end) throw new Damage(from.at, `a copy reaches back ${back} bytes of ${end}`);
    room(length);
    // What is copied may overlap what it is copied to, and then repeats.
    for (let i = 0; i < length; i++, end++) out[end] = out[end - back]!;
  }
  if (end !== size) throw new Damage(packed.length, `${end} bytes come out, and ${size} were announced`);
  return out;
}

/** An unsigned number of so many bytes, the lowest first. */
function little(from: Cursor, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value += readByte(from) * 256 ** i;
  return value;
}

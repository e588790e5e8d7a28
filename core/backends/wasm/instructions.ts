/**
 * WebAssembly instructions by their standard names: opcode, and the width in memory of those that have an address.
 *
 * Numbers from the WebAssembly 3.0 specification, appendix "Index of Instructions", with fixed-width and relaxed SIMD,
 * and the threads proposal for `atomic`.
 */

/** How an instruction is written. */
export interface Instruction {
  /** The bytes of the opcode. */
  readonly bytes: readonly number[];
  /** log₂ of the width in memory, where there is an address. */
  readonly align: number;
}

const table = new Map<string, Instruction>();

function leb(n: number): number[] {
  const out: number[] = [];
  do {
    const rest = n >>> 7;
    out.push(rest === 0 ? n & 127 : (n & 127) | 128);
    n = rest;
  } while (n !== 0);
  return out;
}

/** Instructions of consecutive opcodes; `_` leaves one out. */
function run(prefix: number | null, from: number, names: string, align = 0): void {
  names.split(/\s+/).forEach((name, i) => {
    if (name !== "_") {
      table.set(name, { bytes: prefix === null ? [from + i] : [prefix, ...leb(from + i)], align });
    }
  });
}
const each = (type: string, names: string): string =>
  names.split(/\s+/).map((n) => n === "_" ? n : `${type}.${n}`).join(" ");

/** Fills the table, when first asked for: a process may compile nothing. */
function fill(): void {
  run(null, 0x0f, "return");
  run(null, 0x00, "unreachable");
  run(null, 0x1a, "drop select");
  for (
    const [opcode, name, align] of [
      [0x28, "i32.load", 2],
      [0x29, "i64.load", 3],
      [0x2a, "f32.load", 2],
      [0x2b, "f64.load", 3],
      [0x2c, "i32.load8_s", 0],
      [0x2d, "i32.load8_u", 0],
      [0x2e, "i32.load16_s", 1],
      [0x2f, "i32.load16_u", 1],
      [0x36, "i32.store", 2],
      [0x37, "i64.store", 3],
      [0x38, "f32.store", 2],
      [0x39, "f64.store", 3],
      [0x3a, "i32.store8", 0],
      [0x3b, "i32.store16", 1],
    ] as const
  ) run(null, opcode, name, align);

  run(null, 0x45, each("i32", "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"));
  run(null, 0x50, each("i64", "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"));
  run(null, 0x5b, each("f32", "eq ne lt gt le ge"));
  run(null, 0x61, each("f64", "eq ne lt gt le ge"));
  run(
    null,
    0x67,
    each("i32", "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr"),
  );
  run(
    null,
    0x79,
    each("i64", "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr"),
  );
  run(null, 0x8b, each("f32", "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign"));
  run(null, 0x99, each("f64", "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign"));
  run(null, 0xa7, "i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u");
  run(null, 0xac, "i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u");
  run(null, 0xb2, "f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u f32.demote_f64");
  run(null, 0xb7, "f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32");
  run(null, 0xbc, "i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64");
  run(
    0xfc,
    0,
    "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u " +
      "i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u",
  );

  const simd = 0xfd;
  for (
    const [opcode, name, align] of [
      [0x00, "v128.load", 4],
      [0x01, "v128.load8x8_s", 3],
      [0x02, "v128.load8x8_u", 3],
      [0x03, "v128.load16x4_s", 3],
      [0x04, "v128.load16x4_u", 3],
      [0x07, "v128.load8_splat", 0],
      [0x09, "v128.load32_splat", 2],
      [0x0a, "v128.load64_splat", 3],
      [0x0b, "v128.store", 4],
      [0x5c, "v128.load32_zero", 2],
      [0x5d, "v128.load64_zero", 3],
    ] as const
  ) run(simd, opcode, name, align);
  for (
    const [opcode, name, align] of [
      [0x54, "v128.load8_lane", 0],
      [0x56, "v128.load32_lane", 2],
      [0x57, "v128.load64_lane", 3],
      [0x58, "v128.store8_lane", 0],
      [0x5a, "v128.store32_lane", 2],
      [0x5b, "v128.store64_lane", 3],
    ] as const
  ) run(simd, opcode, name, align);
  run(simd, 0x0d, "i8x16.shuffle");
  run(simd, 0x0f, "i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat f64x2.splat");
  run(
    simd,
    0x15,
    "i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane i16x8.extract_lane_s i16x8.extract_lane_u " +
      "i16x8.replace_lane i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane i64x2.replace_lane " +
      "f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane",
  );
  run(simd, 0x0e, "i8x16.swizzle");
  run(simd, 0x23, each("i8x16", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"));
  run(simd, 0x37, each("i32x4", "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"));
  run(simd, 0x41, each("f32x4", "eq ne lt gt le ge"));
  run(simd, 0x47, each("f64x2", "eq ne lt gt le ge"));
  run(simd, 0x4d, each("v128", "not and andnot or xor bitselect any_true"));
  run(simd, 0x5e, "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4");
  run(simd, 0x65, "i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u");
  run(simd, 0x67, each("f32x4", "ceil floor trunc nearest"));
  run(simd, 0x6e, "i8x16.add");
  run(simd, 0x71, "i8x16.sub");
  run(simd, 0x74, "f64x2.ceil f64x2.floor");
  run(simd, 0x76, "i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u f64x2.trunc");
  run(simd, 0x85, "i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u");
  run(
    simd,
    0x87,
    "i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u",
  );
  run(simd, 0x94, "f64x2.nearest");
  run(simd, 0xa0, "i32x4.abs i32x4.neg _ i32x4.all_true i32x4.bitmask");
  run(
    simd,
    0xa7,
    "i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u " +
      "i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add",
  );
  run(simd, 0xb1, "i32x4.sub");
  run(simd, 0xb5, "i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u");
  run(simd, 0xc0, "i64x2.abs i64x2.neg _ i64x2.all_true i64x2.bitmask");
  run(
    simd,
    0xc7,
    "i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u " +
      "i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add",
  );
  run(simd, 0xd1, "i64x2.sub _ _ _ i64x2.mul i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s");
  run(simd, 0xe0, each("f32x4", "abs neg _ sqrt add sub mul div min max pmin pmax"));
  run(simd, 0xec, each("f64x2", "abs neg _ sqrt add sub mul div min max pmin pmax"));
  run(
    simd,
    0xf8,
    "i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u " +
      "i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u",
  );
  run(
    simd,
    0x105,
    "f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd _ _ " +
      "i32x4.relaxed_laneselect i64x2.relaxed_laneselect f32x4.relaxed_min f32x4.relaxed_max f64x2.relaxed_min f64x2.relaxed_max",
  );

  const atomic = 0xfe;
  run(atomic, 0x00, "memory.atomic.notify memory.atomic.wait32", 2);
  run(atomic, 0x10, "i32.atomic.load", 2);
  run(atomic, 0x17, "i32.atomic.store", 2);
  run(atomic, 0x1e, "i32.atomic.rmw.add", 2);
  run(atomic, 0x25, "i32.atomic.rmw.sub", 2);
}

/** The instruction of a name; throws for a name that is none. */
export function instruction(name: string): Instruction {
  if (table.size === 0) fill();
  const found = table.get(name);
  if (found === undefined) throw new Error(`WebAssembly has no instruction ${name}`);
  return found;
}

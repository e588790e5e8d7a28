/** Programs drawn and timed. */

export { type Bandwidth, type MachineLimits } from "../core/backends/wasm/limits.ts";
export * from "./profile.ts";
export * from "./profile_record.ts";
export * from "./program_dot.ts";
export * from "./program_svg.ts";

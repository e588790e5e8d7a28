/** Programs drawn and timed. */

export * from "./program_dot.ts";
export * from "./program_svg.ts";

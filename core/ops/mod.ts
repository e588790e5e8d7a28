/** @module Every public operation. */
export * from "./arithmetic.ts";
export * from "./create.ts";

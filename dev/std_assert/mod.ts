/**
 * Deno's own `@std/assert`, taken from npm so that the tests run where JSR cannot be reached.
 *
 * `npm:deno-std` is the standard library compiled to JavaScript; it ships no types, so `types.d.ts` beside this file
 * writes down the part the tests use. Deleting the `links` line of `deno.json` makes the same tests use JSR itself.
 *
 * @module
 */

// @ts-types="./types.d.ts"
export * from "npm:deno-std@^1.4.0/assert/mod.js";

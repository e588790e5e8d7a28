// The package as a stranger to Deno uses it: plain JavaScript in Node 20, every entry point by its public name.
import assert from "node:assert/strict";

assert.equal(typeof globalThis.Deno, "undefined");
for (const entry of ["", "/layers", "/optim", "/data"]) {
  const module = await import(`@adjoint/adjoint${entry}`);
  assert.equal(module[Symbol.toStringTag], "Module", `@adjoint/adjoint${entry} does not load`);
}
console.log("every entry point loads");

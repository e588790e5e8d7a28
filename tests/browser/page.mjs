// `Deno.test` in a page: tests are collected as they are defined, run one after another, and told to the server.
import { definition } from "../node/definition.mjs";
import fc from "fast-check";

// A quarter of the usual: the programs drawn are those that Deno has tried, only the engine is another.
fc.configureGlobal({ numRuns: 25 });

// A bundle's files have the library's code and its callers', which checkNaN cannot tell apart then.
const left = new Set([
  "checkNaN() sees through the transforms around it, and refuses to stand where there is nothing to see",
  "checkNaN() names the primitive that gave NaN first and the line that called it, in jit and scan too",
]);

const tests = [];
const register = (...args) => void tests.push(definition(args));

globalThis.Deno = {
  test: Object.assign(register, { ignore: (...args) => void tests.push({ ...definition(args), ignore: true }) }),
};

/** Milliseconds between reports; the page's event loop turns while it waits for an answer, and workers can start. */
const pause = 250;

/** Tells the server the counts and what comes next, `null` at the end; its answer is the page to go to then. */
async function report(body) {
  const answer = await fetch("/report", { method: "POST", body: JSON.stringify(body) });
  if (body.next === null) location.replace(await answer.text());
}

const messageOf = (e) => e?.stack ?? String(e);

addEventListener("error", ({ error, message }) => {
  const failures = [{ name: "a script of the page", message: error == null ? message : messageOf(error) }];
  report({ passed: 0, failures, next: null });
});

/** Runs all tests. */
export async function run() {
  let passed = 0, failures = [], last = -pause;
  for (const { name, fn, ignore } of tests) {
    if (ignore || left.has(name)) continue;
    if (performance.now() - last >= pause) {
      await report({ passed, failures, next: name });
      [passed, failures, last] = [0, [], performance.now()];
    }
    try {
      await fn({ name });
      passed++;
    } catch (e) {
      failures.push({ name, message: messageOf(e) });
    }
  }
  await report({ passed, failures, next: null });
}

// `Deno.test` in terms of Node's own test runner: as much of it as the suite uses, and nothing else of Deno.
import { test as nodeTest } from "node:test";
import { definition } from "./definition.mjs";

/** The step function that Deno hands to a test, on the context that Node hands to it. */
const context = (t) => ({
  name: t.name,
  step: (...args) => {
    const { name, fn, ignore } = definition(args);
    return t.test(name, { skip: ignore }, (inner) => fn(context(inner))).then(() => true);
  },
});

const register = (forced) => (...args) => {
  const { name, fn, ignore } = definition(args);
  nodeTest(name, { skip: ignore || forced.ignore }, (t) => fn(context(t)));
};

globalThis.Deno = { test: Object.assign(register({}), { ignore: register({ ignore: true }) }) };

import { assertEquals } from "@std/assert";
import { concatAll } from "fp-ts/lib/Monoid.js";
import { tensor } from "../mod.ts";
import { chain, monoidTransformation } from "./transformation.ts";
import { sgd } from "./sgd.ts";

Deno.test("fp-ts's concatAll chains transformations by monoidTransformation", () => {
  const parts = [sgd(0.5), sgd(0.5)], g = tensor([4]);
  const both = concatAll(monoidTransformation)(parts), chained = chain(...parts);
  assertEquals(both.update(g, both.init(g), g)[0].toArray(), [1]);
  assertEquals(chained.update(g, chained.init(g), g)[0].toArray(), [1]);
});

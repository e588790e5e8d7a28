/** No primitive goes without its laws. */
import { assertEquals } from "@std/assert";

/** The text of every TypeScript file under a folder whose name ends so. */
function texts(folder: URL, end: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((e) => {
    if (e.isDirectory) return texts(new URL(`${e.name}/`, folder), end);
    return e.name.endsWith(end) ? [Deno.readTextFileSync(new URL(e.name, folder))] : [];
  });
}

/** Those with no laws of their own, and where else they are held to what they mean. */
const elsewhere = new Map([
  ["customJvpP", "tests/transforms/custom_test.ts: its rule is the user's"],
  ["customVjpP", "tests/transforms/custom_test.ts: it has no forward mode"],
  ["pullbackP", "tests/transforms/custom_test.ts: it can only be transposed"],
  ["printP", "tests/transforms/jit_test.ts: it has no outputs"],
  ["psumP", "tests/transforms/collectives_test.ts: it means nothing outside a named axis"],
  ["pmaxP", "tests/transforms/collectives_test.ts"],
  ["axisIndexP", "tests/transforms/collectives_test.ts"],
  ["allGatherP", "tests/transforms/collectives_test.ts"],
]);

Deno.test("every primitive stands in a table of laws", () => {
  const core = texts(new URL("../../core/", import.meta.url), ".ts").join("\n");
  const primitives = [...core.matchAll(/^(?:export )?const (\w+P): Primitive</gm)].map((m) => m[1]!);
  const laws = texts(new URL("./", import.meta.url), "_laws_test.ts").join("\n");
  const missing = primitives.filter((p) => !new RegExp(`\\b${p}\\b`).test(laws) && !elsewhere.has(p));
  assertEquals(missing, []);
  assertEquals(primitives.length > 100, true);
});

/** Patients: what is read of made-up files. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { soaked } from "../../tests/backends/soaked.ts";
import { hostile } from "../../tests/hostile.ts";
import { decodeDiabetes } from "./diabetes.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const read = (measured: string, progress: string) => decodeDiabetes(encode(measured), encode(progress));
const row = "59 2 32.5 101.0 157 93.25 38 4.0 4.5 87";

Deno.test("decodeDiabetes() reads both files", () => {
  const got = read(`${row}\n${row.replace("59", "60")}\n`, "1.51e+02\n7.5e+01\n");
  assert(got._tag === "Right");
  assertEquals(got.right.inputs.toArray()[1] as number[], [60, 2, 32.5, 101, 157, 93.25, 38, 4, 4.5, 87]);
  assertEquals(got.right.values.toArray(), [151, 75]);
});

Deno.test("decodeDiabetes() says what is wrong", () => {
  const table: readonly (readonly [string, string, number, string])[] = [
    [`${row}\n1 2\n`, "1\n2\n", row.length + 1, 'line 2, "1 2" is not 10 numbers'],
    [row.replace("59", "Infinity"), "1\n", 0, `line 1, "${row.replace("59", "Infinity")}" is not 10 numbers`],
    [row, "many", 0, 'line 1, "many" is not 1 numbers'],
    [row, "1\n2\n", 4, "1 patients are measured, but 2 values are given"],
  ];
  for (const [measured, progress, offset, what] of table) {
    assertEquals(read(measured, progress), {
      _tag: "Left",
      left: { _tag: "FormatError", format: "csv", offset, message: `decodeDiabetes: ${what}` },
    });
  }
});

Deno.test("decodeDiabetes() gives an error or patients whatever the bytes", () => {
  const good = [encode(`${row}\n${row}\n`), encode("1.5e+02\n75\n")] as const;
  fc.assert(
    fc.property(fc.tuple(hostile(good[0]), hostile(good[1]), fc.nat(2)), ([measured, progress, which]) => {
      const got = decodeDiabetes(which === 0 ? good[0] : measured, which === 1 ? good[1] : progress);
      if (got._tag === "Left") assertEquals(got.left.format, "csv");
      else assertEquals(got.right.inputs.shape[0], got.right.values.size);
    }),
    { seed: 7, ...soaked(300, 20_000) },
  );
});

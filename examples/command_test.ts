/** Command lines of the examples. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { asked, command, fraction, oneOf, positive, seed, text, whole } from "./command.ts";

const c = command("grow", "grow a tree", {
  rings: whole(3, "rings to grow", 1, 9),
  rate: positive(0.5, "how fast"),
  kind: oneOf(["oak", "elm"], "which tree"),
  drop: fraction(0, "leaves that fall"),
  note: text("", "what to carve"),
  slowly: asked("take time"),
  seed,
});

Deno.test("parse() gives what is asked for, and what stands if nothing is", () => {
  assertEquals(c.parse([]), {
    rings: 3,
    rate: 0.5,
    kind: "oak",
    drop: 0,
    note: "",
    slowly: false,
    seed: 0,
    help: false,
  });
  const said = c.parse(["--rings=9", "--kind", "elm", "--slowly", "--note", "A+B"]);
  assert(typeof said !== "string");
  assertEquals([said.rings, said.kind, said.slowly, said.note], [9, "elm", true, "A+B"]);
});

Deno.test("parse() says what is wrong, and then what may be given", () => {
  for (
    const [args, message] of [
      [["--rings", "10"], "grow: --rings is a whole number from 1 to 9, not 10"],
      [["--rings="], "grow: --rings is a whole number from 1 to 9, not "],
      [["--rate", "0"], "grow: --rate is a number above 0, not 0"],
      [["--kind", "ash"], "grow: --kind is oak or elm, not ash"],
      [["--drop", "1"], "grow: --drop is a number from 0 to below 1, not 1"],
      [["--seed=-1"], "grow: --seed is a whole number from 0, not -1"],
      [["--leaf"], "grow: Unknown option '--leaf'"],
      [["oak"], "grow: Unexpected argument 'oak'"],
    ] as const
  ) {
    const said = c.parse(args);
    assert(typeof said === "string" && said.startsWith(message), String(said));
    assertStringIncludes(said, "deno task grow [options]    grow a tree");
  }
});

Deno.test("the help names every option with what stands if it is left out", () => {
  for (
    const line of [
      "--rings N    rings to grow (3)",
      "--slowly     take time\n",
      "--kind TEXT  which tree: oak, elm (oak)",
      "--help       this text",
    ]
  ) {
    assertStringIncludes(c.help, line);
  }
});

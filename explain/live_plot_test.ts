import { livePlot, livePlotOn } from "./live_plot.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";

const terminal = (isTTY: boolean, columns = 60) => {
  const written: string[] = [];
  return { written, output: { isTTY, columns, write: (text: string) => written.push(text) } };
};

Deno.test("livePlot() rewrites a line in a terminal, and ends it once", async () => {
  const { written, output } = terminal(true);
  const live = livePlotOn({ output }, { title: "Digits" });
  await live.update({ loss: [2], validation: [] });
  await live.update({ loss: [2, 1, 0.51234], validation: [3] });
  live.close();
  live.close();
  assertEquals(written.map((w) => w.trimEnd()), [
    "\rDigits  loss ▄ 2",
    "\rDigits  loss █▃▁ 0.5123  validation ▄ 3",
    "",
  ]);
  assertEquals(written.map((w) => w.length), [60, 60, 1]);
});

Deno.test("livePlot() shows nothing before there is a value, nor where nobody looks", async () => {
  const { written, output } = terminal(true), hidden = terminal(false);
  for (const live of [livePlotOn({ output }, {}), livePlotOn({ output: hidden.output }, {}), livePlotOn({}, {})]) {
    await live.update({ loss: [] });
    live.close();
  }
  const log = livePlotOn({ output: hidden.output }, {});
  await log.update({ loss: [1] });
  log.close();
  assertEquals([written, hidden.written], [[], []]);
});

Deno.test("livePlot() cuts its line to the terminal", async () => {
  const { written, output } = terminal(true, 20);
  await livePlotOn({ output }, { title: "A title that is too long" }).update({ loss: [1] });
  assertEquals(written, ["\rA title that is too"]);
});

Deno.test("livePlot() rejects a history of no numbers, and goes on afterwards", async () => {
  const { written, output } = terminal(true), live = livePlotOn({ output }, {});
  await assertRejects(
    () => live.update({ loss: ["1"] } as never),
    Error,
    'livePlot: "loss" in history is of type string at 0',
  );
  await live.update({ loss: [1] });
  assertEquals(written.length, 1);
});

Deno.test("livePlot() outside a notebook needs no packages", async () => {
  const live = livePlot();
  await live.update({ loss: [] });
  live.close();
});

Deno.test({
  name: "livePlot() displays a picture in a notebook, then updates it in place and in order",
  // The package that draws is installed only where it is loaded by its address.
  ignore: !("version" in Deno),
  fn: async () => {
    const sent: { readonly type: string; readonly content: Readonly<Record<string, unknown>> }[] = [];
    const { written, output } = terminal(true);
    const live = livePlotOn({
      broadcast: (type, content) => Promise.resolve(sent.push({ type, content })),
      output,
    }, {});
    await Promise.all([live.update({ loss: [1] }), live.update({ loss: [1, 2] }), live.update({ loss: [1, 2, 3] })]);
    live.close();
    assertEquals(sent.map((s) => s.type), ["display_data", "update_display_data", "update_display_data"]);
    const ids = sent.map((s) => (s.content["transient"] as { readonly display_id: string }).display_id);
    assertEquals(new Set(ids).size, 1);
    const svgs = sent.map((s) => (s.content["data"] as Readonly<Record<string, string>>)["image/svg+xml"]!);
    assert(svgs.every((svg) => svg.startsWith("<svg")));
    assertEquals(svgs.map((svg) => svg.match(/<circle/g)!.length), [1, 2, 3]);
    assertEquals(written, []);
  },
});

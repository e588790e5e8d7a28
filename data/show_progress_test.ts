import { assertEquals } from "@std/assert";
import { showProgress } from "./show_progress.ts";

function screen(columns = 40) {
  const written: string[] = [], clock = { now: 0 };
  const output = { isTTY: true, columns, write: (text: string) => written.push(text) };
  return { written, clock, show: showProgress(output, () => clock.now) };
}

Deno.test("showProgress() rewrites its line at most ten times a second, and shows the end", () => {
  const { written, clock, show } = screen();
  for (const received of [1e6, 2e6, 3e6, 4e6]) {
    show({ file: "a.gz", received, total: 4e6 });
    clock.now += 60;
  }
  assertEquals(written, [
    `\r${"a.gz  1.0 of 4.0 MB  25 %".padEnd(39)}`,
    `\r${"a.gz  3.0 of 4.0 MB  75 %".padEnd(39)}`,
    `\r${"a.gz  4.0 of 4.0 MB  100 %".padEnd(39)}\n`,
  ]);
});

Deno.test("showProgress() gives each file a line of its own, no wider than the terminal", () => {
  const { written, show } = screen(12);
  show({ file: "a", received: 1e6, total: 4e6 });
  show({ file: "a-long-name", received: 4e6, total: 4e6 });
  show({ file: "c", received: 0, total: 0 });
  assertEquals(written, ["\ra  1.0 of 4", "\n\ra-long-name\n", "\rc  0.0 of 0\n"]);
});

Deno.test("showProgress() writes nothing where nobody looks", () => {
  const written: string[] = [];
  for (
    const output of [{ write: (t: string) => written.push(t) }, {
      isTTY: false,
      write: (t: string) => written.push(t),
    }]
  ) {
    showProgress(output)({ file: "a", received: 1, total: 1 });
  }
  assertEquals(written, []);
});

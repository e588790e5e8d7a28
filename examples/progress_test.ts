import { assertEquals } from "@std/assert";
import { formatProgress, formatTime, progressLine } from "./progress.ts";

const at = (step: number) => ({ step, total: 1875, loss: 0.25, accuracy: 0.9312, images: 32 * step });

Deno.test("formatTime() writes seconds, minutes and hours", () => {
  assertEquals([0, 7.4, 59.6, 754, 3723, -1].map(formatTime), ["0:00", "0:07", "1:00", "12:34", "1:02:03", "0:00"]);
});

Deno.test("formatProgress() shows every field", () => {
  // 120 steps in 2 s leave 1755 steps, 29.25 s.
  const expected = "step  120/1875  loss 0.2500  accuracy  93.1 %   1,920 images/s  0:29 left";
  assertEquals(formatProgress(at(120), 2), expected);
});

Deno.test("formatProgress() has no rate and no time left before the first step", () => {
  const start = { ...at(0), loss: 2.30259, accuracy: 0 };
  assertEquals(
    formatProgress(start, 0),
    "step    0/1875  loss 2.3026  accuracy   0.0 %       – images/s  – left",
  );
});

Deno.test("formatProgress() fits the columns it is given", () => {
  assertEquals(formatProgress(at(120), 2, 20), "step  120/1875  loss");
});

function record(isTerminal: boolean) {
  const texts: string[] = [];
  const decoder = new TextDecoder();
  const writeSync = (bytes: Uint8Array) => texts.push(decoder.decode(bytes)) && bytes.length;
  return { texts, terminal: { isTerminal: () => isTerminal, writeSync } };
}

Deno.test("progressLine() is quiet when stderr is not a terminal", () => {
  const { texts, terminal } = record(false);
  const line = progressLine(terminal);
  line.show(at(1));
  line.end();
  assertEquals(texts, []);
});

Deno.test("progressLine() rewrites the line at most ten times a second and leaves the last state", () => {
  const { texts, terminal } = record(true);
  let now = 1000;
  const line = progressLine(terminal, () => now, () => 81);
  for (const step of [100, 101, 102]) {
    now += 60;
    line.show(at(step));
  }
  line.end();
  line.end();
  const shown = (step: number, seconds: number) => `\r${formatProgress(at(step), seconds)}\x1b[K`;
  assertEquals(texts, [shown(100, 0.06), shown(102, 0.18), `${shown(102, 0.18)}\n`]);
});

Deno.test("progressLine() leaves nothing behind if nothing was shown", () => {
  const { texts, terminal } = record(true);
  progressLine(terminal).end();
  assertEquals(texts, []);
});

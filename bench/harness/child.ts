/**
 * Runs one implementation of one case in a process of its own: `child.ts CASE IMPLEMENTATION`.
 *
 * It answers lines of JSON with lines of JSON: first what it computed, then a time for every budget it is asked for. It
 * ends when its input does.
 */
import { lineStream } from "./lines.ts";
import { caseNamed } from "../workloads/mod.ts";
import { digest } from "./agree.ts";
import { measure, warmUp } from "./timing.ts";
import { peakArenaBytes } from "./library.ts";

/** What a child says. */
export type Answer =
  | { readonly ready: readonly number[] | null }
  | { readonly value: number; readonly arena: number | null }
  | { readonly error: string };

const encoder = new TextEncoder();
const answer = (a: Answer): void => void Deno.stdout.writeSync(encoder.encode(JSON.stringify(a) + "\n"));

async function main(caseName: string, name: string): Promise<void> {
  // What libraries log must not come between the answers.
  console.log = console.info = console.warn = () => {};
  const ready = await caseNamed(caseName).implementations[name]!();
  const numbers = "run" in ready ? await ready.numbers?.() : undefined;
  answer({ ready: numbers === undefined ? null : digest(numbers) });
  let warm = false;
  for await (const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(lineStream())) {
    const budget = Number(line);
    if ("run" in ready && !warm) await warmUp(ready.run, budget);
    warm = true;
    const value = "run" in ready ? await measure(ready.run, budget) : await ready.sample();
    answer({ value, arena: peakArenaBytes() || null });
  }
}

try {
  await main(Deno.args[0]!, Deno.args[1]!);
} catch (e) {
  answer({ error: e instanceof Error ? e.message : String(e) });
}
// Some peers leave workers behind that would keep the process alive.
Deno.exit(0);

/** The parent's side of a process that runs an implementation. */
import { lineStream } from "./lines.ts";
import type { Answer } from "./child.ts";
import { python, pythonArgs } from "./python.ts";

const config = new URL("../deno.json", import.meta.url).pathname;

/** Flags by which V8 checks no bounds of WebAssembly memory, and joins pairs of its vectors. */
const fastFlags = "--no-wasm-bounds-checks,--experimental-wasm-revectorize";

/** Arguments of deno that run a script of this directory, with the peers within reach. */
export const runArgs = (script: URL, ...args: readonly string[]): string[] => [
  ...["run", "--quiet", "--no-prompt", "-A", "--config", config],
  script.pathname,
  ...args,
];

const command = (program: string, args: readonly string[], options: Deno.CommandOptions = {}): Deno.Command =>
  new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    ...options,
  });

/** What deno prints when run at the root of the repository; throws if it fails, or is not done in time. */
export async function outputOf(args: readonly string[], seconds: number): Promise<string> {
  const signal = AbortSignal.timeout(1000 * seconds), cwd = new URL("../../", import.meta.url).pathname;
  const process = command(Deno.execPath(), args, { signal, cwd }).spawn();
  await process.stdin.close();
  const { code, stdout } = await process.output();
  if (signal.aborted) throw new Error(`not done within ${seconds} s`);
  if (code !== 0) throw new Error(`the process ended with ${code}`);
  return new TextDecoder().decode(stdout);
}

/** An implementation that runs in a process of its own. Every question has a time limit, after which it is killed. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #answers: ReadableStreamDefaultReader<string>;
  readonly #questions: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  private constructor(start: Deno.Command) {
    this.#process = start.spawn();
    this.#answers = this.#process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(lineStream()).getReader();
    this.#questions = this.#process.stdin.getWriter();
  }

  /** An implementation of ours or of a peer in JavaScript, with V8 as it is or under its flags for speed. */
  static inDeno(caseName: string, implementation: string, { fast = false }: { readonly fast?: boolean } = {}): Child {
    const args = runArgs(new URL("./child.ts", import.meta.url), caseName, implementation);
    return new Child(command(Deno.execPath(), args, fast ? { env: { DENO_V8_FLAGS: fastFlags } } : {}));
  }

  /** A case of a library in Python. */
  static inPython(caseName: string, library: string): Child {
    return new Child(command(python(), pythonArgs(library, caseName)));
  }

  /** What it computed, once it is ready; throws if it fails or takes longer than `limit` seconds. */
  async ready(limit: number): Promise<readonly number[] | null> {
    const a = await this.#next(limit);
    return "ready" in a ? a.ready : null;
  }

  /** A measurement that takes about `budget` milliseconds, or one call. */
  async measure(budget: number, limit: number): Promise<{ readonly value: number; readonly arena: number | null }> {
    await this.#questions.write(new TextEncoder().encode(`${budget}\n`));
    const a = await this.#next(limit);
    if (!("value" in a)) throw new Error("it gave no measurement");
    return a;
  }

  async #next(limit: number): Promise<Answer> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done within ${limit} s`)), limit * 1000);
    });
    try {
      const { value } = await Promise.race([this.#answers.read(), late]);
      if (value === undefined) throw new Error(`the process ended (${(await this.#process.status).code})`);
      const a = JSON.parse(value) as Answer;
      if ("error" in a) throw new Error(a.error);
      return a;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process. */
  async close(): Promise<void> {
    this.#answers.cancel().catch(() => {});
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#process.status;
  }
}

/** Whole processes: to the first operation, to the first call of a compiled step, MNIST, and memory in a long loop. */
import type { Case, Implementation, Implementations } from "../harness/case.ts";
import { outputOf, runArgs } from "../harness/process.ts";

const script = (name: string): URL => new URL(`../scripts/${name}.ts`, import.meta.url);

/** What a script prints, or the complaint that it takes longer than a minute. */
const printed = (name: string, ...args: readonly string[]): Promise<string> =>
  outputOf(runArgs(script(name), ...args), 60);

const wholeProcess = (name: string): Implementation => () => ({
  sample: async () => {
    const start = performance.now();
    await printed(name);
    return performance.now() - start;
  },
});

const firstCall = (name: string): Implementations =>
  Object.fromEntries(
    ["adjoint", "jax-js, sync", "jax-js, async", "tfjs"].map((implementation) => [
      implementation,
      () => ({ sample: async () => Number(await printed("first_call", name, implementation)) }),
    ]),
  );

/** Only ours: a peer's trace of so long a loop takes minutes. */
const firstCallOfOurs = (name: string): Implementations => ({ adjoint: firstCall(name)["adjoint"]! });

const soakSeconds = 50;

/** The peak resident set in megabytes. Fails where the steps take too long, or memory still grows in the second half. */
const soak = (kind: "kept" | "donated" | "gradients"): Implementation => () => ({
  sample: async () => {
    const { done, peak, firstHalf } = JSON.parse(await printed("soak", kind, `${soakSeconds}`));
    const sofar = `${done} of 100000 steps within ${soakSeconds} s, peak ${peak.toFixed(0)} MB`;
    if (done < 100_000) throw new Error(sofar);
    if (peak > 1.2 * firstHalf + 20) throw new Error(`memory grows: ${firstHalf.toFixed(0)} MB, then ${sofar}`);
    return peak;
  },
});

/** The files that the library's entry point loads, as `deno info` counts them. */
const modules: Implementation = () => ({
  sample: async () => {
    const info = JSON.parse(await outputOf(["info", "--json", "mod.ts"], 60)) as { readonly modules: unknown[] };
    return info.modules.length;
  },
});

/** Test accuracy that its defaults must reach, in percent. */
const mnistAccuracy = 97;

const mnist: Implementation = () => ({
  sample: async () => {
    // It may write below the root only, and a name that git ignores.
    const file = "bench/mnist.safetensors";
    try {
      const start = performance.now();
      const text = await outputOf(["task", "--quiet", "mnist", `--file=${file}`], 100);
      const took = performance.now() - start, accuracy = Number(/test accuracy ([\d.]+)/.exec(text)?.[1]);
      if (!(accuracy >= mnistAccuracy)) throw new Error(`test accuracy ${accuracy} %, below ${mnistAccuracy} %`);
      return took;
    } finally {
      await Deno.remove(new URL(`../../${file}`, import.meta.url)).catch(() => {});
    }
  },
});

/** The cases. */
export const processCases: readonly Case[] = [
  {
    name: "process to the first op",
    samples: 10,
    implementations: {
      adjoint: wholeProcess("first_op"),
      "empty script": wholeProcess("empty"),
      "jax-js": wholeProcess("first_op_jax_js"),
      tfjs: wholeProcess("first_op_tfjs"),
      onnxruntime: wholeProcess("first_op_onnx"),
    },
  },
  { name: "modules of mod.ts", unit: "modules", samples: 1, implementations: { adjoint: modules } },
  { name: "MLP first call", samples: 3, implementations: firstCall("MLP") },
  { name: "LSTM first call, length 64", samples: 3, implementations: firstCall("LSTM 64") },
  { name: "LSTM first call, length 512", samples: 3, implementations: firstCallOfOurs("LSTM 512") },
  { name: "deno task mnist", samples: 1, limit: 110, implementations: { adjoint: mnist } },
  { name: "1e5 steps, kept", unit: "MB", samples: 1, implementations: { adjoint: soak("kept") } },
  { name: "1e5 steps, donated", unit: "MB", samples: 1, implementations: { adjoint: soak("donated") } },
  { name: "1e5 eager gradients", unit: "MB", samples: 1, implementations: { adjoint: soak("gradients") } },
];

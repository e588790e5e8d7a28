/** The bars: what a run is held against. */
import type { Measured } from "./harness/results.ts";

/** One bar. */
export interface Bar {
  readonly name: string;
  /** The cases it is made of; the first is the one it is about. */
  readonly needs: readonly string[];
  /** The number to compare; `null` if there is nothing to compare with. Asked only where our own value is there. */
  readonly ratio: (m: Measured) => number | null;
  /** Whether the number is to be as large or as small as possible. */
  readonly sense: "≥" | "≤";
  readonly must: number;
  readonly aim: number;
  /** The number's unit, where it has one. */
  readonly unit?: "µs" | "ms" | "s" | "MB" | "modules";
}

type Ratio = Pick<Bar, "needs" | "ratio" | "sense" | "unit"> & { readonly what: string };

const peers = ["jax-js", "tfjs", "onnxruntime"];
const quotient = (a: number | null, b: number | null): number | null => a === null || b === null ? null : a / b;
const listed = (libraries: readonly string[]) => libraries === peers ? "the best peer" : libraries.join(" and ");

/** How many times as fast as the best of some libraries. */
const faster = (name: string, libraries = peers): Ratio => ({
  what: `times as fast as ${listed(libraries)}`,
  needs: [name],
  ratio: (m) => quotient(m.best(name, libraries), m.value(name)),
  sense: "≥",
});

/** Our time as a part of that of the best of some libraries. */
const timeOf = (name: string, libraries = peers): Ratio => ({
  what: `of the time of ${listed(libraries)}`,
  needs: [name],
  ratio: (m) => quotient(m.value(name), m.best(name, libraries)),
  sense: "≤",
});

/** Our speed as a part of that of a reference kernel doing as much. */
const speedOf = (name: string, reference: string, ours = "adjoint"): Ratio => ({
  what: `of the ${reference}`,
  needs: [name],
  ratio: (m) => quotient(m.value(name, reference), m.value(name, ours)),
  sense: "≥",
});

/** Our operations a second as a part of those of another case. */
const rateOf = (name: string, other: string): Ratio => ({
  what: `of the rate of ${other}`,
  needs: [name, other],
  ratio: (m) => quotient(m.rate(name), m.rate(other)),
  sense: "≥",
});

/** Our time over that of its operations at the rate of a large matmul. */
const overFlops = (name: string): Ratio => ({
  what: "times its FLOPs ÷ rate",
  needs: [name, "matmul 1024"],
  ratio: (m) => {
    const rate = m.rate("matmul 1024");
    return quotient(m.value(name), rate === null ? null : m.flops(name) / rate);
  },
  sense: "≤",
});

const perUnit = { "µs": 1e-3, ms: 1, s: 1e3, MB: 1, modules: 1 } as const;

/** What we take, as it is. */
const absolute = (name: string, unit: NonNullable<Bar["unit"]>): Ratio => ({
  what: "",
  needs: [name],
  ratio: (m) => quotient(m.value(name), perUnit[unit]),
  sense: "≤",
  unit,
});

const bar = ({ what, ...ratio }: Ratio, must: number, aim: number = must): Bar => ({
  name: `${ratio.needs[0]}${what === "" ? "" : `: ${what}`}`,
  ...ratio,
  must,
  aim,
});

const all = (names: readonly string[], ratio: (name: string) => Ratio, must: number, aim?: number): Bar[] =>
  names.map((n) => bar(ratio(n), must, aim));

const squares = ["matmul 512", "matmul 1024", "matmul 2048"];
const convolutions = ["conv 16→32 at 14×14", "conv 64→64 at 32×32"].flatMap((c) =>
  ["forward", "input gradient", "filter gradient"].map((part) => `${c}, ${part}`)
);

/** Every bar. */
export const bars: readonly Bar[] = [
  ...all(squares, faster, 1.5),
  ...all(squares, (n) => speedOf(n, "FMA loop, 1 thread", "adjoint, 1 thread"), 0.85, 0.92),
  ...all(squares, (n) => speedOf(n, "FMA loop, 2 threads"), 0.78, 0.92),
  bar(rateOf("matmul 510", "matmul 512"), 0.75, 0.9),
  bar(rateOf("matmul 1023", "matmul 1024"), 0.75, 0.9),
  bar(rateOf("matmul 128×784×10", "matmul 128×784×16"), 0.75, 0.9),
  bar(rateOf("matmul A·Bᵀ 1024", "matmul 1024"), 0.75, 0.9),
  bar(rateOf("matmul Aᵀ·B 1024", "matmul 1024"), 0.75, 0.9),
  bar(rateOf("matmul 64 × (128×64×128)", "matmul 128×64×128"), 0.75, 0.9),
  bar(speedOf("matmul 1×1024×1024", "read loop"), 0.8, 0.9),
  ...all(convolutions, (n) => rateOf(n, "matmul 1024"), 0.7, 0.9),
  bar(timeOf("MLP train step"), 0.4, 0.25),
  bar(overFlops("MLP train step"), 1.8),
  bar(timeOf("CNN train step", ["jax-js"]), 1 / 50, 1 / 100),
  bar(timeOf("LSTM train step"), 0.3, 0.15),
  bar(absolute("LSTM first call, length 64", "ms"), 150),
  bar({
    what: "of that at length 64",
    needs: ["LSTM first call, length 512", "LSTM first call, length 64"],
    ratio: (m) => quotient(m.value("LSTM first call, length 512"), m.value("LSTM first call, length 64")),
    sense: "≤",
  }, 1.2),
  bar(timeOf("transformer forward", ["onnxruntime"]), 0.85, 0.6),
  bar(timeOf("transformer train step", ["tfjs"]), 1 / 30, 1 / 50),
  ...all(["gelu chain, erf", "gelu chain, tanh", "exp", "tanh", "log"], faster, 4, 10),
  ...all(["softmax 128×1024", "layer norm 1024×1024", "max-pool 32×28×28×16"], faster, 2),
  ...all(
    ["softmax 128×1024", "layer norm 1024×1024", "max-pool 32×28×28×16"],
    (n) => speedOf(n, "study kernel"),
    0.6,
    0.9,
  ),
  ...all(["x·y + z, 1e6", "x·y + z, 1e7"], (n) => speedOf(n, "WASM triad"), 0.8, 0.95),
  bar(absolute("eager op on 10 numbers", "µs"), 3, 1.5),
  bar(absolute("eager grad of ten ops", "µs"), 60, 30),
  bar(absolute("jitted call of a small program", "µs"), 5, 2.5),
  bar(
    {
      what: "over an empty script",
      needs: ["process to the first op"],
      ratio: (m) => {
        const ours = m.value("process to the first op"), empty = m.value("process to the first op", "empty script");
        return ours === null || empty === null ? null : ours - empty;
      },
      sense: "≤",
      unit: "ms",
    },
    30,
    15,
  ),
  bar(absolute("modules of mod.ts", "modules"), 120),
  bar(absolute("MLP first call", "ms"), 80, 40),
  bar(absolute("deno task mnist", "s"), 10, 5),
  ...all(["1e5 steps, kept", "1e5 steps, donated", "1e5 eager gradients"], (n) => absolute(n, "MB"), 500, 300),
];

/** How a bar stands in a run. */
export interface Standing {
  readonly bar: Bar;
  readonly ratio: number | null;
  /** `"missed"` also if we failed, `"no measure"` if there is nothing to compare with. */
  readonly state: "aim" | "must" | "missed" | "no measure";
}

/** Every bar whose cases were run. */
export function standings(m: Measured): Standing[] {
  return bars.filter((b) => b.needs.every((n) => m.has(n))).map((b) => {
    if (b.needs.some((n) => m.value(n) === null)) return { bar: b, ratio: null, state: "missed" };
    const ratio = b.ratio(m);
    if (ratio === null) return { bar: b, ratio, state: "no measure" };
    const reaches = (x: number) => b.sense === "≥" ? ratio >= x : ratio <= x;
    return { bar: b, ratio, state: reaches(b.aim) ? "aim" : reaches(b.must) ? "must" : "missed" };
  });
}

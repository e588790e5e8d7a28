/**
 * A process that saves checkpoints is killed at any moment: the newest complete one must load, be as new as was said, and
 * hold what was saved. Without an argument this is the one who kills; with a folder, the one who saves.
 */
import { Tensor, tensor } from "../../mod.ts";
import { loadCheckpoint, orThrow, saveCheckpoint } from "../../data/mod.ts";

const size = 1 << 17, keep = 3;

/** A state in which every number follows from the step. */
const stateAt = (step: number) => ({
  w: tensor(Float32Array.from({ length: size }, (_, i) => step + i % 64)),
  nested: { step, text: `after ${step}` },
});

/** Goes on from the newest checkpoint until it is killed, and says which steps are saved. */
async function save(folder: string): Promise<never> {
  const encoder = new TextEncoder();
  const newest = orThrow(await loadCheckpoint(folder, stateAt(0))());
  for (let step = (newest?.step ?? 0) + 1;; step++) {
    orThrow(await saveCheckpoint(folder, step, stateAt(step), { keep })());
    Deno.stdout.writeSync(encoder.encode(`${step}\n`));
  }
}

function demand(good: boolean, what: string): void {
  if (!good) throw new Error(what);
}

const namesIn = (folder: string): string[] => [...Deno.readDirSync(folder)].map((f) => f.name);
const partsIn = (folder: string): string[] => namesIn(folder).filter((name) => name.endsWith(".part"));

/**
 * Starts one who saves, kills it once it has saved something, and gives the last step it said was saved. It is killed after
 * some milliseconds, or as soon as a half-written file is seen.
 */
async function killed(folder: string, delay: number | "within a file"): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-read", "--allow-write", import.meta.filename!, folder],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const before = partsIn(folder).length, strike = () => child.kill("SIGKILL");
  let said = "", timer: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    if (partsIn(folder).length > before) strike();
    else timer = setTimeout(watch, Math.random() * 2);
  };
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    timer ??= setTimeout(...(delay === "within a file" ? [watch, 0] as const : [strike, delay] as const));
  }
  const { signal } = await child.status;
  demand(signal === "SIGKILL", "the one who saves ended by itself");
  // A line that was cut short says nothing.
  return Number(said.split("\n").slice(0, -1).at(-1));
}

async function newestOf(folder: string): Promise<number> {
  const loaded = orThrow(await loadCheckpoint(folder, stateAt(0))());
  demand(loaded !== null, "no checkpoint is left");
  const { step, state, skipped } = loaded!, wanted = stateAt(step), got = state.w.dataSync();
  demand(skipped.length === 0, `a checkpoint is damaged: ${skipped[0]?.message}`);
  demand(
    state.w instanceof Tensor && wanted.w.dataSync().every((x, i) => x === got[i]),
    `step ${step} has other numbers`,
  );
  demand(state.nested.step === step && state.nested.text === `after ${step}`, `step ${step} has another state`);
  return step;
}

async function kill(times: number): Promise<void> {
  const folder = Deno.makeTempDirSync();
  let caught = 0;
  try {
    for (let i = 0; i < times; i++) {
      const before = partsIn(folder).length;
      const said = await killed(folder, i % 2 === 0 ? "within a file" : Math.random() * 60);
      const step = await newestOf(folder);
      demand(step >= said, `step ${said} was saved, but the newest is ${step}`);
      const parts = partsIn(folder).length, complete = namesIn(folder).length - parts;
      demand(parts <= before + 1, `${parts - before} half-written files are left by one process`);
      demand(complete <= keep + 1, `${complete} checkpoints stay, not ${keep}`);
      caught += parts - before;
    }
    const young = `${folder}/x.${crypto.randomUUID()}.part`, then = new Date(Date.now() - 3_600_000);
    for (const name of partsIn(folder)) Deno.utimeSync(`${folder}/${name}`, then, then);
    Deno.writeTextFileSync(young, "at work");
    const next = await newestOf(folder) + 1;
    orThrow(await saveCheckpoint(folder, next, stateAt(next), { keep })());
    demand(partsIn(folder).length === 1 && young.endsWith(partsIn(folder)[0]!), "half-written files pile up");
    demand(await newestOf(folder) === next, "the last checkpoint is not the newest");
    console.log(`killed ${times} times, ${caught} of them within a file; nothing is lost`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const [folder] = Deno.args;
if (folder !== undefined) await save(folder);
else await kill(Deno.env.get("ADJOINT_SOAK") === undefined ? 10 : 200);

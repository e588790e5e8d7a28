/** Checkpoints in a folder: the newest complete one is found again, whatever happened while one was written. */
import { ArgumentError } from "../core/errors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { DataError, DataReason, Either, FormatError, TaskEither } from "./errors.ts";
import { codeOf, wordsOf, writeWhole } from "./host.ts";
import { left, right } from "fp-ts/lib/Either.js";

/** Options of `saveCheckpoint`. */
export interface SaveOptions {
  /** How many of the newest checkpoints stay in the folder; 3 if left out. */
  readonly keep?: number;
}

/** A checkpoint that was read. */
export interface LoadedCheckpoint<T> {
  /** The step it was saved at. */
  readonly step: number;
  /** The state. */
  readonly state: T;
  /** Newer checkpoints that could not be used, and why. */
  readonly skipped: readonly FormatError[];
}

const nameOf = (step: number): string => `checkpoint-${String(step).padStart(10, "0")}.safetensors`;
const pattern = /^checkpoint-(\d{10,16})\.safetensors$/;

const failed = (reason: DataReason, file: string, message: string): Either<DataError, never> =>
  left({ _tag: "DataError", reason, file, message });

function reasonOf(e: unknown): DataReason {
  const code = codeOf(e);
  return code === "EPERM" || code === "EACCES" ? "denied" : code === "ENOENT" ? "absent" : "disk";
}

/**
 * Writes a training state to a folder, whole or not at all: to another name, synced, then renamed. Older checkpoints than
 * the newest `keep` are removed after that, and so is what a process that was killed left half-written, ten minutes later.
 *
 * @param folder The folder, made if it is not there; needs `--allow-read` and `--allow-write` for it.
 * @param step How far the training is: a whole number from 0.
 * @param state Plain objects and arrays of tensors, numbers, texts, truth values and `null`: parameters, layer state,
 *   optimizer state, key, position in the data, history.
 * @param options `keep`: how many stay.
 * @returns The file's path, or why it could not be written.
 * @throws {ArgumentError} If the step is no whole number, `keep` is below 1, or something else stands in the state.
 *
 * @example A state that nobody may write
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { saveCheckpoint } from "@adjoint/adjoint/data";
 * import { assert } from "@std/assert";
 *
 * const saved = await saveCheckpoint("/proc/none", 10, { w: tensor([1]) })();
 * assert(saved._tag === "Left" && saved.left.message.startsWith("saveCheckpoint: "));
 * ```
 */
export function saveCheckpoint(
  folder: string,
  step: number,
  state: unknown,
  options: SaveOptions = {},
): TaskEither<DataError, string> {
  const { keep = 3 } = options;
  if (!(Number.isSafeInteger(step) && step >= 0)) {
    throw new ArgumentError(`saveCheckpoint: the step is a whole number from 0, not ${step}`);
  }
  if (!(Number.isInteger(keep) && keep >= 1)) {
    throw new ArgumentError(`saveCheckpoint: keep is a whole number from 1, not ${keep}`);
  }
  return async () => {
    const bytes = await encodeCheckpoint(state), name = nameOf(step), path = `${folder}/${name}`;
    try {
      await writeWhole(path, bytes);
      const { rm } = await import("node:fs/promises");
      const older = (await stepsIn(folder)).filter((s) => s !== step).slice(keep - 1);
      for (const s of older) await rm(`${folder}/${nameOf(s)}`, { force: true });
      return right(path);
    } catch (e) {
      return failed(reasonOf(e), name, `saveCheckpoint: ${path} cannot be written: ${wordsOf(e)}`);
    }
  };
}

/** The steps of a folder's checkpoints, the newest first. */
async function stepsIn(folder: string): Promise<number[]> {
  const { readdir } = await import("node:fs/promises");
  const found = (await readdir(folder)).flatMap((name) => pattern.exec(name)?.[1] ?? []);
  return found.map(Number).sort((a, b) => b - a);
}

/**
 * The newest checkpoint of a folder that is complete and of the expected structure.
 *
 * @param folder The folder; needs `--allow-read` for it.
 * @param like A state of the structure that is expected: what is given has its type.
 * @returns The state and its step; `null` if the folder has no checkpoint or is not there; or why none can be read.
 *
 * @example A folder that is not there yet, or may not be read
 * ```ts
 * import { loadCheckpoint } from "@adjoint/adjoint/data";
 * import { assert } from "@std/assert";
 *
 * const loaded = await loadCheckpoint("no-such-folder", { step: 0 })();
 * assert(loaded._tag === "Left" ? loaded.left.message !== "" : loaded.right === null);
 * ```
 */
export function loadCheckpoint<T>(
  folder: string,
  like: T,
): TaskEither<DataError | FormatError, LoadedCheckpoint<T> | null> {
  return async () => {
    const skipped: FormatError[] = [];
    try {
      const { readFile } = await import("node:fs/promises");
      for (const step of await stepsIn(folder)) {
        const name = nameOf(step), decoded = await decodeCheckpoint(await readFile(`${folder}/${name}`), like);
        if (decoded._tag === "Right") return right({ step, state: decoded.right, skipped });
        skipped.push({ ...decoded.left, message: `loadCheckpoint: ${name}: ${decoded.left.message}` });
      }
    } catch (e) {
      if (reasonOf(e) === "absent" && skipped.length === 0) return right(null);
      return failed(reasonOf(e), folder, `loadCheckpoint: ${folder} cannot be read: ${wordsOf(e)}`);
    }
    return skipped.length === 0 ? right(null) : left(skipped[0]!);
  };
}

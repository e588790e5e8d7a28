/** Training curves that are drawn anew in the same place while the training runs. */
import type { ProgressOutput } from "../data/show_progress.ts";
import { curvesOf, type TrainingHistory } from "./history.ts";
import { jupyterDisplay } from "./display.ts";
import { numberText } from "./number_text.ts";
import { sparkline } from "./sparkline.ts";
import { trainingCurves, type TrainingCurvesOptions } from "./training_curves.ts";

/** Curves that are shown while they grow. */
export interface LivePlot {
  /** Shows a history in place of the one before; resolves when that is done, in the order of the calls. */
  readonly update: (history: TrainingHistory) => Promise<void>;
  /** Ends the line in a terminal, so that what is written next does not stand on it. */
  readonly close: () => void;
}

/** Sends a message to a notebook, as `Deno.jupyter.broadcast` does. */
type Broadcast = (type: string, content: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Where curves can be shown. */
export interface LiveHost {
  /** A notebook's, in one. */
  readonly broadcast?: Broadcast | undefined;
  /** What a line is written to, in a terminal. */
  readonly output?: ProgressOutput | undefined;
}

/**
 * Shows curves while a training runs: in a notebook of `deno jupyter` a picture that is drawn anew in its place, in a
 * terminal a line of blocks for each curve with its last value, and nowhere else anything.
 *
 * @param options As for `trainingCurves`: `title`, `logY`, `smooth`.
 * @returns The plot; it shows nothing until its first `update` with a value.
 *
 * @example In the middle of a training
 * ```ts
 * import { livePlot } from "@adjoint/adjoint/explain";
 * import { key, square, sub, tensor, type Tensor } from "@adjoint/adjoint";
 * import { fit, sgd } from "@adjoint/adjoint/optim";
 * import { assertEquals } from "@std/assert";
 *
 * const live = livePlot({ title: "A parabola" });
 * const { history } = await fit({
 *   init: { params: tensor(0), state: null },
 *   loss: (w: Tensor<readonly []>, state: null, x: Tensor<readonly []>) => [square(sub(w, x)), state] as const,
 *   optimizer: sgd(0.1),
 *   batches: () => [tensor(3)],
 *   epochs: 5,
 *   key: key(0),
 *   onEpoch: ({ history }) => live.update(history),
 * });
 * live.close();
 * assertEquals(history.loss.length, 5);
 * ```
 */
export const livePlot = (options: TrainingCurvesOptions = {}): LivePlot => livePlotOn(presentHost(), options);

/** The notebook or the terminal that the program runs in. */
function presentHost(): LiveHost {
  const { process } = globalThis as { readonly process?: { readonly stderr?: ProgressOutput } };
  return { broadcast: notebook(), output: process?.stderr };
}

/** How to reach the notebook, in one; elsewhere Deno has the property too, but throws when it is read. */
function notebook(): Broadcast | undefined {
  const { Deno } = globalThis as { readonly Deno?: { readonly jupyter?: { readonly broadcast?: Broadcast } } };
  try {
    const jupyter = Deno?.jupyter;
    return jupyter?.broadcast?.bind(jupyter);
  } catch {
    return undefined;
  }
}

/** `livePlot` in a given place. */
export function livePlotOn({ broadcast, output }: LiveHost, options: TrainingCurvesOptions): LivePlot {
  const id = crypto.randomUUID();
  let last = Promise.resolve(), shown = false;
  const show = async (history: TrainingHistory): Promise<void> => {
    if (curvesOf("livePlot", history).curves.length === 0) return;
    if (broadcast !== undefined) {
      const data = (await trainingCurves(history, options))[jupyterDisplay]();
      const type = shown ? "update_display_data" : "display_data";
      await broadcast(type, { data, metadata: {}, transient: { display_id: id } });
      shown = true;
    } else if (output?.isTTY === true) {
      // One column is left free, or some terminals wrap; the spaces wipe out what stood there.
      const width = (output.columns || 80) - 1;
      output.write(`\r${lineOf(history, options.title).slice(0, width).padEnd(width)}`);
      shown = true;
    }
  };
  return {
    update: (history) => {
      const now = last.then(() => show(history));
      // An update that failed does not keep the next one from being shown.
      last = now.catch(() => {});
      return now;
    },
    close: () => {
      if (shown && broadcast === undefined) output?.write("\n");
      shown = false;
    },
  };
}

/** Each curve as blocks, with its name and its last value. */
function lineOf(history: TrainingHistory, title = ""): string {
  const curves = curvesOf("livePlot", history).curves.map(({ name, ys }) =>
    `${name} ${sparkline(ys, { width: 20 })} ${numberText(ys.at(-1)!, 4)}`
  );
  return [...(title === "" ? [] : [title]), ...curves].join("  ");
}

/**
 * `@jax-js/jax` on its WebAssembly device, in both of its modes: synchronous, which runs on one thread, and asynchronous,
 * which uses its workers. Every use of an array consumes it; `.ref` keeps it for one more.
 */
import type * as JaxJs from "@jax-js/jax";
import type { Implementations, Timed } from "../harness/case.ts";
import { type HostArray, type Like, mapHost } from "../harness/host.ts";

export type { JaxJs };
/** A jax-js array. */
export type JaxArray = JaxJs.Array;

/** How one waits for a result, and reads it. */
interface Mode {
  readonly settle: (x: JaxArray) => void | Promise<void>;
  readonly read: (x: JaxArray) => ArrayLike<number> | Promise<ArrayLike<number>>;
}

async function modes(make: (jax: typeof JaxJs, mode: Mode) => Timed, name: "sync" | "async"): Promise<Timed> {
  const jax = await import("@jax-js/jax");
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  // Reading copies, so a synchronous wait reads one element only; what it depends on is computed whole.
  const first = (x: JaxArray) => x.ndim === 0 ? x : x.reshape([-1]).slice([0, 1]);
  return make(
    jax,
    name === "sync" ? { settle: (x) => void first(x).dataSync(), read: (x) => x.dataSync() as ArrayLike<number> } : {
      settle: async (x) => (await x.blockUntilReady()).dispose(),
      read: (x) => x.data() as Promise<ArrayLike<number>>,
    },
  );
}

const both = (make: (jax: typeof JaxJs, mode: Mode) => Timed): Implementations => ({
  "jax-js, sync": () => modes(make, "sync"),
  "jax-js, async": () => modes(make, "async"),
});

const placer = (jax: typeof JaxJs) => (x: HostArray): JaxArray => jax.numpy.array(x.data).reshape([...x.shape]);

/**
 * A function, jitted or not, of operands that stay where they are.
 *
 * @param order The order of axes in which its numbers are compared, where its own is another.
 */
export const jaxJsRun = (
  inputs: readonly HostArray[],
  f: (jax: typeof JaxJs) => (...xs: JaxArray[]) => JaxArray,
  order?: readonly number[],
): Implementations =>
  both((jax, { settle, read }) => {
    const xs = inputs.map(placer(jax)), g = f(jax);
    const call = () => g(...xs.map((x) => x.ref));
    return {
      run: () => settle(call()),
      numbers: () => read(order === undefined ? call() : call().transpose([...order])),
    };
  });

/** A function to be jitted, of operands that stay where they are. */
export const jaxJsFunction: typeof jaxJsRun = (inputs, f, order) => jaxJsRun(inputs, (jax) => jax.jit(f(jax)), order);

/** A jitted training step with Adam. */
export const jaxJsTraining = <P>(
  params: P,
  batch: readonly HostArray[],
  loss: (jax: typeof JaxJs) => (params: Like<P, JaxArray>, ...batch: JaxArray[]) => JaxArray,
): Implementations =>
  both((jax, { settle, read }) => {
    const { tree } = jax, xs = batch.map(placer(jax)), f = loss(jax);
    const start = mapHost(params, placer(jax)), form = tree.structure(start as never);
    const lossAndGradient = jax.valueAndGrad((leaves: JaxArray[], ...xs: JaxArray[]) =>
      f(tree.unflatten(form, leaves) as Like<P, JaxArray>, ...xs)
    );
    const step = jax.jit(
      (params: JaxArray[], mean: JaxArray[], square: JaxArray[], time: JaxArray, ...xs: JaxArray[]) => {
        const [l, gradient] = lossAndGradient(tree.ref(params), ...xs), t = time.add(1);
        return [...adamStep(jax, params, gradient as JaxArray[], mean, square, t.ref), t, l] as const;
      },
    );
    type State = readonly [JaxArray[], JaxArray[], JaxArray[], JaxArray];
    const leaves = tree.leaves<JaxArray>(start as never), zeros = () => leaves.map((x) => jax.numpy.zerosLike(x.ref));
    let state: State = [leaves, zeros(), zeros(), jax.numpy.array(0, { dtype: jax.DType.Float32 })];
    const run = (): JaxArray => {
      const [params, mean, square, t, l] = step(...state, ...xs.map((x) => x.ref)) as unknown as [...State, JaxArray];
      state = [params, mean, square, t];
      return l;
    };
    return {
      run: () => settle(run()),
      numbers: async () => {
        const losses: number[] = [];
        for (let i = 0; i < 3; i++) losses.push((await read(run()))[0]!);
        return losses;
      },
    };
  });

/** Adam with rate 1e-3, β 0.9 and 0.999, ε 1e-8. */
function adamStep(
  jax: typeof JaxJs,
  params: readonly JaxArray[],
  gradient: readonly JaxArray[],
  mean: readonly JaxArray[],
  square: readonly JaxArray[],
  t: JaxArray,
): readonly [params: JaxArray[], mean: JaxArray[], square: JaxArray[]] {
  const np = jax.numpy;
  // 1 − βᵗ.
  const bias1 = np.exp(t.ref.mul(Math.log(0.9))).mul(-1).add(1), bias2 = np.exp(t.mul(Math.log(0.999))).mul(-1).add(1);
  const params1: JaxArray[] = [], mean1: JaxArray[] = [], square1: JaxArray[] = [];
  params.forEach((p, i) => {
    const g = gradient[i]!;
    const m = mean[i]!.mul(0.9).add(g.ref.mul(0.1)), v = square[i]!.mul(0.999).add(np.square(g).mul(0.001));
    const size = np.sqrt(v.ref.div(bias2.ref)).add(1e-8);
    params1.push(p.sub(m.ref.div(bias1.ref).div(size).mul(1e-3)));
    mean1.push(m);
    square1.push(v);
  });
  bias1.dispose();
  bias2.dispose();
  return [params1, mean1, square1];
}

/** The mean cross-entropy of rows of logits against rows of probabilities. */
export const jaxCrossEntropy = (jax: typeof JaxJs, logits: JaxArray, labels: JaxArray): JaxArray =>
  jax.nn.logSoftmax(logits).mul(labels).sum(-1).mean().mul(-1);

/** Ours, through the public surface. */
import { jit, type Tensor, tensor, valueAndGrad } from "../../mod.ts";
import { adam, applyUpdates } from "../../optim/mod.ts";
import type { Implementations, Timed } from "../harness/case.ts";
import { type HostArray, type Like, mapHost } from "../harness/host.ts";
import { useThreads } from "../harness/library.ts";

const place = (x: HostArray): Tensor => tensor(x.data, { shape: x.shape }) as unknown as Tensor;

/** The implementation on two threads, as the peers have, and on one if asked for. */
function modes(make: () => Timed, oneThread: boolean): Implementations {
  const on = (threads: number) => () => {
    useThreads(threads);
    return make();
  };
  return { adjoint: on(2), ...oneThread ? { "adjoint, 1 thread": on(1) } : {} };
}

/** A jitted function of operands that stay where they are. Each call is given the last result, as peers dispose of it. */
export function adjointFunction(
  inputs: readonly HostArray[],
  f: (...xs: Tensor[]) => Tensor,
  options: { readonly oneThread?: boolean } = {},
): Implementations {
  return modes(() => {
    const xs = inputs.map(place), g = jit((_: Tensor, ...args: Tensor[]) => f(...args), { donate: [0] });
    let last = jit(f)(...xs);
    const run = (): Tensor => last = g(last, ...xs);
    return { run: () => void run(), numbers: () => run().dataSync() };
  }, options.oneThread ?? false);
}

/** A jitted training step with Adam; its state is donated. */
export function adjointTraining<P>(
  params: P,
  batch: readonly HostArray[],
  loss: (params: Like<P, Tensor>, ...batch: Tensor[]) => Tensor,
): Implementations {
  return modes(() => {
    const optimizer = adam(1e-3), xs = batch.map(place);
    const step = jit((s: { readonly params: Like<P, Tensor>; readonly opt: unknown }, ...xs: Tensor[]) => {
      const scalar = (p: Like<P, Tensor>) => loss(p, ...xs) as unknown as Tensor<readonly []>;
      const [l, g] = valueAndGrad(scalar)(s.params);
      const [updates, opt] = optimizer.update(g as Like<P, Tensor>, s.opt, s.params);
      return [{ params: applyUpdates(s.params, updates), opt }, l] as const;
    }, { donate: [0] });
    const start = mapHost(params, place);
    let state = { params: start, opt: optimizer.init(start) };
    const run = (): Tensor<readonly []> => {
      const [next, l] = step(state, ...xs);
      state = next;
      return l;
    };
    return { run: () => void run(), numbers: () => [run(), run(), run()].map((l) => l.item()) };
  }, false);
}

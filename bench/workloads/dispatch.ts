/** What a call costs beside its arithmetic, which is that of ten numbers. */
import { add, cos, exp, grad, jit, mul, sin, sum, type Tensor, tensor } from "../../mod.ts";
import type { Case, Implementations, Timed } from "../harness/case.ts";
import { type HostArray, random } from "../harness/host.ts";
import { type JaxArray, type JaxJs, jaxJsRun } from "../peers/jax_js.ts";
import { type Tf, tfjsRun } from "../peers/tfjs.ts";

const x = random([10], 1), y = random([10], 2);
type V = Tensor<readonly [10]>;
const place = ({ data }: HostArray): V => tensor(data, { shape: [10] }) as unknown as V;

/** Ten operations, the last a sum. */
function ten(v: V): Tensor<readonly []> {
  const a = sin(v), b = cos(a), c = mul(a, b), d = exp(c), e = add(d, v);
  return sum(mul(add(mul(e, e), c), d));
}
const jaxTen = ({ numpy: np }: typeof JaxJs) => (v: JaxArray): JaxArray => {
  const a = np.sin(v.ref), c = a.ref.mul(np.cos(a)), d = np.exp(c.ref), e = d.ref.add(v);
  return e.ref.mul(e).add(c).mul(d).sum();
};
const tfTen = (tf: typeof Tf) => (v: Tf.Tensor): Tf.Tensor => {
  const a = tf.sin(v), c = a.mul(tf.cos(a)), d = tf.exp(c), e = d.add(v);
  return e.mul(e).add(c).mul(d).sum();
};

const ours = (make: (v: V, w: V) => () => { dataSync(): ArrayLike<number> }): Implementations => ({
  adjoint: (): Timed => {
    const run = make(place(x), place(y));
    return { run: () => void run(), numbers: () => run().dataSync() };
  },
});

/** The cases. */
export const dispatchCases: readonly Case[] = [{
  name: "eager op on 10 numbers",
  implementations: {
    ...ours((v, w) => () => add(v, w)),
    ...jaxJsRun([x, y], () => (v, w) => v!.add(w!)),
    ...tfjsRun([x, y], (tf) => (v, w) => tf.add(v!, w!)),
  },
}, {
  name: "eager grad of ten ops",
  implementations: {
    ...ours((v) => {
      const g = grad(ten);
      return () => g(v);
    }),
    ...jaxJsRun([x], (jax) => {
      const g = jax.grad(jaxTen(jax));
      return (v) => g(v!) as JaxArray;
    }),
    ...tfjsRun([x], (tf) => {
      const g = tf.grad(tfTen(tf));
      return (v) => g(v!);
    }),
  },
}, {
  name: "jitted call of a small program",
  implementations: {
    ...ours((v) => {
      const f = jit(ten);
      return () => f(v);
    }),
    ...jaxJsRun([x], (jax) => {
      const f = jax.jit(jaxTen(jax));
      return (v) => f(v!);
    }),
  },
}];

/**
 * A hundred thousand synchronous steps with nothing disposed: `soak.ts kept|donated|gradients SECONDS` prints JSON: how
 * many steps were made within the time, the peak resident set and that of the first half, in megabytes.
 */
import { add, exp, grad, jit, mul, ones, sin, sub, sum, type Tensor } from "../../mod.ts";

const [kind, seconds] = Deno.args as ["kept" | "donated" | "gradients", string];
const steps = 100_000, deadline = performance.now() + 1000 * Number(seconds);

/** A step of a 1 MB state, or a gradient of a small function. */
function stepper(): () => void {
  if (kind === "gradients") {
    const g = grad((x: Tensor<readonly [10]>) => sum(mul(exp(sin(x)), add(x, 1)))), x = ones([10]);
    return () => void g(x);
  }
  const step = jit((s: Tensor<readonly [262144]>) => sub(s, mul(s, 1e-4)), { donate: kind === "donated" ? [0] : [] });
  let state = ones([262144]);
  return () => {
    state = step(state);
  };
}

const step = stepper();
let done = 0, peak = 0, firstHalf = 0;
for (; done < steps && (done % 16 !== 0 || performance.now() < deadline); done++) {
  step();
  if (done % 64 === 0) {
    peak = Math.max(peak, Deno.memoryUsage().rss / 1e6);
    if (done <= steps / 2) firstHalf = peak;
  }
}
console.log(JSON.stringify({ done, peak, firstHalf }));

/** A whole process to its first operation, with jax-js. */
import { numpy as np } from "@jax-js/jax";

np.array([1, 2, 3]).add(1).dataSync();
Deno.exit(0);

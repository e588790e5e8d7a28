"""Writes jax_random.json: what JAX's counter-based random numbers are, value for value.

Run in an environment with `pip install jax` (CPU): python make_jax_random.py
JAX's defaults are kept: threefry2x32, jax_threefry_partitionable as the version has it, 32-bit mode. The results under
"x64" (64-bit seeds, bits and floats) are computed with jax.enable_x64(True). Floats are written as the shortest decimal
of the same value in float64, so a reader needs no rounding: parsing gives the float32 exactly.
"""

import pathlib
import platform

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np
from jax import random
from jax.extend.random import threefry2x32_p

from write_golden import tensor, write

SEEDS = [0, 1, 42, 2**31, 2**32 - 1, 2**32 + 5]
LOGITS = np.array([0.0, 1.0, -1.0, 2.0], np.float32)
BATCH_LOGITS = np.array([[0.0, 1.0, -1.0], [3.0, 0.0, 0.5]], np.float32)
PROBABILITIES = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
SAMPLED = [0, 1, 2, 31, 32, 127, 128, 500, 997, 998, 999]

# The three known answers every Threefry-2x32-20 is checked against (Salmon et al. 2011, Random123's kat_vectors):
# all zeros, all ones, digits of pi.
KNOWN_ANSWERS = [
    ([0x00000000, 0x00000000], [0x00000000, 0x00000000], [0x6B200159, 0x99BA4EFE]),
    ([0xFFFFFFFF, 0xFFFFFFFF], [0xFFFFFFFF, 0xFFFFFFFF], [0x1CB996FC, 0xBB002BE7]),
    ([0x13198A2E, 0x03707344], [0x243F6A88, 0x85A308D3], [0xC4923A9C, 0x483DF7A0]),
]


def known_answers():
    cases = []
    for key, counter, expected in KNOWN_ANSWERS:
        k, c = (np.array(v, np.uint32) for v in (key, counter))
        output = [int(v) for v in threefry2x32_p.bind(k[0], k[1], c[0], c[1])]
        assert output == expected, (output, expected)
        cases.append({"key": key, "counter": counter, "output": output})
    return cases


def thousand(key):
    bits = np.asarray(random.bits(key, (1000,), jnp.uint32))
    return {
        "name": "bits_sampled",
        "attrs": {"shape": [1000], "dtype": "u32", "positions": SAMPLED},
        "output": tensor(bits[SAMPLED]),
        "xor": int(np.bitwise_xor.reduce(bits)),
    }


def results(key):
    out = []

    def add(name, value, **attrs):
        out.append({"name": name, "attrs": attrs, "output": tensor(value)})

    data = random.key_data
    add("split", data(random.split(key)), num=2)
    add("split", data(random.split(key, 3)), num=3)
    add("split", data(random.split(key, (2, 2))), num=[2, 2])
    for value in (0, 1, 12345, 2**32 - 1):
        add("fold_in", data(random.fold_in(key, np.uint32(value))), data=value)

    for shape in [(), (1,), (5,), (3, 4), (2, 0)]:
        add("bits", random.bits(key, shape, jnp.uint32), shape=list(shape), dtype="u32")
    add("bits", random.bits(key, (7,), jnp.uint8), shape=[7], dtype="u8")
    add("bits", random.bits(key, (7,), jnp.uint16), shape=[7], dtype="u16")
    out.append(thousand(key))

    add("uniform", random.uniform(key, (3, 4)), shape=[3, 4])
    add("uniform", random.uniform(key, (5,), minval=-2.0, maxval=3.5), shape=[5], minval=-2.0, maxval=3.5)
    add("normal", random.normal(key, (3, 4)), shape=[3, 4])
    add("truncated_normal", random.truncated_normal(key, -2.0, 2.0, (6,)), lower=-2.0, upper=2.0, shape=[6])
    add("truncated_normal", random.truncated_normal(key, 0.5, 0.75, (4,)), lower=0.5, upper=0.75, shape=[4])
    add("bernoulli", random.bernoulli(key, 0.3, (12,)), p=0.3, shape=[12], mode="low")
    add("bernoulli", random.bernoulli(key, 0.3, (12,), mode="high"), p=0.3, shape=[12], mode="high")
    add("randint", random.randint(key, (8,), 0, 10), shape=[8], minval=0, maxval=10)
    add("randint", random.randint(key, (8,), -5, 1000), shape=[8], minval=-5, maxval=1000)
    low, high = -(2**31), 2**31 - 1
    add("randint", random.randint(key, (4,), low, high), shape=[4], minval=low, maxval=high)
    add("randint", random.randint(key, (4,), 5, 5), shape=[4], minval=5, maxval=5)
    add("gumbel", random.gumbel(key, (6,), mode="low"), shape=[6], mode="low")
    add("gumbel", random.gumbel(key, (6,), mode="high"), shape=[6], mode="high")
    add("exponential", random.exponential(key, (6,)), shape=[6])
    add("laplace", random.laplace(key, (6,)), shape=[6])
    add("logistic", random.logistic(key, (6,)), shape=[6])
    add("categorical", random.categorical(key, LOGITS, shape=(8,)), logits=LOGITS.tolist(), shape=[8], axis=-1)
    add("categorical", random.categorical(key, BATCH_LOGITS), logits=BATCH_LOGITS.tolist(), axis=-1)
    add("categorical", random.categorical(key, BATCH_LOGITS, axis=0), logits=BATCH_LOGITS.tolist(), axis=0)
    add("permutation", random.permutation(key, 10), x=10)
    rows = np.arange(8, dtype=np.int32).reshape(4, 2)
    add("permutation", random.permutation(key, rows), x=rows.tolist(), axis=0, independent=False)
    add("permutation", random.permutation(key, rows, independent=True), x=rows.tolist(), axis=0, independent=True)
    # 2000 elements need two sorting rounds; 10 need one.
    long = np.asarray(random.permutation(key, 2000))
    out.append({
        "name": "permutation_sampled",
        "attrs": {"x": 2000, "positions": [0, 1, 2, 999, 1998, 1999]},
        "output": tensor(long[[0, 1, 2, 999, 1998, 1999]]),
    })
    add("choice", random.choice(key, 10, (6,)), a=10, shape=[6], replace=True)
    add("choice", random.choice(key, 10, (6,), replace=False), a=10, shape=[6], replace=False)
    p = PROBABILITIES
    add("choice", random.choice(key, 4, (6,), p=p), a=4, shape=[6], replace=True, p=p.tolist())
    add("choice", random.choice(key, 4, (3,), replace=False, p=p), a=4, shape=[3], replace=False, p=p.tolist())
    add("gamma", random.gamma(key, 0.5, (4,)), a=0.5, shape=[4])
    add("gamma", random.gamma(key, 3.0, (4,)), a=3.0, shape=[4])
    add("loggamma", random.loggamma(key, 0.5, (4,)), a=0.5, shape=[4])
    add("beta", random.beta(key, 2.0, 0.5, (3,)), a=2.0, b=0.5, shape=[3])
    add("dirichlet", random.dirichlet(key, np.array([0.5, 1.0, 2.0], np.float32)), alpha=[0.5, 1.0, 2.0])
    add("poisson", random.poisson(key, 3.0, (6,)), lam=3.0, shape=[6])
    add("poisson", random.poisson(key, 40.0, (6,)), lam=40.0, shape=[6])
    vmapped = jax.vmap(lambda k: random.uniform(k, (2,)))(random.split(key, 3))
    add("vmap_uniform_over_split", vmapped, num=3, shape=[2])
    return out


def wide(seed):
    """The same seed in 64-bit mode: all 64 bits of it count, and bits and floats may be 64 wide."""
    with jax.enable_x64(True):
        key = random.key(seed)
        bits = np.asarray(random.bits(key, (3,), jnp.uint64))
        return {
            "key": [int(v) for v in random.key_data(key)],
            "bits_u64_hex": [f"{int(v):016x}" for v in bits],
            "uniform_f64": tensor(random.uniform(key, (3,), jnp.float64)),
            "normal_f64": tensor(random.normal(key, (3,), jnp.float64)),
        }


def case(seed):
    key = random.key(seed)
    return {
        "seed": seed,
        "key": [int(v) for v in random.key_data(key)],
        "results": results(key),
        "x64": wide(seed),
    }


def main():
    assert jax.config.jax_default_prng_impl == "threefry2x32" and not jax.config.jax_enable_x64
    golden = {
        "generator": f"JAX {jax.__version__}, jaxlib {jaxlib.__version__}, NumPy {np.__version__}, "
        f"{jax.default_backend()}, {platform.machine()}; make_jax_random.py",
        "group": "jax_random",
        "flags": {
            "jax_default_prng_impl": jax.config.jax_default_prng_impl,
            "jax_threefry_partitionable": jax.config.jax_threefry_partitionable,
            "jax_enable_x64": jax.config.jax_enable_x64,
        },
        "known_answers": known_answers(),
        "cases": [case(seed) for seed in SEEDS],
    }
    write(pathlib.Path(__file__).with_name("jax_random.json"), golden)


if __name__ == "__main__":
    main()

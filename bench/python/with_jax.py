"""The cases with JAX, jitted. A case makes a function that runs one step to its end."""
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

jax.config.update("jax_platforms", "cpu")
generator = np.random.default_rng(0)


def normal(*shape):
    return jnp.asarray(generator.standard_normal(shape, dtype=np.float32))


def weights(*shape, fan_in=None):
    return normal(*shape) / np.sqrt(fan_in or shape[-2])


def function(f, *shapes):
    """A case of a function of operands that stay where they are."""
    def make():
        operands, g = [normal(*s) for s in shapes], jax.jit(f)
        return lambda: g(*operands).block_until_ready()
    return make


def training(parameters, examples, loss):
    """A case of a training step with Adam."""
    def make():
        @jax.jit
        def step(state, *batch):
            p, m, v, t = state
            l, g = jax.value_and_grad(loss)(p, *batch)
            t, tree = t + 1, jax.tree.map
            m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            c, d = 1 - 0.9**t, 1 - 0.999**t
            p = tree(lambda p, m, v: p - 1e-3 * (m / c) / (jnp.sqrt(v / d) + 1e-8), p, m, v)
            return (p, m, v, t), l

        p, batch = parameters(), examples()
        zeros = jax.tree.map(jnp.zeros_like, p)
        state = (p, zeros, zeros, jnp.float32(0))

        def run():
            nonlocal state
            state, l = step(state, *batch)
            l.block_until_ready()
        return run
    return make


def labels(count):
    return nn.one_hot(np.arange(count) * 7 % 10, 10)


def cross_entropy(logits, y):
    return -(nn.log_softmax(logits) * y).sum(-1).mean()


def matmul(name, m, k, n, batch=(), turned=""):
    a, b = (*batch, *((k, m) if turned == "a" else (m, k))), (*batch, *((n, k) if turned == "b" else (k, n)))
    turn = lambda x, which: jnp.swapaxes(x, -1, -2) if turned == which else x
    return {name: function(lambda x, y: jnp.matmul(turn(x, "a"), turn(y, "b")), a, b)}


def conv(x, w):
    return lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def convolutions(name, n, side, c, o):
    x, w, y = (n, side, side, c), (3, 3, c, o), (n, side, side, o)
    return {
        f"{name}, forward": function(conv, x, w),
        f"{name}, input gradient": function(lambda d, k: jax.vjp(lambda x: conv(x, k), jnp.zeros(x))[1](d)[0], y, w),
        f"{name}, filter gradient": function(lambda i, d: jax.vjp(lambda w: conv(i, w), jnp.zeros(w))[1](d)[0], x, y),
    }


def mlp(p, x, y):
    for w, b in p[:-1]:
        x = nn.relu(x @ w + b)
    return cross_entropy(x @ p[-1][0] + p[-1][1], y)


def pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def cnn(p, x, y):
    for k, b in p[:-1]:
        x = pool(nn.relu(conv(x, k) + b))
    return cross_entropy(x.reshape(64, -1) @ p[-1][0] + p[-1][1], y)


def lstm(p, xs, y):
    wx, wh, b, w, c = p

    def cell(carry, x):
        h, s = carry
        i, f, g, o = jnp.split(x + h @ wh, 4, -1)
        s = nn.sigmoid(f) * s + nn.sigmoid(i) * jnp.tanh(g)
        return (nn.sigmoid(o) * jnp.tanh(s), s), None

    zero = jnp.zeros((32, 128))
    (h, _), _ = lax.scan(cell, (zero, zero), xs @ wx + b)
    return cross_entropy(h @ w + c, y)


def norm(x, scale, shift):
    return nn.standardize(x, epsilon=1e-5) * scale + shift


def block(p, x):
    qkv = (norm(x, p["s1"], p["t1"]) @ p["qkv"]).reshape(8, 128, 3, 4, 64).transpose(2, 0, 3, 1, 4)
    a = nn.softmax(qkv[0] @ jnp.swapaxes(qkv[1], -1, -2) / 8) @ qkv[2]
    x = x + a.transpose(0, 2, 1, 3).reshape(8, 128, 256) @ p["out"]
    hidden = nn.gelu(norm(x, p["s2"], p["t2"]) @ p["up"] + p["b1"], approximate=False)
    return x + hidden @ p["down"] + p["b2"]


def block_parameters():
    one, zero = jnp.ones(256), jnp.zeros(256)
    return dict(s1=one, t1=zero, qkv=weights(256, 768), out=weights(256, 256), s2=one, t2=zero, up=weights(256, 1024),
                b1=jnp.zeros(1024), down=weights(1024, 256), b2=zero)


def forward():
    p, x, f = block_parameters(), normal(8, 128, 256), jax.jit(block)
    return lambda: f(p, x).block_until_ready()


def layer(i, o):
    return weights(i, o), jnp.zeros(o)


def kernel(c, o):
    return weights(3, 3, c, o, fan_in=9 * c), jnp.zeros(o)


million = (1_000_000,)
cases = {
    **{k: v for n in (512, 1024, 2048, 510, 1023) for k, v in matmul(f"matmul {n}", n, n, n).items()},
    **matmul("matmul 128×784×10", 128, 784, 10),
    **matmul("matmul 128×784×16", 128, 784, 16),
    **matmul("matmul A·Bᵀ 1024", 1024, 1024, 1024, turned="b"),
    **matmul("matmul Aᵀ·B 1024", 1024, 1024, 1024, turned="a"),
    **matmul("matmul 64 × (128×64×128)", 128, 64, 128, (64,)),
    **matmul("matmul 128×64×128", 128, 64, 128),
    **matmul("matmul 1×1024×1024", 1, 1024, 1024),
    **convolutions("conv 16→32 at 14×14", 64, 14, 16, 32),
    **convolutions("conv 64→64 at 32×32", 8, 32, 64, 64),
    "MLP train step": training(
        lambda: [layer(784, 512), layer(512, 256), layer(256, 10)], lambda: (normal(128, 784), labels(128)), mlp),
    "CNN train step": training(
        lambda: [kernel(1, 16), kernel(16, 32), layer(1568, 10)], lambda: (normal(64, 28, 28, 1), labels(64)), cnn),
    "LSTM train step": training(
        lambda: (weights(64, 512), weights(128, 512), jnp.zeros(512).at[128:256].set(1), *layer(128, 10)),
        lambda: (normal(64, 32, 64), labels(32)), lstm),
    "transformer forward": forward,
    "transformer train step": training(
        block_parameters, lambda: (normal(8, 128, 256), normal(8, 128, 256)),
        lambda p, x, y: jnp.square(block(p, x) - y).mean()),
    "gelu chain, erf": function(
        lambda x, y, z: nn.gelu(1.5 * x + 0.25, approximate=False) * y + z, million, million, million),
    "gelu chain, tanh": function(
        lambda x, y, z: nn.gelu(1.5 * x + 0.25, approximate=True) * y + z, million, million, million),
    "exp": function(jnp.exp, million),
    "tanh": function(jnp.tanh, million),
    "log": function(lambda x: jnp.log(jnp.abs(x)), million),
    "softmax 128×1024": function(nn.softmax, (128, 1024)),
    "layer norm 1024×1024": function(norm, (1024, 1024), (1024,), (1024,)),
    "max-pool 32×28×28×16": function(pool, (32, 28, 28, 16)),
    "x·y + z, 1e6": function(lambda x, y, z: x * y + z, million, million, million),
    "x·y + z, 1e7": function(lambda x, y, z: x * y + z, (10**7,), (10**7,), (10**7,)),
}

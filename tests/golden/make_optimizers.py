"""Writes optimizers_extra.json: float64 trajectories of optimizers that optimizers.json lacks.

Run in an environment with `pip install torch jax optax`: python make_optimizers.py
The set-up (start, data, loss) is that of optimizers.json. `lamb` and `lion` are Optax's in 64-bit mode, everything else
PyTorch's; `attrs` has the options by the library's own names.
"""

import json
import pathlib

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp
import numpy as np
import optax
import torch

from write_golden import write

HERE = pathlib.Path(__file__).parent
# NAdam keeps the product of its momenta in the default dtype.
torch.set_default_dtype(torch.float64)

SETUP = json.loads((HERE / "optimizers.json").read_text())["setup"]
SHAPES = [(3, 2), (3,), (1, 3), (1,)]
X = np.array(SETUP["x"]["data"]).reshape(SETUP["x"]["shape"])
STEPS, EVERY = 41, 10


def start():
    return [np.array(d).reshape(s) for d, s in zip(SETUP["initial"], SHAPES)]


def case(name, attrs, losses, params):
    flat = [[np.asarray(p).ravel().tolist() for p in ps] for ps in params]
    return {
        "name": name,
        "attrs": attrs,
        "steps": STEPS,
        "every": EVERY,
        "loss_before_step": losses,
        "params": flat,
    }


def with_torch(name, make, attrs):
    params = [torch.tensor(p, dtype=torch.float64, requires_grad=True) for p in start()]
    optimizer = make(params, **attrs)
    x, losses, samples = torch.tensor(X), [], []
    for i in range(STEPS):
        optimizer.zero_grad()
        w1, b1, w2, b2 = params
        loss = torch.sigmoid(torch.sigmoid(x @ w1.T + b1) @ w2.T + b2).sum()
        loss.backward()
        optimizer.step()
        if i % EVERY == 0:
            losses.append(loss.item())
            samples.append([p.detach().numpy().copy() for p in params])
    return case(name, attrs, losses, samples)


def with_optax(name, make, attrs):
    optimizer, params = make(**attrs), [jnp.array(p) for p in start()]
    x = jnp.array(X)

    def loss(ps):
        w1, b1, w2, b2 = ps
        return jax.nn.sigmoid(jax.nn.sigmoid(x @ w1.T + b1) @ w2.T + b2).sum()

    state, losses, samples = optimizer.init(params), [], []
    for i in range(STEPS):
        value, gradient = jax.value_and_grad(loss)(params)
        updates, state = optimizer.update(gradient, state, params)
        params = optax.apply_updates(params, updates)
        if i % EVERY == 0:
            losses.append(float(value))
            samples.append(params)
    return case(name, attrs, losses, samples)


T = torch.optim
CASES = [
    with_torch("NAdam", T.NAdam, {"lr": 0.01}),
    with_torch("NAdam", T.NAdam, {"lr": 0.01, "weight_decay": 0.1, "momentum_decay": 0.01}),
    with_torch("RAdam", T.RAdam, {"lr": 0.01}),
    with_torch("RAdam", T.RAdam, {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    with_torch("AdamW", T.AdamW, {"lr": 0.01, "weight_decay": 0.1}),
    with_torch("AdamW", T.AdamW, {"lr": 0.01, "weight_decay": 0.1, "amsgrad": True}),
    with_torch("Adamax", T.Adamax, {"lr": 0.01, "weight_decay": 0.1}),
    with_torch("Adadelta", T.Adadelta, {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1}),
    with_torch("Rprop", T.Rprop, {"lr": 0.01, "step_sizes": [1e-6, 0.1]}),
    with_torch("SGD", T.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    with_torch("Adafactor", T.Adafactor, {"lr": 0.01}),
    with_torch("Adafactor", T.Adafactor, {"lr": 2.0, "weight_decay": 0.01, "beta2_decay": -0.5}),
    with_optax("lamb", optax.lamb, {"learning_rate": 0.01}),
    with_optax("lamb", optax.lamb, {"learning_rate": 0.01, "weight_decay": 0.1}),
    with_optax("lion", optax.lion, {"learning_rate": 0.001, "weight_decay": 0.1}),
]

write(
    HERE / "optimizers_extra.json",
    {
        "generator": f"PyTorch {torch.__version__}, Optax {optax.__version__} on JAX {jax.__version__}, float64",
        "group": "optimizers_extra",
        "cases": CASES,
    },
)

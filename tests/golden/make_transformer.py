"""Writes transformer.json: PyTorch's attention in several heads and its transformer layers, float64, with gradients.

Run in an environment with `pip install torch numpy`: python make_transformer.py
Parameters keep PyTorch's names and layout: projections are [outputs, inputs]; in_proj_weight is queries, keys and values,
one after the other. Masks among the inputs are bool, true for what is seen. Values are rounded to four decimals.
"""

import pathlib

import numpy as np
import torch
from torch import nn
from torch.func import functional_call
from torch.nn.functional import scaled_dot_product_attention

from write_golden import tensor, write

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(20)


def normal(*shape, scale=1.0):
    return torch.tensor(np.round(scale * rng.standard_normal(shape), 4))


def case(name, attrs, function, inputs):
    """One case; function takes the inputs by name. All that are not bool have gradients."""
    given = {k: v.clone().requires_grad_(v.is_floating_point()) for k, v in inputs.items()}
    outputs = function(**given)
    cotangents = [normal(*o.shape) for o in outputs]
    active = {k: v for k, v in given.items() if v.requires_grad}
    total = sum((o * c).sum() for o, c in zip(outputs, cotangents))
    grads = torch.autograd.grad(total, list(active.values()))
    return {
        "name": name,
        "attrs": attrs,
        "inputs": {k: tensor(v.numpy()) for k, v in inputs.items()},
        "outputs": [tensor(o.detach().numpy()) for o in outputs],
        "cotangents": [tensor(c.numpy()) for c in cotangents],
        "grads": {k: tensor(g.numpy()) for k, g in zip(active, grads)},
    }


def parameters(module):
    return {k: normal(*v.shape, scale=0.5) for k, v in module.named_parameters()}


def multi_head(attrs, module, x, memory=None, mask=None):
    def run(x, memory=None, mask=None, **p):
        y = x if memory is None else memory
        hidden = None if mask is None else ~mask
        kind = {} if mask is None else {"key_padding_mask" if mask.ndim == 2 and attrs["mask"] == "keys" else "attn_mask": hidden}
        return functional_call(module, p, (x, y, y), {"average_attn_weights": False, **kind})

    inputs = {"x": x, **({} if memory is None else {"memory": memory}), **({} if mask is None else {"mask": mask})}
    return case("multi_head", attrs, run, {**inputs, **parameters(module)})


def layer(name, attrs, module, x, memory=None, mask=None):
    def run(x, memory=None, mask=None, **p):
        causal = nn.Transformer.generate_square_subsequent_mask(x.shape[1])
        if memory is None:
            return [functional_call(module, p, (x,), {"src_key_padding_mask": ~mask})]
        return [functional_call(module, p, (x, memory), {"tgt_mask": causal, "memory_key_padding_mask": ~mask})]

    inputs = {"x": x, **({} if memory is None else {"memory": memory}), "mask": mask}
    return case(name, attrs, run, {**inputs, **parameters(module)})


def product(attrs, mask=None, **options):
    q, k, v = normal(2, 4, 3, 2), normal(2, attrs["groups"], 5, 2), normal(2, attrs["groups"], 5, 3)

    def run(q, k, v, mask=None):
        return [scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True, **options)]

    return case("scaled_dot_product", attrs, run, {"q": q, "k": k, "v": v, **({} if mask is None else {"mask": mask})})


keys = torch.tensor([[True, True, False], [True, True, True]])
longer = torch.tensor([[True, True, False, False], [True, True, True, True]])
square = torch.ones(3, 3).tril().bool()
seen = torch.tensor([[True, False, True, True, False], [True, True, True, True, True], [False, True, False, False, False]])
options = {"dropout": 0.0, "batch_first": True}

cases = [
    multi_head({"heads": 2, "mask": "none"}, nn.MultiheadAttention(4, 2, batch_first=True), normal(2, 3, 4)),
    multi_head({"heads": 2, "mask": "keys"}, nn.MultiheadAttention(4, 2, batch_first=True), normal(2, 3, 4), mask=keys),
    multi_head({"heads": 2, "mask": "pairs"}, nn.MultiheadAttention(4, 2, bias=False, batch_first=True), normal(2, 3, 4), mask=square),
    multi_head(
        {"heads": 2, "mask": "keys"},
        nn.MultiheadAttention(4, 2, kdim=6, vdim=6, batch_first=True),
        normal(2, 3, 4),
        memory=normal(2, 4, 6),
        mask=longer,
    ),
    product({"groups": 4, "scale": None}),
    product({"groups": 2, "scale": 0.3}, mask=seen, scale=0.3),
    product({"groups": 1, "scale": None}, mask=normal(3, 5)),
    layer(
        "encoder",
        {"heads": 2, "activation": "relu", "norm_first": False},
        nn.TransformerEncoderLayer(4, 2, 6, activation="relu", **options),
        normal(2, 3, 4),
        mask=keys,
    ),
    layer(
        "encoder",
        {"heads": 2, "activation": "gelu", "norm_first": True},
        nn.TransformerEncoderLayer(4, 2, 6, activation="gelu", norm_first=True, **options),
        normal(2, 3, 4),
        mask=keys,
    ),
    layer(
        "decoder",
        {"heads": 2, "activation": "gelu", "norm_first": False},
        nn.TransformerDecoderLayer(4, 2, 6, activation="gelu", **options),
        normal(2, 3, 4),
        memory=normal(2, 4, 4),
        mask=longer,
    ),
    layer(
        "decoder",
        {"heads": 2, "activation": "relu", "norm_first": True},
        nn.TransformerDecoderLayer(4, 2, 6, activation="relu", norm_first=True, **options),
        normal(2, 3, 4),
        memory=normal(2, 4, 4),
        mask=longer,
    ),
]
golden = {"generator": f"PyTorch {torch.__version__}, float64", "group": "transformer", "cases": cases}
write(pathlib.Path(__file__).with_name("transformer.json"), golden)

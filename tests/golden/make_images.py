"""Writes images.json: float64 references for layers of images and sequences, with gradients.

Run in an environment with `pip install torch numpy`: python make_images.py
Values and gradients from PyTorch on the CPU. Inputs are rounded to four decimals from a fixed seed; layout is N C
…spatial, kernels O I/groups …spatial. `attrs` holds PyTorch's options; `pad` lists its `padding` of the last axis first.
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from write_golden import tensor, write

rng = np.random.default_rng(20240607)


def normal(*shape):
    return np.round(rng.standard_normal(shape), 4)


def case(name, attrs, function, **inputs):
    args = {k: torch.tensor(v, requires_grad=v.dtype == np.float64) for k, v in inputs.items()}
    out = function(**args)
    outputs = out if isinstance(out, tuple) else (out,)
    cotangents = [normal(*y.shape) for y in outputs]
    total = sum((y * torch.tensor(c)).sum() for y, c in zip(outputs, cotangents) if y.dtype == torch.float64)
    total.backward()
    narrow = lambda a: a.astype(np.int32) if a.dtype == np.int64 else a
    return {
        "name": name,
        "attrs": attrs,
        "inputs": {k: tensor(narrow(v)) for k, v in inputs.items()},
        "outputs": [tensor(narrow(y.detach().numpy())) for y in outputs],
        "cotangents": [tensor(c) for c in cotangents],
        "grads": {k: tensor(v.grad.numpy()) for k, v in args.items() if v.requires_grad},
    }


cases = []

for mode in ("reflect", "replicate", "circular"):
    attrs = {"padding": [1, 2], "padding_mode": mode}
    conv = torch.nn.Conv2d(2, 3, (2, 3), **attrs).double()
    cases.append(
        case(
            "conv2d",
            attrs,
            lambda x, w, b: torch.func.functional_call(conv, {"weight": w, "bias": b}, (x,)),
            x=normal(1, 2, 4, 3),
            w=normal(3, 2, 2, 3),
            b=normal(3),
        )
    )
attrs = {"padding": "same", "dilation": 3}
cases.append(case("conv1d", attrs, lambda x, w, b: F.conv1d(x, w, b, **attrs), x=normal(2, 2, 7), w=normal(3, 2, 4), b=normal(3)))

for shape, attrs in (
    ((1, 2, 6, 7), {"kernel_size": 2}),
    ((1, 2, 7, 6), {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    ((2, 1, 7, 7), {"kernel_size": 2, "stride": 1, "dilation": 2}),
    ((1, 2, 9), {"kernel_size": 3, "stride": 2, "padding": 1}),
    ((1, 1, 4, 5, 4), {"kernel_size": 2, "stride": 2, "ceil_mode": True}),
):
    pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[len(shape) - 3]
    name = f"max_pool{len(shape) - 2}d_with_indices"
    cases.append(case(name, attrs, lambda x: pool(x, return_indices=True, **attrs), x=normal(*shape)))

for shape, attrs in (((4, 6), {"kernel_size": 2}), ((5, 7), {"kernel_size": 2, "output_size": [5, 7]})):
    places = F.max_pool2d(torch.tensor(normal(1, 2, *shape)), 2, return_indices=True)[1].numpy()
    cases.append(case("max_unpool2d", attrs, lambda y, i: F.max_unpool2d(y, i, **attrs), y=normal(1, 2, 2, 3), i=places))

for attrs in (
    {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False},
):
    cases.append(case("avg_pool2d", attrs, lambda x: F.avg_pool2d(x, **attrs), x=normal(1, 2, 8, 6)))
attrs = {"norm_type": 2, "kernel_size": 2, "stride": 1}
cases.append(case("lp_pool1d", attrs, lambda x: F.lp_pool1d(x, **attrs), x=normal(2, 2, 6)))

for name, shape, size in (
    ("adaptive_avg_pool1d", (2, 2, 7), [3]),
    ("adaptive_avg_pool3d", (1, 1, 4, 5, 3), [2, 3, 3]),
    ("adaptive_avg_pool2d", (1, 2, 6, 4), [3, 2]),
    ("adaptive_avg_pool1d", (1, 2, 3), [5]),
    ("adaptive_max_pool1d", (2, 2, 7), [4]),
    ("adaptive_max_pool2d", (1, 2, 6, 4), [3, 2]),
):
    cases.append(case(name, {"output_size": size}, lambda x: getattr(F, name)(x, size), x=normal(*shape)))

for shape, size, mode, corners in (
    ((1, 2, 5), [8], "linear", False),
    ((1, 2, 5), [3], "linear", True),
    ((1, 1, 4, 3), [7, 1], "bilinear", True),
    ((1, 1, 5, 6), [3, 4], "bilinear", False),
    ((1, 1, 2, 3, 2), [3, 2, 4], "trilinear", False),
    ((1, 1, 4, 3), [6, 5], "bicubic", True),
    ((1, 1, 6, 5), [4, 3], "bicubic", False),
    ((1, 1, 7, 5), [3, 4], "nearest", None),
):
    attrs = {"size": size, "mode": mode, "align_corners": corners}
    cases.append(case("interpolate", attrs, lambda x: F.interpolate(x, **attrs), x=normal(*shape)))

cases.append(case("pixel_shuffle", {"factor": 2}, lambda x: F.pixel_shuffle(x, 2), x=normal(1, 8, 2, 3)))
cases.append(case("pixel_unshuffle", {"factor": 2}, lambda x: F.pixel_unshuffle(x, 2), x=normal(1, 2, 4, 6)))

attrs = {"output_size": [4, 5], "kernel_size": [2, 3], "stride": 1, "padding": 1, "dilation": 1}
cases.append(case("fold", attrs, lambda x: F.fold(x, **attrs), x=normal(1, 12, 25)))
attrs = {"output_size": [5, 5], "kernel_size": [2, 2], "stride": 2, "padding": 0, "dilation": 2}
cases.append(case("fold", attrs, lambda x: F.fold(x, **attrs), x=normal(2, 4, 4)))

for mode in ("constant", "reflect", "replicate", "circular"):
    attrs = {"pad": [2, 1, 0, 1], "mode": mode}
    cases.append(case("pad", attrs, lambda x: F.pad(x, **attrs), x=normal(1, 2, 3, 4)))

write(
    pathlib.Path(__file__).with_name("images.json"),
    {"group": "images", "generator": f"PyTorch {torch.__version__.split('+')[0]}, float64; make_images.py", "cases": cases},
)

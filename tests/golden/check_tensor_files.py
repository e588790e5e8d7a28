"""Reads with NumPy, safetensors and PyTorch what is written here, and compares every element: the way back of
make_tensor_files.py. Run by hand, with `deno` on the path: python check_tensor_files.py
"""

import pathlib
import subprocess
import tempfile
import zipfile

import numpy as np
import safetensors.torch
import torch

HERE = pathlib.Path(__file__).parent
NAMES = {"f32": "float32", "f64": "float64", "i32": "int32", "u32": "uint32", "u8": "uint8", "bool": "bool"}


def ramp(dtype, *shape):
    i = np.arange(int(np.prod(shape)))
    values = i % 2 == 1 if dtype == "bool" else i * 0.3 - 3 if dtype[0] == "f" else i
    return values.astype(NAMES[dtype]).reshape(shape)


def same(found, expected, what):
    found = found.numpy() if isinstance(found, torch.Tensor) else found
    assert found.dtype == expected.dtype and found.shape == expected.shape and np.array_equal(found, expected), what
    print("equal:", what)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    subprocess.run(["deno", "run", "-A", "write_tensor_files.ts", name], check=True, cwd=HERE)
    for dtype in NAMES:
        same(np.load(folder / f"{dtype}.npy"), ramp(dtype, 2, 3, 4), f"{dtype}.npy")
    same(np.load(folder / "f16.npy"), ramp("f32", 5).astype(np.float16), "f16.npy")
    same(np.load(folder / "scalar.npy"), ramp("f32"), "scalar.npy")
    same(np.load(folder / "empty.npy"), ramp("f64", 0, 3), "empty.npy")
    assert zipfile.ZipFile(folder / "all.npz").testzip() is None
    with np.load(folder / "all.npz") as arrays:
        assert sorted(arrays) == sorted([*NAMES, "näme"])
        for dtype in NAMES:
            same(arrays[dtype], ramp(dtype, 2, 3, 4), f"all.npz, {dtype}")
    whole = safetensors.torch.load_file(folder / "all.safetensors")
    for dtype in NAMES:
        same(whole[dtype], ramp(dtype, 2, 3, 4), f"all.safetensors, {dtype}")
    for halves, kind in ("f16", torch.float16), ("bf16", torch.bfloat16):
        found = safetensors.torch.load_file(folder / f"{halves}.safetensors")
        assert torch.equal(found["f32"], torch.tensor(ramp("f32", 2, 3, 4)).to(kind))
        same(found["f64"], ramp("f64", 2, 3, 4), f"{halves}.safetensors")

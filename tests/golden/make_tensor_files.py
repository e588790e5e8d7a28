"""Writes tensor_files.json: small files of tensors by NumPy, safetensors and PyTorch, in base64, and what they hold.

Run in an environment with `pip install numpy safetensors torch`: python make_tensor_files.py
The networks' outputs are PyTorch's own, in float32, of weights from a fixed seed.
"""

import base64
import io
import json
import pathlib

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import nn

from write_golden import tensor

RNG = np.random.default_rng(20250714)


def text(data):
    return base64.b64encode(data).decode()


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def expected(array):
    """The array in the dtype it is read into."""
    kinds = {"float16": "float32", "int8": "int32", "int16": "int32", "int64": "int32", "uint16": "uint32",
             "uint64": "uint32"}
    native = array.astype(array.dtype.newbyteorder("="))
    return tensor(native.astype(kinds.get(native.dtype.name, native.dtype.name)))


def npy_cases():
    ramp = np.arange(-3, 3).reshape(2, 3)
    for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        values = np.abs(ramp) * 40 if code[0] == "u" else ramp * 0.3 if code[0] == "f" else ramp * 40
        for order in "<>":
            yield f"{order}{code}", values.astype(order + code), {}
    yield "b1", ramp > 0, {}
    yield "0-d", np.array(2.5), {}
    yield "empty", np.zeros((0, 3), np.float32), {}
    yield "fortran", np.asfortranarray(np.arange(24, dtype=np.int32).reshape(2, 3, 4)), {}
    yield "fortran, big endian", np.asfortranarray(ramp.astype(">f4")), {}
    yield "version 2", ramp.astype(np.float32), {"version": (2, 0)}
    yield "version 3", ramp.astype(np.float32), {"version": (3, 0)}


def refused():
    yield "records", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]), {}
    yield "objects", np.array([{}, None], dtype=object), {"allow_pickle": True}
    yield "text", np.array(["ab"]), {}
    yield "complex", np.array([1j]), {}
    yield "times", np.array(["2020-01-01"], dtype="M8[D]"), {}
    yield "long", np.array([1, 2**31], dtype=np.int64), {}
    yield "unsigned long", np.array([2**64 - 1], dtype=np.uint64), {}


def npz(save):
    file = io.BytesIO()
    save(file, w=np.arange(6, dtype=np.float32).reshape(2, 3), step=np.array(7), zeros=np.zeros(500, np.uint8))
    return text(file.getvalue())


def halves():
    """Every exponent and rounding case of the two 16-bit floats, by PyTorch."""
    x = np.concatenate([
        RNG.standard_normal(40) * 2.0 ** RNG.integers(-30, 20, 40),
        [0.0, -0.0, 65504, 65519.99, 65520, -70000, 2**-24, 2**-25, 2**-25 * 1.0001, 2**-14, 6.1e-5, 1 + 2**-11,
         1 + 3 * 2**-11, 1 + 2**-8, 1 + 3 * 2**-8, 3.4e38, np.inf, -np.inf],
    ]).astype(np.float32)
    t = torch.tensor(x)
    bits = lambda d: t.to(d).view(torch.int16).numpy().astype(np.uint16).tolist()
    return {"x": x.view(np.uint32).tolist(), "f16": bits(torch.float16), "bf16": bits(torch.bfloat16)}


def networks():
    torch.manual_seed(3)
    image = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(60, 4))
    for _ in range(3):
        image(torch.randn(5, 2, 4, 5) * 2 + 1)
    with torch.no_grad():
        image[1].weight.uniform_(0.5, 1.5)
        image[1].bias.uniform_(-1, 1)
    image.eval()
    pixels = torch.randn(2, 2, 4, 5)
    sequence = nn.ModuleDict({"embed": nn.Embedding(7, 3), "norm": nn.LayerNorm(3), "rnn": nn.LSTM(3, 4, batch_first=True),
                              "gru": nn.GRU(4, 4, batch_first=True), "head": nn.Linear(4, 2, bias=False)})
    tokens = torch.randint(0, 7, (3, 6))
    hidden = sequence["norm"](sequence["embed"](tokens))
    out = sequence["head"](sequence["gru"](sequence["rnn"](hidden)[0])[0])
    save = lambda m: text(safetensors.torch.save(m.state_dict()))
    up = nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)
    low = torch.randn(2, 4, 3, 2)
    blocks = nn.ModuleDict({"encoder": nn.TransformerEncoderLayer(4, 2, 6, batch_first=True),
                            "decoder": nn.TransformerDecoderLayer(4, 2, 6, batch_first=True)})
    for parameter in blocks.parameters():
        nn.init.normal_(parameter, std=0.5)
    blocks.eval()
    source, target = torch.randn(2, 5, 4), torch.randn(2, 3, 4)
    causal = nn.Transformer.generate_square_subsequent_mask(3)
    translated = blocks["decoder"](target, blocks["encoder"](source), tgt_mask=causal)
    return {
        "up": {"file": save(up), "x": tensor(low.permute(0, 2, 3, 1).numpy()),
               "y": tensor(up(low).permute(0, 2, 3, 1).detach().numpy())},
        "blocks": {"file": save(blocks), "x": tensor(source.numpy()), "target": tensor(target.numpy()),
                   "y": tensor(translated.detach().numpy())},
        "image": {"file": save(image), "x": tensor(pixels.permute(0, 2, 3, 1).numpy()),
                  "y": tensor(image(pixels).detach().numpy())},
        "sequence": {"file": save(sequence), "x": tensor(tokens.numpy().astype(np.int32)),
                     "y": tensor(out.detach().numpy())},
    }


def torch_file():
    values = torch.tensor([[-3, 2], [1, 0]])
    kinds = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
             torch.int8, torch.uint8, torch.bool]
    return text(safetensors.torch.save({str(k).split(".")[1]: values.abs().to(k) if k is torch.uint8 else values.to(k)
                                        for k in kinds}))


golden = {
    "generator": f"make_tensor_files.py, NumPy {np.__version__}, safetensors {safetensors.__version__}, "
                 f"PyTorch {torch.__version__}",
    "npy": [{"name": n, "file": text(npy(a, **o)), "holds": expected(a)} for n, a, o in npy_cases()],
    "refused": [{"name": n, "file": text(npy(a, **o))} for n, a, o in refused()],
    "npz": {"stored": npz(np.savez), "deflated": npz(np.savez_compressed)},
    "halves": halves(),
    "safetensors": torch_file(),
    "networks": networks(),
}
path = pathlib.Path(__file__).with_name("tensor_files.json")
path.write_text(json.dumps(golden, separators=(",", ":"), ensure_ascii=False) + "\n")

# A model in two files, for what reads files in part.
folder = pathlib.Path(__file__).with_name("shards")
folder.mkdir(exist_ok=True)
names = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
shards = [{"a": torch.arange(6).reshape(2, 3), "b": torch.tensor([0.5, -2], dtype=torch.bfloat16)}, {"c": torch.tensor([3.5])}]
for name, shard in zip(names, shards):
    safetensors.torch.save_file(shard, folder / name, metadata={"format": "pt"})
index = {"metadata": {"total_size": 56}, "weight_map": {k: n for n, s in zip(names, shards) for k in s}}
(folder / "model.safetensors.index.json").write_text(json.dumps(index) + "\n")

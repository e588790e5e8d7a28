"""Writes pictures.json: small PNG and JPEG files in base64, and the pixels that Pillow reads from them.

Run in an environment with `pip install numpy pillow`: python make_pictures.py
Pillow writes no interlaced PNG, none of 2 or 4 bits a sample and none of 16 but grey: those are put together here, and
Pillow's own decoder still says what they hold. Samples of 16 bits, which it cuts off to 8, are scaled here, rounding.
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import numpy as np
import PIL
from PIL import Image

RNG = np.random.default_rng(20260714)
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(rows, depth):
    """Rows of samples as bytes, the filter in front: none, then what is left of the byte on the left."""
    out = b""
    for r, row in enumerate(rows):
        bits = "".join(format(int(x), f"0{depth}b") for x in row.ravel())
        data = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
        step = max(1, row.shape[-1] * depth // 8)
        if r % 2:
            data = bytes((x - (data[i - step] if i >= step else 0)) % 256 for i, x in enumerate(data))
        out += bytes([r % 2]) + data
    return out


def png(samples, depth, colour, interlaced=False, extra=()):
    h, w, _ = samples.shape
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in passes]
    data = zlib.compress(b"".join(packed(p, depth) for p in parts if p.size))
    header = struct.pack(">IIBBBBB", w, h, depth, colour, 0, 0, int(interlaced))
    half = len(data) // 2
    body = [(b"IHDR", header), *extra, (b"IDAT", data[:half]), (b"IDAT", data[half:]), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(n, d) for n, d in body)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def case(name, data, mode, pixels=None):
    if pixels is None:
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert(mode))
    height, width = pixels.shape[:2]
    return {"name": name, "file": base64.b64encode(data).decode(), "shape": [height, width, pixels.size // height // width],
            "pixels": base64.b64encode(pixels.tobytes()).decode()}


def samples(h, w, channels, depth):
    return RNG.integers(0, 2**depth, (h, w, channels))


def png_cases():
    smooth = (np.add.outer(np.arange(7) * 20, np.arange(9) * 11)[..., None] + [0, 30, 60]).astype(np.uint8)
    colour = Image.fromarray(smooth)
    alpha = np.concatenate([smooth, smooth[..., :1] // 2], -1)
    yield case("RGB, Pillow's filters", saved(colour, "PNG"), "RGB")
    yield case("RGBA", saved(Image.fromarray(alpha), "PNG"), "RGBA")
    yield case("grey", saved(colour.convert("L"), "PNG"), "L")
    yield case("grey and alpha", saved(Image.fromarray(alpha).convert("LA"), "PNG"), "RGBA")
    yield case("black and white", saved(colour.convert("1"), "PNG"), "L")
    yield case("palette", saved(colour.quantize(5), "PNG"), "RGB")
    yield case("palette, transparent", saved(colour.quantize(5), "PNG", transparency=bytes([0, 100, 255])), "RGBA")
    yield case("one pixel", saved(Image.new("RGB", (1, 1), (1, 2, 3)), "PNG"), "RGB")
    palette = bytes(RNG.integers(0, 256, 48).tolist())
    for depth in [1, 2, 4]:
        plain = samples(5, 7, 1, depth)
        scale = 255 // (2**depth - 1)
        yield case(f"grey of {depth} bits", png(plain, depth, 0), "L", (plain * scale).astype(np.uint8))
        yield case(f"palette of {depth} bits", png(plain, depth, 3, extra=[(b"PLTE", palette)]), "RGB")
        yield case(f"grey of {depth} bits, interlaced", png(plain, depth, 0, True), "L", (plain * scale).astype(np.uint8))
    for size in [(1, 1), (3, 2), (5, 5), (9, 11)]:
        yield case(f"RGB, interlaced, {size[0]} by {size[1]}", png(samples(*size, 3, 8), 8, 2, True), "RGB")
    for channels, kind in [(1, 0), (2, 4), (3, 2), (4, 6)]:
        deep = samples(3, 5, channels, 16)
        read = np.round(deep / 257).astype(np.uint8)
        if channels == 2:
            read = np.concatenate([read[..., :1]] * 3 + [read[..., 1:]], -1)
        yield case(f"16 bits, {channels} samples", png(deep, 16, kind), None, read)
    keyed = samples(4, 4, 3, 1) * 255
    yield case("a transparent colour", png(keyed, 8, 2, extra=[(b"tRNS", b"\0\0\0\xff\0\xff")]), "RGBA")
    # Pillow compares this grey after stretching it, and finds none; the standard compares it as it is in the file.
    few = samples(4, 4, 1, 2)
    read = np.concatenate([few * 85] * 3 + [(few != 2) * 255], -1).astype(np.uint8)
    yield case("a transparent grey of 2 bits", png(few, 2, 0, extra=[(b"tRNS", b"\0\2")]), None, read)


def jpeg_cases():
    y, x = np.mgrid[:19, :27]
    waves = np.stack([128 + 100 * np.sin(x / 9), 128 + 100 * np.cos(y / 7), 40 + 4 * x + y], -1)
    colour = Image.fromarray(waves.astype(np.uint8))
    yield case("colours", saved(colour, "JPEG", quality=95, subsampling=0), "RGB")
    yield case("colours at half size", saved(colour, "JPEG", quality=90, subsampling=2), "RGB")
    yield case("progressive", saved(colour, "JPEG", quality=95, subsampling=0, progressive=True), "RGB")
    yield case("grey", saved(colour.convert("L"), "JPEG", quality=95), "L")
    yield case("restart marks", saved(colour, "JPEG", quality=95, subsampling=0, restart_marker_blocks=2), "RGB")


if __name__ == "__main__":
    cases = {"generator": f"make_pictures.py, NumPy {np.__version__}, Pillow {PIL.__version__}", "png": list(png_cases()), "jpeg": list(jpeg_cases())}
    path = pathlib.Path(__file__).with_name("pictures.json")
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")

"""The format all golden files share: a tensor is {dtype, shape, data}, data flat in row-major order."""

import json

import numpy as np

NAMES = {
    "float64": "f64",
    "float32": "f32",
    "int64": "i64",
    "int32": "i32",
    "uint32": "u32",
    "uint16": "u16",
    "uint8": "u8",
    "bool": "bool",
}

LISTS = ("cases", "scalars")


def number(value):
    """JSON has no NaN or infinity; they are written as the strings JavaScript's Number() reads back."""
    if isinstance(value, float) and not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def tensor(value):
    array = np.asarray(value)
    data = [number(v) for v in array.reshape(-1).tolist()]
    return {"dtype": NAMES[array.dtype.name], "shape": list(array.shape), "data": data}


def differentiated(name, attrs, rng, function, inputs, *, expected=None, constant=()):
    """One case: inputs, outputs, random cotangents, and the gradients of sum(outputs · cotangents).

    The gradients are JAX's; they must agree with central differences (step 1e-6·max(1, |x|)) to 1e-6 of the largest:
    what a central difference can tell in float64, with step² of truncation and 1e-16/step of rounding.
    `expected`, if given, is an independent value of the first output; it is what gets written, and JAX's must agree.
    """
    import jax

    def listed(*args):
        out = function(*args)
        return tuple(out) if isinstance(out, (tuple, list)) else (out,)

    args = list(inputs.values())
    outputs, pullback = jax.vjp(listed, *args)
    outputs = [np.asarray(v) for v in outputs]
    if expected is not None:
        np.testing.assert_allclose(outputs[0], expected, rtol=1e-12, atol=1e-14)
        outputs[0] = np.asarray(expected)
    cotangents = [np.round(rng.standard_normal(v.shape), 4) for v in outputs]
    gradients = pullback(tuple(jax.numpy.asarray(c) for c in cotangents))

    def scalar(*args):
        return sum(float((np.asarray(o) * c).sum()) for o, c in zip(listed(*args), cotangents))

    grads = {}
    for position, (key, x) in enumerate(inputs.items()):
        if key in constant:
            continue
        numeric = np.zeros_like(x)
        for at in np.ndindex(x.shape):
            step = 1e-6 * max(1.0, abs(x[at]))
            sides = []
            for sign in (1, -1):
                moved = np.array(x)
                moved[at] += sign * step
                sides.append(scalar(*args[:position], moved, *args[position + 1 :]))
            numeric[at] = (sides[0] - sides[1]) / (2 * step)
        exact = np.asarray(gradients[position])
        scale = max(1.0, np.abs(exact).max(initial=0.0))
        largest = max(1.0, *(np.abs(o).max(initial=0.0) for o in outputs)) / scale
        bound = 1e-6 + 1e-9 * largest
        np.testing.assert_allclose(numeric / scale, exact / scale, rtol=0, atol=bound, err_msg=f"{name} {attrs}")
        grads[key] = tensor(exact)

    return {
        "name": name,
        "attrs": attrs,
        "inputs": {key: tensor(x) for key, x in inputs.items()},
        "outputs": [tensor(v) for v in outputs],
        "cotangents": [tensor(c) for c in cotangents],
        "grads": grads,
    }


def write(path, golden):
    """One case a line, so that a change to one case is a change to one line."""
    parts = []
    for name, value in golden.items():
        if name in LISTS:
            cases = ",\n".join("  " + json.dumps(case, allow_nan=False) for case in value)
            parts.append(f' "{name}": [\n{cases}\n ]')
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value, allow_nan=False)}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")

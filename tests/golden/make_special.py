"""Writes special.json: float64 references for functions that are hard at the edges, and for array functions.

Run in an environment with `pip install jax scipy mpmath`: python make_special.py
Scalar functions: mpmath at 60 digits or more, from the exact float64 point, rounded once to float64; the derivative
likewise, from its closed form; SciPy's or NumPy's value must agree to 1e-12 (or absolutely to 1e-17: SciPy's lgamma is
no better near its zeros) or the script stops. Array functions: values from NumPy (logcumsumexp from its definition,
summed with math.fsum); gradients from JAX in 64-bit mode, checked against central differences. Seeds are fixed.
"""

import math
import pathlib

import jax
import jax.numpy as jnp
import mpmath as mp
import numpy as np
import scipy
import scipy.special as sp

from write_golden import differentiated, number, tensor, write

jax.config.update("jax_enable_x64", True)
mp.mp.dps = 60

INFINITY = float("inf")
TINY = [1e-300, -1e-300]


def sech2(x):
    return 1 / mp.cosh(x) ** 2


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def bell(x):
    return 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)


def erfinv_slope(x):
    return mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(x) ** 2)


def log_abs_gamma(x):
    return mp.log(abs(mp.gamma(x)))


def cube_root(x):
    return mp.sign(x) * mp.cbrt(abs(x))


# name: value, derivative, SciPy's or NumPy's function, points
SCALARS = {
    "expm1": (mp.expm1, mp.exp, np.expm1, [0.0, *TINY, 1e-10, -1e-10, 0.5, -0.5, 1.0, -1.0, -40.0, 700.0, -800.0]),
    "log1p": (
        lambda x: mp.log1p(x),
        lambda x: 1 / (1 + x),
        np.log1p,
        [0.0, *TINY, 1e-10, -1e-10, 0.5, -0.5, -0.999999999999, 1.0, 1e10, 1e300],
    ),
    "erf": (mp.erf, bell, sp.erf, [0.0, *TINY, 1e-8, 0.3, -0.5, 0.84, 1.0, -1.5, 2.5, 3.9, -6.0, 30.0]),
    "erfc": (
        mp.erfc,
        lambda x: -bell(x),
        sp.erfc,
        [0.0, 1e-300, 0.3, -0.5, 0.84, 1.0, 1.3, 2.5, 5.0, 10.0, 26.0, -30.0],
    ),
    "erfinv": (
        mp.erfinv,
        erfinv_slope,
        sp.erfinv,
        [0.0, *TINY, 1e-8, 0.25, -0.5, 0.75, 0.97, -0.99, 0.9999, 0.9999999999, -0.9999999999999],
    ),
    "lgamma": (
        log_abs_gamma,
        mp.digamma,
        sp.gammaln,
        [1e-300, 1e-8, 0.1, 0.5, 1.0, 1.0000001, 1.5, 2.0, 3.7, 10.0, 100.5, 1e10, -0.5, -1.5, -2.3, -10.1],
    ),
    "digamma": (
        mp.digamma,
        lambda x: mp.polygamma(1, x),
        sp.digamma,
        [1e-8, 0.1, 0.5, 1.0, 1.4616321449683623, 1.5, 2.0, 3.7, 10.0, 100.5, 1e10, -0.5, -1.5, -2.3],
    ),
    "sinh": (mp.sinh, mp.cosh, np.sinh, [0.0, *TINY, 1e-8, 0.1, -0.5, 1.0, -3.0, 20.0, -40.0, 709.0, -710.0]),
    "cosh": (mp.cosh, mp.sinh, np.cosh, [0.0, *TINY, 1e-8, 0.1, -0.5, 1.0, -3.0, 20.0, -40.0, 709.0, -710.0]),
    "tanh": (mp.tanh, sech2, np.tanh, [0.0, *TINY, 1e-8, 0.1, -0.5, 1.0, -3.0, 15.0, -19.0, 22.0, -700.0]),
    "asinh": (
        mp.asinh,
        lambda x: 1 / mp.sqrt(1 + x * x),
        np.arcsinh,
        [0.0, *TINY, 1e-8, 0.1, -0.5, 1.0, -3.0, -1000.0, 1e10, -1e150, 1e300],
    ),
    "acosh": (
        mp.acosh,
        lambda x: INFINITY if x == 1 else 1 / mp.sqrt(x * x - 1),
        np.arccosh,
        [1.0, 1.0000000001, 1.0001, 1.5, 2.0, 10.0, 1000.0, 1e10, 1e150, 1e300],
    ),
    "atanh": (
        mp.atanh,
        lambda x: 1 / (1 - x * x),
        np.arctanh,
        [0.0, *TINY, 1e-8, 0.1, -0.5, 0.75, -0.9, 0.999, 0.9999999999, -0.9999999999999],
    ),
    "cbrt": (
        cube_root,
        lambda x: 1 / (3 * cube_root(x) ** 2),
        np.cbrt,
        [*TINY, 1e-10, 0.001, -0.5, 1.0, -8.0, 27.0, 2.0, -1e10, 1e150, 1e300],
    ),
    "sigmoid": (
        sigmoid,
        lambda x: sigmoid(x) * sigmoid(-x),
        sp.expit,
        [0.0, *TINY, 1e-8, 0.5, -0.5, 3.0, -3.0, 20.0, -40.0, 700.0, -700.0],
    ),
    "log_sigmoid": (
        lambda x: -mp.log1p(mp.exp(-x)),
        lambda x: sigmoid(-x),
        sp.log_expit,
        [0.0, *TINY, 1e-8, 0.5, -0.5, 3.0, -3.0, 20.0, -40.0, 700.0, -700.0],
    ),
    "softplus": (
        lambda x: mp.log1p(mp.exp(x)),
        sigmoid,
        lambda x: np.logaddexp(0, x),
        [0.0, *TINY, 1e-8, 0.5, -0.5, 3.0, -3.0, 20.0, -40.0, 700.0, -700.0],
    ),
}

# Where the limit is the answer: what IEEE-minded libraries return at poles, infinities and signed zeros.
LIMITS = {
    "expm1": [(-0.0, -0.0), (INFINITY, INFINITY), (-INFINITY, -1.0), (800.0, INFINITY)],
    "log1p": [(-0.0, -0.0), (-1.0, -INFINITY), (INFINITY, INFINITY), (-2.0, math.nan)],
    "erf": [(-0.0, -0.0), (INFINITY, 1.0), (-INFINITY, -1.0)],
    "erfc": [(INFINITY, 0.0), (-INFINITY, 2.0), (40.0, 0.0)],
    "erfinv": [(1.0, INFINITY), (-1.0, -INFINITY), (1.5, math.nan)],
    "lgamma": [(0.0, INFINITY), (-1.0, INFINITY), (INFINITY, INFINITY)],
    "sinh": [(-0.0, -0.0), (INFINITY, INFINITY), (-INFINITY, -INFINITY), (800.0, INFINITY)],
    "cosh": [(-0.0, 1.0), (INFINITY, INFINITY), (-INFINITY, INFINITY), (-800.0, INFINITY)],
    "tanh": [(-0.0, -0.0), (INFINITY, 1.0), (-INFINITY, -1.0)],
    "asinh": [(-0.0, -0.0), (INFINITY, INFINITY), (-INFINITY, -INFINITY)],
    "acosh": [(INFINITY, INFINITY), (0.5, math.nan)],
    "atanh": [(-0.0, -0.0), (1.0, INFINITY), (-1.0, -INFINITY), (1.5, math.nan)],
    "cbrt": [(0.0, 0.0), (-0.0, -0.0), (INFINITY, INFINITY), (-INFINITY, -INFINITY)],
    "sigmoid": [(INFINITY, 1.0), (-INFINITY, 0.0), (-800.0, 0.0)],
    "log_sigmoid": [(INFINITY, 0.0), (-INFINITY, -INFINITY), (-1e300, -1e300)],
    "softplus": [(INFINITY, INFINITY), (-INFINITY, 0.0), (1e300, 1e300)],
}


def scalar_case(name):
    value, slope, library, points = SCALARS[name]
    values, slopes = [], []
    for x in points:
        # Near 1, at 1e-300 and below e^-700 a sum would drown the small term at any fixed width: 700 digits keep it.
        with mp.workdps(700 if abs(x) < 1e-200 or abs(x) > 100 else 60):
            values.append(float(value(mp.mpf(x))))
            slopes.append(float(slope(mp.mpf(x))))
    np.testing.assert_allclose(library(np.array(points)), values, rtol=1e-12, atol=1e-17, err_msg=name)
    limits = LIMITS.get(name, [])
    return {
        "name": name,
        "x": points,
        "value": values,
        "derivative": [number(v) for v in slopes],
        "limits": [{"x": number(x), "value": number(y)} for x, y in limits],
    }


def normal(rng, *shape):
    return np.array(np.round(rng.standard_normal(shape), 4))


def log_cum_sum_exp(x):
    out = []
    for row in x:
        for i in range(len(row)):
            top = max(row[: i + 1])
            out.append(top + math.log(math.fsum(math.exp(v - top) for v in row[: i + 1])))
    return np.array(out).reshape(x.shape)


def scans(rng):
    x = np.stack([normal(rng, 5), [1000.0, -1000.0, 1000.5, 3.0, 999.0], [-1e5, -1e5, 1.0, -3.0, 1.0]])
    expected = log_cum_sum_exp(x)
    yield differentiated(
        "logcumsumexp", {"axis": -1}, rng, lambda x: jax.lax.cumlogsumexp(x, axis=1), {"x": x}, expected=expected
    )
    for axis, zeros in [(0, []), (1, []), (1, [(0, 1)]), (1, [(1, 0), (1, 2)])]:
        x = normal(rng, 3, 4)
        for at in zeros:
            x[at] = 0.0
        yield differentiated(
            "cumprod", {"axis": axis}, rng, lambda x: jnp.cumprod(x, axis), {"x": x}, expected=np.cumprod(x, axis)
        )


def quantiles(rng):
    for method in ("linear", "lower", "higher", "midpoint", "nearest"):
        # Seven sorted elements: 0.25 and 0.75 fall halfway between two, where JAX's "nearest" is not NumPy's.
        quarters = [0.25, 0.75] if method != "nearest" else [0.3]
        for q, axis in [([0.0, 0.1, *quarters, 0.5, 0.9, 1.0], -1), ([0.3], 0)]:
            x = normal(rng, 3, 7)
            yield differentiated(
                "quantile",
                {"q": q, "axis": axis, "method": method},
                rng,
                lambda x: jnp.quantile(x, np.array(q), axis=axis, method=method),
                {"x": x},
                expected=np.quantile(x, q, axis=axis, method=method),
            )
    x = normal(rng, 7)
    q = [0.25, 0.75]
    yield {
        "name": "quantile",
        "attrs": {"q": q, "axis": 0, "method": "nearest", "note": "halfway goes to the even index: NumPy, values only"},
        "inputs": {"x": tensor(x)},
        "outputs": [tensor(np.quantile(x, q, method="nearest"))],
    }


def histograms(rng):
    x = normal(rng, 20)
    weights = np.abs(normal(rng, 20))
    on_edges = np.array([0.0, 0.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, -1.0, 5.0])
    for data, options in [
        (x, {"bins": 5}),
        (x, {"bins": 4, "range": [-1.0, 1.0]}),
        (x, {"bins": [-2.0, -0.5, 0.0, 0.25, 2.0]}),
        (x, {"bins": 5, "density": True}),
        (x, {"bins": 5, "weights": weights.tolist()}),
        (on_edges, {"bins": 4, "range": [0.0, 4.0]}),
        (np.full(3, 2.0), {"bins": 2}),
    ]:
        counts, edges = np.histogram(data, **options)
        if counts.dtype == np.int64:
            counts = counts.astype(np.int32)
        yield {
            "name": "histogram",
            "attrs": options,
            "inputs": {"x": tensor(data)},
            "outputs": [tensor(counts), tensor(edges)],
        }


def interpolations(rng):
    xp = np.array([-1.0, 0.0, 0.5, 2.0, 3.5])
    fp = normal(rng, 5)
    x = np.array([-2.0, -1.0, -0.3, 0.0, 0.4, 0.5, 1.7, 3.4999, 3.5, 10.0])
    yield {
        "name": "interp",
        "attrs": {"note": "with knots among x: values only"},
        "inputs": {"x": tensor(x), "xp": tensor(xp), "fp": tensor(fp)},
        "outputs": [tensor(np.interp(x, xp, fp))],
    }
    x = np.array([-2.0, -0.3, 0.4, 1.7, 3.4, 10.0])
    for attrs in ({}, {"left": -7.0, "right": 9.0}):
        yield differentiated(
            "interp",
            attrs,
            rng,
            lambda x, xp, fp: jnp.interp(x, xp, fp, **attrs),
            {"x": x, "xp": xp, "fp": fp},
            expected=np.interp(x, xp, fp, **attrs),
        )


EINSUMS = [
    ("ij,jk", [(2, 3), (3, 4)]),
    ("ba", [(2, 3)]),
    ("i,i", [(4,), (4,)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("iij->j", [(3, 3, 2)]),
    ("iji->ij", [(3, 2, 3)]),
    ("iii->i", [(3, 3, 3)]),
    ("ii,ij->j", [(3, 3), (3, 2)]),
    ("ij->ji", [(2, 3)]),
    ("ij->", [(2, 3)]),
    ("i,j->ij", [(2,), (3,)]),
    ("i,j", [(2,), (3,)]),
    ("ij,ij->", [(2, 3), (2, 3)]),
    ("ij,ij->i", [(2, 3), (2, 3)]),
    ("ij,j->ij", [(2, 3), (3,)]),
    ("ki,jk->ij", [(3, 2), (4, 3)]),
    (",ij->ij", [(), (2, 3)]),
    ("ij,jk,kl->il", [(2, 3), (3, 2), (2, 4)]),
    ("bij,bjk->bik", [(2, 2, 3), (2, 3, 2)]),
    ("i,ij,j->", [(2,), (2, 3), (3,)]),
    (" i j , j k -> i k ", [(2, 3), (3, 2)]),
    ("...ij,...jk->...ik", [(2, 2, 3), (3, 2)]),
    ("...ij,...jk", [(2, 2, 3), (2, 3, 2)]),
    ("...ij,...jk->...ik", [(4, 1, 2, 3), (2, 3, 2)]),
    ("i...->...i", [(2, 3, 2)]),
    ("...i,...i->...", [(2, 3), (2, 3)]),
    ("...,...", [(3,), (2, 3)]),
    ("...ii->...i", [(2, 3, 3)]),
    ("ij...,jk...->ik...", [(2, 3, 2), (3, 2, 2)]),
    ("...->", [(2, 3)]),
]


def einsums(rng):
    for equation, shapes in EINSUMS:
        inputs = {f"x{i}": normal(rng, *shape) for i, shape in enumerate(shapes)}
        # NumPy's own einsum rejects a sum over an ellipsis; JAX allows it, and it is what NumPy's sum() gives.
        expected = inputs["x0"].sum() if equation == "...->" else np.einsum(equation, *inputs.values())
        yield differentiated(
            "einsum", {"equation": equation}, rng, lambda *xs: jnp.einsum(equation, *xs), inputs, expected=expected
        )


def main():
    rng = np.random.default_rng(20240607)
    arrays = [case for make in (scans, quantiles, histograms, interpolations, einsums) for case in make(rng)]
    golden = {
        "generator": f"mpmath {mp.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}, "
        f"JAX {jax.__version__} (x64), float64; make_special.py",
        "group": "special",
        "scalars": [scalar_case(name) for name in SCALARS],
        "cases": arrays,
    }
    write(pathlib.Path(__file__).with_name("special.json"), golden)


if __name__ == "__main__":
    main()

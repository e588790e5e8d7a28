"""Writes linalg.json: float64 references for matrix decompositions and solvers, with gradients.

Run in an environment with `pip install jax scipy`: python make_linalg.py
Values and gradients from JAX in 64-bit mode; the first output of each case is checked against NumPy or SciPy to 1e-12,
every gradient against central differences. Inputs are rounded to four decimals from a fixed seed.

Decompositions are unique only up to signs, so they are written in a normal form, and the gradients are those of the
function that returns the normal form: qr has a non-negative diagonal of R; in each eigenvector the element of largest
magnitude is positive. A sign is constant around a point, so a test may multiply by it before it differentiates.
cholesky and eigh read a symmetric part (A + Aᵀ)/2: their gradient in A is symmetric.
"""

import pathlib

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
import numpy as np
import scipy
import scipy.linalg as sl

from write_golden import differentiated, write

jax.config.update("jax_enable_x64", True)


def normal(rng, *shape):
    return np.array(np.round(rng.standard_normal(shape), 4))


def positive_definite(rng, *shape):
    a = normal(rng, *shape)
    n = shape[-1]
    return np.round(a @ np.swapaxes(a, -1, -2) + n * np.eye(n), 4)


def symmetric(rng, *shape):
    a = normal(rng, *shape)
    return np.round(a + np.swapaxes(a, -1, -2), 4)


def well_conditioned(rng, *shape):
    return normal(rng, *shape) + 2.0 * np.eye(shape[-1])


def transpose(a):
    return jnp.swapaxes(a, -1, -2)


def cholesky(a):
    return jnp.linalg.cholesky((a + transpose(a)) / 2)


def qr(a):
    q, r = jnp.linalg.qr(a)
    signs = jnp.sign(jnp.diagonal(r, axis1=-2, axis2=-1))
    return r * signs[..., :, None], q * signs[..., None, :]


def eigh(a):
    values, vectors = jnp.linalg.eigh(a, symmetrize_input=True)
    at = jnp.argmax(jnp.abs(vectors), axis=-2, keepdims=True)
    return values, vectors * jnp.sign(jnp.take_along_axis(vectors, at, axis=-2))


def decompositions(rng):
    for shape in [(1, 1), (2, 2), (3, 3), (5, 5), (2, 3, 3)]:
        a = positive_definite(rng, *shape)
        yield differentiated("cholesky", {}, rng, cholesky, {"a": a}, expected=np.linalg.cholesky(a))
    for shape in [(1, 1), (3, 3), (4, 3), (5, 2), (2, 3, 2)]:
        a = normal(rng, *shape)
        r = np.linalg.qr(a)[1]
        r = r * np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None]
        attrs = {"mode": "reduced", "outputs": ["r", "q"]}
        yield differentiated("qr", attrs, rng, qr, {"a": a}, expected=r)
    for shape in [(1, 1), (2, 2), (3, 3), (5, 5), (2, 3, 3)]:
        a = symmetric(rng, *shape)
        attrs = {"outputs": ["values", "vectors"]}
        yield differentiated("eigh", attrs, rng, eigh, {"a": a}, expected=np.linalg.eigvalsh(a))
    for shape in [(1, 1), (3, 3), (4, 2), (2, 5), (2, 3, 2)]:
        a = normal(rng, *shape)
        expected = np.linalg.svd(a, compute_uv=False)
        yield differentiated(
            "svd_values", {}, rng, lambda a: jnp.linalg.svd(a, compute_uv=False), {"a": a}, expected=expected
        )


def inverses(rng):
    for n in [1, 2, 3, 5]:
        a = well_conditioned(rng, n, n)
        yield differentiated("inv", {}, rng, jnp.linalg.inv, {"a": a}, expected=np.linalg.inv(a))
        yield differentiated("det", {}, rng, jnp.linalg.det, {"a": a}, expected=np.linalg.det(a))
    for shape in [(1, 1), (2, 2), (3, 3), (5, 5), (2, 3, 3)]:
        a = normal(rng, *shape)
        sign, log = np.linalg.slogdet(a)
        attrs = {"outputs": ["logabsdet"], "sign": sign.tolist()}
        yield differentiated("slogdet", attrs, rng, lambda a: jnp.linalg.slogdet(a)[1], {"a": a}, expected=log)
    for shape in [(1, 1), (3, 3), (4, 2), (2, 5)]:
        a = normal(rng, *shape)
        yield differentiated("pinv", {}, rng, jnp.linalg.pinv, {"a": a}, expected=np.linalg.pinv(a))


def solvers(rng):
    for n, b_shape in [(1, (1,)), (2, (2, 1)), (3, (3,)), (3, (3, 2)), (5, (5, 3))]:
        a, b = well_conditioned(rng, n, n), normal(rng, *b_shape)
        yield differentiated("solve", {}, rng, jnp.linalg.solve, {"a": a, "b": b}, expected=np.linalg.solve(a, b))
    a, b = well_conditioned(rng, 2, 3, 3), normal(rng, 2, 3, 2)
    yield differentiated("solve", {}, rng, jnp.linalg.solve, {"a": a, "b": b}, expected=np.linalg.solve(a, b))
    for shape, b_shape in [((1, 1), (1,)), ((3, 3), (3,)), ((5, 2), (5,)), ((6, 3), (6, 2))]:
        a, b = normal(rng, *shape), normal(rng, *b_shape)
        expected = np.linalg.lstsq(a, b, rcond=None)[0]
        yield differentiated(
            "lstsq", {}, rng, lambda a, b: jnp.linalg.lstsq(a, b)[0], {"a": a, "b": b}, expected=expected
        )


def triangular_solvers(rng):
    for n, columns in [(1, 1), (2, 3), (3, 2), (5, 1)]:
        for lower in (False, True):
            for transposed in (False, True):
                for unit in (False, True):
                    # Both triangles are filled: a solver must not read the other one, nor a unit diagonal.
                    a, b = well_conditioned(rng, n, n), normal(rng, n, columns)
                    options = {"lower": lower, "trans": int(transposed), "unit_diagonal": unit}
                    yield differentiated(
                        "triangular_solve",
                        {"lower": lower, "transpose": transposed, "unit_diagonal": unit},
                        rng,
                        lambda a, b: jsl.solve_triangular(a, b, **options),
                        {"a": a, "b": b},
                        expected=sl.solve_triangular(a, b, **options),
                    )


def main():
    rng = np.random.default_rng(20240608)
    golden = {
        "generator": f"JAX {jax.__version__} (x64), NumPy {np.__version__}, SciPy {scipy.__version__}, float64; "
        "make_linalg.py",
        "group": "linalg",
        "cases": [
            case for make in (decompositions, inverses, solvers, triangular_solvers) for case in make(rng)
        ],
    }
    write(pathlib.Path(__file__).with_name("linalg.json"), golden)


if __name__ == "__main__":
    main()

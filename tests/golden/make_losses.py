"""Writes losses_more.json: losses, options and extremes that losses.json has no case of, from PyTorch in float64.

Run in an environment with `pip install torch numpy`: python make_losses.py
Options are named as here in Adjoint. Gradients are PyTorch's own, of Σ outputs · cotangents in every float input that
`differentiated` names. The seed is fixed.
"""

import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from write_golden import tensor, write

RNG = np.random.default_rng(20250711)


def normal(*shape):
    return np.round(RNG.standard_normal(shape), 4)


def uniform(*shape):
    return np.round(RNG.uniform(0.05, 0.95, shape), 4)


def signs(*shape):
    return RNG.choice([-1.0, 1.0], shape)


def positive(*shape):
    return np.round(RNG.uniform(0.5, 2.0, shape), 4)


def ints(high, *shape):
    return RNG.integers(0, high, shape).astype(np.int32)


def probabilities(*shape):
    x = RNG.uniform(0.05, 1, shape)
    return x / x.sum(-1, keepdims=True)


def case(name, function, inputs, attrs=None, differentiated=None):
    attrs = attrs or {}
    differentiated = list(inputs)[:1] if differentiated is None else differentiated
    given = {}
    for key, value in inputs.items():
        value = np.asarray(value)
        given[key] = torch.tensor(value, requires_grad=key in differentiated)
        if given[key].dtype == torch.int32:
            given[key] = given[key].long()
    output = function(*given.values())
    cotangent = np.round(RNG.standard_normal(tuple(output.shape)), 4)
    (output * torch.tensor(cotangent)).sum().backward()
    return {
        "name": name,
        "attrs": attrs,
        "inputs": {key: tensor(np.asarray(value)) for key, value in inputs.items()},
        "outputs": [tensor(output.detach().numpy())],
        "cotangents": [tensor(cotangent)],
        "grads": {key: tensor(given[key].grad.numpy()) for key in differentiated},
    }


def regression():
    shape = (3, 4)
    for name, function, options, torch_options in [
        ("mse", F.mse_loss, {}, {}),
        ("mae", F.l1_loss, {}, {}),
        ("huber", F.huber_loss, {"delta": 0.7}, {"delta": 0.7}),
    ]:
        # The weighted mean of PyTorch's Huber loss divides by the number, that of the other two by the sum of the weights.
        for reduction in ("none", "sum") if name == "huber" else ("none", "mean", "sum"):
            yield case(
                name,
                lambda x, t, w: function(x, t, weight=w, reduction=reduction, **torch_options),
                {"x": normal(*shape), "t": normal(*shape), "weights": positive(*shape)},
                {**options, "reduction": reduction},
                ["x", "t"],
            )
    for beta in (0.0, 1.5):
        yield case(
            "smoothL1",
            lambda x, t: F.smooth_l1_loss(x, t, beta=beta, reduction="sum"),
            {"x": normal(*shape), "t": normal(*shape)},
            {"beta": beta, "reduction": "sum"},
            ["x", "t"],
        )


def binary():
    for reduction in ("none", "mean"):
        yield case(
            "binaryCrossEntropy",
            lambda x, t, w: F.binary_cross_entropy(x, t, weight=w, reduction=reduction),
            {"x": uniform(3, 2), "t": uniform(3, 2), "weights": positive(2)},
            {"reduction": reduction},
        )
    yield case(
        "binaryCrossEntropy",
        lambda x, t: F.binary_cross_entropy(x, t, reduction="none"),
        {"x": np.array([0.0, 0, 1, 1, 0.5, 1e-50]), "t": np.array([0.0, 1, 0, 1, 0.25, 1])},
        {"reduction": "none"},
    )
    for reduction in ("none", "mean"):
        yield case(
            "binaryCrossEntropyWithLogits",
            lambda x, t, weights, posWeight: F.binary_cross_entropy_with_logits(
                x, t, weight=weights, pos_weight=posWeight, reduction=reduction
            ),
            {"x": normal(3, 2), "t": uniform(3, 2), "weights": positive(3, 1), "posWeight": positive(2)},
            {"reduction": reduction},
        )
    yield case(
        "binaryCrossEntropyWithLogits",
        lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"),
        {"x": np.array([1000.0, 1000, -1000, -1000, 0]), "t": np.array([0.0, 1, 0, 1, 0])},
        {"reduction": "none"},
    )
    for alpha, gamma in ((0.25, 2.0), (None, 1.5), (0.6, 0.0)):

        def focal(x, t):
            # The formula of the paper, in terms of p; torchvision's sigmoid_focal_loss is the same.
            p = torch.sigmoid(x)
            right = p * t + (1 - p) * (1 - t)
            loss = F.binary_cross_entropy_with_logits(x, t, reduction="none") * (1 - right) ** gamma
            return loss if alpha is None else loss * (alpha * t + (1 - alpha) * (1 - t))

        yield case(
            "sigmoidFocal",
            focal,
            {"x": normal(5), "t": ints(2, 5).astype(np.float64)},
            {"alpha": alpha, "gamma": gamma, "reduction": "none"},
        )


def classes():
    labels = np.array([2, -100, 0, 3, 3], np.int32)
    for reduction in ("none", "mean", "sum"):
        yield case(
            "softmaxCrossEntropy",
            lambda x, labels, weights: F.cross_entropy(
                x, labels, weight=weights, label_smoothing=0.2, reduction=reduction
            ),
            {"x": normal(5, 4), "labels": labels, "weights": positive(4)},
            {"labelSmoothing": 0.2, "reduction": reduction},
        )
        yield case(
            "softmaxCrossEntropy",
            lambda x, p, weights: F.cross_entropy(x, p, weight=weights, label_smoothing=0.2, reduction=reduction),
            {"x": normal(5, 4), "p": probabilities(5, 4), "weights": positive(4)},
            {"labelSmoothing": 0.2, "reduction": reduction},
        )
        yield case(
            "negativeLogLikelihood",
            lambda x, labels, weights: F.nll_loss(x, labels, weight=weights, ignore_index=3, reduction=reduction),
            {"x": -positive(5, 4), "labels": np.array([2, 1, 0, 3, 1], np.int32), "weights": positive(4)},
            {"ignoreIndex": 3, "reduction": reduction},
        )
        yield case(
            "multiMargin",
            lambda x, labels, weights: F.multi_margin_loss(
                x, labels, p=2, margin=0.8, weight=weights, reduction=reduction
            ),
            {"x": normal(5, 4), "labels": ints(4, 5), "weights": positive(4)},
            {"p": 2, "margin": 0.8, "reduction": reduction},
        )
    yield case(
        "softmaxCrossEntropy",
        lambda x, labels: F.cross_entropy(x, labels, reduction="none"),
        {"x": np.array([[1000.0, 0, -1000], [1000, 0, -1000], [0, -np.inf, 1]]), "labels": np.array([0, 2, 2], np.int32)},
        {"reduction": "none"},
    )
    # Two more axes in front: PyTorch has the classes second.
    yield case(
        "softmaxCrossEntropy",
        lambda x, labels, weights: F.cross_entropy(x.permute(0, 3, 1, 2), labels, weight=weights),
        {"x": normal(2, 3, 2, 4), "labels": ints(4, 2, 3, 2), "weights": positive(4)},
        {},
    )


def distributions():
    for reduction in ("none", "mean", "sum", "batchmean"):
        yield case(
            "klDivergence",
            lambda x, t: F.kl_div(x, t, reduction=reduction),
            {"x": np.log(probabilities(3, 4)), "t": probabilities(3, 4)},
            {"reduction": reduction},
            ["x", "t"],
        )
    yield case(
        "klDivergence",
        lambda x, t: F.kl_div(x, t, reduction="none", log_target=True),
        {"x": np.log(probabilities(3, 4)), "t": np.log(probabilities(3, 4))},
        {"reduction": "none", "logTarget": True},
        ["x", "t"],
    )
    yield case(
        "klDivergence",
        lambda x, t: F.kl_div(x, t, reduction="none"),
        {"x": np.log(probabilities(1, 3)), "t": np.array([[0.0, 1, 0]])},
        {"reduction": "none"},
    )
    for log_input, full in ((True, True), (False, False), (False, True)):
        yield case(
            "poissonNll",
            lambda x, t: F.poisson_nll_loss(x, t, log_input=log_input, full=full, reduction="none"),
            {"x": positive(6), "t": np.array([0.0, 1, 2, 3, 7, 20])},
            {"logInput": log_input, "full": full, "reduction": "none"},
        )
    for full, shape in ((False, (3, 2)), (True, (3, 1))):
        yield case(
            "gaussianNll",
            lambda x, t, v: F.gaussian_nll_loss(x, t, v, full=full),
            {"x": normal(3, 2), "t": normal(3, 2), "v": positive(*shape)},
            {"full": full},
            ["x", "t", "v"],
        )
    yield case(
        "gaussianNll",
        lambda x, t, v: F.gaussian_nll_loss(x, t, v, eps=0.5, reduction="none"),
        {"x": normal(3), "t": normal(3), "v": np.array([0.0, 0.25, 1])},
        {"epsilon": 0.5, "reduction": "none"},
        ["x", "t", "v"],
    )


def pairs():
    for reduction in ("none", "mean", "sum"):
        yield case(
            "hingeEmbedding",
            lambda x, t: F.hinge_embedding_loss(x, t, margin=0.6, reduction=reduction),
            {"x": normal(5), "t": signs(5)},
            {"margin": 0.6, "reduction": reduction},
        )
        yield case(
            "marginRanking",
            lambda a, b, t: F.margin_ranking_loss(a, b, t, margin=0.3, reduction=reduction),
            {"a": normal(5), "b": normal(5), "t": signs(5)},
            {"margin": 0.3, "reduction": reduction},
            ["a", "b"],
        )
        yield case(
            "cosineEmbedding",
            lambda a, b, t: F.cosine_embedding_loss(a, b, t, margin=0.1, reduction=reduction),
            {"a": normal(5, 3), "b": normal(5, 3), "t": signs(5)},
            {"margin": 0.1, "reduction": reduction},
            ["a", "b"],
        )
    yield case("softMargin", lambda x, t: F.soft_margin_loss(x, t, reduction="none"), {"x": normal(5), "t": signs(5)}, {"reduction": "none"})
    yield case("cosineSimilarity", lambda a, b: F.cosine_similarity(a, b, dim=-1), {"a": normal(4, 3), "b": normal(4, 3)}, {}, ["a", "b"])
    yield case(
        "cosineSimilarity",
        lambda a, b: F.cosine_similarity(a, b, dim=1, eps=1e-3),
        {"a": normal(4, 3, 2), "b": normal(3, 1)},
        {"axis": 1, "epsilon": 1e-3},
        ["a", "b"],
    )
    for p, swap, reduction in ((2, False, "none"), (1, False, "mean"), (3, True, "sum"), (2, True, "none")):
        yield case(
            "tripletMargin",
            lambda a, yes, no: F.triplet_margin_loss(a, yes, no, margin=0.9, p=p, swap=swap, reduction=reduction),
            {"a": normal(5, 3), "yes": normal(5, 3), "no": normal(5, 3)},
            {"margin": 0.9, "p": p, "swap": swap, "reduction": reduction},
            ["a", "yes", "no"],
        )


def sequences():
    labels = np.array([[1, 1, 3], [2, 3, 1], [3, 2, 2], [1, 2, 3]], np.int32)
    frames, counts = np.array([6, 5, 3, 6], np.int32), np.array([3, 2, 3, 0], np.int32)
    for reduction in ("none", "mean", "sum"):
        for blank in (0, 4):

            def ctc(x, labels, inputLengths, labelLengths):
                logs = F.log_softmax(x, -1).transpose(0, 1)
                return F.ctc_loss(
                    logs, labels, inputLengths, labelLengths, blank=blank, reduction=reduction, zero_infinity=True
                )

            # The third has two equal labels and one frame too few to part them.
            yield case(
                "ctc",
                ctc,
                {"x": normal(4, 6, 5), "labels": labels, "inputLengths": frames, "labelLengths": counts},
                {"blank": blank, "reduction": reduction, "zeroInfinity": True},
            )


def main():
    makers = (regression, binary, classes, distributions, pairs, sequences)
    golden = {
        "generator": f"PyTorch {torch.__version__.split('+')[0]}, float64; make_losses.py",
        "group": "losses_more",
        "cases": [c for make in makers for c in make()],
    }
    write(pathlib.Path(__file__).with_name("losses_more.json"), golden)


if __name__ == "__main__":
    main()

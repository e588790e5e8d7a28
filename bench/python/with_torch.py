"""The cases with PyTorch, eager, as it is used on a CPU. A case makes a function that runs one step."""
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(2)
torch.manual_seed(0)
normal = torch.randn


def function(f, *shapes):
    """A case of a function of operands that stay where they are."""
    def make():
        operands = [normal(*s) for s in shapes]

        def run():
            with torch.inference_mode():
                f(*operands)
        return run
    return make


def training(model, examples, loss):
    """A case of a training step with Adam."""
    def make():
        net, batch = model(), examples()
        adam = torch.optim.Adam(net.parameters(), 1e-3)

        def run():
            adam.zero_grad()
            loss(net(batch[0]), batch[1]).backward()
            adam.step()
        return run
    return make


def labels(count):
    return torch.arange(count) * 7 % 10


def matmul(name, m, k, n, batch=(), turned=""):
    a, b = (*batch, *((k, m) if turned == "a" else (m, k))), (*batch, *((n, k) if turned == "b" else (k, n)))
    turn = lambda x, which: x.mT if turned == which else x
    return {name: function(lambda x, y: turn(x, "a") @ turn(y, "b"), a, b)}


def convolutions(name, n, side, c, o):
    x, w, y = (n, c, side, side), (o, c, 3, 3), (n, o, side, side)
    grad = torch.nn.grad
    return {
        f"{name}, forward": function(lambda i, k: F.conv2d(i, k, padding=1), x, w),
        f"{name}, input gradient": function(lambda d, k: grad.conv2d_input(x, k, d, padding=1), y, w),
        f"{name}, filter gradient": function(lambda i, d: grad.conv2d_weight(i, w, d, padding=1), x, y),
    }


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.LSTM(64, 128), nn.Linear(128, 10)

    def forward(self, xs):
        return self.out(self.cell(xs)[0][-1])


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(256), nn.LayerNorm(256)
        self.qkv, self.out = nn.Linear(256, 768, bias=False), nn.Linear(256, 256, bias=False)
        self.up, self.down = nn.Linear(256, 1024), nn.Linear(1024, 256)

    def forward(self, x):
        q, k, v = self.qkv(self.n1(x)).view(8, 128, 3, 4, 64).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(a.transpose(1, 2).reshape(8, 128, 256))
        return x + self.down(F.gelu(self.up(self.n2(x))))


def forward():
    net, x = Block(), normal(8, 128, 256)

    def run():
        with torch.inference_mode():
            net(x)
    return run


def mlp():
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1568, 10))


million = (1_000_000,)
cases = {
    **{k: v for n in (512, 1024, 2048, 510, 1023) for k, v in matmul(f"matmul {n}", n, n, n).items()},
    **matmul("matmul 128×784×10", 128, 784, 10),
    **matmul("matmul 128×784×16", 128, 784, 16),
    **matmul("matmul A·Bᵀ 1024", 1024, 1024, 1024, turned="b"),
    **matmul("matmul Aᵀ·B 1024", 1024, 1024, 1024, turned="a"),
    **matmul("matmul 64 × (128×64×128)", 128, 64, 128, (64,)),
    **matmul("matmul 128×64×128", 128, 64, 128),
    **matmul("matmul 1×1024×1024", 1, 1024, 1024),
    **convolutions("conv 16→32 at 14×14", 64, 14, 16, 32),
    **convolutions("conv 64→64 at 32×32", 8, 32, 64, 64),
    "MLP train step": training(mlp, lambda: (normal(128, 784), labels(128)), F.cross_entropy),
    "CNN train step": training(cnn, lambda: (normal(64, 1, 28, 28), labels(64)), F.cross_entropy),
    "LSTM train step": training(Lstm, lambda: (normal(64, 32, 64), labels(32)), F.cross_entropy),
    "transformer forward": forward,
    "transformer train step": training(
        Block, lambda: (normal(8, 128, 256), normal(8, 128, 256)), F.mse_loss),
    "gelu chain, erf": function(lambda x, y, z: F.gelu(1.5 * x + 0.25) * y + z, million, million, million),
    "gelu chain, tanh": function(
        lambda x, y, z: F.gelu(1.5 * x + 0.25, approximate="tanh") * y + z, million, million, million),
    "exp": function(torch.exp, million),
    "tanh": function(torch.tanh, million),
    "log": function(lambda x: torch.log(torch.abs(x)), million),
    "softmax 128×1024": function(lambda x: torch.softmax(x, -1), (128, 1024)),
    "layer norm 1024×1024": function(lambda x, w, b: F.layer_norm(x, (1024,), w, b), (1024, 1024), (1024,), (1024,)),
    "max-pool 32×28×28×16": function(lambda x: F.max_pool2d(x, 2), (32, 16, 28, 28)),
    "x·y + z, 1e6": function(lambda x, y, z: torch.addcmul(z, x, y), million, million, million),
    "x·y + z, 1e7": function(lambda x, y, z: torch.addcmul(z, x, y), (10**7,), (10**7,), (10**7,)),
}

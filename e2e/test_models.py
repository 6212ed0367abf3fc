"""Models equal PyTorch on every machine, verified and with sanitizers on."""

import pytest
import torch
from checks import simulate_and_check
from torch import nn


class Mlp(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.activation = activation

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)


MLPS = {
    "relu-32x128-256-64": (32, (128, 256, 64), nn.ReLU()),
    "gelu-33x127-61-10": (33, (127, 61, 10), nn.GELU()),
    "relu-1x256-512-256": (1, (256, 512, 256), nn.ReLU()),
}


@pytest.mark.parametrize("name", MLPS)
def test_mlp(name, machine):
    batch, sizes, activation = MLPS[name]
    report = simulate_and_check(Mlp(sizes, activation).eval(), (torch.randn(batch, sizes[0]),),
                                machine)
    macs = batch * sum(a * b for a, b in zip(sizes, sizes[1:]))
    assert sum(kernel.macs for kernel in report.kernels) == macs


def matmul(a, b):
    return a @ b


MATMULS = [(512, 512, 512), (128, 63, 56), (1, 1, 1), (253, 123, 47)]


@pytest.mark.parametrize("shape", MATMULS, ids=lambda s: "x".join(map(str, s)))
def test_matmul(shape, machine):
    m, n, k = shape
    report = simulate_and_check(matmul, (torch.randn(m, k), torch.randn(k, n)), machine)
    assert sum(kernel.macs for kernel in report.kernels) == m * n * k


CHAINS = {
    "exp": lambda x: torch.exp(x),
    "tanh": lambda x: torch.tanh(x),
    "erf": lambda x: torch.erf(x),
    "sigmoid": lambda x: torch.sigmoid(x),
    "gelu": lambda x: nn.functional.gelu(x),
    "mixed": lambda x: torch.tanh(torch.exp(-x * x) + 0.5) * torch.sigmoid(x) - torch.erf(x),
}
SHAPES = [(1, 1), (47, 10), (4071, 429)]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "x".join(map(str, s)))
@pytest.mark.parametrize("chain", CHAINS)
def test_elementwise(chain, shape, machine):
    simulate_and_check(CHAINS[chain], (torch.randn(shape),), machine)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: "x".join(map(str, s)))
def test_broadcast(shape, machine):
    rows, columns = shape

    def model(x, row, column, scalar):
        return (x + row) * column + scalar * x

    simulate_and_check(model, (torch.randn(shape), torch.randn(columns),
                               torch.randn(rows, 1), torch.randn(())), machine)

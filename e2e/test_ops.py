#===- test_ops.py - Op families beyond the MLP -----------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Reductions, normalizations, convolutions, pooling, slices and concatenation
equal PyTorch on every machine, verified and with sanitizers on."""

import pytest
import torch
from checks import simulate_and_check
from torch import nn
from torch.nn import functional

OPS = {
    "softmax-last": (lambda x: torch.softmax(x, -1), [(37, 61)]),
    "softmax-middle": (lambda x: torch.softmax(x, 1), [(3, 20, 7)]),
    "log-softmax": (lambda x: torch.log_softmax(x, -1), [(5, 130)]),
    "sum-rows": (lambda x: x.sum(0), [(50, 33)]),
    "mean-image": (lambda x: x.mean((2, 3)), [(2, 5, 6, 7)]),
    "amax": (lambda x: x.amax(-1), [(300, 47)]),
    "layer-norm": (lambda x: functional.layer_norm(x, (100,)), [(4, 9, 100)]),
    "conv-stride": (lambda x, w: functional.conv2d(x, w, stride=2), [(2, 8, 17, 17), (20, 8, 3, 3)]),
    "conv-pad": (lambda x, w: functional.conv2d(x, w, padding=1), [(1, 5, 9, 11), (7, 5, 3, 3)]),
    "conv-1x1": (lambda x, w: functional.conv2d(x, w), [(1, 33, 7, 7), (9, 33, 1, 1)]),
    "max-pool": (lambda x: functional.max_pool2d(x, 2), [(1, 8, 14, 14)]),
    "slice": (lambda x: x[:, 1:7:2] + 1, [(5, 8)]),
    "cat": (lambda x, y: torch.cat([x, y], 1), [(5, 8), (5, 3)]),
}


@pytest.mark.parametrize("name", OPS)
def test_op(name, machine):
    function, shapes = OPS[name]
    simulate_and_check(function, tuple(torch.randn(*shape) for shape in shapes), machine)


class SmallCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(16)
        self.second = nn.Conv2d(16, 16, 3, padding=1)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = torch.relu(self.norm(self.first(x)))
        x = torch.relu(self.second(x) + x)
        return self.head(x.mean((2, 3)))


def test_small_cnn(machine):
    simulate_and_check(SmallCnn().eval(), (torch.randn(1, 3, 16, 16),), machine)


class Block(nn.Module):
    """One encoder block with explicit attention."""

    def __init__(self, width=32, heads=4):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (t.view(batch, length, self.heads, -1).transpose(1, 2)
                   for t in self.qkv(self.norm1(x)).split(width, -1))
        weights = torch.softmax(q @ k.transpose(-1, -2) * (width // self.heads) ** -0.5, -1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(batch, length, width))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


def test_encoder_block(machine):
    simulate_and_check(Block().eval(), (torch.randn(2, 17, 32),), machine)

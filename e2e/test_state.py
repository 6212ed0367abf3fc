#===- test_state.py - Models that keep state ---------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Buffers and inputs that a model writes, over several calls and several graphs, have
the values that eager PyTorch gives them."""

import copy
import warnings

import pytest
import torch
from torch import nn

import tilewright


def run_both(module, calls):
    """The same calls of a model and of its compiled copy: equal outputs, and equal
    buffers after each."""
    eager, twin = module, copy.deepcopy(module)
    compiled = torch.compile(twin, backend="tilewright", options={"machine": "small8"})
    for inputs in calls:
        ours, theirs = ([x.clone() for x in inputs] for _ in range(2))
        with torch.no_grad():
            torch.testing.assert_close(compiled(*ours), eager(*theirs), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(dict(twin.named_buffers()), dict(eager.named_buffers()),
                                   rtol=1e-4, atol=1e-4)


def test_running_statistics():
    run_both(nn.BatchNorm1d(6).train(), [(torch.randn(9, 6),) for _ in range(3)])


def test_running_statistics_of_images():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, momentum=0.3)).train()
    run_both(model, [(torch.randn(2, 3, 6, 5),) for _ in range(2)])


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))
        self.register_buffer("total", torch.zeros(3))

    def forward(self, x):
        self.calls += 1
        self.total.add_(x.sum(0))
        return self.total / self.calls


def test_counters():
    run_both(Counter(), [(torch.randn(4, 3),) for _ in range(3)])


class SliceCache(nn.Module):
    """Keys are written at a position known when the model is compiled."""

    def __init__(self):
        super().__init__()
        self.register_buffer("keys", torch.zeros(2, 8, 4))
        self.length = 0

    def forward(self, q, k):
        end = self.length + k.shape[1]
        self.keys[:, self.length:end] = k
        self.length = end
        return torch.softmax(q @ self.keys[:, :end].transpose(1, 2), -1) @ self.keys[:, :end]


def test_cache_written_by_slices():
    run_both(SliceCache(), [(torch.randn(2, n, 4), torch.randn(2, n, 4)) for n in (3, 1, 1)])


class IndexCache(nn.Module):
    """Keys are written at positions that are data."""

    def __init__(self):
        super().__init__()
        self.register_buffer("keys", torch.zeros(2, 8, 4))

    def forward(self, q, k, position):
        self.keys.index_copy_(1, position, k)
        scores = q @ self.keys.transpose(1, 2)
        late = torch.arange(8) > position[-1]
        return torch.softmax(scores.masked_fill(late, float("-inf")), -1) @ self.keys


def test_cache_written_by_index():
    positions = ([0, 1, 2], [3], [4])
    run_both(IndexCache(), [(torch.randn(2, len(p), 4), torch.randn(2, len(p), 4), torch.tensor(p))
                            for p in positions])


def test_negative_positions():
    class Write(nn.Module):
        def forward(self, x, i, y):
            x[i] = y
            x[torch.tensor([-1, 1])] = 2.0
            return x + 1

    run_both(Write(), [(torch.randn(5, 7), torch.tensor([-2, 0, -5]), torch.randn(3, 7))])


def test_input_written_by_slices():
    class Write(nn.Module):
        def forward(self, x, y):
            x[1:3] = y
            x[:, 0].mul_(2)
            return x + 1

    run_both(Write(), [(torch.randn(5, 7), torch.randn(2, 7))])


def test_several_graphs():
    """A graph break between two graphs that share a buffer."""
    class Two(Counter):
        def forward(self, x):
            self.total.add_(x.sum(0))
            torch._dynamo.graph_break()
            self.calls += 1
            return self.total * x

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run_both(Two(), [(torch.randn(4, 3),) for _ in range(2)])
    assert any(issubclass(w.category, tilewright.GraphBreakWarning) for w in caught)


@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU, nn.RNN])
def test_recurrent_layer(layer):
    model = layer(5, 4, batch_first=True).eval()
    x = torch.randn(2, 3, 5)
    report = tilewright.simulate(model, x, machine="small8", verify=True)
    with torch.no_grad():
        torch.testing.assert_close(report.outputs, model(x), rtol=1e-4, atol=1e-4)

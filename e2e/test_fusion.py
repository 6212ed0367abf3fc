#===- test_fusion.py - The same values, whatever is fused ------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Which ops share a kernel changes the number of kernels and their cycles, not what they
compute. Each case is run with all kinds of fusion, without any and with some, and in
`make test-full` with each kind alone and on every machine."""

import pytest
import torch
import torch.nn.functional as F
from checks import simulate_and_check
from conftest import FULL, MACHINES

import tilewright

KINDS = ["elementwise", "epilogue", "prologue", "reduction-epilogue", "reduction",
         "reduction-reduction", "attention"]


def attention(q, k, v):
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


def mlp(x, w, b):
    return torch.softmax(torch.tanh(torch.exp(-x) @ w + b), dim=-1)


def norms(x, g, b):
    return F.gelu(F.layer_norm(x, x.shape[-1:], g, b)) + x.sum(0)


def convolution(x, w):
    return F.avg_pool2d(F.relu(F.conv2d(F.pad(x, (1, 2, 0, 1)), w)), 2)


def lookups(x, i):
    return torch.cat([x[i * 2 % 7], x.roll(3, 1), x.cumsum(0)]).argmax(1)


#: Model, inputs, kernels of it without fusion and with all.
CASES = {
    "attention": (attention, [(2, 3, 19, 24)] * 3, 15, 1),
    "mlp": (mlp, [(37, 29), (29, 45), (45,)], 11, 2),
    "norms": (norms, [(33, 50), (50,), (50,)], 20, 2),
    "convolution": (convolution, [(2, 18, 11, 13), (21, 18, 3, 3)], 4, 2),
    "lookups": (lookups, [(7, 31), (5,)], 10, 8),
}


def inputs_of(shapes):
    generator = torch.Generator().manual_seed(0)
    return [torch.arange(5) if shape == (5,) else torch.randn(shape, generator=generator)
            for shape in shapes]


@pytest.mark.parametrize("machine", MACHINES if FULL else ["small8"])
@pytest.mark.parametrize("fusion", ["all", "none", *(KINDS if FULL else ["elementwise,reduction"])])
@pytest.mark.parametrize("name", CASES)
def test_values_do_not_depend_on_fusion(name, fusion, machine):
    model, shapes, apart, together = CASES[name]
    report = simulate_and_check(model, inputs_of(shapes), machine, fusion=fusion)
    launches = sum(k.launches for k in report.kernels)
    assert {"all": launches == together, "none": launches == apart}.get(
        fusion, together <= launches <= apart), launches


def test_names_are_checked():
    with pytest.raises(tilewright.UsageError, match="did you mean 'epilogue'.*expected all, none"):
        tilewright.simulate(mlp, inputs_of(CASES["mlp"][1]), "small8", fusion="epilog")

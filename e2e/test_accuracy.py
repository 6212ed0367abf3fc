#===- test_accuracy.py - As near to the truth as PyTorch -------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Where a problem is so ill-conditioned that two correct f32 programs differ by more than
any tolerance, the measure is f64: the compiled program is no further from it than
PyTorch's own programs."""

import pytest
import torch
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel



def error(result: torch.Tensor, truth: torch.Tensor) -> float:
    return (result.double() - truth).square().mean().sqrt().item()


@pytest.mark.parametrize("logits", [1, 30, 2000])
def test_attention_with_large_logits(machine, logits):
    """Logits of 2000 are those of a ViT with weights of variance 1; one rounding is 1e-4,
    and the softmax of two close ones makes of it what the values differ by."""
    torch.manual_seed(0)
    query, key, value = (torch.randn(1, 2, 77, 32) * logits ** 0.5 for _ in range(3))
    truth = functional.scaled_dot_product_attention(query.double(), key.double(), value.double())
    own = []
    for backend in (SDPBackend.MATH, SDPBackend.FLASH_ATTENTION):
        with sdpa_kernel(backend):
            own.append(error(functional.scaled_dot_product_attention(query, key, value), truth))
    compiled = torch.compile(functional.scaled_dot_product_attention, backend="tilewright",
                             options={"machine": machine})
    assert error(compiled(query, key, value), truth) <= 1.5 * max(own), f"PyTorch's: {own}"


@pytest.mark.parametrize("length", [129, 5000])
def test_long_sums(machine, length):
    torch.manual_seed(0)
    x, w = torch.randn(8, length), torch.randn(length, 24)
    truth = x.double() @ w.double()
    compiled = torch.compile(torch.matmul, backend="tilewright", options={"machine": machine})
    # One sum in increasing k, where PyTorch adds partial sums: the errors of n roundings
    # add up like sqrt(n) at most.
    allowed = 2.0 ** -24 * length ** 0.5 * truth.abs().max().item()
    assert error(compiled(x, w), truth) <= allowed

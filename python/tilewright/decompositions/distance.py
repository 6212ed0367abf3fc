#===- distance.py - Distances between rows ---------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns dist, cdist and pdist: differences, of all pairs or of one, then the p-norm of each."""

from __future__ import annotations

import torch
from torch import Tensor

from ._registry import decomposes

aten = torch.ops.aten


def _norm(difference: Tensor, p: float) -> Tensor:
    if p == 0:
        return (difference != 0).to(difference.dtype).sum(-1)
    if p == 2:
        return torch.sqrt((difference * difference).sum(-1))
    size = difference.abs()
    if p == 1:
        return size.sum(-1)
    if p == float("inf"):
        return size.amax(-1)
    return size.pow(p).sum(-1).pow(1 / p)


@decomposes(aten.dist.default)
def dist(left, right, p=2):
    return _norm((left - right).reshape(-1), p)


@decomposes(aten._cdist_forward.default)
def cdist(left, right, p, compute_mode):
    return _norm(left.unsqueeze(-2) - right.unsqueeze(-3), p)


@decomposes(aten._pdist_forward.default)
def pdist(x, p=2.0):
    rows = x.shape[0]
    if rows < 2:
        return x.new_zeros(0)
    # All rows behind each row: the order of the results.
    return _norm(torch.cat([x[i] - x[i + 1:] for i in range(rows - 1)]), p)

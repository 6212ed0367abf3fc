#===- counting.py - Histograms, searches and bags --------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns ops that count or sum what falls into a bin, an interval or a bag, as one
comparison of all elements with all bins and a reduction."""

from __future__ import annotations

import torch
from torch import Tensor

from ._registry import decomposes

aten = torch.ops.aten


@decomposes(aten.histc.default)
def histc(x, bins=100, min=0, max=0):
    """Bins of equal width from min to max, both included; what is outside (or NaN) does
    not count. min == max: the range of the data, and where that is one value, from one
    below to one above it."""
    x = x.reshape(-1)
    if x.numel() == 0:
        return x.new_zeros(bins)
    low, high = min, max
    if min == max:
        low, high = x.amin(), x.amax()
        single = low == high
        low, high = torch.where(single, low - 1, low), torch.where(single, high + 1, high)
    inside = torch.logical_and(x >= low, x <= high)
    position = torch.floor((x - low) * bins / (high - low))
    position = torch.clamp(position, max=bins - 1)
    bin_of = torch.arange(bins, device=x.device, dtype=x.dtype)
    hit = torch.logical_and(position[None, :] == bin_of[:, None], inside[None, :])
    return hit.to(x.dtype).sum(1)


@decomposes(aten.searchsorted.Tensor)
def searchsorted(boundaries, values, *, out_int32=False, right=False, side=None, sorter=None):
    """How many boundaries lie before each value: below it, or with right also equal."""
    if sorter is not None:
        boundaries = torch.gather(boundaries, -1, sorter)
    right = right or side == "right"
    b = boundaries if boundaries.dim() > 1 or values.dim() == 0 else \
        boundaries.view(*[1] * (values.dim() - 1), -1)
    b, v = b.unsqueeze(-2), values.unsqueeze(-1)
    # Not `b < v`: a NaN comes behind all boundaries.
    before = torch.logical_not(b > v if right else b >= v)
    count = before.sum(-1, dtype=torch.int32 if out_int32 else torch.int64)
    return count.view(values.shape)


@decomposes(aten.searchsorted.Scalar)
def searchsorted_scalar(boundaries, value, **options):
    return searchsorted(boundaries, torch.full((), value, dtype=boundaries.dtype), **options)


_SUM, _MEAN, _MAX = 0, 1, 2


@decomposes(aten._embedding_bag.default, aten._embedding_bag_forward_only.default,
            aten.embedding_bag.default, aten.embedding_bag.padding_idx)
def embedding_bag(weight, indices, offsets, scale_grad_by_freq=False, mode=_SUM, sparse=False,
                  per_sample_weights=None, include_last_offset=False, padding_idx=-1):
    """Rows of `weight` summed, averaged or maximised per bag: bag b has the indices from
    offsets[b] up to the next bag's; those equal to padding_idx do not count."""
    bags = offsets.shape[0] - (1 if include_last_offset else 0)
    begins = offsets[:bags]
    position = torch.arange(indices.shape[0], device=indices.device, dtype=offsets.dtype)
    bag_of = (begins[:, None] <= position[None, :]).sum(0) - 1
    bag = torch.arange(bags, device=indices.device)
    member = bag[:, None] == bag_of[None, :]
    if padding_idx is not None and padding_idx >= 0:
        member = torch.logical_and(member, (indices != padding_idx)[None, :])
    rows = torch.nn.functional.embedding(indices, weight)
    count = member.sum(1)
    if mode == _MAX:
        spread = torch.where(member[:, :, None], rows[None], float("-inf")).amax(1)
        result = torch.where((count == 0)[:, None], 0.0, spread)
    else:
        if per_sample_weights is not None:
            rows = rows * per_sample_weights[:, None]
        result = member.to(rows.dtype) @ rows
        if mode == _MEAN:
            result = result / torch.clamp(count, min=1).to(rows.dtype)[:, None]
    # What only the gradient needs: which bag each index fell into, and how large it is.
    return result, bag_of, count, _largest(mode, bags, weight, indices)


def _largest(mode: int, bags: int, weight: Tensor, indices: Tensor) -> Tensor:
    shape = (bags, weight.shape[1]) if mode == _MAX else (bags,)
    return torch.zeros(shape, dtype=indices.dtype, device=indices.device)


@decomposes(aten.embedding_renorm.default)
def embedding_renorm(weight, indices, max_norm, norm_type):
    """The rows that are looked up, no longer than max_norm."""
    row = torch.arange(weight.shape[0], device=weight.device)
    used = (row[:, None] == indices.reshape(-1)[None, :]).any(1)
    norm = torch.linalg.vector_norm(weight, norm_type, 1)
    scale = torch.where(torch.logical_and(used, norm > max_norm), max_norm / (norm + 1e-7), 1.0)
    return weight * scale.to(weight.dtype)[:, None]

#===- ordering.py - Sorting, order statistics and running extrema ----------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns ops on the order of elements that torch-mlir lacks. All of them rest on aten.sort,
which is stable here and puts NaN last, and on running maxima by doubling."""

from __future__ import annotations

import torch
from torch import Tensor

from ._registry import decomposes

aten = torch.ops.aten


@decomposes(aten.sort.stable)
def sort_stable(x, *, stable=None, dim=-1, descending=False):
    return aten.sort.default(x, dim, descending)


@decomposes(aten.topk.default)
def topk(x, k, dim=-1, largest=True, sorted=True):
    """Unsorted results may come in any order: here sorted."""
    if x.dtype == torch.uint8:
        values, indices = aten.topk.default(x.to(torch.int16), k, dim, largest, True)
        return values.to(x.dtype), indices
    return NotImplemented if sorted else aten.topk.default(x, k, dim, largest, True)


@decomposes(aten.sort.default)
def sort(x, dim=-1, descending=False):
    """torch-mlir compares bytes with signs."""
    if x.dtype != torch.uint8:
        return NotImplemented
    values, indices = aten.sort.default(x.to(torch.int16), dim, descending)
    return values.to(x.dtype), indices


@decomposes(aten.median.dim)
def median_dim(x, dim, keepdim=False):
    """The lower median and where it is; NaN where there is one."""
    if x.dim() == 0:
        return x.clone(), torch.zeros((), dtype=torch.int64, device=x.device)
    values, indices = aten.sort.default(x, dim)
    length = x.shape[dim]
    value, index = (t.narrow(dim, (length - 1) // 2, 1) for t in (values, indices))
    if x.is_floating_point():
        last, where = (t.narrow(dim, length - 1, 1) for t in (values, indices))
        nan = torch.isnan(last)
        value, index = torch.where(nan, last, value), torch.where(nan, where, index)
    return (value, index) if keepdim else (value.squeeze(dim), index.squeeze(dim))


@decomposes(aten.median.default)
def median(x):
    return median_dim(x.reshape(-1), 0)[0]


@decomposes(aten.mode.default)
def mode(x, dim=-1, keepdim=False):
    """The most frequent value, the smallest of several, and the index of its last
    occurrence."""
    if x.dim() == 0:
        return x.clone(), torch.zeros((), dtype=torch.int64, device=x.device)
    values, indices = aten.sort.default(x, dim)
    values, indices = values.movedim(dim, -1), indices.movedim(dim, -1)
    equal = values.unsqueeze(-1) == values.unsqueeze(-2)
    best = equal.sum(-1).argmax(-1, keepdim=True)
    value = torch.gather(values, -1, best)
    index = torch.where(values == value, indices, -1).amax(-1, keepdim=True)
    value, index = value.movedim(-1, dim), index.movedim(-1, dim)
    return (value, index) if keepdim else (value.squeeze(dim), index.squeeze(dim))


def _running(x: Tensor, dim: int, later_wins) -> tuple[Tensor, Tensor]:
    """The running extremum along `dim` and where it is. After step s every element has
    the extremum of the 2s elements up to it. `later_wins(a, b)`: whether b, which comes
    after a, replaces it."""
    if x.dim() == 0:
        return x.clone(), torch.zeros((), dtype=torch.int64, device=x.device)
    length = x.shape[dim]
    shape = [1] * x.dim()
    shape[dim] = length
    index = torch.arange(length, device=x.device).view(shape).expand(x.shape)
    step = 1
    while step < length:
        a, at_a = (t.narrow(dim, 0, length - step) for t in (x, index))
        b, at_b = (t.narrow(dim, step, length - step) for t in (x, index))
        wins = later_wins(a, b)
        x = torch.cat([x.narrow(dim, 0, step), torch.where(wins, b, a)], dim)
        index = torch.cat([index.narrow(dim, 0, step), torch.where(wins, at_b, at_a)], dim)
        step *= 2
    return x, index


def _or_nan(wins: Tensor, b: Tensor) -> Tensor:
    return torch.logical_or(wins, torch.isnan(b)) if b.is_floating_point() else wins


@decomposes(aten.cummax.default)
def cummax(x, dim):
    return _running(x, dim, lambda a, b: _or_nan(b >= a, b))


@decomposes(aten.cummin.default)
def cummin(x, dim):
    return _running(x, dim, lambda a, b: _or_nan(b <= a, b))


@decomposes(aten.logcumsumexp.default)
def logcumsumexp(x, dim):
    """By doubling, with the larger of two summands in front: nothing overflows."""
    step = 1
    while x.dim() and step < x.shape[dim]:
        length = x.shape[dim]
        sums = torch.logaddexp(x.narrow(dim, 0, length - step),
                               x.narrow(dim, step, length - step))
        x = torch.cat([x.narrow(dim, 0, step), sums], dim)
        step *= 2
    return x.clone()


@decomposes(aten.nanmedian.dim)
def nanmedian_dim(x, dim, keepdim=False):
    """The lower median of what is a number, and where it is; NaN where nothing is."""
    if not x.is_floating_point() or x.dim() == 0:
        return median_dim(x, dim, keepdim)
    values, indices = aten.sort.default(x, dim)  # NaN is last
    numbers = torch.logical_not(torch.isnan(x)).sum(dim, keepdim=True)
    place = torch.clamp(torch.div(numbers - 1, 2, rounding_mode="floor"), min=0)
    value, index = torch.gather(values, dim, place), torch.gather(indices, dim, place)
    return (value, index) if keepdim else (value.squeeze(dim), index.squeeze(dim))


@decomposes(aten.nanmedian.default)
def nanmedian(x):
    return nanmedian_dim(x.reshape(-1), 0)[0]

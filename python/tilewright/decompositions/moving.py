#===- moving.py - Ops that only move elements ------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns forms of data movement that torch-mlir does not lower."""

from __future__ import annotations

import torch

from ._registry import decomposes

aten = torch.ops.aten


@decomposes(aten.roll.default)
def roll(x, shifts, dims=()):
    """Without dims, of the tensor as one row."""
    shifts = [shifts] if isinstance(shifts, int) else list(shifts)
    dims = [dims] if isinstance(dims, int) else list(dims)
    if not dims:
        return roll(x.reshape(-1), shifts, (0,)).view(x.shape)
    for shift, dim in zip(shifts, dims, strict=True):
        length = x.shape[dim]
        split = (length - shift) % length if length else 0
        if split:
            x = torch.cat([x.narrow(dim, split, length - split), x.narrow(dim, 0, split)], dim)
    return x.clone() if x.numel() == 0 or not any(shifts) else x


@decomposes(aten.diagonal_scatter.default)
def diagonal_scatter(x, source, offset=0, dim1=0, dim2=1):
    """x with `source` on a diagonal: element i of it is in row i, or with a negative
    offset in column i."""
    x = x.movedim((dim1, dim2), (-2, -1))
    rows, columns = x.shape[-2:]
    row = torch.arange(rows, device=x.device)[:, None]
    column = torch.arange(columns, device=x.device)[None, :]
    along = rows if offset >= 0 else columns
    source = torch.nn.functional.pad(source, (0, along - source.shape[-1]))
    source = source.unsqueeze(-1 if offset >= 0 else -2)
    x = torch.where(column - row == offset, source, x)
    return x.movedim((-2, -1), (dim1, dim2))


@decomposes(aten.empty_strided.default, aten.empty_permuted.default)
def empty_strided(size, layout_of_dims, **options):
    """Strides are how a tensor lies in memory, which the compiler decides."""
    options.pop("pin_memory", None)
    options.pop("layout", None)
    return torch.empty(size, **options)


@decomposes(aten.new_empty_strided.default)
def new_empty_strided(x, size, stride, *, dtype=None, **options):
    return torch.empty(size, dtype=dtype or x.dtype, device=x.device)


def _from_the_front(op):
    """torch-mlir takes a negative dimension for a position."""
    def scatter(x, dim, *arguments, **options):
        return op(x, dim + x.dim(), *arguments, **options) if dim < 0 else NotImplemented

    return scatter


for _op in (aten.scatter.src, aten.scatter.value, aten.scatter_add.default):
    decomposes(_op)(_from_the_front(_op))


@decomposes(aten.scatter_reduce.two)
def scatter_mean(x, dim, index, source, reduce, *, include_self=True):
    """The other reductions torch-mlir has. Elements that nothing is scattered to stay."""
    if reduce != "mean":
        return NotImplemented if dim >= 0 else aten.scatter_reduce.two(
            x, dim + x.dim(), index, source, reduce, include_self=include_self)
    ones = torch.ones(index.shape, dtype=x.dtype, device=x.device)
    count = torch.zeros_like(x).scatter_add(dim, index, ones)
    if include_self:
        count = count + 1
    else:
        x = torch.where(count == 0, x, 0).to(x.dtype)
        count = torch.clamp(count, min=1)
    total = x.scatter_add(dim, index, source)
    return total / count if x.is_floating_point() else \
        torch.div(total, count, rounding_mode="floor")


@decomposes(aten.scatter.reduce)
def scatter_reduce(x, dim, index, source, *, reduce):
    return aten.scatter_reduce.two(x, dim, index, source,
                                   {"add": "sum", "multiply": "prod"}[reduce])


@decomposes(aten.scatter.value_reduce)
def scatter_value_reduce(x, dim, index, value, *, reduce):
    source = torch.full(index.shape, value, dtype=x.dtype, device=x.device)
    return scatter_reduce(x, dim, index, source, reduce=reduce)


@decomposes(aten.take.default)
def take(x, index):
    return torch.index_select(x.reshape(-1), 0, index.reshape(-1)).view(index.shape)


@decomposes(aten.put.default)
def put(x, index, source, accumulate=False):
    flat = torch.index_put(x.reshape(-1), (index.reshape(-1),), source.reshape(-1), accumulate)
    return flat.view(x.shape)


@decomposes(aten.index_put.default)
def index_put_masked(x, indices, values, accumulate=False):
    """A mask as the only index: its elements take those of `values` in order."""
    masks = [(dim, i) for dim, i in enumerate(indices) if i is not None]
    if len(masks) != 1 or masks[0][1].dtype != torch.bool:
        return NotImplemented
    dim, mask = masks[0]
    behind = x.dim() - dim - mask.dim()
    length = values.shape[-1 - behind] if values.dim() > behind else 1
    if length > 1:
        before = torch.cumsum(mask.reshape(-1).to(torch.int64), 0) - 1
        before = torch.clamp(before, 0, length - 1)
        values = torch.index_select(values, values.dim() - 1 - behind, before)
        values = values.unflatten(values.dim() - 1 - behind, mask.shape)
    elif values.dim() > behind:
        values = values.reshape(*values.shape[:-1 - behind], *[1] * mask.dim(),
                                *values.shape[values.dim() - behind:])
    mask = mask.view(*mask.shape, *[1] * behind)
    return torch.where(mask, x + values if accumulate else values, x)


def _with_numbers(op, values: int):
    """Booleans are combined as numbers: a sum is `or`, a product `and`. `values` is the
    argument that is combined with the first one."""
    def combine(x, *arguments, **options):
        if x.dtype != torch.bool:
            return NotImplemented
        arguments = [a.to(torch.int32) if i == values else a
                     for i, a in enumerate(arguments, start=1)]
        return op(x.to(torch.int32), *arguments, **options) != 0

    return combine


for _op, _values in ((aten.scatter_add.default, 3), (aten.scatter_reduce.two, 3),
                     (aten.index_add.default, 3)):
    decomposes(_op)(_with_numbers(_op, _values))


@decomposes(aten.index_put.default)
def index_put_booleans(x, indices, values, accumulate=False):
    return _with_numbers(aten.index_put.default, 2)(x, indices, values, True) \
        if accumulate else NotImplemented


@decomposes(aten.index_reduce.default)
def index_reduce(x, dim, index, source, reduce, *, include_self=True):
    if x.dim() == 0:
        whole = index_reduce(x.reshape(1), 0, index.reshape(1), source.reshape(1), reduce,
                             include_self=include_self)
        return whole.reshape(())
    shape = [1] * source.dim()
    shape[dim] = index.shape[0]
    index = index.view(shape).expand(source.shape)
    return torch.scatter_reduce(x, dim, index, source, reduce, include_self=include_self)

#===- pooling.py - Pooling with indices, and over uneven windows -------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns the forms of pooling that torch-mlir lacks: where the maximum of a window is,
adaptive windows that do not divide their axis, and the inverse. Values come from plain
poolings; what gives the indices is dead code where nobody asks for them."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ._registry import decomposes

aten = torch.ops.aten

#: Windows of more taps are refused: each is an operand of one elementwise op.
_MOST_TAPS = 64

#: Set while a decomposition calls the op it stands for, which then stays.
_inside: set[object] = set()


def _per_axis(value, axes: int, default=None) -> list[int]:
    if isinstance(value, int):
        return [value] * axes
    value = list(value) if value else list(default)
    return value * axes if len(value) == 1 else value


def _kept(op, *arguments):
    _inside.add(op)
    try:
        return op(*arguments)
    finally:
        _inside.discard(op)


def _position(rows: int, step: int, shift: int, axis: int, axes: int, like: Tensor) -> Tensor:
    """The coordinate that a tap `shift` behind the window's begin reads, for every row of
    results along `axis` of `axes`."""
    at = torch.arange(rows, device=like.device) * step + shift
    return at.view([rows if a == axis else 1 for a in range(axes)])


def _taps(x: Tensor, rows, kernel, stride, padding, dilation) -> list[tuple]:
    """For each element of a window: what every window has there (the lowest value in the
    padding), where that is in the last axes of x, counted through, and whether it is
    inside of x at all (None: always)."""
    axes = len(kernel)
    extents = x.shape[-axes:]
    # Up to the last coordinate that a tap of the last row reads.
    ends = [max((r - 1) * s + (k - 1) * d + 1 - p - e, 0)
            for r, s, k, d, p, e in zip(rows, stride, kernel, dilation, padding, extents,
                                        strict=True)]
    amounts = [a for p, e in zip(reversed(padding), reversed(ends), strict=True) for a in (p, e)]
    lowest = float("-inf") if x.is_floating_point() else torch.iinfo(x.dtype).min
    padded = torch.nn.functional.pad(x, amounts, value=lowest) if any(amounts) else x
    found = []
    for tap in itertools.product(*(range(k) for k in kernel)):
        part, index, inside = padded, 0, None
        for a in range(axes):
            shift = tap[a] * dilation[a]
            dim = part.dim() - axes + a
            part = aten.slice(part, dim, shift, shift + (rows[a] - 1) * stride[a] + 1, stride[a])
            at = _position(rows[a], stride[a], shift - padding[a], a, axes, x)
            index = index * extents[a] + at
            if padding[a] or ends[a]:
                valid = torch.logical_and(at >= 0, at < extents[a])
                inside = valid if inside is None else torch.logical_and(inside, valid)
        found.append((part, index, inside))
    return found


def _indices(x: Tensor, values: Tensor, kernel, stride, padding, dilation) -> Tensor:
    """Where in the last axes of x, counted through, the maximum of each window is: the
    first of equal ones, the last NaN."""
    rows = values.shape[-len(kernel):]
    first = last_nan = torch.zeros(rows, dtype=torch.int64, device=x.device)
    found = _taps(x, rows, kernel, stride, padding, dilation)
    for part, index, inside in reversed(found):
        hit = part == values
        first = torch.where(hit if inside is None else torch.logical_and(hit, inside), index,
                            first)
    if not x.is_floating_point():
        return first.expand(values.shape).clone()
    for part, index, _ in found:
        last_nan = torch.where(torch.isnan(part), index, last_nan)
    return torch.where(torch.isnan(values), last_nan, first)


def _with_indices(op, axes: int):
    def pool(x, kernel_size, stride=(), padding=0, dilation=1, ceil_mode=False):
        kernel = _per_axis(kernel_size, axes)
        if op in _inside or math.prod(kernel) > _MOST_TAPS:
            return NotImplemented
        stride = _per_axis(stride, axes, kernel)
        padding, dilation = _per_axis(padding, axes, [0]), _per_axis(dilation, axes, [1])
        values = _kept(op, x, kernel, stride, padding, dilation, ceil_mode)[0]
        if axes == 3 and not x.is_floating_point():  # torch-mlir takes floats only
            rows = values.shape[-axes:]
            values = functools.reduce(
                torch.maximum, (t[0] for t in _taps(x, rows, kernel, stride, padding, dilation)))
        return values, _indices(x, values, kernel, stride, padding, dilation)

    return pool


for _op, _axes in ((aten.max_pool2d_with_indices.default, 2),
                   (aten.max_pool3d_with_indices.default, 3)):
    decomposes(_op)(_with_indices(_op, _axes))


def _within_bounds(op, axes: int, dilated: bool):
    """With ceil_mode a window may reach beyond the padding; what lies there takes no part,
    so it need not be that large."""
    def pool(x, kernel_size, stride=(), padding=0, *others):
        kernel = _per_axis(kernel_size, axes)
        stride = _per_axis(stride, axes, kernel)
        pads = _per_axis(padding, axes, [0])
        dilation = _per_axis(others[0], axes) if dilated and others else [1] * axes
        most = [(e + 2 * p - 1) // d + 1
                for e, p, d in zip(x.shape[-axes:], pads, dilation, strict=True)]
        inside = [min(k, m) for k, m in zip(kernel, most, strict=True)]
        if inside == kernel:
            return NotImplemented
        return op(x, inside, stride, pads, *others)

    return pool


for _op, _axes, _dilated in ((aten.avg_pool2d.default, 2, False),
                             (aten.avg_pool3d.default, 3, False),
                             (aten.max_pool2d_with_indices.default, 2, True),
                             (aten.max_pool3d_with_indices.default, 3, True)):
    decomposes(_op)(_within_bounds(_op, _axes, _dilated))


def _spread(x: Tensor, dim: int, rows: int) -> tuple[Tensor, Tensor, Tensor]:
    """The adaptive windows along `dim` as two dimensions, rows and elements, short ones
    filled up with their last element; the coordinates of the elements; the windows'
    lengths."""
    extent = x.shape[dim]
    bounds = [(i * extent // rows, -(-(i + 1) * extent // rows)) for i in range(rows)]
    widest = max(end - begin for begin, end in bounds)
    row = torch.arange(rows, device=x.device)
    begins = torch.div(row * extent, rows, rounding_mode="floor")
    ends = torch.div((row + 1) * extent + rows - 1, rows, rounding_mode="floor")
    element = torch.arange(widest, device=x.device)
    index = torch.minimum(begins[:, None] + element, ends[:, None] - 1)
    parts = torch.index_select(x, dim, index.view(-1))
    return parts.view(*x.shape[:dim], rows, widest, *x.shape[dim + 1:]), index, ends - begins


def _is_even(extents: Sequence[int], rows: Sequence[int]) -> bool:
    return all(e % r == 0 for e, r in zip(extents, rows, strict=True))


def _adaptive_max(pool, axes: int):
    def adaptive(x, output_size):
        extents = x.shape[-axes:]
        if _is_even(extents, output_size):
            kernel = [e // r for e, r in zip(extents, output_size, strict=True)]
            return pool(x, kernel, kernel)
        values, every, index = x, x, None
        for a in range(axes):
            dim = values.dim() - axes + a
            values = _spread(values, dim, output_size[a])[0].amax(dim + 1)
        # All elements of every window, one after the other.
        dims = x.dim() - axes
        for a in range(axes):
            every, at, _ = _spread(every, dims + 2 * a, output_size[a])
            shape = [1] * (2 * axes)
            shape[2 * a:2 * a + 2] = at.shape
            at = at.view(shape)
            index = at if index is None else index * extents[a] + at
        order = [*range(0, 2 * axes, 2), *range(1, 2 * axes, 2)]
        index = index.expand(every.shape[dims:]).permute(order).flatten(axes)
        every = every.permute(*range(dims), *(dims + o for o in order)).flatten(dims + axes)
        index = index.expand(every.shape)
        where = every.argmax(-1, keepdim=True)
        return values, torch.gather(index, -1, where).squeeze(-1)

    return adaptive


decomposes(aten.adaptive_max_pool2d.default)(
    _adaptive_max(aten.max_pool2d_with_indices.default, 2))
decomposes(aten.adaptive_max_pool3d.default)(
    _adaptive_max(aten.max_pool3d_with_indices.default, 3))


@decomposes(aten._adaptive_avg_pool3d.default)
def adaptive_average_3d(x, output_size):
    extents = x.shape[-3:]
    if _is_even(extents, output_size):
        return aten.avg_pool3d(x, [e // r for e, r in zip(extents, output_size, strict=True)])
    for a in range(3):
        dim = x.dim() - 3 + a
        parts, _, lengths = _spread(x, dim, output_size[a])
        element = torch.arange(parts.shape[dim + 1], device=x.device)
        lengths = lengths[:, None]
        weights = torch.where(element < lengths, 1 / lengths.to(x.dtype), 0.0)
        shape = [1] * parts.dim()
        shape[dim:dim + 2] = weights.shape
        x = (parts * weights.view(shape)).sum(dim + 1)
    return x


def _unpool(x, indices, output_size):
    axes = len(output_size)
    flat = torch.zeros(*x.shape[:-axes], math.prod(output_size), dtype=x.dtype,
                       device=x.device)
    flat = flat.scatter(x.dim() - axes, indices.flatten(-axes), x.flatten(-axes))
    return flat.view(*x.shape[:-axes], *output_size)


@decomposes(aten.max_unpool2d.default)
def max_unpool_2d(x, indices, output_size):
    return _unpool(x, indices, output_size)


@decomposes(aten.max_unpool3d.default)
def max_unpool_3d(x, indices, output_size, stride, padding):
    return _unpool(x, indices, output_size)

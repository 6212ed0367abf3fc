#===- resampling.py - Images at other sizes and places -----------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns resampling that torch-mlir lacks. With antialiasing an axis is a product with a
matrix of weights, known when the model is compiled; sampling of volumes gathers the
corners around each place."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from ._registry import decomposes

aten = torch.ops.aten


def _linear(x: Tensor) -> Tensor:
    return torch.clamp(1 - x, min=0)


def _cubic(x: Tensor) -> Tensor:
    """Keys' kernel with -1/2."""
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return torch.where(x < 1, near, torch.where(x < 2, far, 0.0))


def _lanczos(x: Tensor) -> Tensor:
    return torch.where(x < 3, torch.sinc(x) * torch.sinc(x / 3), 0.0)


def _weights(x: Tensor, dim: int, size: int, kernel, align_corners: bool,
             scale: float | None) -> Tensor:
    """A row of weights of an axis for each of `size` results: the kernel, stretched over
    what a result stands for, around its centre."""
    extent = x.shape[dim]
    if align_corners:
        step = (extent - 1) / (size - 1) if size > 1 else 0.0
    else:
        step = 1 / scale if scale else extent / size
    element = torch.arange(extent, dtype=torch.float32, device=x.device) + 0.5
    centre = (torch.arange(size, dtype=torch.float32, device=x.device) + 0.5) * step
    weights = kernel((element[None, :] - centre[:, None]).abs() / max(step, 1.0))
    return (weights / weights.sum(1, keepdim=True)).to(x.dtype)


def _antialiased(kernel):
    def upsample(x, output_size, align_corners, scales_h=None, scales_w=None):
        if not x.is_floating_point():
            return NotImplemented
        height, width = (_weights(x, dim, size, kernel, align_corners, scale)
                         for dim, size, scale in zip((-2, -1), output_size, (scales_h, scales_w),
                                                     strict=True))
        return torch.matmul(height, torch.matmul(x, width.t()))

    return upsample


for _op, _kernel in ((aten._upsample_bilinear2d_aa.default, _linear),
                     (aten._upsample_bicubic2d_aa.default, _cubic),
                     (aten._upsample_lanczos2d_aa.default, _lanczos)):
    decomposes(_op)(_antialiased(_kernel))


_BILINEAR, _NEAREST = 0, 1
_ZEROS, _BORDER, _REFLECTION = 0, 1, 2


def _reflected(x: Tensor, low: float, high: float) -> Tensor:
    """Folded into low .. high, back and forth."""
    if low == high:
        return torch.zeros_like(x)
    span = high - low
    distance = (x - low).abs()
    rest = torch.fmod(distance, span)
    turns = torch.floor(distance / span)
    even = torch.fmod(turns, 2) == 0
    return torch.where(even, rest + low, span - rest + low)


def _place(x: Tensor, extent: int, padding: int, align_corners: bool) -> Tensor:
    """From -1 .. 1 to a coordinate along an axis."""
    x = (x + 1) * ((extent - 1) / 2) if align_corners else ((x + 1) * extent - 1) / 2
    if padding == _REFLECTION:
        low, high = (0.0, extent - 1.0) if align_corners else (-0.5, extent - 0.5)
        x = _reflected(x, low, high)
    return x if padding == _ZEROS else torch.clamp(x, 0, extent - 1)


@decomposes(aten.grid_sampler_3d.default)
def grid_sampler_3d(x, grid, mode, padding, align_corners):
    if mode not in (_BILINEAR, _NEAREST):
        return NotImplemented
    extents = x.shape[2:]
    # The last axis of the grid names the last axis of x first.
    places = [_place(grid[..., 2 - axis], extents[axis], padding, align_corners)
              for axis in range(3)]
    flat = x.flatten(2)

    def corner(coordinates: list[Tensor]) -> Tensor:
        inside, index = None, 0
        for coordinate, extent in zip(coordinates, extents, strict=True):
            valid = torch.logical_and(coordinate >= 0, coordinate <= extent - 1)
            inside = valid if inside is None else torch.logical_and(inside, valid)
            index = index * extent + torch.clamp(coordinate, 0, extent - 1).to(torch.int64)
        index = index.flatten(1).unsqueeze(1).expand(-1, x.shape[1], -1)
        values = torch.gather(flat, 2, index).view(*x.shape[:2], *grid.shape[1:4])
        return torch.where(inside.unsqueeze(1), values, 0).to(x.dtype)

    if mode == _NEAREST:
        return corner([torch.round(p) for p in places])
    below = [torch.floor(p) for p in places]
    result = torch.zeros((), dtype=x.dtype, device=x.device)
    for steps in itertools.product((0, 1), repeat=3):
        weight = None
        for place, low, step in zip(places, below, steps, strict=True):
            share = place - low if step else low + 1 - place
            weight = share if weight is None else weight * share
        result = result + corner([low + step for low, step in zip(below, steps, strict=True)]) \
            * weight.unsqueeze(1)
    return result

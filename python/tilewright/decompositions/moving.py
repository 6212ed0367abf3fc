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


@decomposes(aten.empty_strided.default)
def empty_strided(size, stride, **options):
    """Strides are how a tensor lies in memory, which the compiler decides."""
    options.pop("pin_memory", None)
    options.pop("layout", None)
    return torch.empty(size, **options)

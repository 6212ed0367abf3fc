#===- matmul.py - Matrix products of groups and of small integers ----------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns products that torch-mlir lacks: grouped ones (the experts of a mixture, whose rows
or columns are sorted by expert), 8- and 16-bit integer ones, and addmv.

A grouped product is a batch matrix product of all groups with all rows, of which every
row keeps its group's: the number of rows per group is data, and shapes are static."""

from __future__ import annotations

import sys
from collections.abc import Callable

import torch
from torch import Tensor

from ._registry import decomposes

aten = torch.ops.aten


def _members(offsets: Tensor, length: int) -> Tensor:
    """Whether index i belongs to group g, as [groups, length]: group g ends before
    offsets[g] and begins where group g-1 ends. Indices beyond the last offset belong to
    none."""
    index = torch.arange(length, device=offsets.device, dtype=offsets.dtype)
    before_end = index[None, :] < offsets[:, None]
    begin = torch.cat([torch.zeros_like(offsets[:1]), offsets[:-1]])
    return torch.logical_and(before_end, index[None, :] >= begin[:, None])


def _rows_by_group(rows: Tensor, matrices: Tensor, offsets: Tensor) -> Tensor:
    """[rows, k] times the group's of [groups, k, n]; rows of no group are zero."""
    groups = matrices.shape[0]
    products = torch.bmm(rows.expand(groups, *rows.shape), matrices)
    member = _members(offsets, rows.shape[0])[:, :, None]
    return torch.where(member, products, 0.0).sum(0, dtype=products.dtype)


def _depth_by_group(left: Tensor, right: Tensor, offsets: Tensor) -> Tensor:
    """[m, k] times [k, n] over each group's range of k: [groups, m, n]."""
    member = _members(offsets, left.shape[1])
    groups = offsets.shape[0]
    lefts = torch.where(member[:, None, :], left[None], 0.0)
    rights = torch.where(member[:, :, None], right[None], 0.0)
    return torch.bmm(lefts, rights.expand(groups, *right.shape))


@decomposes(aten._grouped_mm.default)
def grouped_mm(left, right, offs=None, bias=None, out_dtype=None):
    ranks = left.dim(), right.dim()
    if offs is None:
        result = torch.bmm(left, right)
    elif ranks == (2, 3):
        result = _rows_by_group(left, right, offs)
    elif ranks == (3, 2):
        result = _rows_by_group(right.t(), left.transpose(1, 2), offs).t()
    else:
        result = _depth_by_group(left, right, offs)
    result = result if bias is None else result + bias
    return result if out_dtype is None else result.to(out_dtype)


def of_transformers() -> dict[object, Callable]:
    """The op that Hugging Face's transformers calls where PyTorch's own does not take
    the type; it exists once that package is imported."""
    if "transformers.integrations.moe" not in sys.modules:
        return {}
    return {torch.ops.transformers.grouped_mm_fallback.default: _rows_by_group}


#: Integer types whose products are computed in 32 bits: sums wrap to the same value.
_NARROW = (torch.int8, torch.uint8, torch.int16)


def _narrow(function: Callable) -> Callable:
    def widened(left: Tensor, right: Tensor):
        if left.dtype not in _NARROW:
            return NotImplemented
        return function(left.to(torch.int32), right.to(torch.int32)).to(left.dtype)

    return widened


decomposes(aten.mm.default)(_narrow(torch.mm))
decomposes(aten.bmm.default)(_narrow(torch.bmm))


def _sum_with(added: Tensor, product: Tensor, beta, alpha) -> Tensor:
    """alpha * product + beta * added, as PyTorch: factors of integers are integers, and with
    beta 0 NaN and infinities in `added` do not count."""
    if not product.is_floating_point():
        beta, alpha = int(beta), int(alpha)
    product = product * alpha
    return product if beta == 0 else product + added * beta


@decomposes(aten.addmv.default)
def addmv(vector, matrix, by, *, beta=1, alpha=1):
    return _sum_with(vector, torch.mv(matrix, by), beta, alpha).expand(matrix.shape[:1])


@decomposes(aten.addbmm.default)
def addbmm(added, left, right, *, beta=1, alpha=1):
    """The sum of a batch's products is the product of its matrices side by side."""
    product = left.transpose(0, 1).flatten(1) @ right.flatten(0, 1)
    return _sum_with(added, product, beta, alpha).expand(product.shape)

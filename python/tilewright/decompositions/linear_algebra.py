#===- linear_algebra.py - Solutions of linear equations ----------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns equations with triangular matrices, as products of matrices: the inverse of a
triangular matrix is made of the inverses of its diagonal blocks, for blocks of 1, 2, 4,
... rows, all blocks of a size at once."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ._registry import decomposes

aten = torch.ops.aten


@decomposes(aten.linalg_solve_triangular.default)
def solve_triangular(matrix, right, *, upper, left=True, unitriangular=False):
    lower = matrix.mT if upper else matrix
    inverse = _inverse_of_lower(lower, unitriangular)
    inverse = inverse.mT if upper else inverse
    return inverse @ right if left else right @ inverse


def _inverse_of_lower(matrix: Tensor, unitriangular: bool) -> Tensor:
    """Of [..., n, n], of which only the lower triangle counts. With A above B on the
    diagonal and C left of B, the block left of the inverse of B is -inv(B) C inv(A)."""
    rows, batch = matrix.shape[-1], matrix.shape[:-2]
    size = 1 << max(rows - 1, 0).bit_length()
    added = size - rows
    diagonal = torch.diagonal(matrix, 0, -2, -1)
    inverse = torch.ones_like(diagonal) if unitriangular else torch.reciprocal(diagonal)
    inverse = functional.pad(inverse, (0, added), value=1.0)[..., None, None]
    matrix = functional.pad(matrix, (0, added, 0, added))
    block = 1
    while block < size:
        pairs = size // (2 * block)
        # [..., pairs, pairs, 2, 2, block, block], of which the blocks C are [p, p, 1, 0].
        parts = matrix.view(*batch, pairs, 2, block, pairs, 2, block)
        below = torch.diagonal(parts.select(-2, 0).select(-4, 1), 0, -4, -2).movedim(-1, -3)
        first, second = inverse[..., 0::2, :, :], inverse[..., 1::2, :, :]
        corner = -(second @ (below @ first))
        top = functional.pad(first, (0, block))
        inverse = torch.cat((top, torch.cat((corner, second), -1)), -2)
        block *= 2
    return inverse[..., 0, :rows, :rows]

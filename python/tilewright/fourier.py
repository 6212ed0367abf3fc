#===- fourier.py - Discrete Fourier transforms as matrix products ----------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns discrete Fourier transforms of pairs (real and imaginary tensor): a product with
a constant matrix, which systolic arrays are good at. A long transform whose length is a
product a * b is transforms of a and of b with factors between them (Cooley and Tukey),
so that matrices stay small.

`norm` is ATen's: 0 leaves the sums as they are, 1 divides by the root of their length,
2 by the length."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.utils._python_dispatch import _disable_current_modes

Pair = tuple[Tensor, Tensor]

#: Longer transforms are split, if they can be.
_LONGEST_MATRIX = 512


def transform(x: Pair, dims: list[int], norm: int, forward: bool) -> Pair:
    """Of complex numbers to complex numbers."""
    for dim in dims:
        rows = (x[0].movedim(dim, -1), x[1].movedim(dim, -1))
        re, im = _along_rows(rows, -1 if forward else 1, _scale(x[0].shape[dim], norm))
        x = (re.movedim(-1, dim), im.movedim(-1, dim))
    return x


def of_real(x: Tensor, dims: list[int], norm: int, onesided: bool) -> Pair:
    """Of real numbers to complex ones: along the last of the dimensions the first half
    of the result, as the other half is its mirror image, or all."""
    *others, last = dims
    length = x.shape[last]
    kept = length // 2 + 1 if onesided else length
    rows = x.movedim(last, -1)
    scale = _scale(length, norm)
    if _split(length):
        full = _along_rows((rows, torch.zeros_like(rows)), -1, scale)
        re, im = (part[..., :kept] for part in full)
    else:
        re, im = (rows @ _table_of_real(length, kept, scale)).split(kept, -1)
    return transform((re.movedim(-1, last), im.movedim(-1, last)), others, norm, True)


def to_real(x: Pair, dims: list[int], norm: int, length: int) -> Tensor:
    """Back from the first half of what of_real gives."""
    *others, last = dims
    re, im = (part.movedim(last, -1) for part in transform(x, others, norm, False))
    scale = _scale(length, norm)
    if _split(length):
        mirrored = (length + 1) // 2
        rows = (torch.cat((re, re[..., 1:mirrored].flip(-1)), -1),
                torch.cat((im, -im[..., 1:mirrored].flip(-1)), -1))
        result = _along_rows(rows, 1, scale)[0]
    else:
        result = torch.cat((re, im), -1) @ _table_to_real(length, scale)
    return result.movedim(-1, last)


def _scale(length: int, norm: int) -> float:
    """A factor of the tables, so that sums do not grow only to be divided."""
    return {0: 1.0, 1: length ** -0.5, 2: 1 / length}[norm]


def _split(length: int) -> int:
    """The larger factor of a length to be split, or 0."""
    if length <= _LONGEST_MATRIX:
        return 0
    small = max(a for a in range(1, math.isqrt(length) + 1) if length % a == 0)
    return length // small if small > 1 else 0


def _along_rows(x: Pair, sign: int, scale: float = 1.0) -> Pair:
    """The transform of the last dimension with scale * exp(sign * 2 pi i j k / n)."""
    length = x[0].shape[-1]
    b = _split(length)
    if not b:
        re, im = (torch.cat(x, -1) @ _table(length, sign, scale)).split(length, -1)
        return re, im
    # j = b j1 + j2 and k = k1 + a k2: transforms over j1, factors, transforms over j2.
    a = length // b
    columns = (x[0].unflatten(-1, (a, b)).transpose(-1, -2),
               x[1].unflatten(-1, (a, b)).transpose(-1, -2))
    re, im = _along_rows(columns, sign, scale)
    cosine, sine = _factors(b, a, length, sign)
    turned = (re * cosine - im * sine, re * sine + im * cosine)
    re, im = _along_rows((turned[0].transpose(-1, -2), turned[1].transpose(-1, -2)), sign)
    return re.transpose(-1, -2).flatten(-2), im.transpose(-1, -2).flatten(-2)


def _constant(make):
    """Of a function that computes a table in f64: one that gives it as a constant."""
    def constant(*arguments):
        with _disable_current_modes():  # those that trace: values are wanted
            value = make(*arguments).float().contiguous()
        return torch.ops.aten.lift_fresh_copy(value)

    return constant


def _waves(rows: int, columns: int, length: int, sign: int, scale: float = 1.0) -> Tensor:
    """scale times cosine and sine of sign * 2 pi j k / length, [2, rows, columns]."""
    turns = torch.outer(torch.arange(rows), torch.arange(columns)) % length
    angles = turns.double() * (sign * 2 * math.pi / length)
    return torch.stack((angles.cos(), angles.sin())) * scale


@_constant
def _table(length: int, sign: int, scale: float) -> Tensor:
    cosine, sine = _waves(length, length, length, sign, scale)
    return torch.cat((torch.cat((cosine, -sine)), torch.cat((sine, cosine))), 1)


@_constant
def _table_of_real(length: int, kept: int, scale: float) -> Tensor:
    return torch.cat(tuple(_waves(length, kept, length, -1, scale)), 1)


@_constant
def _table_to_real(length: int, scale: float) -> Tensor:
    cosine, sine = _waves(length // 2 + 1, length, length, 1, scale)
    # All but the first and, of an even length, the last stand for two.
    count = torch.ones(length // 2 + 1, 1, dtype=torch.float64)
    count[1:(length + 1) // 2] = 2
    return torch.cat((cosine * count, -sine * count))


def _factors(rows: int, columns: int, length: int, sign: int) -> tuple[Tensor, Tensor]:
    return tuple(_constant(lambda part=part: _waves(rows, columns, length, sign)[part])()
                 for part in (0, 1))

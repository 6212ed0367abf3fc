#===- special.py - Gamma and Bessel functions --------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns special functions that torch-mlir lacks, in f32, over their whole range. Arguments
are brought into the range of an asymptotic series by a fixed number of steps, since
nothing can depend on data; NaN, infinities and poles give what PyTorch gives."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ._registry import decomposes
from .arithmetic import ERFC, polynomial

aten = torch.ops.aten


def _in_float(function):
    """`function` of one f32 tensor as one of any real type."""
    def of_any(x):
        kind = x.dtype if x.is_floating_point() else torch.get_default_dtype()
        return function(x.to(torch.float32)).to(kind)

    return of_any


def _from_pole(x: Tensor) -> Tensor:
    """The distance to the nearest integer, exact."""
    return x - torch.round(x)


#: Arguments below this take the steps of a recurrence.
_STEPS = 8


def _shifted(y: Tensor) -> tuple[Tensor, Tensor]:
    """Where y > 0 is small, and y where it is not, else y + _STEPS."""
    small = y < _STEPS
    return small, torch.where(small, y + _STEPS, y)


# Coefficients of 1 / y^2 in psi(y) - log(y) + 1 / (2 y): -B(2k) / (2k).
_DIGAMMA = (-1 / 12, 1 / 120, -1 / 252, 1 / 240)


@decomposes(aten.digamma.default)
@_in_float
def digamma(x):
    reflected = x < 0
    y = torch.where(reflected, 1 - x, x)
    small, large = _shifted(y)
    inverse = torch.reciprocal(large)
    square = inverse * inverse
    result = torch.log(large) - inverse * 0.5 + square * polynomial(square, _DIGAMMA)
    steps = sum(torch.reciprocal(y + k) for k in range(_STEPS))
    result = torch.where(small, result - steps, result)
    # psi(x) = psi(1 - x) - pi / tan(pi x); poles at 0, -1, -2, ...
    distance = _from_pole(x)
    angle = distance * math.pi
    result = torch.where(reflected, result - math.pi * torch.cos(angle) / torch.sin(angle),
                         result)
    result = torch.where(torch.logical_and(reflected, distance == 0), float("nan"), result)
    result = torch.where(x == float("-inf"), float("nan"), result)
    return torch.where(x == 0, -torch.reciprocal(x), result)


# The same for the derivative: B(2k).
_TRIGAMMA = (1 / 6, -1 / 30, 1 / 42, -1 / 30)


def _trigamma(x):
    reflected = x < 0.5
    y = torch.where(reflected, 1 - x, x)
    small, large = _shifted(y)
    inverse = torch.reciprocal(large)
    square = inverse * inverse
    result = inverse + square * 0.5 + square * inverse * polynomial(square, _TRIGAMMA)
    steps = sum(torch.reciprocal((y + k) * (y + k)) for k in range(_STEPS))
    result = torch.where(small, result + steps, result)
    ratio = math.pi / torch.sin(_from_pole(x) * math.pi)
    return torch.where(reflected, ratio * ratio - result, result)


@decomposes(aten.polygamma.default)
def polygamma(n, x):
    if n > 1:
        return NotImplemented
    return digamma(x) if n == 0 else _in_float(_trigamma)(x)


# lgamma(y) - (y - 1/2) log(y) + y: log(2 pi) / 2, and B(2k) / (2k (2k - 1)) of 1 / y.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260)


@decomposes(aten.lgamma.default)
@_in_float
def lgamma(x):
    reflected = x < 0.5
    y = torch.where(reflected, 1 - x, x)
    small, large = _shifted(y)
    inverse = torch.reciprocal(large)
    log = torch.log(large)
    result = large * (log - 1) + (0.5 * math.log(2 * math.pi) - 0.5 * log) \
        + inverse * polynomial(inverse * inverse, _STIRLING)
    steps = y
    for k in range(1, _STEPS):
        steps = steps * (y + k)
    result = torch.where(small, result - torch.log(steps), result)
    distance = _from_pole(x)
    sine = torch.sin(distance * math.pi).abs()
    result = torch.where(reflected, math.log(math.pi) - torch.log(sine) - result, result)
    infinite = torch.logical_or(x.abs() == float("inf"),
                                torch.logical_and(x <= 0, distance == 0))
    return torch.where(infinite, float("inf"), result)


#: Up to here the modified Bessel functions are power series, beyond asymptotic ones.
_BESSEL_SPLIT, _POWERS, _ASYMPTOTIC = 12.0, 30, 10


def _bessel_i(x: Tensor, order: int, scaled: bool) -> Tensor:
    """The modified Bessel function of the first kind, of order 0 or 1; scaled: times
    exp(-|x|)."""
    size = x.abs()
    # The sum over k of (x^2/4)^k / (k! (k + order)!), innermost quotient first.
    inside = torch.clamp(size, max=_BESSEL_SPLIT)
    square = inside * inside * 0.25
    series = torch.ones_like(x)
    for k in range(_POWERS, 0, -1):
        series = series * square * (1 / (k * (k + order))) + 1
    if order:
        series = series * inside * 0.5
    # exp(x) / sqrt(2 pi x) times the sum over k of the products of
    # ((2j - 1)^2 - 4 order^2) / (8 j x).
    outside = torch.clamp(size, min=_BESSEL_SPLIT)
    inverse = torch.reciprocal(outside)
    tail = torch.ones_like(x)
    for k in range(_ASYMPTOTIC, 0, -1):
        tail = tail * inverse * (((2 * k - 1) ** 2 - 4 * order * order) / (8 * k)) + 1
    tail = tail * torch.rsqrt(outside * (2 * math.pi))
    if scaled:
        series = series * torch.exp(-inside)
    else:
        tail = tail * torch.exp(outside)
    result = torch.where(size < _BESSEL_SPLIT, series, tail)
    result = torch.where(torch.isnan(x), x, result)
    return torch.where(x < 0, -result, result) if order else result


@decomposes(aten.i0.default, aten.special_modified_bessel_i0.default)
@_in_float
def i0(x):
    return _bessel_i(x, 0, False)


@decomposes(aten.special_i0e.default)
@_in_float
def i0e(x):
    return _bessel_i(x, 0, True)


@decomposes(aten.special_i1.default, aten.special_modified_bessel_i1.default)
@_in_float
def i1(x):
    return _bessel_i(x, 1, False)


@decomposes(aten.special_i1e.default)
@_in_float
def i1e(x):
    return _bessel_i(x, 1, True)


@decomposes(aten.special_erfcx.default)
@_in_float
def erfcx(x):
    """exp(x^2) erfc(x), by the fit of erfc (arithmetic.py) without its exp(-x^2)."""
    size = x.abs()
    t = torch.reciprocal(size * 0.5 + 1)
    result = t * torch.exp(polynomial(t, ERFC))
    return torch.where(x < 0, 2 * torch.exp(x * x) - result, result)

#===- arithmetic.py - Elementwise ops and their reductions -----------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns elementwise ops that torch-mlir does not lower, from those it does."""

from __future__ import annotations

import math

import torch

from ._registry import decomposes

aten = torch.ops.aten


@decomposes(aten.fmod.Tensor)
def fmod(x, divisor):
    """torch-mlir's x - y * trunc(x / y) is not exact beyond quotients of 2^24; its
    remainder is, and the same for positive operands."""
    kind = torch.result_type(x, divisor)
    if not kind.is_floating_point:
        return NotImplemented
    x = x.to(kind)
    size = torch.remainder(x.abs(), divisor.to(kind).abs())
    return torch.where(x < 0, -size, size)


@decomposes(aten.fmod.Scalar)
def fmod_scalar(x, divisor):
    kind = torch.result_type(x, divisor)
    return torch.fmod(x.to(kind), torch.full((), divisor, dtype=kind, device=x.device))


def _propagating_nan(compare):
    """torch-mlir selects by one comparison, which loses a NaN on the left."""
    def extremum(x, y):
        kind = torch.result_type(x, y)
        if not kind.is_floating_point:
            return NotImplemented
        x, y = x.to(kind), y.to(kind)
        return torch.where(torch.logical_or(compare(x, y), torch.isnan(x)), x, y)

    return extremum


decomposes(aten.maximum.default)(_propagating_nan(torch.ge))
decomposes(aten.minimum.default)(_propagating_nan(torch.le))


@decomposes(aten.clamp.default)
def clamp(x, min=None, max=None):
    """torch-mlir's select by a comparison that a NaN passes, which makes a bound of it."""
    bounds = [b for b in (min, max) if b is not None]
    kind = torch.result_type(x, bounds[0])
    for bound in bounds[1:]:
        kind = torch.promote_types(kind, torch.result_type(x, bound))
    if not kind.is_floating_point:
        return NotImplemented
    x = x.to(kind)
    if any(math.isnan(b) for b in bounds):
        return torch.full_like(x, math.nan)
    if min is not None:
        x = torch.where(x < min, min, x)
    if max is not None:
        x = torch.where(x > max, max, x)
    return x.to(kind)


@decomposes(aten.clamp.Tensor)
def clamp_tensor(x, min=None, max=None):
    kind = x.dtype
    for bound in (min, max):
        kind = kind if bound is None else torch.promote_types(kind, torch.result_type(x, bound))
    if not kind.is_floating_point:
        return NotImplemented
    x = x.to(kind)
    x = x if min is None else torch.maximum(x, min.to(kind))
    return x if max is None else torch.minimum(x, max.to(kind))


decomposes(aten.clamp_min.default)(lambda x, min: clamp(x, min=min))
decomposes(aten.clamp_max.default)(lambda x, max: clamp(x, max=max))
decomposes(aten.clamp_min.Tensor)(lambda x, min: clamp_tensor(x, min=min))
decomposes(aten.clamp_max.Tensor)(lambda x, max: clamp_tensor(x, max=max))


@decomposes(aten.hardtanh.default)
def hardtanh(x, min_val=-1, max_val=1):
    if not x.is_floating_point():
        return torch.clamp(x, int(min_val), int(max_val))
    return clamp(x, min_val, max_val)


@decomposes(aten.hardsigmoid.default)
def hardsigmoid(x):
    return torch.clamp(x + 3, 0, 6) / 6 if x.is_floating_point() else NotImplemented


@decomposes(aten.div.Tensor_mode, aten.div.Scalar_mode)
def byte_quotient(x, divisor, *, rounding_mode):
    """In 32 bits: torch-mlir does not divide bytes."""
    kind = torch.result_type(x, divisor)
    if kind not in (torch.int8, torch.uint8) or rounding_mode is None:
        return NotImplemented
    wide = divisor.to(torch.int32) if isinstance(divisor, torch.Tensor) else divisor
    return torch.div(x.to(torch.int32), wide, rounding_mode=rounding_mode).to(kind)


_BYTES = (torch.int8, torch.uint8)


def _in_words(op):
    """torch-mlir ends the process over some of these for bytes."""
    def of_bytes(x, divisor):
        kind = torch.result_type(x, divisor)
        if kind not in _BYTES:
            return NotImplemented
        wide = divisor.to(torch.int32) if isinstance(divisor, torch.Tensor) else divisor
        return op(x.to(torch.int32), wide).to(kind)

    return of_bytes


decomposes(aten.remainder.Tensor, aten.remainder.Scalar)(_in_words(torch.remainder))
decomposes(aten.fmod.Tensor, aten.fmod.Scalar)(_in_words(torch.fmod))


@decomposes(aten.mul.Tensor, aten.mul.Scalar)
def bytes_times_number(x, number):
    """As above: with the number as a tensor it is lowered."""
    if isinstance(number, torch.Tensor) or torch.result_type(x, number) not in _BYTES:
        return NotImplemented
    return torch.mul(x, torch.full((), number, dtype=x.dtype, device=x.device))


@decomposes(aten.__lshift__.Tensor, aten.__lshift__.Scalar)
def left_shift(x, places):
    return torch.bitwise_left_shift(x, places)


@decomposes(aten.__rshift__.Tensor, aten.__rshift__.Scalar)
def right_shift(x, places):
    return torch.bitwise_right_shift(x, places)


@decomposes(aten.all.dims)
def all_dims(x, dim=None, keepdim=False):
    dims = range(x.dim()) if dim is None or not len(dim) else [d % x.dim() for d in dim]
    for d in sorted(dims, reverse=True):
        x = torch.all(x, d, keepdim)
    return x


@decomposes(aten.signbit.default)
def signbit(x):
    if not x.is_floating_point():
        return x < 0
    # The sign of zero shows in its reciprocal. A NaN counts as positive.
    return torch.logical_or(x < 0, torch.logical_and(x == 0, torch.reciprocal(x) < 0))


@decomposes(aten.copysign.Tensor)
def copysign(x, sign):
    kind = torch.result_type(x, sign)
    kind = kind if kind.is_floating_point else torch.get_default_dtype()
    size = x.to(kind).abs()
    return torch.where(signbit(sign), -size, size)


@decomposes(aten.copysign.Scalar)
def copysign_scalar(x, sign):
    size = (x if x.is_floating_point() else x.to(torch.get_default_dtype())).abs()
    return -size if math.copysign(1, sign) < 0 else size


@decomposes(aten.hypot.default)
def hypot(x, y):
    """Scaled by the larger, so that squares do not overflow; an infinity beats a NaN."""
    x, y = torch.broadcast_tensors(x.abs(), y.abs())
    large, small = torch.maximum(x, y), torch.minimum(x, y)
    ratio = small / large
    result = torch.where(large == 0, 0.0, large * torch.sqrt(ratio * ratio + 1))
    infinite = torch.logical_or(x == float("inf"), y == float("inf"))
    return torch.where(infinite, float("inf"), result)


@decomposes(aten.angle.default)
def angle(x):
    real = x if x.is_floating_point() else x.to(torch.get_default_dtype())
    result = torch.where(real < 0, math.pi, 0.0)
    return torch.where(torch.isnan(real), real, result).to(real.dtype)


#: The most steps that Euclid's algorithm takes: neighbours in Fibonacci's sequence do.
_EUCLID_STEPS = {torch.int8: 11, torch.uint8: 13, torch.int16: 23, torch.int32: 46,
                 torch.int64: 92}


@decomposes(aten.gcd.default)
def gcd(x, y):
    kind = torch.result_type(x, y)
    if kind not in _EUCLID_STEPS:
        return NotImplemented
    x, y = torch.broadcast_tensors(x.to(kind).abs(), y.to(kind).abs())
    for _ in range(_EUCLID_STEPS[kind]):
        ended = y == 0
        rest = torch.remainder(x, torch.where(ended, 1, y))
        x, y = torch.where(ended, x, y), torch.where(ended, 0, rest).to(kind)
    return x.clone()


@decomposes(aten.lcm.default)
def lcm(x, y):
    divisor = torch.gcd(x, y)
    parts = torch.div(x, torch.where(divisor == 0, 1, divisor), rounding_mode="trunc")
    return (parts * y).abs()


@decomposes(aten.pow.Tensor_Scalar)
def integer_to_the(base, exponent):
    if base.is_floating_point() or not isinstance(exponent, int) or exponent < 0:
        return NotImplemented
    base = base.to(torch.result_type(base, exponent))
    result = torch.ones_like(base)
    while exponent:
        if exponent % 2:
            result = result * base
        base, exponent = base * base, exponent // 2
    return result


# erfc x for x >= 0 is t * exp(-x^2 + p(t)) with t = 2 / (2 + x): a Chebyshev fit with a
# relative error below 1.2e-7 (Press et al., Numerical Recipes, section 6.2.2).
ERFC = (-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807,
         -1.13520398, 1.48851587, -0.82215223, 0.17087277)


@decomposes(aten.erfc.default)
def erfc(x):
    kind = x.dtype if x.is_floating_point() else torch.get_default_dtype()
    wide = x.to(torch.float32)
    size = wide.abs()
    t = torch.reciprocal(size * 0.5 + 1)
    result = t * torch.exp(polynomial(t, ERFC) - size * size)
    return torch.where(wide < 0, 2 - result, result).to(kind)


def polynomial(x, coefficients):
    """The first coefficient is the constant one."""
    result = torch.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        result = result * x + c
    return result


# erfinv x is x * p(w) with w = -log(1 - x^2): single-precision fits for w < 5 in w - 2.5
# and beyond it in sqrt(w) - 3 (Giles, Approximating the erfinv function, 2010).
_ERFINV_CENTRAL = (1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087,
                   -4.39150654e-06, -3.5233877e-06, 3.43273939e-07, 2.81022636e-08)
_ERFINV_TAIL = (2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773,
                -0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257)


@decomposes(aten.erfinv.default)
def erfinv(x):
    kind = x.dtype if x.is_floating_point() else torch.get_default_dtype()
    wide = x.to(torch.float32)
    w = -torch.log((1 - wide) * (1 + wide))
    central = polynomial(w - 2.5, _ERFINV_CENTRAL)
    tail = polynomial(torch.sqrt(torch.clamp(w, min=5.0)) - 3, _ERFINV_TAIL)
    result = wide * torch.where(w < 5, central, tail)
    result = torch.where(wide.abs() == 1, wide * float("inf"), result)
    return torch.where(wide.abs() > 1, float("nan"), result).to(kind)

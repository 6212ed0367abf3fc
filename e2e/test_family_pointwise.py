#===- test_family_pointwise.py - Elementwise ops ---------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Every pointwise op of floats, integers and booleans, over shapes that fill
vectors and lanes or do not, with broadcasts, special values and coordinates."""

import pytest
import torch
from families import Case, Tensor, check, cross
from torch.nn import functional

FLOATS = (torch.float32, torch.float16, torch.bfloat16)
INTEGERS = (torch.int8, torch.int16, torch.int32, torch.int64)
SHAPES = ((13, 7), (1,), (129,), (3, 65, 33))

# Of any real number.
UNARY = [torch.abs, torch.neg, torch.exp, torch.exp2, torch.expm1, torch.sigmoid, torch.tanh,
         torch.sin, torch.cos, torch.tan, torch.atan, torch.sinh, torch.cosh, torch.asinh,
         torch.erf, torch.erfc, torch.floor, torch.ceil, torch.round, torch.trunc, torch.sign,
         torch.isnan, torch.isinf, torch.square, torch.frac, torch.reciprocal]
ACTIVATIONS = [functional.relu, functional.relu6, functional.silu, functional.gelu,
               functional.softplus, functional.mish, functional.hardswish,
               functional.hardsigmoid, functional.hardtanh, functional.elu, functional.selu,
               functional.leaky_relu, functional.logsigmoid, functional.softsign]
POSITIVE = [torch.sqrt, torch.rsqrt, torch.log, torch.log2, torch.log10, torch.log1p]
INSIDE = [torch.asin, torch.acos, torch.atanh]
BINARY = [torch.add, torch.sub, torch.mul, torch.div, torch.maximum, torch.minimum, torch.atan2,
          torch.fmod, torch.remainder, torch.copysign, torch.pow]
COMPARE = [torch.eq, torch.ne, torch.lt, torch.le, torch.gt, torch.ge]
INTEGER_BINARY = [torch.add, torch.sub, torch.mul, torch.maximum, torch.minimum,
                  torch.bitwise_and, torch.bitwise_or, torch.bitwise_xor]
DIVISIONS = {"floor": lambda x, y: torch.div(x, y, rounding_mode="floor"),
             "trunc": lambda x, y: torch.div(x, y, rounding_mode="trunc"),
             "remainder": torch.remainder, "fmod": torch.fmod, "true": torch.div}
COORDINATES = {
    "arange": (lambda x: x + torch.arange(7), (Tensor((13, 7)),)),
    "triu": (torch.triu, (Tensor((3, 13, 13)),)),
    "tril": (lambda x: torch.tril(x, -1), (Tensor((33, 33)),)),
    "eye": (lambda x: x + torch.eye(13), (Tensor((13, 13)),)),
    "causal": (lambda x: x.masked_fill(torch.ones(13, 13, dtype=torch.bool).triu(1),
                                       float("-inf")), (Tensor((2, 13, 13)),)),
    "one-hot": (lambda x: functional.one_hot(x, 11), (Tensor((5, 7), torch.int64, 0, 11),)),
}
MIXED = {
    "mask-selects-i64": (lambda x, y, a: torch.where(x > y, a, a + 1),
                         (Tensor((13, 7)), Tensor((13, 7)), Tensor((13, 7), torch.int64))),
    "bool-logic": (lambda a, b: (a & b) | (~a) ^ b,
                   (Tensor((13, 7), torch.bool), Tensor((13, 7), torch.bool))),
    "clamp": (lambda x: x.clamp(-0.5, 0.5), (Tensor((13, 7)),)),
    "clamp-integers": (lambda x: x.clamp(-3, 4), (Tensor((13, 7), torch.int16),)),
    "lerp": (lambda x, y: torch.lerp(x, y, 0.3), (Tensor((13, 7)), Tensor((13, 7)))),
    "gelu-tanh": (lambda x: functional.gelu(x, approximate="tanh"), (Tensor((13, 7)),)),
    "scalar-tensor": (lambda x, s: x * s, (Tensor((13, 7)), Tensor(()))),
    "rank-0": (lambda s: s + 1, (Tensor(()),)),
    "row-and-column": (lambda x, y: x + y, (Tensor((13, 1)), Tensor((1, 33)))),
    "power-integer": (lambda x: x ** 3, (Tensor((13, 7)),)),
    "power-root": (lambda x: x.abs() ** 0.5, (Tensor((13, 7)),)),
    "shifts": (lambda x, y: (x << y) >> 1, (Tensor((13, 7), torch.int32),
                                            Tensor((13, 7), torch.int32, 0, 8))),
}
SPECIAL = torch.tensor([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-30, -1e30, 80.0, 89.0, -104.0,
                        float("inf"), float("-inf"), float("nan"), 2.0 ** 25])


#: What f32 libraries overflow early in some of their paths: to compare with in f64.
OVERFLOWING = (torch.sinh, torch.cosh, torch.fmod)
CLAMPS = {
    "clamp": lambda x: x.clamp(-1, 6), "clamp-min": lambda x: x.clamp(min=0),
    "clamp-max": lambda x: x.clamp(max=0.5), "clamp-nan": lambda x: x.clamp(max=float("nan")),
    "clamp-tensors": lambda x: torch.clamp(x[:, None], x, x.flip(0)),
}


def bounded(function, low, high):
    return lambda x: function(x.clamp(low, high))


def pairs(shape, dtype, low=-8):
    return (Tensor(shape, dtype, low), Tensor(shape, dtype, 1))


def name_of(function):
    return function.__name__


CASES = [Case(f"{name_of(f)}-{shape}-{dtype}", f, (Tensor(shape, dtype),))
         for f in UNARY + ACTIVATIONS for shape in SHAPES for dtype in FLOATS
         if not (f is torch.tan and dtype != torch.float32)]
CASES += [Case(f"{name_of(f)}-{shape}-{dtype}", lambda x, f=f: f(x.abs() + 0.01),
               (Tensor(shape, dtype),))
          for f in POSITIVE for shape in SHAPES for dtype in FLOATS]
CASES += [Case(f"{name_of(f)}-{shape}-{dtype}", bounded(f, -0.9, 0.9), (Tensor(shape, dtype),))
          for f in INSIDE for shape in SHAPES for dtype in FLOATS]
CASES += [Case(f"{name_of(f)}-{shape}-{dtype}", f, (Tensor(shape, dtype), Tensor(shape, dtype)))
          for f in BINARY + COMPARE for shape in SHAPES for dtype in FLOATS
          if not (f in (torch.fmod, torch.remainder, torch.pow) and dtype != torch.float32)]
CASES += [Case(f"{name_of(f)}-{dtype}", f, pairs((13, 7), dtype))
          for f in INTEGER_BINARY + COMPARE for dtype in INTEGERS]
CASES += [Case(f"division-{name}-{dtype}", f, pairs((13, 7), dtype))
          for name, f in DIVISIONS.items() for dtype in INTEGERS]
CASES += [Case(f"special-values-{name_of(f)}", f, (SPECIAL,), in_double=f in OVERFLOWING)
          for f in UNARY + ACTIVATIONS + POSITIVE
          # What is not exact for large arguments in any f32 library, or where
          # PyTorch itself takes another branch at infinity.
          if f not in (torch.tan, torch.frac, torch.erfc, functional.softsign, functional.mish)]
CASES += [Case(f"special-values-{name_of(f)}", lambda x, f=f: f(x[:, None], x[None, :]),
               (SPECIAL,), in_double=f in OVERFLOWING)
          for f in (torch.pow, torch.maximum, torch.minimum, torch.fmod)]
CASES += [Case(f"special-values-{name}", f, (SPECIAL,)) for name, f in CLAMPS.items()]
CASES += [Case(f"number-{name}-{dtype}", f, (Tensor((13, 7), dtype, -8),))
          for name, f in (("floordiv", lambda x: x // 3), ("remainder", lambda x: x % 5),
                          ("fmod", lambda x: torch.fmod(x, 5)), ("product", lambda x: x * 3))
          for dtype in INTEGERS]
CASES += [Case(name, f, inputs) for name, (f, inputs) in (COORDINATES | MIXED).items()]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=14))
def test_pointwise(case, machine):
    check(case, machine)

#===- test_family_reduce.py - Reductions -----------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Sums, products, extremes and their positions over any dimensions, of any type;
long rows, few rows, and NaN."""

import pytest
import torch
from families import Case, Tensor, check, cross

SHAPES = {(5, 7): (0, 1, (0, 1)), (129, 1): (0,), (1, 130): (1, (0, 1)),
          (33, 3, 5): (0, 1, 2, (0, 2), (0, 1, 2)), (2, 3, 4, 5): ((1, 3), (0, 2), (2, 3)),
          (2, 3, 2, 3, 5): ((0, 2, 4), (1, 3)), (3, 2000): (1,), (2000, 3): (0,)}
OPS = {"sum": torch.sum, "mean": torch.mean, "amax": torch.amax, "amin": torch.amin,
       "var": lambda x, d: torch.var(x + 100, d, correction=0),
       "logsumexp": torch.logsumexp, "norm": lambda x, d: torch.linalg.vector_norm(x, dim=d)}
ONE_DIM = {"prod": torch.prod, "argmax": torch.argmax, "argmin": torch.argmin,
           "max": torch.max, "min": torch.min}
FLOATS = (torch.float32, torch.float16, torch.bfloat16)
INTEGERS = (torch.int8, torch.int16, torch.int32, torch.int64)


def apply(f, d):
    return lambda x: f(x, d)


CASES = [Case(f"{name}-{shape}-{d}", apply(f, d), (Tensor(shape),))
         for name, f in OPS.items() for shape, dims in SHAPES.items() for d in dims]
CASES += [Case(f"{name}-{shape}-{d}", apply(f, d), (Tensor(shape),))
          for name, f in ONE_DIM.items() for shape, dims in SHAPES.items() for d in dims
          if isinstance(d, int) and not (name == "prod" and shape[d] > 200)]
CASES += [Case(f"{name}-{dtype}", apply(f, 1), (Tensor((13, 300), dtype),))
          for name, f in (("sum", torch.sum), ("mean", torch.mean), ("amax", torch.amax))
          for dtype in FLOATS[1:]]
CASES += [Case(f"{name}-{dtype}-{d}", apply(f, d), (Tensor((13, 17), dtype),))
          for name, f in (("sum", torch.sum), ("amax", torch.amax), ("amin", torch.amin),
                          ("argmax", torch.argmax), ("prod", torch.prod))
          for dtype in INTEGERS for d in (0, 1)]
CASES += [Case(f"{name}-bool-{d}", lambda x, f=f, d=d: f(x > 0.5, d), (Tensor((13, 70)),))
          for name, f in (("any", torch.any), ("all", torch.all), ("count", torch.sum))
          for d in (0, 1)]
CASES += [Case(f"{name}-everything", f, (Tensor((13, 70)),))
          for name, f in (("sum", torch.sum), ("argmax", torch.argmax), ("max", torch.max),
                          ("std", torch.std))]
WITH_NAN = torch.randn(13, 70, generator=torch.Generator().manual_seed(7))
WITH_NAN[3, 5] = WITH_NAN[3, 9] = WITH_NAN[7, 69] = float("nan")
CASES += [Case(f"nan-{name}", lambda x, f=f: f(x, 1), (WITH_NAN,))
          for name, f in (("sum", torch.sum), ("amax", torch.amax), ("argmax", torch.argmax),
                          ("argmin", torch.argmin))]
CASES += [Case(f"ties-{name}", lambda x, f=f: f(x, 1), (Tensor((13, 70), torch.int32, 0, 3),))
          for name, f in (("argmax", torch.argmax), ("argmin", torch.argmin))]
CASES += [Case("long-row-sum", lambda x: x.sum(1), (Tensor((3, 40000)),), 1e-3),
          Case("long-row-max", lambda x: x.amax(1), (Tensor((9, 20011)),)),
          Case("long-row-argmax", lambda x: x.argmax(1), (Tensor((2, 20011)),)),
          Case("long-column-sum", lambda x: x.sum(0), (Tensor((20011, 9)),), 1e-3)]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=14))
def test_reduce(case, machine):
    check(case, machine)

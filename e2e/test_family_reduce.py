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
# Few long rows: parts of them on all lanes.
LONG = {"prime": (100003,), "rows": (3, 20011), "columns": (20011, 3), "inner": (101, 3, 331),
        "half": (2, 16384)}
OF_LONG = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin,
           "var": lambda x, d: torch.var(x + 100, d), "argmax": torch.argmax,
           "argmin": torch.argmin, "logsumexp": torch.logsumexp,
           "norm": lambda x, d: torch.linalg.vector_norm(x, dim=d),
           "softmax": lambda x, d: torch.softmax(x, d)}
DIMS = {"prime": (0,), "rows": (1, (0, 1)), "columns": (0,), "inner": ((0, 2),), "half": (1,)}
CASES += [Case(f"long-{name}-{kind}-{d}", apply(f, d), (Tensor(shape),))
          for kind, shape in LONG.items() for d in DIMS[kind] for name, f in OF_LONG.items()
          if isinstance(d, int) or name not in ("argmax", "argmin", "softmax")]
CASES += [Case(f"long-{name}-everything", f, (Tensor((101, 331), dtype, *bounds),))
          for name, f, dtype, *bounds in (
              ("sum", torch.sum, torch.float32), ("sum-integers", torch.sum, torch.int64),
              ("sum-bytes", torch.sum, torch.int8), ("sum-half", lambda x: x.mean(), torch.float16),
              ("max", torch.max, torch.int32), ("argmax", torch.argmax, torch.int32, 0, 5),
              ("argmin", torch.argmin, torch.float32), ("std", torch.std, torch.float32))]
CASES += [Case("long-any", lambda x: torch.any(x > 5), (Tensor((100003,)),)),
          Case("long-all", lambda x: torch.all(x > -9), (Tensor((100003,)),)),
          Case("long-prod", lambda x: torch.prod(1 + x * 1e-3), (Tensor((30011,)),)),
          Case("long-layer-norm", lambda x: torch.nn.functional.layer_norm(x, (20011,)),
               (Tensor((2, 20011)),)),
          Case("long-two", lambda x, y: torch.nn.functional.mse_loss(x, y),
               (Tensor((30011,)), Tensor((30011,)))),
          Case("million", torch.sum, (Tensor((1000003,)),), 1e-3),
          Case("million-mean", lambda x: torch.mean(x + 1e4), (Tensor((1000003,)),))]
LONG_NAN = torch.randn(3, 20011, generator=torch.Generator().manual_seed(7))
LONG_NAN[1, 20009] = LONG_NAN[1, 77] = LONG_NAN[2, 20010] = float("nan")
CASES += [Case(f"long-nan-{name}", lambda x, f=f: f(x, 1), (LONG_NAN,))
          for name, f in (("sum", torch.sum), ("amax", torch.amax), ("argmax", torch.argmax),
                          ("argmin", torch.argmin))]
CASES += [Case("long-row-sum", lambda x: x.sum(1), (Tensor((3, 40000)),), 1e-3),
          Case("long-row-max", lambda x: x.amax(1), (Tensor((9, 20011)),)),
          Case("long-row-argmax", lambda x: x.argmax(1), (Tensor((2, 20011)),)),
          Case("long-column-sum", lambda x: x.sum(0), (Tensor((20011, 9)),), 1e-3)]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=14))
def test_reduce(case, machine):
    check(case, machine)

#===- test_family_scan.py - Running sums and products ----------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Scans along every axis: rows of one element, vectors and lanes plus or minus one,
axes longer than a tile, all element types."""

import pytest
import torch
from families import Case, Tensor, check, cross

SHAPES = ((1,), (7,), (129,), (3, 5), (33, 17), (1, 65), (65, 1), (2, 3, 5), (9, 31, 33),
          (1027, 3), (5, 1025))
DTYPES = (torch.float32, torch.float16, torch.bfloat16, torch.int32, torch.int64)


def name(dtype):
    return str(dtype).removeprefix("torch.")


def cumsum(dim):
    return lambda x: torch.cumsum(x, dim)


def cumprod(dim):
    return lambda x: torch.cumprod(x, dim)


CASES = [Case(f"cumsum-{shape}-{dim}-{name(dtype)}", cumsum(dim), (Tensor(shape, dtype),))
         for shape in SHAPES for dim in range(len(shape))
         for dtype in (DTYPES if len(shape) < 3 else DTYPES[:1])]
CASES += [Case(f"cumprod-{shape}-{dim}-{name(dtype)}", cumprod(dim), (Tensor(shape, dtype),))
          for shape in SHAPES for dim in range(len(shape))
          for dtype in (torch.float32, torch.int64)]
CASES += [Case(f"logcumsumexp-{shape}-{dim}", lambda x, dim=dim: torch.logcumsumexp(x, dim),
               (Tensor(shape),))
          for shape in ((129,), (33, 17)) for dim in range(len(shape))]
CASES += [Case(f"cumsum-bool-{shape}", cumsum(-1), (Tensor(shape, torch.bool),))
          for shape in ((129,), (9, 33))]
# Longer than one tile of the axis on every machine, and a carry over many.
CASES += [Case(f"cumsum-long-{shape}-{dim}-{name(dtype)}", cumsum(dim), (Tensor(shape, dtype),))
          for shape, dim in (((9973,), 0), ((3, 4099), 1), ((4099, 20), 0))
          for dtype in (torch.float32, torch.int64)]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=24))
def test_scan(case, machine):
    check(case, machine)


def test_nan_and_infinity_stay():
    x = torch.tensor([[1.0, float("inf"), -2.0, float("-inf"), 5.0],
                      [float("nan"), 1.0, 2.0, 3.0, 4.0]])
    check(Case("cumsum-special", cumsum(1), (x,)), "small8")
    check(Case("cumprod-special", cumprod(1), (x,)), "small8")

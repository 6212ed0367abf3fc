#===- test_family_sort.py - Sorts and selections ---------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Sorts along every axis, both orders: lengths of one, powers of two plus or minus
one, ties, NaN and infinity, all element types. PyTorch defines the place of equal
elements in stable sorts only; what other cases select from has no ties."""

import pytest
import torch
from families import Case, Tensor, check, cross

SHAPES = ((1,), (2,), (31,), (33,), (129,), (3, 5), (33, 17), (17, 64), (65, 1), (2, 3, 5),
          (9, 31, 7), (140, 40))
DTYPES = (torch.float32, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32,
          torch.int64, torch.bool)
INF, NAN = float("inf"), float("nan")


def name(dtype):
    return str(dtype).removeprefix("torch.")


def sort(dim, descending):
    return lambda x: torch.sort(x, dim=dim, descending=descending, stable=True)


def distinct(shape, dtype=torch.float32):
    """Numbers without ties, in an order that does not depend on the run."""
    count = torch.Size(shape).numel()
    order = torch.randperm(count, generator=torch.Generator().manual_seed(count))
    return (order.reshape(shape) - count // 2).to(dtype)


def wide_keys(count):
    generator = torch.Generator().manual_seed(count)

    def integers(low, high):
        return torch.randint(low, high, (count,), generator=generator)

    return {"ties": integers(-3, 4) * 2**32 + integers(-2, 3), "high": integers(-99, 99) * 2**32,
            "range": integers(-2**63, 2**63 - 1)}


CASES = [Case(f"sort-{shape}-{dim}-{order}", sort(dim, order == "down"), (Tensor(shape),))
         for shape in SHAPES for dim in range(len(shape)) for order in ("up", "down")]
# Few values: most elements have equals, whose order tells whether the sort is stable.
CASES += [Case(f"sort-ties-{shape}-{order}-{name(dtype)}", sort(-1, order == "down"),
               (Tensor(shape, dtype, -3, 3),))
          for shape in ((47,), (19, 33)) for order in ("up", "down") for dtype in DTYPES
          if not dtype.is_floating_point]
CASES += [Case(f"sort-{shape}-{order}-{name(dtype)}", sort(-1, order == "down"),
               (Tensor(shape, dtype),))
          for shape in ((47,), (19, 33)) for order in ("up", "down")
          for dtype in (torch.float16, torch.bfloat16)]
CASES += [Case(f"sort-limits-{order}-{name(dtype)}", sort(-1, order == "down"),
               (torch.tensor([3, torch.iinfo(dtype).max, -1, torch.iinfo(dtype).min, 0,
                              torch.iinfo(dtype).max, torch.iinfo(dtype).min], dtype=dtype),))
          for order in ("up", "down")
          for dtype in (torch.int8, torch.int16, torch.int32, torch.int64)]
CASES += [Case(f"sort-special-{order}-{name(dtype)}", sort(-1, order == "down"),
               (torch.tensor([[1, NAN, -INF, 0.0, -0.0, INF, 2, NAN, -1, 0.0, -0.0, 1e-7],
                              [NAN] * 12, [INF] * 11 + [-INF], [-INF] * 11 + [NAN]],
                             dtype=dtype),))
          for order in ("up", "down")
          for dtype in (torch.float32, torch.float16, torch.bfloat16)]
CASES += [Case(f"sort-distinct-{shape}", lambda x: torch.sort(x, -1), (distinct(shape),))
          for shape in ((33,), (17, 65))]
CASES += [Case(f"argsort-{shape}-{dim}", lambda x, dim=dim: torch.argsort(x, dim), (Tensor(shape),))
          for shape in ((33,), (17, 65)) for dim in range(len(shape))]
CASES += [Case(f"topk-{shape}-{k}-{which}-{name(dtype)}",
               lambda x, k=k, which=which: torch.topk(x, k, largest=which == "largest"),
               (distinct(shape, dtype),))
          for shape, k in (((1,), 1), ((33,), 1), ((50,), 50), ((7, 9), 3), ((130, 33), 5))
          for which in ("largest", "smallest") for dtype in (torch.float32, torch.int64)]
CASES += [Case(f"topk-dim0-{k}", lambda x, k=k: torch.topk(x, k, 0), (distinct((33, 6)),))
          for k in (1, 8, 33)]
CASES += [Case(f"msort-{shape}", torch.msort, (Tensor(shape),)) for shape in ((33,), (17, 5))]
# Longer than a bank of some machine, or than what keeps the lanes busy.
CASES += [Case(f"sort-long-{shape}-{order}-{name(dtype)}", sort(-1, order == "down"),
               (Tensor(shape, dtype, -99, 99),))
          for shape in ((3, 500), (1500,), (2, 1025)) for order in ("up", "down")
          for dtype in (torch.float32, torch.int32, torch.int64)]
# Keys of 64 bits by halves: equal lower halves, equal upper halves, the whole range.
CASES += [Case(f"sort-wide-{kind}-{order}", sort(-1, order == "down"), (keys,))
          for kind, keys in wide_keys(3500).items() for order in ("up", "down")]
CASES += [Case(f"topk-wide-{k}", lambda x, k=k: torch.topk(x, k), (distinct((3500,), torch.int64),))
          for k in (40, 3000)]
CASES += [Case(f"topk-long-{shape}-{k}-{which}",
               lambda x, k=k, which=which: torch.topk(x, k, largest=which == "largest"),
               (distinct(shape),))
          for shape, k in (((3001,), 5), ((2, 1500), 50), ((5, 600), 1))
          for which in ("largest", "smallest")]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=24))
def test_sort(case, machine):
    check(case, machine)

#===- test_family_scatter.py - Writes at run-time positions --------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns the family of scatters: index_put with and without accumulation, index_add, the
backward of an embedding. Positions repeat where values add up: sums have all of them.
Overwrites have distinct positions, as PyTorch promises nothing else."""

import pytest
import torch
from families import Case, Tensor, check, cross

import tilewright

DTYPES = (torch.float32, torch.float16, torch.bfloat16, torch.int32, torch.int64, torch.int8)


def index(shape, size):
    return Tensor(shape, torch.int64, 0, size)


def distinct(count, size):
    return torch.randperm(size, generator=torch.Generator().manual_seed(count))[:count]


def add(rows, width, count, dtype=torch.float32):
    return Case(f"index_add-{rows}x{width}-{count}-{dtype}".replace("torch.", ""),
                lambda x, i, v: torch.index_add(x, 0, i, v),
                (Tensor((rows, width), dtype), index((count,), rows), Tensor((count, width), dtype)))


def put(rows, width, count, dtype=torch.float32):
    return Case(f"index_put-{rows}x{width}-{count}-{dtype}".replace("torch.", ""),
                lambda x, i, v: torch.index_put(x, (i,), v),
                (Tensor((rows, width), dtype), distinct(count, rows), Tensor((count, width), dtype)))


def columns(count, rows, width):
    """Distinct positions in each column."""
    return torch.stack([distinct(rows, rows).roll(i)[:count] for i in range(width)], 1)


def reduce(kind, include, rows=12, width=7, count=9, dtype=torch.float32):
    return Case(f"scatter_reduce-{kind}-{include}-{dtype}".replace("torch.", ""),
                lambda x, i, v: torch.scatter_reduce(x, 0, i, v, kind, include_self=include),
                (Tensor((rows, width), dtype), index((count, width), rows),
                 Tensor((count, width), dtype)))


CASES = [
    *(reduce(kind, include) for kind in ("sum", "prod", "amax", "amin")
      for include in (True, False)),
    *(reduce(kind, include, dtype=torch.bool) for kind in ("sum", "prod", "amax", "amin")
      for include in (True, False)),
    Case("scatter", lambda x, i, v: torch.scatter(x, 0, i, v),
         (Tensor((13, 7)), columns(5, 13, 7), Tensor((5, 7)))),
    Case("scatter-inner", lambda x, i, v: torch.scatter(x, 1, i, v),
         (Tensor((7, 13)), columns(5, 13, 7).t().contiguous(), Tensor((7, 5)))),
    Case("scatter-value", lambda x, i: torch.scatter(x, 0, i, 2.5),
         (Tensor((13, 7)), columns(5, 13, 7))),
    Case("scatter-one-hot", lambda i: torch.zeros(5, 8).scatter(1, i, 1.0), (index((5, 1), 8),)),
    *(Case(f"scatter_add-{dtype}", lambda x, i, v: torch.scatter_add(x, 1, i, v),
           (Tensor((12, 8), dtype), index((12, 33), 8), Tensor((12, 33), dtype)))
      for dtype in (torch.float32, torch.int32, torch.int64, torch.bool)),
    *(add(rows, width, count) for rows, count in ((1, 5), (10, 1), (50, 130))
      for width in (1, 7, 64, 129)),
    *(add(12, 20, 33, dtype) for dtype in (*DTYPES, torch.bool)),
    *(put(rows, width, count) for rows, count in ((10, 1), (50, 50), (300, 130))
      for width in (1, 7, 64)),
    *(put(20, 24, 11, dtype) for dtype in (*DTYPES, torch.bool)),
    Case("index_put-accumulate", lambda x, i, v: torch.index_put(x, (i,), v, accumulate=True),
         (Tensor((12, 40)), index((33,), 12), Tensor((33, 40)))),
    Case("index_put-two", lambda x, i, j, v: torch.index_put(x, (i, j), v, accumulate=True),
         (Tensor((12, 9)), index((70,), 12), index((70,), 9), Tensor((70,)))),
    Case("embedding-backward", lambda g, i: torch.ops.aten.embedding_dense_backward(g, i, 20, -1, False),
         (Tensor((3, 11, 24)), index((3, 11), 20))),
    Case("source-kept", lambda x, i, v: (torch.index_add(x, 0, i, v), x * 2),
         (Tensor((12, 40)), index((33,), 12), Tensor((33, 40)))),
]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=24))
def test_scatter(case, machine):
    check(case, machine)


# A position outside its dimension ends the run, naming the bounds.
@pytest.mark.parametrize("bad", (12, -13, 2**32 + 3))
def test_position_outside(bad):
    positions = torch.tensor([3, bad, 7])
    # Not simulate(): PyTorch itself would refuse the position first.
    model = torch.compile(lambda x, i, v: torch.index_add(x, 0, i, v), backend="tilewright",
                          options={"machine": "small8"})
    with pytest.raises(tilewright.Error, match=r"outside \[0, 12\)"):
        model(torch.randn(12, 9), positions, torch.randn(3, 9))


@pytest.mark.parametrize("include", (True, False))
def test_mean(include, machine):
    check(Case("mean", lambda x, i, v: torch.scatter_reduce(x, 0, i, v, "mean",
                                                            include_self=include),
               (torch.randn(10, 7), torch.randint(0, 10, (5, 7)), torch.randn(5, 7))), machine)

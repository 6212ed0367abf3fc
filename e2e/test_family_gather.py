#===- test_family_gather.py - Reads at computed indices ------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns the family of gathers: embedding, gather, index_select, indexing with one and
several tensors, flips, one-hot, and what resampling reads. Rows long and short, index
tensors of rank 1 and 2, few and many indices, wrapped negative ones."""

import pytest
import torch
import torch.nn.functional as F
from families import Case, Tensor, check, cross

import tilewright

FLOATS = (torch.float32, torch.float16)
INTS = (torch.int32, torch.int64, torch.int8, torch.bool)


def index(shape, size, dtype=torch.int64, low=0):
    return Tensor(shape, dtype, low, size)


def embedding(rows, width, shape, dtype=torch.float32):
    return Case(f"embedding-{rows}x{width}-{shape}-{dtype}".replace("torch.", ""),
                lambda w, i: F.embedding(i, w), (Tensor((rows, width), dtype), index(shape, rows)))


def select(shape, dim, count, dtype=torch.float32):
    return Case(f"index_select-{shape}-{dim}-{count}-{dtype}".replace("torch.", ""),
                lambda x, i: torch.index_select(x, dim, i),
                (Tensor(shape, dtype), index((count,), shape[dim])))


def gather(shape, dim, out, dtype=torch.float32):
    return Case(f"gather-{shape}-{dim}-{out}-{dtype}".replace("torch.", ""),
                lambda x, i: torch.gather(x, dim, i),
                (Tensor(shape, dtype), index(out, shape[dim])))


CASES = [
    *(embedding(rows, width, shape)
      for rows in (1, 50, 1000) for width in (1, 7, 64, 129) for shape in ((5,), (3, 17), (130,))),
    *(embedding(50, 40, (2, 9), dtype) for dtype in (*FLOATS, *INTS)),
    *(select(shape, dim, count)
      for shape in ((10, 33), (7, 5, 16)) for dim in range(len(shape)) for count in (1, 9, 40)),
    *(gather(shape, dim, out)
      for shape, out in (((10, 7), (4, 3)), ((33, 65), (20, 65)), ((5, 6, 17), (5, 6, 9)))
      for dim in range(len(shape))
      if all(o <= s for k, (o, s) in enumerate(zip(out, shape)) if k != dim)),
    *(gather((12, 20), 1, (12, 31), dtype) for dtype in (*FLOATS, *INTS)),
    Case("index-negative", lambda x, i: x[i], (Tensor((11, 40)), index((25,), 11, low=-11))),
    Case("index-int32", lambda x, i: x[i], (Tensor((11, 40)), index((25,), 11, torch.int32))),
    Case("index-two", lambda x, i, j: x[i, j],
         (Tensor((11, 40)), index((33,), 11, low=-11), index((33,), 40, low=-40))),
    Case("index-outer", lambda x, i, j: x[i[:, None], j],
         (Tensor((11, 40)), index((9,), 11), index((5,), 40))),
    Case("index-middle", lambda x, i: x[:, i], (Tensor((3, 11, 24)), index((6,), 11))),
    Case("index-apart", lambda x, i, j: x[i, :, j],
         (Tensor((4, 9, 13)), index((21,), 4), index((21,), 13))),
    Case("index-matrix", lambda x, i: x[i], (Tensor((11, 2, 3)), index((5, 4), 11))),
    Case("index-computed", lambda x, i: x[(i * 3 + 1) % 11] * 2 + 1,
         (Tensor((11, 40)), index((25,), 100))),
    Case("index-twice", lambda x, i, j: x[i[j]],
         (Tensor((11, 8)), index((7,), 11), index((19,), 7))),
    Case("fused", lambda x, i, y: F.relu(x[i] + y),
         (Tensor((11, 40)), index((25,), 11), Tensor((25, 40)))),
    Case("flip-rows", lambda x: x.flip(0), (Tensor((10, 35)),)),
    Case("flip-columns", lambda x: x.flip(1), (Tensor((10, 35)),)),
    Case("flip-both", lambda x: x.flip(0, 1), (Tensor((10, 35)),)),
    Case("one-hot", lambda i: F.one_hot(i, 13), (index((21,), 13),)),
    Case("positions", lambda w: w[torch.arange(9)], (Tensor((20, 33)),)),
    *(Case(f"bilinear-{size}-{scale}-{corners}",
           lambda x, scale=scale, corners=corners: F.interpolate(
               x, scale_factor=scale, mode="bilinear", align_corners=corners),
           (Tensor((1, 3, size, size + 1)),))
      for size in (4, 7) for scale in (2, 3) for corners in (False, True)),
    *(Case(f"nearest-{size}-{scale}",
           lambda x, scale=scale: F.interpolate(x, scale_factor=scale, mode="nearest"),
           (Tensor((2, 3, size, size + 1)),)) for size in (4, 7) for scale in (2, 3)),
    Case("reflect", lambda x: F.pad(x, (2, 3, 1, 4), mode="reflect"), (Tensor((2, 3, 7, 9)),)),
    Case("replicate", lambda x: F.pad(x, (2, 3, 1, 4), mode="replicate"), (Tensor((2, 3, 7, 9)),)),
]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=24))
def test_gather(case, machine):
    check(case, machine)


# An index outside its dimension ends the run, naming the index and the bounds.
@pytest.mark.parametrize("bad", (50, 57, -51, 2**32 + 3, -(2**33)))
def test_index_outside(bad):
    indices = torch.tensor([3, bad, 7])
    # Not simulate(): PyTorch itself would refuse the index first.
    model = torch.compile(lambda w, i: F.embedding(i, w), backend="tilewright",
                          options={"machine": "small8", "verify": True})
    with pytest.raises(tilewright.Error, match=r"outside \[0, 50\)"):
        model(torch.randn(50, 9), indices)


# Rows take one DRAM run each: a table row of 512 bytes costs 8 requests of 64 bytes.
def test_rows_are_runs():
    report = tilewright.simulate(lambda w, i: F.embedding(i, w),
                                 (torch.randn(1000, 128), torch.arange(0, 1000, 7)[:128]),
                                 machine="small8", verify=True)
    table, indices = 128 * 8, 128 * 8 // 64
    assert table <= report.dram_read_requests <= table + 2 * indices

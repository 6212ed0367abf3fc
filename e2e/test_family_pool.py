#===- test_family_pool.py - Pooling and resampling -------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Maximum and average pooling over windows of any size, stride, padding and
dilation, in one to three dimensions; adaptive pooling; nearest upsampling."""

import math

import pytest
import torch
from families import Case, Tensor, check, cross
from torch.nn import functional

IMAGES = ((2, 5, 13, 14), (1, 33, 9, 9), (1, 1, 7, 65), (1, 260, 5, 5))
WINDOWS = ((2, 2, 0), (3, 2, 1), (3, 1, 1), ((2, 3), (1, 2), (1, 0)), (5, 3, 2), (4, 4, 0),
           (5, 5, 1), (1, 2, 0))


def fits(shape, k, p):
    k, p = ((v, v) if isinstance(v, int) else v for v in (k, p))
    return all(size + 2 * pad >= window for size, pad, window in zip(shape[2:], p, k, strict=True))


CASES = [Case(f"max-{shape}-{k}-{s}-{p}",
              lambda x, k=k, s=s, p=p: functional.max_pool2d(x, k, s, p), (Tensor(shape),))
         for shape in IMAGES for k, s, p in WINDOWS if fits(shape, k, p)]
CASES += [Case(f"average-{shape}-{k}-{s}-{p}-{count}",
               lambda x, k=k, s=s, p=p, c=count: functional.avg_pool2d(
                   x, k, s, p, count_include_pad=c), (Tensor(shape),))
          for shape in IMAGES for k, s, p in WINDOWS if fits(shape, k, p)
          for count in (True, False)]
NARROW = {"half": torch.float16, "bfloat": torch.bfloat16}
CASES += [Case(f"{name}-{kind}", f, (Tensor((2, 5, 13, 14), dtype),))
          for kind, dtype in NARROW.items()
          for name, f in (("max", lambda x: functional.max_pool2d(x, 3, 2, 1)),
                          ("average", lambda x: functional.avg_pool2d(x, 3, 1, 1)))]
for dilation in (2, 3):
    for stride in (1, 2):
        CASES.append(Case(f"max-dilated-{dilation}-{stride}",
                          lambda x, s=stride, d=dilation: functional.max_pool2d(x, 3, s, 1, d),
                          (Tensor((2, 5, 13, 14)),)))
for name, f in (("max", lambda x, k, s, p: functional.max_pool2d(x, k, s, p, 1, True)),
                ("average", lambda x, k, s, p: functional.avg_pool2d(x, k, s, p, True)),
                ("average-inside", lambda x, k, s, p: functional.avg_pool2d(x, k, s, p, True,
                                                                             False))):
    CASES += [Case(f"{name}-ceil-{k}-{s}-{p}", lambda x, f=f, k=k, s=s, p=p: f(x, k, s, p),
                   (Tensor((2, 5, 13, 14)),)) for k, s, p in ((3, 2, 1), (2, 2, 0), (3, 3, 1))]
for length in (33, 1001):
    CASES += [Case(f"max-1d-{length}", lambda x: functional.max_pool1d(x, 3, 2, 1),
                   (Tensor((2, 5, length)),)),
              Case(f"average-1d-{length}", lambda x: functional.avg_pool1d(x, 4, 3, 1),
                   (Tensor((2, 5, length)),))]
CASES += [Case("max-3d", lambda x: functional.max_pool3d(x, 2), (Tensor((1, 3, 6, 8, 10)),)),
          Case("max-3d-padded", lambda x: functional.max_pool3d(x, 3, 2, 1),
               (Tensor((1, 3, 5, 7, 9)),)),
          Case("max-3d-flat", lambda x: functional.max_pool3d(x, (1, 3, 3), (1, 2, 2), (0, 1, 1)),
               (Tensor((1, 3, 5, 7, 9)),)),
          Case("average-3d", lambda x: functional.avg_pool3d(x, 2), (Tensor((1, 3, 6, 8, 10)),)),
          Case("average-3d-padded", lambda x: functional.avg_pool3d(x, 3, 1, 1),
               (Tensor((1, 9, 4, 5, 6)),)),
          Case("average-divisor",
               lambda x: functional.avg_pool2d(x, 3, 2, 1, divisor_override=5),
               (Tensor((2, 5, 13, 14)),)),
          Case("norm", lambda x: functional.lp_pool2d(x, 2.0, 3, 2), (Tensor((2, 5, 13, 14)),)),
          Case("max-channels-last", lambda x: functional.max_pool2d(
              x.permute(0, 3, 1, 2), 3, 2, 1).permute(0, 2, 3, 1), (Tensor((2, 11, 12, 9)),)),
          Case("max-large-window", lambda x: functional.max_pool2d(x, 13, 1, 6),
               (Tensor((1, 9, 20, 20)),)),
          Case("average-large-step", lambda x: functional.avg_pool2d(x, 9, 9),
               (Tensor((1, 9, 37, 40)),)),
          # More than a bank holds: parts of images, and parts of lines.
          Case("max-large-image", lambda x: functional.max_pool2d(x, 3, 2, 1),
               (Tensor((1, 9, 67, 301)),)),
          Case("max-long-lines", lambda x: functional.max_pool2d(x, 3, 1, 1),
               (Tensor((1, 2, 5, 5003)),)),
          Case("max-between", lambda x, b: functional.relu(
              functional.max_pool2d(functional.relu(x) * 2, 3, 2, 1) + b),
              (Tensor((2, 5, 13, 14)), Tensor((5, 1, 1)))),
          Case("max-and-next", lambda x, y: functional.max_pool2d(x, 3, 1, 1) + y,
               (Tensor((2, 5, 13, 14)), Tensor((2, 5, 13, 14))))]
SPECIAL = torch.randn(2, 5, 13, 14, generator=torch.Generator().manual_seed(5))
SPECIAL[0, 1, 3, 4] = SPECIAL[1, 4, 0, 0] = math.nan
SPECIAL[1, 2, 5:9, 5:9] = -math.inf
SPECIAL[0, 3, 2, 2] = math.inf
CASES += [Case(f"max-special-{s}", lambda x, s=s: functional.max_pool2d(x, 3, s, 1), (SPECIAL,))
          for s in (1, 2)]
CASES += [Case(f"adaptive-{size}", lambda x, size=size: functional.adaptive_avg_pool2d(x, size),
               (Tensor((2, 5, 12, 14)),)) for size in (1, (3, 7), (6, 2))]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=12))
def test_pool(case, machine):
    check(case, machine)

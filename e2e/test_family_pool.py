#===- test_family_pool.py - Pooling and resampling -------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Maximum and average pooling over windows of any size, stride, padding and
dilation, in one to three dimensions; adaptive pooling; nearest upsampling."""

import pytest
import torch
from families import Case, Tensor, check, cross
from torch.nn import functional

IMAGES = ((2, 5, 13, 14), (1, 33, 9, 9), (1, 1, 7, 65))
WINDOWS = ((2, 2, 0), (3, 2, 1), (3, 1, 1), ((2, 3), (1, 2), (1, 0)), (5, 3, 2))

CASES = [Case(f"max-{shape}-{k}-{s}-{p}",
              lambda x, k=k, s=s, p=p: functional.max_pool2d(x, k, s, p), (Tensor(shape),))
         for shape in IMAGES for k, s, p in WINDOWS]
CASES += [Case(f"average-{shape}-{k}-{s}-{p}-{count}",
               lambda x, k=k, s=s, p=p, c=count: functional.avg_pool2d(
                   x, k, s, p, count_include_pad=c), (Tensor(shape),))
          for shape in IMAGES for k, s, p in WINDOWS for count in (True, False)]
CASES += [Case("max-dilated", lambda x: functional.max_pool2d(x, 3, 2, 0, 2),
               (Tensor((2, 5, 13, 14)),)),
          Case("max-ceil", lambda x: functional.max_pool2d(x, 3, 2, 1, 1, True),
               (Tensor((2, 5, 13, 14)),)),
          Case("max-1d", lambda x: functional.max_pool1d(x, 3, 2, 1), (Tensor((2, 5, 33)),)),
          Case("average-1d", lambda x: functional.avg_pool1d(x, 3, 2, 1), (Tensor((2, 5, 33)),)),
          Case("max-3d", lambda x: functional.max_pool3d(x, 2), (Tensor((1, 3, 6, 8, 10)),)),
          Case("average-3d", lambda x: functional.avg_pool3d(x, 2), (Tensor((1, 3, 6, 8, 10)),)),
          Case("max-half", lambda x: functional.max_pool2d(x, 3, 2, 1),
               (Tensor((2, 5, 13, 14), torch.float16),))]
CASES += [Case(f"adaptive-{size}", lambda x, size=size: functional.adaptive_avg_pool2d(x, size),
               (Tensor((2, 5, 12, 14)),)) for size in (1, (3, 7), (6, 2))]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=10))
def test_pool(case, machine):
    check(case, machine)

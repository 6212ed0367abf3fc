#===- test_family_norm.py - Softmax and normalizations ---------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Softmax and log-softmax over every axis; layer, RMS, group, instance and batch
normalization, affine or not; rows that do not fit a bank."""

import pytest
import torch
from families import Case, Tensor, check, cross
from torch.nn import functional

SHAPES = ((5, 7), (37, 61), (3, 20, 7), (1, 130), (2, 3, 9, 33), (300, 4))
NARROW = (torch.float16, torch.bfloat16)

CASES = [Case(f"{f.__name__}-{shape}-{d}", lambda x, f=f, d=d: f(x, d), (Tensor(shape),))
         for f in (torch.softmax, torch.log_softmax) for shape in SHAPES
         for d in range(len(shape))]
CASES += [Case(f"layer-norm-{shape}-{affine}",
               lambda x, *p, n=shape[-1]: functional.layer_norm(x, (n,), *p),
               (Tensor(shape),) + (Tensor(shape[-1:]),) * (2 * affine))
          for shape in SHAPES for affine in (0, 1)]
CASES += [Case(f"rms-norm-{shape}", lambda x, w: functional.rms_norm(x, w.shape, w),
               (Tensor(shape), Tensor(shape[-1:]))) for shape in SHAPES]
CASES += [Case("layer-norm-two-dims", lambda x, w: functional.layer_norm(x, (7, 11), w),
               (Tensor((13, 7, 11)), Tensor((7, 11))))]
CASES += [Case(f"group-norm-{shape}-{groups}",
               lambda x, w, b, g=groups: functional.group_norm(x, g, w, b),
               (Tensor(shape), Tensor(shape[1:2]), Tensor(shape[1:2])))
          for shape in ((2, 6, 5, 7), (3, 12, 9)) for groups in (1, 3, 6)]
CASES += [Case(f"instance-norm-{shape}", functional.instance_norm, (Tensor(shape),))
          for shape in ((2, 6, 5, 7), (1, 3, 33))]
CASES += [Case("batch-norm", lambda x, m, v, w, b: functional.batch_norm(x, m, v.abs() + 0.1, w, b),
               (Tensor((2, 6, 5, 7)), *(Tensor((6,)),) * 4)),
          Case("batch-norm-training", lambda x: functional.batch_norm(x, None, None, training=True),
               (Tensor((4, 6, 5, 7)),))]
CASES += [Case(f"softmax-{dtype}-{d}", lambda x, d=d: torch.softmax(x, d),
               (Tensor((13, 70), dtype),)) for dtype in NARROW for d in (0, 1)]
CASES += [Case(f"layer-norm-{dtype}", lambda x: functional.layer_norm(x, (70,)),
               (Tensor((13, 70), dtype),), 2e-2) for dtype in NARROW]
MASKED = torch.randn(13, 70, generator=torch.Generator().manual_seed(7))
MASKED[:, 40:] = float("-inf")
MASKED[3] = float("-inf")  # softmax of nothing is NaN
CASES += [Case("softmax-masked", lambda x: torch.softmax(x, 1), (MASKED,)),
          Case("softmax-large", lambda x: torch.softmax(x * 1000, 1), (Tensor((13, 70)),))]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=14))
def test_norm(case, machine):
    check(case, machine)

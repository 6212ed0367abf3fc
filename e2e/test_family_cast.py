#===- test_family_cast.py - Conversions between element types --------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Every element type to every other: floats towards integers truncate, integers
wrap, bool is "not zero"."""

import pytest
import torch
from families import Case, Tensor, check, cross

TYPES = (torch.float32, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32,
         torch.int64, torch.bool, torch.uint8)
SHAPES = ((9, 7), (1,), (5, 130))


def source(shape, dtype, to):
    """Values that both types hold (beyond that PyTorch's result is undefined)."""
    low = 0 if torch.uint8 in (dtype, to) else -100
    if dtype.is_floating_point:
        return lambda x: x.abs() * 20 if low == 0 else x * 20, Tensor(shape, dtype)
    return lambda x: x, Tensor(shape, dtype, low, 100)


CASES = []
for shape in SHAPES:
    for dtype in TYPES:
        for to in TYPES:
            if dtype != to:
                prepare, tensor = source(shape, dtype, to)
                CASES.append(Case(f"{dtype}-to-{to}-{shape}",
                                  lambda x, prepare=prepare, to=to: prepare(x).to(to), (tensor,)))


@pytest.mark.parametrize("case, machine", cross(CASES, quick=14))
def test_cast(case, machine):
    check(case, machine)

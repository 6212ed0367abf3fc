#===- test_family_decompositions.py - Decomposed ops on the machine ----------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""The cases of test_decompositions.py, compiled and run. That file compares them with
PyTorch before the compiler; a difference here is the compiler's."""

import pytest
from families import Case, check, cross
from test_decompositions import CASES as DECOMPOSITIONS
from test_decompositions import TOLERANCE

CASES = [Case(name, function, tuple(inputs), 1e-2 if TOLERANCE.get(name, 0) > 1e-4 else None)
         for name, (function, *inputs) in DECOMPOSITIONS.items()]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=8))
def test_decompositions(case, machine):
    check(case, machine)

#===- conftest.py - What the end-to-end tests share ------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Machines, seeds and the amount of random testing (TILEWRIGHT_TEST_FULL=1 for
`make test-full`)."""

import os

import pytest
import torch
from hypothesis import HealthCheck, settings

MACHINES = ("tpuv3", "small32", "small8")
FULL = os.environ.get("TILEWRIGHT_TEST_FULL") == "1"

# Compilation makes single examples slow and their times uneven.
_common = dict(deadline=None, print_blob=True,
               suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
settings.register_profile("quick", max_examples=8, derandomize=True, **_common)
settings.register_profile("full", max_examples=300, **_common)
settings.load_profile("full" if FULL else "quick")


@pytest.fixture(params=MACHINES)
def machine(request):
    return request.param


@pytest.fixture(autouse=True)
def fixed_seed():
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def fresh_dynamo():
    """Every test compiles for itself."""
    torch._dynamo.reset()
    yield

#===- families.py - Generated cross products of op families ----------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns how an op family (`test_family_<name>.py`) becomes tests: a list of cases,
crossed with the machines. `make test-full` runs the whole cross product and counts
it per family; `make test` runs a sample, the same in every run, in which cases and
machines alternate.

    CASES = [Case(f"sum-{shape}-{dim}", lambda x, dim=dim: x.sum(dim), (Tensor(shape),))
             for shape in ((5, 7), (129, 1)) for dim in (0, 1)]

    @pytest.mark.parametrize("case, machine", cross(CASES, quick=12))
    def test_reduce(case, machine):
        check(case, machine)
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
import torch
from conftest import FULL, MACHINES

import tilewright

#: Largest relative and absolute difference from PyTorch; integers are exact.
TOLERANCE = {torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 1e-2}


@dataclass(frozen=True)
class Tensor:
    """A random input: normal numbers, real or complex, or integers of [low, high)."""

    shape: tuple[int, ...]
    dtype: torch.dtype = torch.float32
    low: int = -8
    high: int = 8

    def make(self, generator: torch.Generator) -> torch.Tensor:
        if self.dtype == torch.bool:
            return torch.randint(0, 2, self.shape, generator=generator).bool()
        if self.dtype.is_complex:
            return torch.randn(self.shape, generator=generator, dtype=self.dtype)
        if self.dtype.is_floating_point:
            return torch.randn(self.shape, generator=generator).to(self.dtype)
        return torch.randint(self.low, self.high, self.shape, generator=generator,
                             dtype=self.dtype)


@dataclass(frozen=True)
class Case:
    """A function of PyTorch and its inputs: Tensors to draw, or tensors as they are.
    `tolerance` overrides the one of the result's type. `in_double` computes what is
    expected in f64, where PyTorch's f32 is less exact than ours."""

    name: str
    function: Callable
    inputs: Sequence[Tensor | torch.Tensor]
    tolerance: float | None = None
    in_double: bool = False

    def expected(self, inputs: tuple[torch.Tensor, ...]):
        """What the function gives on the CPU."""
        with torch.no_grad():
            if self.in_double:
                return self.function(*(x.double() for x in inputs)).to(inputs[0].dtype)
            return self.function(*(x.clone() for x in inputs))

    def make_inputs(self) -> tuple[torch.Tensor, ...]:
        generator = torch.Generator().manual_seed(zlib.crc32(self.name.encode()))
        return tuple(x.make(generator) if isinstance(x, Tensor) else x for x in self.inputs)


def cross(cases: Sequence[Case], quick: int, machines: Sequence[str] = MACHINES) -> list:
    """Parameters `case, machine`: every pair, or `quick` of them."""
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "case names must differ"
    pairs = [(case, machine) for case in cases for machine in machines]
    if not FULL:
        # Shuffled by name, so that a new case does not change the others' place.
        order = sorted(cases, key=lambda c: random.Random(c.name).random())
        pairs = [(case, machines[i % len(machines)]) for i, case in enumerate(order)][:quick]
    return [pytest.param(case, machine, id=f"{case.name}-{machine}") for case, machine in pairs]


def check(case: Case, machine: str, **options) -> tilewright.Report:
    """The case gives what PyTorch gives on the CPU, kernel by kernel verified, with
    all sanitizers on."""
    inputs = case.make_inputs()
    expected = case.expected(inputs)
    widest = max((TOLERANCE.get(t.dtype, 0.0) for t in torch.utils._pytree.tree_leaves(expected)
                  if isinstance(t, torch.Tensor)), default=0.0)
    tolerance = widest if case.tolerance is None else case.tolerance
    options = {"verify": True, "sanitize": True, "rtol": max(tolerance, 1e-4),
               "atol": max(tolerance, 1e-4), **options}
    report = tilewright.simulate(case.function, inputs, machine=machine, **options)
    torch.testing.assert_close(report.outputs, expected, rtol=tolerance, atol=tolerance,
                               equal_nan=True)
    return report

#===- checks.py - What must hold for every simulated model -----------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""simulate_and_check(): one model on one machine, with every check there is; and
where things are."""

import os
import pathlib

import torch

import tilewright

ROOT = pathlib.Path(__file__).resolve().parent.parent
#: The command line tool of the build under test.
BINARY = pathlib.Path(os.environ.get("TILEWRIGHT_BUILD", ROOT / "build")).resolve() / "bin/tilewright"


def simulate_and_check(model, inputs, machine, **options):
    """Simulates with verification and sanitizers on; the outputs equal PyTorch's,
    and the figures are complete and consistent. Returns the report."""
    report = tilewright.simulate(model, inputs, machine=machine, verify=True, sanitize=True,
                                 **options)
    with torch.no_grad():
        expected = model(*inputs)
    torch.testing.assert_close(report.outputs, expected, rtol=1e-4, atol=1e-4)
    assert report.machine == machine
    assert report.verified
    check_figures(report)
    return report


def check_figures(report):
    """Every op ran in a kernel of the report, and the sums agree."""
    kernels = {kernel.name for kernel in report.kernels}
    assert kernels, "no kernel ran: who computed the result?"
    assert report.ops, "the report names no source op"
    for op in report.ops:
        assert op.kernel in kernels, f"{op} ran in no reported kernel"
    for kernel in report.kernels:
        assert kernel.launches > 0
        assert kernel.cycles > 0
        assert kernel.dram_bytes > 0
        assert ".py:" in kernel.location, f"{kernel} has no line of the model"
    assert report.cycles >= sum(kernel.cycles for kernel in report.kernels) > 0
    assert report.dram_bytes == sum(kernel.dram_bytes for kernel in report.kernels)
    assert 0.0 <= report.array_utilization <= 1.0
    assert abs(report.seconds - report.cycles / (report.core_freq_mhz * 1e6)) \
        <= 1e-9 * report.seconds

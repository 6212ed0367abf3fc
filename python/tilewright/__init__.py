#===- __init__.py - Tilewright for Python ----------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Compiles and simulates deep-learning models for TPU-like NPUs.

    import torch, tilewright

    model = torch.compile(my_model, backend="tilewright")    # outputs from the NPU
    report = tilewright.simulate(my_model, (x,), machine="tpuv3")
    print(report)                                            # cycles per kernel

Without PyTorch: compile(text) or Program.load(path), then Program.run(arrays)."""

from pathlib import Path as _Path

from . import _tilewright
from .backend import last_report
from .backend import register as _register
from .errors import (
    Error,
    GraphBreakWarning,
    InternalError,
    MismatchError,
    ProgramError,
    UnsupportedError,
    UsageError,
)
from .op_coverage import Coverage, coverage
from .program import Program, Result, compile, compile_file, machines
from .report import Report
from .simulate import simulate
from .tuning import TunedKernel, Tuning, tune, tune_text

__all__ = [
    "Coverage", "Error", "GraphBreakWarning", "InternalError", "MismatchError", "Program",
    "ProgramError", "Report", "Result", "TunedKernel", "Tuning", "UnsupportedError",
    "UsageError", "compile", "compile_file", "coverage", "last_report", "machines",
    "simulate", "tune", "tune_text",
]

_tilewright.add_machine_directory(str(_Path(__file__).resolve().parent / "machines"))
_register()

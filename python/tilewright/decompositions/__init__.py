#===- __init__.py - What torch-mlir cannot lower, in other ops -------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns the decompositions of ATen ops that torch-mlir does not lower (or lowers only in
some forms): one file per family, each a function of PyTorch ops that torch-mlir knows.
They compute what eager PyTorch computes on the CPU, in static shapes, and never look at
data. A decomposition that does not apply returns NotImplemented: the op stays."""

from __future__ import annotations

from collections.abc import Callable

from . import (arithmetic, attention, counting, distance, matmul, moving, ordering, pooling,
               recurrent, special)
from ._registry import TABLE

__all__ = ["TABLE", "arithmetic", "attention", "counting", "distance", "matmul", "moving",
           "ordering", "recurrent", "table"]


def table() -> dict[object, Callable]:
    """torch-mlir's decompositions and ours."""
    from torch_mlir.extras.fx_decomp_util import get_decomposition_table

    return {**get_decomposition_table(), **TABLE, **matmul.of_transformers()}

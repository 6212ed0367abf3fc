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

import torch
from torch._decomp import get_decompositions

from . import (arithmetic, attention, counting, distance, linear_algebra, matmul, moving,
               ordering, pooling, recurrent, resampling, special)
from . import forms  # after the others, whose arguments it brings into form
from ._registry import TABLE, either, of_real

__all__ = ["TABLE", "arithmetic", "attention", "counting", "distance", "forms",
           "linear_algebra", "matmul", "moving", "ordering", "pooling", "recurrent", "resampling", "special", "table"]

aten = torch.ops.aten

#: Ops that PyTorch itself decomposes, and torch-mlir does not ask it to.
_OF_PYTORCH = (aten._batch_norm_no_update.default, aten._batch_norm_with_update.default,
               aten._batch_norm_with_update_functional.default)


def table() -> dict[object, Callable]:
    """PyTorch's and torch-mlir's decompositions, and ours."""
    from torch_mlir.extras.fx_decomp_util import get_decomposition_table

    theirs = {**get_decomposition_table(), **get_decompositions(_OF_PYTORCH)}
    ours = {**TABLE, **matmul.of_transformers()}
    return {**theirs, **{op: either(of_real(function), theirs.get(op))
                        for op, function in ours.items()}}

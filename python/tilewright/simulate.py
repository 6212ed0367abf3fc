#===- simulate.py - A model's figures in one call --------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns simulate(): a PyTorch model run on the simulated machine, compared with
eager PyTorch, and its report."""

from __future__ import annotations

import logging
import os
import types
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.utils import _pytree as pytree

from . import backend
from .errors import UnsupportedError
from .report import Report


def simulate(model: Callable, inputs: Any, machine: str | None = None, *,
             timing: str = "tile", verify: bool = True, sanitize: bool = False,
             trace: bool = True, rtol: float = 1e-4, atol: float = 1e-4,
             name: str | None = None, cache_dir: str | os.PathLike | None = None,
             mapping: str | os.PathLike | Mapping[str, Any] | None = None,
             fusion: str = "all") -> Report:
    """Compiles `model` for `machine` (a preset or a YAML file; default
    $TILEWRIGHT_MACHINE or tpuv3), runs it on `inputs` and returns the report.

    inputs: a tensor, a sequence of positional arguments, or a mapping of keyword
        arguments.
    timing: "tile", "instruction", or "none" (results only).
    verify: check every kernel against the host reference; a difference beyond
        rtol/atol raises MismatchError.
    cache_dir: directory of what earlier runs compiled and measured (default
        $TILEWRIGHT_CACHE_DIR, else none).
    sanitize: also check for hazards, out-of-bounds accesses, divergence.
    mapping: schedules of kernels, e.g. of tune(): a file or its content.
    fusion: which ops may share a kernel: "all", "none", or a list of names,
        separated by commas (docs/cli.md, "Fusion").

    The report's `outputs` are the model's outputs; `max_error` is their largest
    absolute difference from eager PyTorch on the CPU. The model has to be one
    graph: a graph break is an UnsupportedError."""
    args, kwargs = split_inputs(inputs)
    options = {"name": name or name_of(model), "timing": timing, "verify": verify,
               "sanitize": sanitize, "trace": trace, "rtol": rtol, "atol": atol,
               "mapping": mapping, "fusion": fusion}
    if machine is not None:
        options["machine"] = machine
    if cache_dir is not None:
        options["cache_dir"] = os.fspath(cache_dir)
    reports: list[Report] = []
    with torch.no_grad():
        # Cloned: a model may write to its inputs.
        expected = model(*clone(args), **clone(kwargs))
        outputs = call_as_one_graph(model, args, kwargs,
                                    backend.recording(options, reports.append))
    if len(reports) != 1:
        raise UnsupportedError("the model computes nothing on its input tensors: "
                               "there is nothing to simulate")
    report = reports[0]
    report.outputs = outputs
    report._pytorch_error = max_difference(outputs, expected)
    return report


def call_as_one_graph(model: Callable, args: tuple, kwargs: dict[str, Any],
                      with_backend: Callable) -> Any:
    """What the model compiled by a backend returns; a graph break is an
    UnsupportedError."""
    compiled = torch.compile(fresh_caller(model), fullgraph=True, dynamic=False,
                             backend=with_backend)
    try:
        # Recurrent layers become one cell per step; what is logged is no result.
        with torch.no_grad(), torch._dynamo.config.patch(
                allow_rnn=True, ignore_logging_functions=_logging_functions()):
            return compiled(*clone(args), **clone(kwargs))
    except (torch._dynamo.exc.Unsupported, torch._dynamo.exc.UserError,
            torch._dynamo.exc.InternalTorchDynamoError) as error:
        raise UnsupportedError(f"PyTorch cannot trace the model as one graph: {error}") \
            from error


_LOGGING = ("debug", "info", "warn", "error", "critical", "exception", "fatal", "log")


def _logging_functions() -> set[Callable]:
    """The functions that log, also those that libraries add to loggers."""
    return {function for name, function in vars(logging.Logger).items()
            if name.startswith(_LOGGING) and callable(function)}


def split_inputs(inputs: Any) -> tuple[tuple, dict[str, Any]]:
    """Positional and keyword arguments of the model."""
    if isinstance(inputs, torch.Tensor):
        return (inputs,), {}
    if isinstance(inputs, Mapping):
        return (), dict(inputs)
    return tuple(inputs), {}


def max_difference(left: Any, right: Any) -> float:
    """Largest absolute difference of two equal structures of tensors; infinite
    where one is NaN and the other is not."""
    largest = 0.0
    for a, b in zip(pytree.tree_leaves(left), pytree.tree_leaves(right), strict=True):
        if not isinstance(a, torch.Tensor) or a.numel() == 0:
            continue
        wide = torch.complex128 if a.is_complex() else torch.float64
        a, b = a.detach().to(wide), b.detach().to(wide)
        same = (a == b) | (a.isnan() & b.isnan())
        difference = torch.where(same, 0.0, (a - b).abs()).nan_to_num(nan=float("inf"))
        largest = max(largest, difference.max().item())
    return largest


def clone(structure: Any) -> Any:
    return pytree.tree_map_only(torch.Tensor, torch.clone, structure)


def name_of(model: Callable) -> str:
    return type(model).__name__ if isinstance(model, torch.nn.Module) \
        else getattr(model, "__name__", "model")


def fresh_caller(model: Callable) -> Callable:
    """A function with a code object of its own. torch.compile keeps its results,
    and counts recompilations, per code object: so simulations never meet."""
    def call(*args, **kwargs):
        return model(*args, **kwargs)

    return types.FunctionType(call.__code__.replace(), call.__globals__,
                              closure=call.__closure__)

#===- backend.py - The torch.compile backend -------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns the backend `tilewright` of torch.compile: FX graph to compiled program,
program to a callable that torch.compile runs.

    model = torch.compile(my_model, backend="tilewright")
    model = torch.compile(my_model, backend="tilewright",
                          options={"machine": "small32", "verify": True})

Nothing falls back to the host silently. A graph that cannot be compiled raises
Tilewright's own exception when the model is called: torch.compile would wrap an
exception of the backend itself, or swallow it when its errors are suppressed.
A graph break (torch.compile running Python code between two graphs) is a
GraphBreakWarning; fullgraph=True makes it an error, and also catches what never
becomes a graph. Shapes are static: other shapes or numbers compile anew.

Inference only: outputs of a model with parameters that require gradients can be
used, but calling backward() on them raises UnsupportedError."""

from __future__ import annotations

import difflib
import json
import os
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch.fx.experimental.symbolic_shapes import GuardOnDataDependentSymNode

from . import complex_pairs, decompositions, importer, program
from .errors import Error, GraphBreakWarning, InternalError, UnsupportedError, UsageError
from .report import Report


@dataclass(frozen=True)
class Options:
    """The options of torch.compile(..., options={...}): machine and name, then
    those of compile(), then those of Program.run."""

    machine: str = ""
    name: str = "model"
    cache_dir: str | None = None
    mapping: str | os.PathLike | Mapping[str, Any] | None = None
    fusion: str = "all"
    threads: int = 0
    timing: str = "tile"
    verify: bool = False
    sanitize: bool = False
    trace: bool = False
    rtol: float = 1e-4
    atol: float = 1e-4

    @staticmethod
    def parse(given: dict[str, Any] | None) -> Options:
        names = [f.name for f in fields(Options)]
        for key in given or {}:
            if key not in names:
                near = difflib.get_close_matches(key, names, 1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise UsageError(f"unknown option '{key}'{hint} (there are: {', '.join(names)})")
        options = Options(**{"machine": program.default_machine(), **(given or {})})
        if options.timing not in ("none", "tile", "instruction"):
            raise UsageError(f"unknown timing '{options.timing}'; "
                             "it is one of: none, tile, instruction")
        return options


def tilewright(module: torch.fx.GraphModule, inputs: Sequence[Any], *,
               options: dict[str, Any] | None = None, **unknown: Any) -> Callable:
    """The backend function: called by torch.compile for every graph."""
    if unknown:
        return _Raise(UsageError("the tilewright backend takes options={...} only, "
                                 f"not {', '.join(unknown)}"))
    return _compile_or_raise(module, inputs, options, _remember)


def recording(options: dict[str, Any], receive: Callable[[Report], None]) -> Callable:
    """A backend with fixed options that hands every run's report to `receive`."""
    def backend(module: torch.fx.GraphModule, inputs: Sequence[Any]) -> Callable:
        return _compile_or_raise(module, inputs, options, receive)

    return backend


def capturing(receive: Callable[[str], None]) -> Callable:
    """A backend that hands the text of every graph's MLIR module to `receive` and
    leaves running it to PyTorch."""
    def make(graph: torch.fx.GraphModule) -> Callable:
        receive(importer.import_graph(graph).text)
        return graph

    def backend(module: torch.fx.GraphModule, inputs: Sequence[Any]) -> Callable:
        try:
            return lower_graph(module, inputs, make)
        except Error as error:
            return _Raise(error)

    return backend


def _compile_or_raise(module: torch.fx.GraphModule, inputs: Sequence[Any],
                      given: dict[str, Any] | None,
                      receive: Callable[[Report], None]) -> Callable:
    _report_graph_break(module)
    try:
        options = Options.parse(given)
        numbers = _numbers(module, inputs)
        if numbers or not all(_is_static(value) for value in inputs):
            return _PerValue(module, numbers, options, receive)
        return compile_graph(module, inputs, options, receive)
    except Error as error:
        return _Raise(error)


class _Raise:
    """Stands for a graph that could not be compiled."""

    def __init__(self, error: Error):
        self.error = error

    def __call__(self, *inputs):
        raise self.error.with_traceback(None)


class _PerValue:
    """A graph of dynamic shapes or with Python numbers as inputs: compiled anew for
    every set of shapes and numbers it is called with."""

    def __init__(self, module: torch.fx.GraphModule, numbers: list[int], options: Options,
                 receive: Callable[[Report], None]):
        self.module = module
        self.numbers = numbers
        self.options = options
        self.receive = receive
        self.compiled: dict[Any, Callable] = {}

    def __call__(self, *inputs):
        values = {i: inputs[i].item() if isinstance(inputs[i], torch.Tensor) else inputs[i]
                  for i in self.numbers}
        tensors = [v for i, v in enumerate(inputs) if i not in values]
        key = (tuple((type(v), v) for v in values.values()),
               tuple((v.dtype, v.shape, v.stride()) for v in tensors))
        if key not in self.compiled:
            self.compiled[key] = compile_graph(_with_numbers(self.module, values), tensors,
                                               self.options, self.receive)
        return self.compiled[key](*tensors)


def _with_numbers(module: torch.fx.GraphModule, values: dict[int, Any]) -> torch.fx.GraphModule:
    """A copy of the graph with some inputs replaced by numbers."""
    copy = torch.fx.GraphModule(module, torch.fx.Graph())
    copy.graph.output(copy.graph.graph_copy(module.graph, {}))
    placeholders = [n for n in copy.graph.nodes if n.op == "placeholder"]
    for number, value in values.items():
        node = placeholders[number]
        for user in list(node.users):
            if user.op == "call_method" and user.target == "item":
                importer.replace_by_value(user, value)
                copy.graph.erase_node(user)
        importer.replace_by_value(node, value)
        copy.graph.erase_node(node)
    copy.recompile()
    return copy


def _numbers(module: torch.fx.GraphModule, inputs: Sequence[Any]) -> list[int]:
    """Which inputs are Python numbers. torch.compile passes floats that it has seen
    change as f64 scalars that are only read by item()."""
    placeholders = [n for n in module.graph.nodes if n.op == "placeholder"]
    return [i for i, (node, value) in enumerate(zip(placeholders, inputs, strict=True))
            if not isinstance(value, torch.Tensor)
            or (value.dtype == torch.float64 and value.dim() == 0 and node.users
                and all(u.op == "call_method" and u.target == "item" for u in node.users))]


def _is_static(value: Any) -> bool:
    return not isinstance(value, torch.Tensor) or not any(
        isinstance(n, torch.SymInt) for n in (*value.shape, *value.stride()))


def _report_graph_break(module: torch.fx.GraphModule) -> None:
    reason = getattr(module, "compile_subgraph_reason", None)
    if reason is None or not reason.graph_break:
        return
    file, line = (reason.user_stack[-1].filename, reason.user_stack[-1].lineno) \
        if reason.user_stack else ("unknown", 0)
    what = str(reason.reason).strip().splitlines()[0]
    warnings.warn_explicit(
        f"torch.compile split the model at {file}:{line} ({what}): the code there runs in "
        "Python on the host; fullgraph=True makes this an error",
        GraphBreakWarning, file, line)


def compile_graph(module: torch.fx.GraphModule, inputs: Sequence[Any],
                  options: Options, receive: Callable[[Report], None]) -> Callable:
    """Compiles an FX graph for inputs of static shape; gives the callable, which
    hands the report of every run to `receive`."""
    return lower_graph(module, inputs, lambda graph: CompiledGraph(graph, options, receive))


def lower_graph(module: torch.fx.GraphModule, inputs: Sequence[Any],
                make: Callable[[torch.fx.GraphModule], Callable]) -> Callable:
    """Makes an FX graph functional ATen; gives a callable around what `make` makes
    of that."""
    from torch._functorch.aot_autograd import aot_module_simplified

    def compiler(graph: torch.fx.GraphModule, _inputs) -> Callable:
        if complex_pairs.has_complex(graph):
            return complex_pairs.Paired(graph, decompositions.table(), make)
        return make(graph)

    try:
        with torch.no_grad():
            compiled = aot_module_simplified(module, inputs, fw_compiler=compiler,
                                             inference_compiler=compiler,
                                             decompositions=decompositions.table())
    except Error:
        raise
    except NotImplementedError as error:
        raise UnsupportedError(f"PyTorch cannot trace this graph: {error}") from error
    except GuardOnDataDependentSymNode as error:
        raise UnsupportedError("shapes have to be known when the model is compiled, and one "
                               f"depends on data: {error}") from error

    def call(*arguments):
        with torch.no_grad():
            outputs = compiled(*arguments)
        if not torch.is_grad_enabled():
            return outputs
        anchors = [a for a in arguments if isinstance(a, torch.Tensor) and a.requires_grad]
        return _without_backward(outputs, anchors[0]) if anchors else outputs

    return call


class _NoBackward(torch.autograd.Function):
    """The identity; its gradient is an error."""

    @staticmethod
    def forward(ctx, value, anchor):
        return value.view_as(value)

    @staticmethod
    def backward(ctx, gradient):
        raise UnsupportedError("backward() of a model compiled by tilewright: training is not "
                               "supported, only inference (wrap the call in torch.no_grad())")


def _without_backward(outputs: Sequence[Any], anchor: torch.Tensor) -> list[Any]:
    return [_NoBackward.apply(o, anchor)
            if isinstance(o, torch.Tensor) and o.is_floating_point() and not o.requires_grad
            else o for o in outputs]


class CompiledGraph:
    """A functional ATen graph as a program, called with PyTorch tensors."""

    def __init__(self, graph: torch.fx.GraphModule, options: Options,
                 receive: Callable[[Report], None]):
        self.options = options
        self.receive = receive
        self.imported = importer.import_graph(graph)
        self.program = _compile_cached(self.imported.text, options) if self.imported.text else None

    def __call__(self, *inputs):
        results = self._run(inputs) if self.program else []
        take = {"result": lambda i: results[i], "input": lambda i: inputs[i],
                "constant": lambda value: value,
                "empty": lambda like: torch.empty_strided(like[0], like[1], dtype=like[2])}
        return [take[kind](value) for kind, value in self.imported.outputs]

    def _run(self, inputs: Sequence[Any]) -> list[torch.Tensor]:
        o = self.options
        result = self.program.run(
            [_to_host(inputs[i], i) for i in self.imported.inputs], timing=o.timing,
            verify=o.verify, sanitize=o.sanitize, trace=o.trace, rtol=o.rtol, atol=o.atol,
            cache_dir=o.cache_dir)
        self.receive(result.report)
        return [_like(torch.from_dlpack(array), example)
                for array, example in zip(result.arrays, self.imported.values, strict=True)]


def _to_host(value: torch.Tensor, number: int) -> torch.Tensor:
    """The tensor as the extension module reads it: plain, contiguous, on the host."""
    if value.device.type != "cpu":
        raise UsageError(f"input {number} is on {value.device}: tilewright takes CPU tensors")
    return value.detach().resolve_conj().resolve_neg().contiguous()


def _like(tensor: torch.Tensor, example: torch.Tensor) -> torch.Tensor:
    """A program's output with the type and strides that PyTorch expects. Programs
    know integers without sign, and give tensors in row-major order."""
    if tensor.dtype != example.dtype:
        if tensor.dtype.is_floating_point or tensor.element_size() != example.element_size():
            raise InternalError(f"the program returned {tensor.dtype} for {example.dtype}")
        tensor = tensor.view(example.dtype)
    if tuple(tensor.shape) != tuple(example.shape):
        raise InternalError(f"the program returned a tensor of shape {list(tensor.shape)} "
                            f"for one of {list(example.shape)}")
    if tensor.stride() == example.stride():
        return tensor
    # Written element by element, since an expanded tensor's share their places.
    size = 1 + sum((n - 1) * s for n, s in zip(example.shape, example.stride(), strict=True))
    places = torch.arange(size).as_strided(example.shape, example.stride())
    storage = torch.empty(size, dtype=example.dtype)
    storage[places.flatten()] = tensor.flatten()
    return storage.as_strided(example.shape, example.stride())


_lock = threading.Lock()
_programs: OrderedDict[Any, program.Program] = OrderedDict()
_MAX_PROGRAMS = 64
_last_report: Report | None = None


def _stamp(path: str | os.PathLike | None) -> Any:
    """What tells the versions of a file apart; None for names of no file."""
    if not path or not os.path.isfile(path):
        return None
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size


def _compile_cached(text: str, options: Options) -> program.Program:
    """Programs of this process by text, machine, mapping and fusion. A file that changes is
    another machine or mapping."""
    mapping = options.mapping
    if isinstance(mapping, Mapping):
        mapping = json.dumps(mapping, sort_keys=True)
    key = (text, options.machine, _stamp(options.machine), mapping, _stamp(mapping),
           options.fusion, os.environ.get("TILEWRIGHT_MACHINES"))
    with _lock:
        if key in _programs:
            _programs.move_to_end(key)
            return _programs[key]
    compiled = program.compile(text, options.name, options.machine,
                               cache_dir=options.cache_dir, mapping=options.mapping,
                               fusion=options.fusion, threads=options.threads)
    with _lock:
        _programs[key] = compiled
        if len(_programs) > _MAX_PROGRAMS:
            _programs.popitem(last=False)
    return compiled


def _remember(report: Report) -> None:
    global _last_report
    with _lock:
        _last_report = report


def last_report() -> Report | None:
    """The report of the last graph that ran through torch.compile, or None."""
    return _last_report


def register() -> None:
    """Makes torch.compile find the backend where the package's metadata is not
    installed. Equal to the entry point, so either may come first."""
    from importlib.metadata import EntryPoint

    from torch._dynamo.backends import registry

    registry._BACKENDS.setdefault("tilewright", EntryPoint(
        "tilewright", "tilewright.backend:tilewright", "torch_dynamo_backends"))

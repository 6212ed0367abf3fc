#===- op_coverage.py - Which ops of a model compile --------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns the coverage report: every ATen op of a model, how often it occurs, and whether
it compiles, or the exact reason why not.

    print(tilewright.coverage(model, (x,), machine="tpuv3"))

Each op is compiled alone, once per form (types, shapes and parameters), so that a
failing op hides no other; then the model as a whole, because ops are fused. Nothing is
run on the machine. Where torch.compile splits a model, all its graphs count."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.fx import GraphModule, Node

from . import _isolation, backend, importer, program
from .errors import UnsupportedError, UsageError

#: What became of an op form or of a model.
COMPILED, UNSUPPORTED, FAILED, NOT_TRIED = "compiled", "unsupported", "failed", "not tried"

_USAGE = "usage"

#: After this time an op, or a model, counts as failed.
_LIMIT_SECONDS = 300.0


@dataclass
class Form:
    """An op with the types, shapes and parameters of some of its occurrences."""

    op: str                 # "aten.add.Tensor"
    arguments: str          # "f32[2, 3], f32[3], alpha=2"
    count: int = 0
    status: str = NOT_TRIED
    reason: str = ""
    locations: list[str] = field(default_factory=list)   # "model.py:12", in order


@dataclass
class Coverage:
    """What `coverage` found: `forms` in the order of the model; `model_status` and
    `model_reason` of the model as a whole; `graph_breaks`, where torch.compile runs
    Python on the host."""

    model: str
    machine: str
    forms: list[Form] = field(default_factory=list)
    model_status: str = NOT_TRIED
    model_reason: str = ""
    graph_breaks: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failures(self) -> list[Form]:
        return [f for f in self.forms if f.status not in (COMPILED, NOT_TRIED)]

    @property
    def complete(self) -> bool:
        """Whether the whole model compiles, in one graph."""
        return self.model_status == COMPILED and not self.failures and not self.graph_breaks

    @property
    def traced(self) -> bool:
        """Whether all ops are known."""
        return self.model_status != UNSUPPORTED or bool(self.forms)

    def ops(self) -> dict[str, list[Form]]:
        """The forms of each op, most frequent op first."""
        by_op: dict[str, list[Form]] = {}
        for form in self.forms:
            by_op.setdefault(form.op, []).append(form)
        return dict(sorted(by_op.items(), key=lambda item: -sum(f.count for f in item[1])))

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model, "machine": self.machine, "status": self.model_status,
            "reason": self.model_reason, "graph_breaks": self.graph_breaks,
            "occurrences": sum(f.count for f in self.forms), "forms": len(self.forms),
            "failed_forms": len(self.failures), "seconds": round(self.seconds, 3),
            "ops": [{"op": op, "count": sum(f.count for f in forms), "forms": [
                {"arguments": f.arguments, "count": f.count, "status": f.status,
                 "reason": f.reason, "locations": f.locations} for f in forms]}
                for op, forms in self.ops().items()]}

    def __rich__(self):
        from rich import box
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column("op", no_wrap=True)
        for heading in ("count", "forms", "compiled"):
            table.add_column(heading, justify="right", no_wrap=True)
        tried = any(f.status != NOT_TRIED for f in self.forms)
        for op, forms in self.ops().items():
            compiled = sum(f.status == COMPILED for f in forms)
            table.add_row(op, str(sum(f.count for f in forms)), str(len(forms)),
                          str(compiled) if tried else "-",
                          style="red" if tried and compiled < len(forms) else "")
        parts = [Text(f"{self.model} on {self.machine}: {_verdict(self)}", style="bold"), table]
        if not self.forms:
            parts.pop()
        for form in self.failures:
            parts.append(Text(f"{form.op}({form.arguments}) at {_first(form.locations)}: "
                              f"{form.status}: {_first_line(form.reason)}"))
        parts += [Text(f"graph break: {where}") for where in self.graph_breaks]
        if self.model_reason:
            parts.append(Text(f"the whole model: {_first_line(self.model_reason)}"))
        return Group(*parts)

    def __str__(self) -> str:
        return _rendered(self)


def coverage(model: Callable, inputs: Any, machine: str | None = None, *,
             enumerate_only: bool = False, name: str | None = None,
             progress: Callable[[str], None] = lambda text: None) -> Coverage:
    """Finds out what of `model` compiles for `machine` with these `inputs` (as those of
    simulate()). With `enumerate_only` nothing is compiled. `progress` is called with
    what is being done."""
    from .simulate import name_of, split_inputs

    start = time.monotonic()
    options = backend.Options.parse({} if machine is None else {"machine": machine})
    result = Coverage(name or name_of(model), options.machine)
    args, kwargs = split_inputs(inputs)
    if not callable(model):
        raise UsageError(f"{result.model}: an object of type {type(model).__name__} is not a model")
    progress("tracing")
    graphs = _trace(model, args, kwargs, result)
    forms = _forms(graphs, result)
    if not enumerate_only:
        for number, (form, node) in enumerate(forms):
            progress(f"op {number + 1} of {len(forms)}: {form.op}")
            form.status, form.reason = _attempt(importer.alone(node), options)
        progress("the whole model")
        if result.model_status == NOT_TRIED:
            result.model_status = COMPILED
            for graph in graphs:
                result.model_status, result.model_reason = _attempt(graph, options)
                if result.model_status != COMPILED:
                    break
    result.seconds = time.monotonic() - start
    return result


def _trace(model: Callable, args: tuple, kwargs: dict, result: Coverage) -> list[GraphModule]:
    """The functional ATen graphs of the model, which runs on the host meanwhile. Ops whose
    shapes depend on data are kept in the graphs, to be named; what PyTorch then cannot
    trace is traced once more, with breaks at such ops."""
    graphs, _, error = _traced(model, args, kwargs, keep_dynamic=True)
    if error is None:
        return graphs
    graphs, result.graph_breaks, error = _traced(model, args, kwargs, keep_dynamic=False)
    if error is not None:
        result.model_status = UNSUPPORTED
        result.model_reason = _own_failure(model, args, kwargs) \
            or f"PyTorch cannot trace the model: {_summary(error)}"
    elif not graphs and result.graph_breaks:
        result.model_status = UNSUPPORTED
        result.model_reason = "PyTorch makes no graph of the model: all of it runs in Python"
    return graphs


def _traced(model: Callable, args: tuple, kwargs: dict, keep_dynamic: bool):
    """Graphs, breaks between them, and the exception that tracing ended with."""
    graphs: list[GraphModule] = []
    breaks: list[str] = []

    def capture(module, inputs):
        from torch._functorch.aot_autograd import aot_module_simplified, make_boxed_func

        from . import decompositions

        reason = getattr(module, "compile_subgraph_reason", None)
        if reason is not None and reason.graph_break:
            frame = reason.user_stack[-1] if reason.user_stack else None
            where = f"{frame.filename}:{frame.lineno}" if frame else "unknown"
            breaks.append(f"{where}: {_summary(reason.reason)}")

        def keep(graph, _inputs):
            importer.locate(graph.graph)
            graphs.append(graph)
            return make_boxed_func(graph.forward)

        return aot_module_simplified(module, inputs, fw_compiler=keep, inference_compiler=keep,
                                     decompositions=decompositions.table())

    from .simulate import clone, fresh_caller
    torch._dynamo.utils.counters["graph_break"].clear()
    compiled = torch.compile(fresh_caller(model), dynamic=False, backend=capture)
    settings = {"allow_rnn": True}
    if keep_dynamic:
        settings.update(capture_dynamic_output_shape_ops=True, capture_scalar_outputs=True)
    with torch.no_grad(), torch._dynamo.config.patch(**settings), _quiet():
        try:
            compiled(*clone(args), **clone(kwargs))
        except Exception as error:  # whatever tracing or the model itself raises
            return graphs, breaks, error
    counted = torch._dynamo.utils.counters["graph_break"]
    if keep_dynamic and (breaks or (counted and not graphs)):
        return graphs, breaks, UnsupportedError("the model is more than one graph")
    return graphs, breaks or [_summary(reason) for reason in counted], None


@contextlib.contextmanager
def _quiet():
    """Without PyTorch's own log of what fails: that is part of the result."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(level)


def _own_failure(model: Callable, args: tuple, kwargs: dict) -> str | None:
    """What the model raises in eager PyTorch, if it does."""
    from .simulate import clone

    try:
        with torch.no_grad():
            model(*clone(args), **clone(kwargs))
    except Exception as error:
        return f"the model fails in PyTorch as well: {type(error).__name__}: {_first_line(error)}"
    return None


def _forms(graphs: Sequence[GraphModule], result: Coverage) -> list[tuple[Form, Node]]:
    """The distinct op forms and an occurrence of each; counts them into the result."""
    found: dict[tuple[str, str], tuple[Form, Node]] = {}
    for graph in graphs:
        for node in graph.graph.nodes:
            if node.op != "call_function" or not _is_work(node):
                continue
            key = (str(node.target), _arguments(node))
            form, _ = found.setdefault(key, (Form(*key), node))
            form.count += 1
            where = importer.location_of(node)
            if where and where not in form.locations:
                form.locations.append(where)
    result.forms = [form for form, _ in found.values()]
    return list(found.values())


def _is_work(node: Node) -> bool:
    """Not what only takes one of several results, or reckons with dynamic shapes."""
    return isinstance(node.target, (torch._ops.OpOverload, torch._ops.HigherOrderOperator)) \
        and not str(node.target).startswith(("aten.sym_", "aten._assert_"))


def _attempt(graph: GraphModule, options: backend.Options) -> tuple[str, str]:
    """Status and reason of compiling a graph, in a process of its own."""
    def compile() -> list[str]:
        try:
            imported = importer.import_graph(graph)
            if imported.text:
                program.compile(imported.text, options.name, options.machine)
        except UnsupportedError as error:
            return [UNSUPPORTED, str(error).strip()]
        except UsageError as error:
            return [_USAGE, str(error).strip()]
        except Exception as error:  # a defect; it must not hide the other ops
            return [FAILED, f"{type(error).__name__}: {error}".strip()]
        return [COMPILED, ""]

    outcome = _isolation.attempt(compile, _LIMIT_SECONDS)
    if isinstance(outcome, str):
        return FAILED, outcome
    if outcome[0] == _USAGE:  # the machine, say: no op is to blame
        raise UsageError(outcome[1])
    return outcome[0], outcome[1]


_SHORT = {"float": "f", "bfloat": "bf", "int": "i", "uint": "u"}


def _type_name(dtype: torch.dtype) -> str:
    """`f32` for torch.float32."""
    text = str(dtype).removeprefix("torch.")
    letters = text.rstrip("0123456789")
    return "i1" if text == "bool" else _SHORT.get(letters, letters) + text[len(letters):]


def _arguments(node: Node) -> str:
    def text(value: Any) -> str:
        if isinstance(value, Node):
            example = value.meta.get("val")
            if isinstance(example, torch.Tensor):
                return f"{_type_name(example.dtype)}{list(example.shape)}"
            return str(example)
        if isinstance(value, (list, tuple)):
            return "[" + ", ".join(map(text, value)) + "]"
        return _type_name(value) if isinstance(value, torch.dtype) else str(value)

    named = [f"{key}={text(value)}" for key, value in node.kwargs.items()
             if key not in ("device", "pin_memory", "layout")]
    return ", ".join([*map(text, node.args), *named])


def _verdict(c: Coverage) -> str:
    total = sum(f.count for f in c.forms)
    counted = f"{len(c.ops())} ops in {len(c.forms)} forms, {total} occurrences"
    if c.model_status == NOT_TRIED:
        return counted
    if not c.forms:
        return f"no ops; the whole model: {c.model_status}"
    failed = f"{len(c.failures)} forms fail" if c.failures else "all compile"
    breaks = f", with {len(c.graph_breaks)} graph breaks" if c.graph_breaks else ""
    return f"{counted}: {failed}; the whole model: {c.model_status}{breaks}"


def _first(items: Sequence[str]) -> str:
    return items[0] if items else "an unknown line"


def _first_line(error: Exception | str) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _summary(reason: Any) -> str:
    """The first line of a message of torch.compile, with its explanation."""
    explanation = re.search(r"(?m)^\s*Explanation: (.*)$", str(reason))
    return _first_line(reason) + (f": {explanation[1]}" if explanation else "")


def _rendered(*parts: Any) -> str:
    from rich.console import Console

    console = Console(width=120, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(*parts, sep="\n")
    return capture.get()


def summary(results: Sequence[Coverage]):
    """One line per model, as a table for rich."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("model", no_wrap=True)
    for heading in ("occurrences", "ops", "forms", "failing", "breaks"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("whole model", no_wrap=True)
    for c in results:
        table.add_row(c.model, str(sum(f.count for f in c.forms)), str(len(c.ops())),
                      str(len(c.forms)), str(len(c.failures)), str(len(c.graph_breaks)),
                      c.model_status)
    return table


def to_json(results: Sequence[Coverage], path: str | os.PathLike) -> None:
    try:
        with open(path, "w") as file:
            json.dump({"models": [c.to_dict() for c in results]}, file, indent=2)
            file.write("\n")
    except OSError as error:
        raise UsageError(f"cannot write {os.fspath(path)}: {error.strerror}") from error

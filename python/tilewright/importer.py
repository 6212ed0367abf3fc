#===- importer.py - ATen graphs to linalg on tensors -----------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns the way from a functional ATen graph (what AOTAutograd gives) to MLIR
text, through torch-mlir's FX importer. Source locations of the user's model are
part of the text. What torch-mlir cannot lower is an UnsupportedError that names
the ATen op and the line of the model.

The function of the text takes and gives tensors only. Whatever else an ATen
graph passes (None, numbers, an input handed back) is kept as data in Imported."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import torch
from torch.fx import Graph, GraphModule, Node

from .errors import UnsupportedError

_PIPELINES = (
    "builtin.module(func.func(torch-match-quantized-custom-ops),"
    "torchdynamo-export-to-torch-backend-pipeline{extra-library=})",
    "builtin.module(torch-backend-to-linalg-on-tensors-backend-pipeline"
    "{allow-non-finites=true})",
)


@dataclass
class Imported:
    """An ATen graph as MLIR.

    text: the module; empty when the graph computes nothing.
    inputs: numbers of the graph's inputs that are arguments of the function.
    outputs: one entry per output of the graph, where its value comes from:
        ("result", i), ("input", i) or ("constant", value).
    values: the example (fake) tensor of each result of the function."""

    text: str
    inputs: list[int]
    outputs: list[tuple[str, Any]]
    values: list[torch.Tensor]


def import_graph(module: GraphModule) -> Imported:
    """Imports a functional ATen graph with static shapes."""
    graph = Graph()
    graph.output(graph.graph_copy(module.graph, {}))
    # The importer finds tensors that the graph refers to by name in its module.
    graph = GraphModule(module, graph).graph
    placeholders = [n for n in graph.nodes if n.op == "placeholder"]
    _check_static(placeholders)
    _check_types(graph)
    _locate(graph)
    for node in placeholders:
        value = node.meta.get("val")
        if not isinstance(value, torch.Tensor):
            replace_by_value(node, value)
    outputs, results = _split_outputs(graph, placeholders)
    imported = Imported(
        text="",
        inputs=[i for i, n in enumerate(placeholders)
                if isinstance(n.meta.get("val"), torch.Tensor)],
        outputs=outputs,
        values=[n.meta["val"] for n in results])
    if results:
        for node in placeholders:
            if not isinstance(node.meta.get("val"), torch.Tensor):
                graph.erase_node(node)
        graph.eliminate_dead_code()
        imported.text = _lower(graph)
    return imported


def _check_static(placeholders: list[Node]) -> None:
    for node in placeholders:
        value = node.meta.get("val")
        sizes = value.shape if isinstance(value, torch.Tensor) else [value]
        if any(isinstance(s, (torch.SymInt, torch.SymFloat, torch.SymBool)) for s in sizes):
            raise UnsupportedError(
                f"input {node.name} has a dynamic shape; use torch.compile(..., dynamic=False)")


def _check_types(graph: Graph) -> None:
    for node in graph.nodes:
        value = node.meta.get("val")
        if isinstance(value, torch.Tensor) and value.dtype.is_complex:
            raise UnsupportedError(f"{_op_name(node)} gives {value.dtype}: complex numbers are "
                                   f"not supported{_at(node)}")


_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def _locate(graph: Graph) -> None:
    """Makes the nodes' stacks hold lines of the user's code: without simulate()'s own
    call of the model; and where a module of PyTorch is the whole model, so that no
    user code called it, the module's forward()."""
    for node in graph.nodes:
        frames = re.split(r'(?m)^(?=  File ")', node.meta.get("stack_trace") or "")
        own = "".join(f for f in frames if not f.startswith(f'  File "{_PACKAGE}'))
        node.meta["stack_trace"] = own or _frame_of_module(node)


def _frame_of_module(node: Node) -> str | None:
    modules = list((node.meta.get("nn_module_stack") or {}).values())
    code = getattr(getattr(modules[-1][1], "forward", None), "__code__", None) \
        if modules else None
    return code and f'  File "{code.co_filename}", line {code.co_firstlineno}, in forward\n'


def replace_by_value(node: Node, value: Any) -> None:
    """Uses of a node become a number."""
    def substitute(argument):
        return value if argument is node else argument

    for user in list(node.users):
        user.args = torch.fx.map_arg(user.args, substitute)
        user.kwargs = torch.fx.map_arg(user.kwargs, substitute)


def _split_outputs(graph: Graph, placeholders: list[Node]):
    """Where each output comes from, and the nodes the function has to return; the
    graph's output node is rewritten to those."""
    output = next(n for n in graph.nodes if n.op == "output")
    sources: list[tuple[str, Any]] = []
    results: list[Node] = []
    for value in torch.utils._pytree.tree_leaves(output.args[0]):
        if not isinstance(value, Node):
            sources.append(("constant", value))
        elif value.op == "placeholder":
            sources.append(("input", placeholders.index(value)))
        else:
            example = value.meta.get("val")
            if not isinstance(example, torch.Tensor):
                raise UnsupportedError(
                    f"the graph returns {_op_name(value)}, a {type(example).__name__}: "
                    f"only tensors can be computed{_at(value)}")
            if value not in results:
                results.append(value)
            sources.append(("result", results.index(value)))
    output.args = (tuple(results),)
    return sources, results


def _lower(graph: Graph) -> str:
    from torch_mlir import ir
    from torch_mlir.dialects import torch as torch_dialect
    from torch_mlir.extras.fx_importer import FxImporter
    from torch_mlir.passmanager import PassManager

    context = ir.Context()
    torch_dialect.register_dialect(context)
    importer = FxImporter(context=context)
    with context:
        try:
            importer.import_stateless_graph(graph, func_name="main")
            for pipeline in _PIPELINES:
                PassManager.parse(pipeline).run(importer.module.operation)
        except Exception as error:  # torch-mlir raises many kinds
            raise _unsupported(graph, error) from error
        return importer.module.operation.get_asm(enable_debug_info=True)


def _unsupported(graph: Graph, error: Exception) -> UnsupportedError:
    details = "\n".join(
        f"{_location(d.location)}: {d.message}" for d in getattr(error, "error_diagnostics", [])
    ) or f"{type(error).__name__}: {error}"
    ops = _named_ops(details)
    nodes = [n for n in graph.nodes if n.op == "call_function" and _op_name(n) in ops]
    if nodes:
        what = "; ".join(dict.fromkeys(f"{_op_name(n)}{_at(n)}" for n in nodes))
    elif ops:
        what = ", ".join(ops)
    else:
        used = sorted({_op_name(n) for n in graph.nodes if n.op == "call_function"})
        what = f"this graph of {', '.join(used)}"
    return UnsupportedError(f"torch-mlir cannot lower {what}\n{details}")


def _named_ops(text: str) -> list[str]:
    """ATen ops that a torch-mlir message names: `torch.aten.histc`, or, in Python
    errors, `aten::histc` and `aten.histc.default`."""
    found = re.findall(r"\b((?:aten|prims|torchvision)(?:\.|::)\w+)", text)
    return list(dict.fromkeys(name.replace("::", ".") for name in found))


def _op_name(node: Node) -> str:
    """`aten.histc` for the target aten.histc.default."""
    target = node.target
    if isinstance(target, torch._ops.OpOverload):
        return str(target.overloadpacket)
    return getattr(target, "__name__", str(target))


_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


def _at(node: Node) -> str:
    """` at model.py:12`: the innermost line of the model that made the node."""
    frames = _FRAME.findall(node.meta.get("stack_trace") or "")
    return f" at {frames[-1][0]}:{frames[-1][1]}" if frames else ""


def _location(location) -> str:
    match = re.search(r'"([^"]+)":(\d+)', str(location))
    return f"{match[1]}:{match[2]}" if match else "unknown location"

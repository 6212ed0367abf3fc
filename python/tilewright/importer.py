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

import operator
import os
import re
from dataclasses import dataclass
from typing import Any

import torch
from torch.fx import Graph, GraphModule, Node
from torch.utils._python_dispatch import _disable_current_modes

from .errors import UnsupportedError

#: The target of nodes that take one of several results.
GETITEM = operator.getitem

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
    owner = GraphModule(module, graph)
    graph = owner.graph
    placeholders = [n for n in graph.nodes if n.op == "placeholder"]
    locate(graph)
    _check_static(placeholders)
    _drop_assertions(graph)
    for node in graph.nodes:
        _check_node(node)
    for node in placeholders:
        value = node.meta.get("val")
        if not isinstance(value, torch.Tensor):
            replace_by_value(node, value)
    _name_constants(owner)
    _fold_empty(owner)
    _convert_constants(owner)
    _widen_indices(graph)
    _wrap_indices(graph)
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
                f"input {node.name} has a shape, {list(sizes)}, that is not known when the model "
                "is compiled; use torch.compile(..., dynamic=False)")


def _drop_assertions(graph: Graph) -> None:
    """What a model asserts of its data has no result, and programs do not stop: it goes,
    with all that only it needs."""
    unused = {n for n in graph.nodes if n.op == "call_function"
              and str(n.target).startswith(("aten._assert_", "aten.sym_constrain_range"))}
    for node in reversed(list(graph.nodes)):
        for needed in node.all_input_nodes if node in unused else ():
            if set(needed.users) <= unused and needed.op not in ("placeholder", "get_attr"):
                unused.add(needed)
        if node in unused and not node.users:
            graph.erase_node(node)


_NO_SUCH_TYPES = (torch.uint16, torch.uint32, torch.uint64)


def _check_node(node: Node) -> None:
    """What no compiler of static programs could do is refused before torch-mlir sees it."""
    for value in torch.utils._pytree.tree_leaves(node.meta.get("val")):
        if isinstance(value, (torch.SymInt, torch.SymFloat, torch.SymBool)) \
                or isinstance(value, torch.Tensor) and any(
                isinstance(s, torch.SymInt) for s in value.shape):
            raise UnsupportedError(
                f"{_op_name(node)} gives a shape or number that depends on data{_at(node)}: "
                "shapes have to be known when the model is compiled; use a form of fixed "
                "size, such as torch.where instead of a boolean index")
        if isinstance(value, torch.Tensor) and value.dtype.is_complex:
            raise UnsupportedError(f"{_op_name(node)} gives {value.dtype}: complex numbers are "
                                   f"not supported{_at(node)}")
        if isinstance(value, torch.Tensor) and value.dtype in _NO_SUCH_TYPES:
            raise UnsupportedError(f"{_op_name(node)} gives {value.dtype}: of unsigned integers "
                                   f"only 8 bits are supported{_at(node)}")
    if node.target is torch.ops.aten.convolution.default \
            and node.meta["val"].dtype == torch.int64:
        raise UnsupportedError(f"aten.convolution of 64-bit integers{_at(node)}: the machine's "
                               "arrays sum in 32 bits; convert the tensors to torch.int32")
    if torch.Tag.nondeterministic_seeded in getattr(node.target, "tags", ()):
        raise UnsupportedError(f"{_op_name(node)} draws random numbers{_at(node)}: only models "
                               "whose outputs depend on their inputs alone can be compiled; "
                               "pass random tensors as inputs, or use model.eval()")


def _fold_empty(owner: GraphModule) -> None:
    """What is computed from tensors without elements only, such as their sum or product, is
    known: PyTorch says what it is. torch-mlir divides by the number of elements."""
    for node in list(owner.graph.nodes):
        results = torch.utils._pytree.tree_leaves(node.meta.get("val"))
        operands = [v for n in node.all_input_nodes
                    for v in torch.utils._pytree.tree_leaves(n.meta.get("val"))]
        if node.op != "call_function" or is_getitem(node) or not operands or not results \
                or not all(isinstance(v, torch.Tensor) for v in (*results, *operands)) \
                or any(v.numel() for v in operands) or not any(v.numel() for v in results):
            continue
        with _disable_current_modes():  # those that trace: values are wanted
            args, kwargs = torch.fx.map_arg(
                (node.args, node.kwargs),
                lambda n: torch.utils._pytree.tree_map(_without_elements, n.meta["val"]))
            computed = node.target(*args, **kwargs)
        if isinstance(computed, torch.Tensor):
            _replace_by_constant(owner, node, computed)
            continue
        for user in list(node.users):
            if is_getitem(user):
                _replace_by_constant(owner, user, computed[user.args[1]])


def _without_elements(example: torch.Tensor) -> torch.Tensor:
    return torch.empty(tuple(example.shape), dtype=example.dtype)


def _name_constants(owner: GraphModule) -> None:
    """Tensors that stand in the arguments of a node become constants of the graph."""
    for node in list(owner.graph.nodes):
        count = 0

        def named(value):
            nonlocal count
            if not isinstance(value, torch.Tensor):
                return value
            name = f"_tilewright_argument_{node.name}_{count}"
            count += 1
            owner.register_buffer(name, value)
            with owner.graph.inserting_before(node):
                constant = owner.graph.get_attr(name)
            with _disable_current_modes():
                constant.meta = {"val": torch.empty_like(value, device="meta"),
                                 "stack_trace": node.meta.get("stack_trace")}
            return constant

        if node.op == "call_function":
            node.args, node.kwargs = torch.utils._pytree.tree_map(
                named, (node.args, node.kwargs))


def _replace_by_constant(owner: GraphModule, node: Node, value: torch.Tensor) -> None:
    name = f"_tilewright_constant_{node.name}"
    owner.register_buffer(name, value)
    with owner.graph.inserting_before(node):
        constant = owner.graph.get_attr(name)
    constant.meta = {"val": node.meta["val"], "stack_trace": node.meta.get("stack_trace")}
    node.replace_all_uses_with(constant)
    owner.graph.erase_node(node)


#: Types of constants that torch-mlir cannot read, and those that hold the same values.
_READ_AS = {torch.bfloat16: torch.float32, torch.bool: torch.int8}


def _convert_constants(owner: GraphModule) -> None:
    """torch-mlir reads constants through NumPy, which has no bf16, and converts booleans
    where PyTorch has no values at hand."""
    for node in [n for n in owner.graph.nodes if n.op == "get_attr"]:
        value = owner.get_buffer(node.target) if node.target in dict(owner.named_buffers()) \
            else getattr(owner, node.target, None)
        if not isinstance(value, torch.Tensor) or value.dtype not in _READ_AS:
            continue
        name, kind = f"_tilewright_{node.name}_converted", _READ_AS[value.dtype]
        with _disable_current_modes():
            owner.register_buffer(name, value.to(kind))
        example, stack = node.meta["val"], node.meta.get("stack_trace")
        with owner.graph.inserting_before(node):
            wide = owner.graph.get_attr(name)
            narrow = owner.graph.call_function(torch.ops.aten._to_copy.default, (wide,),
                                               {"dtype": value.dtype})
        wide.meta = {"val": example.to(kind), "stack_trace": stack}
        narrow.meta = {"val": example, "stack_trace": stack}
        node.replace_all_uses_with(narrow)
        owner.graph.erase_node(node)


_INDEX_PUTS = (torch.ops.aten.index_put.default, torch.ops.aten._unsafe_index_put.default)


def _widen_indices(graph: Graph) -> None:
    """torch-mlir's lowering of an index expects positions of 64 bits."""
    aten = torch.ops.aten
    for node in [n for n in graph.nodes if n.target in (aten.index.Tensor, *_INDEX_PUTS)]:
        def widened(index):
            if index is None or index.meta["val"].dtype in (torch.int64, torch.bool):
                return index
            with graph.inserting_before(node):
                wide = graph.call_function(aten._to_copy.default, (index,),
                                           {"dtype": torch.int64})
            wide.meta = {"val": index.meta["val"].to(torch.int64),
                         "stack_trace": node.meta.get("stack_trace")}
            return wide

        tensor, indices, *others = node.args
        node.args = (tensor, [widened(i) for i in indices], *others)


def _wrap_indices(graph: Graph) -> None:
    """Negative positions of index_put count from the end; torch-mlir takes them as they
    are."""
    aten = torch.ops.aten
    for node in [n for n in graph.nodes if n.target in _INDEX_PUTS]:
        tensor, indices, *others = node.args
        wrapped, dim = [], 0
        for index in indices:
            masks = index is not None and index.meta["val"].dtype == torch.bool
            if index is None or masks:
                wrapped.append(index)
                dim += index.meta["val"].dim() if masks else 1
                continue
            size, value = tensor.meta["val"].shape[dim], index.meta["val"]
            with graph.inserting_before(node):
                negative = graph.call_function(aten.lt.Scalar, (index, 0))
                counted = graph.call_function(aten.add.Scalar, (index, size))
                position = graph.call_function(aten.where.self, (negative, counted, index))
            for new, example in ((negative, value < 0), (counted, value), (position, value)):
                new.meta = {"val": example, "stack_trace": node.meta.get("stack_trace")}
            wrapped.append(position)
            dim += 1
        node.args = (tensor, wrapped, *others)


_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def locate(graph: Graph) -> None:
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
            if example.numel() == 0:  # nothing to compute
                sources.append(("empty", (tuple(example.shape), example.stride(), example.dtype)))
                continue
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


def alone(node: Node) -> GraphModule:
    """A graph of this node only: its tensor arguments are inputs, its tensor results
    that the model uses are outputs."""
    graph = Graph()
    inputs: dict[Node, Node] = {}

    def argument(value: Node):
        example = value.meta.get("val")
        if not isinstance(example, torch.Tensor):
            return example
        if value not in inputs:
            inputs[value] = graph.placeholder(f"arg{len(inputs)}")
            inputs[value].meta["val"] = example
        return inputs[value]

    args = torch.fx.map_arg(node.args, argument)
    kwargs = torch.fx.map_arg(node.kwargs, argument)
    copy = graph.call_function(node.target, args, kwargs)
    copy.meta = dict(node.meta)
    if isinstance(node.meta.get("val"), torch.Tensor):
        results = [copy]
    else:
        results = []
        for index in sorted({u.args[1] for u in node.users if is_getitem(u)}):
            element = graph.call_function(GETITEM, (copy, index))
            element.meta = {**node.meta, "val": node.meta["val"][index]}
            results.append(element)
    graph.output(tuple(results))
    return GraphModule(torch.nn.Module(), graph)


def _unsupported(graph: Graph, error: Exception) -> UnsupportedError:
    details = "\n".join(
        f"{_location(d.location)}: {d.message}" for d in getattr(error, "error_diagnostics", [])
    ) or f"{type(error).__name__}: {error}"
    ops = _named_ops(details)
    nodes = [n for n in graph.nodes if n.op == "call_function" and _op_name(n) in ops]
    if not nodes and not ops:
        nodes = _culprits(graph)
    if nodes:
        what = "; ".join(dict.fromkeys(f"{_op_name(n)}{_at(n)}" for n in nodes))
    elif ops:
        what = ", ".join(ops)
    else:
        used = sorted({_op_name(n) for n in graph.nodes if n.op == "call_function"})
        what = f"this graph of {', '.join(used)}"
    return UnsupportedError(f"torch-mlir cannot lower {what}\n{details}")


def _culprits(graph: Graph) -> list[Node]:
    """The nodes that cannot be lowered alone either, where a message names none."""
    nodes = [n for n in graph.nodes if n.op == "call_function" and not is_getitem(n)]
    return nodes if len(nodes) == 1 else [n for n in nodes if not _lowers(alone(n).graph)]


def _lowers(graph: Graph) -> bool:
    try:
        _lower(graph)
    except UnsupportedError:
        return False
    return True


def _named_ops(text: str) -> list[str]:
    """ATen ops that a torch-mlir message names: `torch.aten.histc`, or, in Python
    errors, `aten::histc` and `aten.histc.default`."""
    found = re.findall(r"\b((?:aten|prims|torchvision)(?:\.|::)\w+)", text)
    return list(dict.fromkeys(name.replace("::", ".") for name in found))


def _op_name(node: Node) -> str:
    """`aten.histc` for the target aten.histc.default."""
    target = node.target
    if isinstance(target, torch._ops.HigherOrderOperator):
        # A wrapper such as with_effects: what counts is the op inside.
        inner = [a for a in node.args if isinstance(a, torch._ops.OpOverload)]
        target = inner[0] if inner else target
    if isinstance(target, torch._ops.OpOverload):
        return str(target.overloadpacket)
    return getattr(target, "__name__", str(target))


def is_getitem(node: Node) -> bool:
    """Whether the node takes one of several results of another."""
    return node.op == "call_function" and node.target is GETITEM


_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


def location_of(node: Node) -> str:
    """`model.py:12`: the innermost line of the model that made the node; or nothing."""
    frames = _FRAME.findall(node.meta.get("stack_trace") or "")
    return f"{frames[-1][0]}:{frames[-1][1]}" if frames else ""


def describe(node: Node) -> str:
    """`aten.histc at model.py:12`."""
    return f"{_op_name(node)}{_at(node)}"


def _at(node: Node) -> str:
    where = location_of(node)
    return f" at {where}" if where else ""


def _location(location) -> str:
    match = re.search(r'"([^"]+)":(\d+)', str(location))
    return f"{match[1]}:{match[2]}" if match else "unknown location"

#===- complex_pairs.py - Complex tensors as pairs of real ones -------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns how a graph with complex numbers becomes one without: every complex tensor is
two real ones. The rules are PyTorch's (ComplexTensor) and, for what makes complex
numbers of real ones and for Fourier transforms, those below. A complex input or output
of the graph is two of the new one's, which `Paired` splits and joins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.complex_tensor import ComplexTensor
from torch.fx import GraphModule, Interpreter, Node
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import _disable_current_modes

from . import fourier
from .errors import UnsupportedError
from .importer import describe

aten, prims = torch.ops.aten, torch.ops.prims

#: The type of the real numbers that a complex one consists of.
_PARTS = {torch.complex32: torch.float16, torch.complex64: torch.float32,
          torch.complex128: torch.float64}


def has_complex(module: GraphModule) -> bool:
    return any(_is_complex(value) for node in module.graph.nodes
               for value in pytree.tree_leaves(node.meta.get("val")))


class Paired:
    """What `make` makes of the graph in pairs, called as the graph itself."""

    def __init__(self, module: GraphModule, table: dict[object, Callable],
                 make: Callable[[GraphModule], Callable]):
        self.called = make(_in_pairs(module, table))
        output = next(n for n in module.graph.nodes if n.op == "output")
        self.outputs = [isinstance(n, Node) and _is_complex(n.meta.get("val"))
                        for n in pytree.tree_leaves(output.args[0], is_leaf=lambda n: n is None)]

    def __call__(self, *inputs):
        results = iter(self.called(*_split(inputs)))
        return [torch.complex(next(results), next(results)) if pair else next(results)
                for pair in self.outputs]


def _is_complex(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype.is_complex


def _split(values: Sequence[Any]) -> list[Any]:
    return [part for value in values for part in
            (_parts(value) if _is_complex(value) else (value,))]


def _parts(value: Tensor) -> tuple[Tensor, Tensor]:
    pair = torch.view_as_real(value.resolve_conj().resolve_neg())
    return pair[..., 0].contiguous(), pair[..., 1].contiguous()


def _in_pairs(module: GraphModule, table: dict[object, Callable]) -> GraphModule:
    examples = [n.meta["val"] for n in module.graph.nodes if n.op == "placeholder"]

    def paired(*values):
        given = iter(values)
        inputs = [ComplexTensor(next(given), next(given)) if _is_complex(e) else next(given)
                  for e in examples]
        outputs = pytree.tree_leaves(_Pairs(module).run(*inputs), is_leaf=lambda n: n is None)
        return [part for value in outputs for part in
                ((value.re, value.im) if isinstance(value, ComplexTensor) else (value,))]

    # Without inputs, too, the tensors of the graph belong to a mode.
    fakes = [v for n in module.graph.nodes for v in pytree.tree_leaves(n.meta.get("val"))]
    with torch._guards.detect_fake_mode(fakes), torch.no_grad(), \
            torch.fx.traceback.preserve_node_meta():
        inputs = [part for e in examples for part in
                  ([torch.empty(e.shape, dtype=_PARTS[e.dtype]) for _ in range(2)]
                   if _is_complex(e) else [e])]
        return make_fx(paired, decomposition_table=table)(*inputs)


class _Pairs(Interpreter):
    """Runs the graph with a ComplexTensor for each complex value."""

    def get_attr(self, target, args, kwargs):
        value = super().get_attr(target, args, kwargs)
        if not _is_complex(value):
            return value
        with _disable_current_modes():  # those that trace: a constant's parts are constants
            parts = _parts(value)
        return ComplexTensor(*map(aten.lift_fresh_copy.default, parts))

    def run_node(self, node):
        result = super().run_node(node)
        if any(_is_complex(v) and not isinstance(v, ComplexTensor)
               for v in pytree.tree_leaves(result)):
            raise UnsupportedError(f"{describe(node)}: there is no rule for this op of complex "
                                   "numbers; write it with torch.real and torch.imag")
        return result

    def call_function(self, target, args, kwargs):
        packet = getattr(target, "overloadpacket", target)
        if packet in _RULES:
            result = _RULES[packet](*args, **kwargs)
            if result is not NotImplemented:
                return result
        if packet in _OF_NUMBERS and any(isinstance(v, (ComplexTensor, complex))
                                         for v in pytree.tree_leaves((args, kwargs))):
            args, kwargs = pytree.tree_map(_widened, (args, kwargs))
        try:
            return super().call_function(target, args, kwargs)
        except TypeError as error:
            if "Multiple dispatch failed" not in str(error):
                raise
            return torch.full((), 0j, device="meta")  # run_node() says what is missing


#: Ops of PyTorch's rules whose operands may be complex, real, or numbers.
_OF_NUMBERS = {aten.add, aten.sub, aten.rsub, aten.mul, aten.div, aten.pow, aten.cat, aten.stack,
               aten.where, aten.mm, aten.bmm, aten.addmm, aten.baddbmm, aten.eq, aten.ne}


def _widened(value: Any) -> Any:
    if isinstance(value, complex):
        return ComplexTensor(torch.full((), value.real), torch.full((), value.imag))
    if isinstance(value, Tensor) and value.dtype != torch.bool \
            and not isinstance(value, ComplexTensor):
        return _of_real(value)
    return value


def _of_real(x: Tensor) -> ComplexTensor:
    x = x if x.is_floating_point() else x.to(torch.get_default_dtype())
    return ComplexTensor(x, torch.zeros_like(x))


_RULES: dict[object, Callable] = {}


def _rule(*packets) -> Callable[[Callable], Callable]:
    def register(function: Callable) -> Callable:
        _RULES.update((packet, function) for packet in packets)
        return function

    return register


_rule(aten.complex)(lambda re, im: ComplexTensor(re, im))
_rule(aten.polar)(lambda size, angle: ComplexTensor(size * angle.cos(), size * angle.sin()))
_rule(aten.view_as_complex)(lambda x: ComplexTensor(x.select(-1, 0), x.select(-1, 1)))
_rule(aten.view_as_real)(lambda x: torch.stack((x.re, x.im), -1))
_rule(aten.real)(lambda x: x.re if isinstance(x, ComplexTensor) else x)
_rule(aten.imag)(lambda x: x.im)


@_rule(aten._to_copy, prims.convert_element_type)
def convert(x, dtype=None, **options):
    """Of a complex number a real type takes the real part."""
    if not isinstance(x, ComplexTensor):
        return _of_real(x.to(_PARTS[dtype])) if dtype and dtype.is_complex else NotImplemented
    if dtype is None or dtype == torch.bool:
        return NotImplemented
    if dtype.is_complex:
        return ComplexTensor(x.re.to(_PARTS[dtype]), x.im.to(_PARTS[dtype]))
    return x.re.to(dtype)


def _constant(op, value_at: int):
    """Tensors of a complex type that are made of no other tensor."""
    def of_parts(*arguments, dtype=None, **options):
        values = arguments[value_at:value_at + 1]
        if not (dtype.is_complex if dtype else any(isinstance(v, complex) for v in values)):
            return NotImplemented
        options["dtype"] = _PARTS[dtype or torch.complex64]
        return ComplexTensor(*(op(*arguments[:value_at], *(getattr(v, part) for v in values),
                                  **options) for part in ("real", "imag")))

    return of_parts


_rule(aten.full)(_constant(torch.full, 1))
_rule(aten.scalar_tensor)(_constant(torch.scalar_tensor, 0))
_rule(aten.empty, aten.zeros)(_constant(torch.zeros, 1))


@_rule(aten.pow)
def power(base, exponent):
    if isinstance(base, ComplexTensor) and isinstance(exponent, int) and 0 < exponent <= 8:
        return reduce(torch.mul, [base] * exponent)
    return NotImplemented


def _of_each_part(op):
    """Ops that move elements about, which PyTorch has no rule for."""
    def of_parts(x, *arguments, **options):
        if not isinstance(x, ComplexTensor):
            return NotImplemented
        return ComplexTensor(op(x.re, *arguments, **options), op(x.im, *arguments, **options))

    return of_parts


for _packet in (aten.roll, aten.tril, aten.triu, aten.diag_embed, aten.unfold, aten.as_strided,
                aten.trace, aten.repeat_interleave, aten.lift_fresh_copy):
    _rule(_packet)(_of_each_part(_packet))


def _linear(op):
    """Products and quotients with a real number need no more than one for each part."""
    def of_parts(x, y, **options):
        if options or isinstance(y, (ComplexTensor, complex)):
            if options or isinstance(x, (ComplexTensor, complex)) or op is torch.div:
                return NotImplemented
            y = _widened(y)
            return ComplexTensor(op(x, y.re), op(x, y.im))
        if not isinstance(x, ComplexTensor):
            return NotImplemented
        return ComplexTensor(op(x.re, y), op(x.im, y))

    return of_parts


for _packet, _op in ((aten.mul, torch.mul), (aten.div, torch.div), (aten.mm, torch.mm),
                     (aten.bmm, torch.bmm)):
    _rule(_packet)(_linear(_op))

_rule(aten._fft_c2c)(lambda x, dims, norm, forward: ComplexTensor(
    *fourier.transform((x.re, x.im), dims, norm, forward)))
_rule(aten._fft_r2c)(lambda x, dims, norm, onesided: ComplexTensor(
    *fourier.of_real(x, dims, norm, onesided)))
_rule(aten._fft_c2r)(lambda x, dims, norm, size: fourier.to_real((x.re, x.im), dims, norm, size))

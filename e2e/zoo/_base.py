#===- _base.py - What the zoo's entries are made of -------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns how an architecture becomes a tiny network with seeded random weights: models of
`transformers` by the name of their configuration, as modules with positional tensors as
inputs and all tensors of their output as outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from networks import randomize

Built = tuple[nn.Module, tuple[torch.Tensor, ...]]


class Flat(nn.Module):
    """A network of `transformers` with positional inputs; its outputs are the tensors of
    what it returns, without caches."""

    def __init__(self, model: nn.Module, names: Sequence[str], options: Mapping[str, Any]):
        super().__init__()
        self.model, self.names, self.options = model, tuple(names), dict(options)

    def forward(self, *inputs):
        return _tensors(self.model(**dict(zip(self.names, inputs)), **self.options))


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, Mapping):
        value = [v for k, v in value.items() if k != "past_key_values"]
    return [t for v in value for t in _tensors(v)] if isinstance(value, (list, tuple)) else []


def transformer(kind: str, head: str, inputs: Callable[[Any], Mapping[str, torch.Tensor]],
                options: Mapping[str, Any] | None = None, **config: Any) -> Callable[[], Built]:
    """`head` is the name of an Auto class of `transformers`, or of a model class;
    `inputs` makes the inputs by name."""
    def build() -> Built:
        import transformers

        configuration = transformers.AutoConfig.for_model(kind, **config)
        maker = getattr(transformers, head)
        model = maker.from_config(configuration) if head.startswith("Auto") \
            else maker(configuration)
        named = inputs(configuration)
        return Flat(model, tuple(named), options or {}), tuple(named.values())

    return build


def plain(make: Callable[[], nn.Module], *shapes: tuple[int, ...]) -> Callable[[], Built]:
    """A module of normal inputs of these shapes."""
    return lambda: (make(), tuple(torch.randn(shape) for shape in shapes))


def made(build: Callable[[], Built]) -> Built:
    """The network, in eval mode, the same in every run."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model, inputs = build()
        randomize(model)
    return model.eval(), inputs

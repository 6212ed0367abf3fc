#===- _registry.py - The table of decompositions ---------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns how a decomposition gets into the table."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.utils import _pytree as pytree

#: From op overload to the function that replaces it.
TABLE: dict[object, Callable] = {}


def decomposes(*overloads) -> Callable[[Callable], Callable]:
    """The decorated function takes an overload's arguments and gives its results. What it
    does not take goes to the function registered before it."""
    def register(function: Callable) -> Callable:
        for overload in overloads:
            TABLE[overload] = either(function, TABLE.get(overload))
        return function

    return register


def of_real(function: Callable) -> Callable:
    """The function where no tensor is complex: those are for complex_pairs.py."""
    def decomposed(*arguments, **options):
        if any(isinstance(v, torch.Tensor) and v.is_complex() or isinstance(v, complex)
               for v in pytree.tree_leaves((arguments, options))):
            return NotImplemented
        return function(*arguments, **options)

    return decomposed


def either(first: Callable, second: Callable | None) -> Callable:
    """`first`, or `second` where that returns NotImplemented."""
    if second is None:
        return first

    def decomposed(*arguments, **options):
        result = first(*arguments, **options)
        return second(*arguments, **options) if result is NotImplemented else result

    return decomposed

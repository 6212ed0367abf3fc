#===- _registry.py - The table of decompositions ---------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns how a decomposition gets into the table."""

from __future__ import annotations

from collections.abc import Callable

#: From op overload to the function that replaces it.
TABLE: dict[object, Callable] = {}


def decomposes(*overloads) -> Callable[[Callable], Callable]:
    """The decorated function takes an overload's arguments and gives its results."""
    def register(function: Callable) -> Callable:
        for overload in overloads:
            TABLE[overload] = function
        return function

    return register

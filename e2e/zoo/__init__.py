#===- __init__.py - Architectures beyond the benchmarks' --------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns the zoo: tiny networks of many architectures, one function each that gives a
module in eval mode and its inputs.

    model, inputs = ZOO["whisper"]()
    tilewright.simulate(model, inputs)"""

from functools import partial

from ._base import made
from .audio import AUDIO
from .language import LANGUAGE
from .modules import MODULES
from .vision import VISION

ZOO = {name: partial(made, build)
       for name, build in {**LANGUAGE, **VISION, **AUDIO, **MODULES}.items()}

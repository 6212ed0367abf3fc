#===- program.py - Compiled programs and their runs ------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns Program and Result: MLIR text in, arrays in and out. Knows NumPy and the
extension module, not PyTorch."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy

from . import _tilewright
from .errors import MismatchError, UnsupportedError
from .report import Layouts, Report

DEFAULT_MACHINE = "tpuv3"


def default_cache_dir() -> str:
    """$TILEWRIGHT_CACHE_DIR, or none."""
    return os.environ.get("TILEWRIGHT_CACHE_DIR") or ""


def default_machine() -> str:
    """$TILEWRIGHT_MACHINE, or tpuv3."""
    return os.environ.get("TILEWRIGHT_MACHINE") or DEFAULT_MACHINE


class Result:
    """What one run gave: `report`, and outputs as DLPack objects (`arrays`)."""

    def __init__(self, program: Program, run: _tilewright.Run, traced: bool):
        self.program = program
        self.arrays: list[Any] = list(run.outputs)
        self.report = Report(run.report, traced=traced, layouts=program.layouts)

    @property
    def outputs(self) -> list[numpy.ndarray]:
        """The outputs as NumPy arrays that share the run's memory."""
        for number, (element, _) in enumerate(self.program.output_types):
            if element == "bf16" or element.startswith("f8"):
                raise UnsupportedError(
                    f"output {number} is {element}, a type NumPy does not have; "
                    "use torch.from_dlpack(result.arrays[i])")
        return [numpy.from_dlpack(array) for array in self.arrays]


class Program:
    """A compiled program. Made by compile() and Program.load()."""

    def __init__(self, raw: _tilewright.Program, cache_dir: str | os.PathLike | None = None):
        self._raw = raw
        self._cache_dir = cache_dir

    name = property(lambda self: self._raw.name)
    machine = property(lambda self: self._raw.machine)
    #: Lists of (element type, shape), e.g. ("f32", [32, 128]).
    input_types = property(lambda self: self._raw.input_types)
    output_types = property(lambda self: self._raw.output_types)
    num_kernels = property(lambda self: self._raw.num_kernels)
    num_launches = property(lambda self: self._raw.num_launches)
    #: How many kernels were compiled for this object, and how many came from a cache.
    kernels_compiled = property(lambda self: self._raw.kernels_compiled)
    kernels_cached = property(lambda self: self._raw.kernels_cached)

    def save(self, path: str | os.PathLike) -> None:
        self._raw.save(os.fspath(path))

    @staticmethod
    def load(path: str | os.PathLike) -> Program:
        return Program(_tilewright.Program.load(os.fspath(path)))

    def layouts(self) -> Layouts:
        """How the tensors of each kernel lie in the scratchpad, and their padding."""
        return Layouts(json.loads(self._raw.layouts_json()), self._raw.layouts_text())

    def random_inputs(self, seed: int = 0) -> list[Any]:
        """Seeded inputs as DLPack objects; same seed, same bytes."""
        return self._raw.random_inputs(seed)

    def run(self, inputs: Sequence[Any], *, timing: str = "tile", verify: bool = False,
            sanitize: bool = False, trace: bool = False,
            rtol: float = 1e-4, atol: float = 1e-4,
            cache_dir: str | os.PathLike | None = None) -> Result:
        """Executes and times the program on arrays (NumPy, PyTorch, anything with
        DLPack or the buffer protocol). timing: none, tile or instruction.
        `cache_dir` (default: the one the program was compiled with, or
        $TILEWRIGHT_CACHE_DIR) keeps what a run would otherwise compile or measure.
        Raises MismatchError, with the result as its `result`, when `verify` finds
        a difference from the host reference."""
        cache_dir = next((d for d in (cache_dir, self._cache_dir) if d is not None),
                         default_cache_dir())
        run = self._raw.run(list(inputs), timing=timing, verify=verify, sanitize=sanitize,
                            trace=trace, rtol=rtol, atol=atol, cache_dir=os.fspath(cache_dir))
        _warn(run.report.cache_warning)
        result = Result(self, run, traced=trace)
        if run.mismatch is not None:
            error = MismatchError(run.mismatch)
            error.result = result
            raise error
        return result

    def __repr__(self) -> str:
        return f"<tilewright.Program {self.name} for {self.machine}: {self.num_kernels} kernels>"


def compile(text: str, name: str = "module", machine: str | None = None, *,
            dump_after: Sequence[str] = (), dump_dir: str | os.PathLike = ".",
            cache_dir: str | os.PathLike | None = None,
            mapping: str | os.PathLike | Mapping[str, Any] | None = None,
            fusion: str = "all", threads: int = 0) -> Program:
    """Compiles an MLIR module (linalg on tensors, as text) for a machine: a preset
    name or the path of a YAML file; default $TILEWRIGHT_MACHINE or tpuv3.
    `cache_dir` (default $TILEWRIGHT_CACHE_DIR) keeps compiled kernels between
    processes, and what runs of the program need; `mapping` gives schedules, as the
    path of a file or its content; `fusion` says which ops may share a kernel
    (docs/cli.md, "Fusion"); `threads` kernels are compiled at a time (0: one per processor)."""
    if cache_dir is None:
        cache_dir = default_cache_dir()
    raw = _tilewright.compile(text, name, machine or default_machine(),
                              dump_after=list(dump_after), dump_dir=os.fspath(dump_dir),
                              cache_dir=os.fspath(cache_dir), fusion=fusion,
                              threads=threads, **mapping_arguments(mapping))
    _warn(raw.cache_warning)
    return Program(raw, cache_dir)


def mapping_arguments(mapping: str | os.PathLike | Mapping[str, Any] | None) -> dict[str, str]:
    """A mapping, as the extension module takes it."""
    return {"mapping_text": json.dumps(mapping)} if isinstance(mapping, Mapping) \
        else {"mapping_file": os.fspath(mapping or "")}


def _warn(message: str) -> None:
    if message:
        warnings.warn(message, RuntimeWarning, stacklevel=3)


def compile_file(path: str | os.PathLike, machine: str | None = None, **options) -> Program:
    """compile() of a text file."""
    return compile(Path(path).read_text(), Path(path).stem, machine, **options)


def machines() -> list[str]:
    """Names of the machine presets that can be found."""
    return _tilewright.machines()

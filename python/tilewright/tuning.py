#===- tuning.py - Measured schedules of a model ----------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns tune(): the schedules of a PyTorch model's kernels that the tile simulator
finds fastest.

    tuning = tilewright.tune(model, (x,), machine="small32")
    print(tuning)
    tilewright.simulate(model, (x,), machine="small32", mapping=tuning.mapping)
    tuning.save("tuned.json")       # for mapping="tuned.json", or --mapping"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import _tilewright, backend, program
from .errors import UnsupportedError, UsageError
from .simulate import call_as_one_graph, name_of, split_inputs


@dataclass(frozen=True)
class TunedKernel:
    """A kernel with the best of its schedules. Cycles are those of one launch;
    `heuristic_cycles` is None where the heuristic's schedule could not be measured.
    `measured` has every schedule with its `cycles` (or the `refusal`) and
    `estimated_cycles`, the heuristic's first."""

    name: str
    key: str
    location: str
    launches: int
    cycles: int
    heuristic_cycles: int | None
    schedule: dict[str, Any]
    measured: list[dict[str, Any]]


class Tuning:
    """What tune() found: `kernels`, and the `mapping` that makes a compilation use
    it."""

    def __init__(self, raw: _tilewright.Tuned):
        figures = json.loads(raw.figures)
        names = TunedKernel.__dataclass_fields__
        self.machine: str = figures["machine"]
        self.kernels = [TunedKernel(**{key: kernel[key] for key in names})
                        for kernel in figures["kernels"]]
        self.mapping: dict[str, Any] = json.loads(raw.mapping)
        self._text = raw.mapping

    @property
    def cycles(self) -> int:
        """Of all launches, each kernel timed by itself."""
        return sum(k.launches * k.cycles for k in self.kernels)

    @property
    def heuristic_cycles(self) -> int:
        return sum(k.launches * (k.heuristic_cycles or k.cycles) for k in self.kernels)

    def save(self, path: str | os.PathLike) -> None:
        """Writes the mapping file."""
        Path(path).write_text(self._text + "\n")

    def __str__(self) -> str:
        lines = [f"{'kernel':<36} {'launches':>8} {'tried':>7} {'heuristic':>12} {'tuned':>12}"]
        lines += [f"{k.name[:36]:<36} {k.launches:>8} {len(k.measured):>7} "
                  f"{k.heuristic_cycles or '-':>12} {k.cycles:>12}" for k in self.kernels]
        lines.append(f"all launches: {self.heuristic_cycles} cycles by the heuristic, "
                     f"{self.cycles} tuned")
        return "\n".join(lines)


def tune(model: Callable, inputs: Any, machine: str | None = None, *,
         name: str | None = None, **options) -> Tuning:
    """Measures schedules of every kernel of `model` for `inputs` (as simulate() takes
    them) and keeps the fastest. `options` are those of tune_text(). The model has to be
    one graph."""
    texts: list[str] = []
    args, kwargs = split_inputs(inputs)
    call_as_one_graph(model, args, kwargs, backend.capturing(texts.append))
    if len(texts) != 1 or not texts[0]:
        raise UnsupportedError("the model computes nothing on its input tensors: "
                               "there is nothing to tune")
    return tune_text(texts[0], name or name_of(model), machine, **options)


def tune_text(text: str, name: str = "module", machine: str | None = None, *,
              candidates: int = 4, kernels: str = "*",
              cache_dir: str | os.PathLike | None = None,
              mapping: str | os.PathLike | Mapping[str, Any] | None = None,
              fusion: str = "all",
              threads: int = 0,
              progress: Callable[[int, int], None] | None = None) -> Tuning:
    """tune() of an MLIR module (linalg on tensors, as text).

    candidates: schedules measured per kernel beside the heuristic's.
    kernels: pattern of the names of the kernels to tune.
    cache_dir: keeps what was compiled (default $TILEWRIGHT_CACHE_DIR).
    mapping: schedules that take part.
    fusion: which ops may share a kernel, as for simulate().
    threads: measurements at a time (0: one per processor).
    progress: called with the number of measurements done and of all."""
    if candidates < 1:
        raise UsageError(f"candidates is {candidates}: expected at least 1")
    if cache_dir is None:
        cache_dir = program.default_cache_dir()
    return Tuning(_tilewright.tune(
        text, name, machine or program.default_machine(), candidates=candidates,
        kernels=kernels, cache_dir=os.fspath(cache_dir), fusion=fusion, threads=threads,
        progress=progress, **program.mapping_arguments(mapping)))

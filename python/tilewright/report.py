#===- report.py - The figures of a run for Python users --------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns Report: the figures of one run (all attributes of the C++ report), what
PyTorch adds to them, and their forms: JSON, Perfetto trace, terminal table."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from . import _tilewright
from .errors import UsageError


class Layouts(list):
    """The layout report: one dictionary per kernel, as docs/report.md describes it. As
    text it is a table."""

    def __init__(self, kernels: list[dict], text: str):
        super().__init__(kernels)
        self._text = text

    def __str__(self) -> str:
        return self._text


class Report:
    """Figures of one run. Beyond the attributes below it has all counters of the
    C++ report: cycles, seconds, kernels, ops, dram_bytes, array_utilization, ...

    outputs: the model's outputs, in its own structure (simulate() only).
    max_error: largest absolute difference from eager PyTorch on the CPU
        (simulate()), or from the host reference (a verified Program.run)."""

    def __init__(self, raw: _tilewright.Report, *, traced: bool,
                 layouts: Callable[[], Layouts]):
        self._raw = raw
        self._layouts = layouts
        self._traced = traced
        self._pytorch_error: float | None = None
        self.outputs: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._raw, name)

    def __dir__(self):
        return sorted({*super().__dir__(), *(n for n in dir(self._raw) if n[0] != "_")})

    @property
    def max_error(self) -> float | None:
        return self._raw.max_error if self._pytorch_error is None else self._pytorch_error

    @property
    def reference_error(self) -> float | None:
        """Largest absolute difference from the host reference, if verified."""
        return self._raw.max_error

    def layouts(self) -> Layouts:
        """How the tensors of each kernel lie in the scratchpad: tiles, lane axis,
        padding of each axis, bytes wasted."""
        return self._layouts()

    def to_dict(self) -> dict:
        """The report as docs/report.md describes it, plus `pytorch_max_error`
        when the run was compared with PyTorch."""
        data = json.loads(self._raw.json())
        if self._pytorch_error is not None:
            data["pytorch_max_error"] = self._pytorch_error
        return data

    def to_json(self, path: str | os.PathLike) -> None:
        try:
            with open(path, "w") as file:
                json.dump(self.to_dict(), file, indent=2)
                file.write("\n")
        except OSError as error:
            raise UsageError(f"cannot write {os.fspath(path)}: {error.strerror}") from error

    def to_trace(self, path: str | os.PathLike) -> None:
        """A trace for Perfetto (or chrome://tracing)."""
        if not self._traced:
            raise UsageError("the run kept no trace; run it with trace=True")
        self._raw.write_trace(os.fspath(path))

    def _figures(self) -> list[tuple[str, str]]:
        rows = [("cycles", f"{self.cycles:,} at {self.core_freq_mhz:g} MHz"),
                ("time", format_seconds(self.seconds)),
                ("arrays busy", f"{self.array_utilization:.1%}"),
                ("DRAM traffic", format_bytes(self.dram_bytes)),
                ("instructions", f"{self.instructions:,}")]
        if self._pytorch_error is not None:
            rows.append(("max error vs PyTorch", f"{self._pytorch_error:.3g}"))
        if self.verified and self.reference_error is not None:
            rows.append(("max error vs reference", f"{self.reference_error:.3g}"))
        return rows

    def __repr__(self) -> str:
        return (f"<tilewright.Report {self.program} on {self.machine}: {len(self.kernels)} "
                f"kernels, {self.cycles:,} cycles, {format_seconds(self.seconds)}>")

    def __rich__(self):
        from rich import box
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        rows = [(f"{k.launches:,}", f"{k.cycles:,}",
                 f"{k.cycles / self.cycles if self.cycles else 0.0:.0%}",
                 format_count(k.macs), format_bytes(k.dram_bytes)) for k in self.kernels]
        kernels = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        kernels.add_column("kernel", no_wrap=True)
        # On narrow terminals names are shortened, figures are not.
        for i, heading in enumerate(("launches", "cycles", "share", "MACs", "DRAM")):
            kernels.add_column(heading, justify="right", no_wrap=True,
                               min_width=max(len(heading), *(len(row[i]) for row in rows), 0))
        kernels.add_column("source", no_wrap=True)
        for kernel, row in zip(self.kernels, rows):
            kernels.add_row(kernel.name, *row, short_location(kernel.location))
        figures = Table(box=None, show_header=False, pad_edge=False)
        for row in self._figures():
            figures.add_row(*row)
        title = Text(f"{self.program} on {self.machine} (timing: {self.timing})", style="bold")
        return Group(title, kernels, figures)

    def __str__(self) -> str:
        from rich.console import Console

        console = Console(width=100, color_system=None, force_terminal=False)
        with console.capture() as capture:
            console.print(self.__rich__())
        return capture.get()


def format_seconds(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def format_count(count: int) -> str:
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}"
    return str(count)


def format_bytes(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return f"{count:.0f} {unit}" if count >= 100 or unit == "B" else f"{count:.3g} {unit}"
        count /= 1024


def short_location(location: str) -> str:
    """`/long/path/model.py:12` as `model.py:12`."""
    return os.path.basename(location)

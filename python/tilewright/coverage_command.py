#===- coverage_command.py - Coverage from the command line -------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns `python -m tilewright coverage`: models named on the command line, their
coverage as text and JSON.

    python -m tilewright coverage models.py:resnet models.py:bert --json coverage.json

A model is FILE.py:NAME or package.module:NAME, where NAME is a function without
parameters that returns (model, inputs), or a dictionary of such functions."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from .op_coverage import Coverage, coverage, summary, to_json
from .errors import Error, UsageError

# Exit codes, as those of the command line tool.
_OK, _USAGE, _UNSUPPORTED = 0, 2, 3


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tilewright coverage", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL",
                        help="FILE.py:NAME or package.module:NAME")
    parser.add_argument("--machine", help="preset or YAML file (default: $TILEWRIGHT_MACHINE, "
                        "else tpuv3)")
    parser.add_argument("--enumerate-only", action="store_true",
                        help="list the ops, compile nothing")
    parser.add_argument("--json", metavar="FILE", help="write the results there")
    parser.add_argument("--summary", action="store_true", help="print the summary only")
    options = parser.parse_args(arguments)
    try:
        models = [model for name in options.models for model in _load(name)]
        if options.json:
            to_json([], options.json)  # known to be writable before the work begins
        results = [_cover(name, make, options) for name, make in models]
        _print(results, options.summary)
        if options.json:
            to_json(results, options.json)
    except Error as error:
        print(f"error: {error}", file=sys.stderr)
        return _USAGE
    if all(r.traced if options.enumerate_only else r.complete for r in results):
        return _OK
    return _UNSUPPORTED


def _load(text: str) -> list[tuple[str, Callable]]:
    where, colon, name = text.rpartition(":")
    if not colon or not where or not name:
        raise UsageError(f"'{text}' is not a model: give FILE.py:NAME or package.module:NAME")
    module = _module(where)
    if not hasattr(module, name):
        raise UsageError(f"{where} has no '{name}'")
    found = getattr(module, name)
    models = list(found.items()) if isinstance(found, dict) else [(name, found)]
    for name, make in models:
        if not callable(make):
            raise UsageError(f"{where}: '{name}' is of type {type(make).__name__}, not a function "
                             "that returns (model, inputs)")
    return models


def _module(where: str):
    if not where.endswith(".py"):
        with _reported(f"cannot import {where}"):
            return importlib.import_module(where)
    path = Path(where).resolve()
    if not path.is_file():
        raise UsageError(f"cannot read '{where}'")
    # Its neighbours can be imported, as when Python runs the file.
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    with _reported(f"cannot import {where}"):
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _reported(what: str):
    """Whatever the user's code raises is an error of usage, with its line."""
    try:
        yield
    except (Exception, SystemExit) as error:
        own = [f for f in traceback.extract_tb(error.__traceback__)
               if not f.filename.startswith(("<frozen", str(Path(__file__).parent)))]
        where = f" at {own[-1].filename}:{own[-1].lineno}" if own else ""
        raise UsageError(f"{what}: {type(error).__name__}{where}: {error}") from error


def _cover(name: str, make: Callable, options: argparse.Namespace) -> Coverage:
    with _reported(f"{name}() failed"):
        made = make()
    if not isinstance(made, tuple) or len(made) != 2:
        raise UsageError(f"{name}() has to return (model, inputs), not {type(made).__name__}")
    model, inputs = made
    with _Progress(name) as progress:
        return coverage(model, inputs, options.machine, name=name, progress=progress,
                        enumerate_only=options.enumerate_only)


class _Progress:
    """What is being done, on one line of a terminal; nothing elsewhere."""

    def __init__(self, name: str):
        self.name = name
        self.shown = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        if self.shown:
            print(f"\r\x1b[K{self.name}: {text}", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _print(results: list[Coverage], summary_only: bool) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    if not summary_only:
        for result in results:
            console.print(result)
    if summary_only or len(results) > 1:
        console.print(summary(results))

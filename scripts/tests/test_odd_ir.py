#===- test_odd_ir.py - No pass crashes on IR it does not expect ------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Every pass of tilewright-opt, on every module of test/ and on mutants of them, ends with
a result or a diagnostic: it does not crash and does not hang.

A module is a part of a test file between `// -----` lines, whatever pass it was written
for. A mutant differs from it in one thing: attributes of a function, an extent, an element
type, a memory space, a constant, an op. (None has an empty reassociation group or an
`array<index: ...>`: MLIR 22's own verifier and parser die of these.) One process per pass takes many modules
(--split-input-file); when it dies, halves are tried until one module is left. Quick mode
takes a sample of modules for each pass, and of the mutants, TILEWRIGHT_TEST_FULL=1 all, and gives the
modules to `tilewright compile` too."""

from __future__ import annotations

import functools
import os
import random
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("TILEWRIGHT_BUILD", ROOT / "build"))
OPT, CLI = BUILD / "bin/tilewright-opt", BUILD / "bin/tilewright"
FULL = os.environ.get("TILEWRIGHT_TEST_FULL") == "1"
#: Mutants of a module and a kind; the shares of mutants and modules that quick mode takes.
PER_KIND, QUICK_SHARE = 2, 0.05
QUICK_MODULES = 0.3
#: Modules of one process.
PART = 400
#: Seconds that a process may take beyond a fraction of a second per module.
LIMIT = 60
SEPARATOR = "\n// -----\n"

pytestmark = pytest.mark.skipif(not OPT.exists(), reason="tilewright-opt is not built")


@functools.cache
def modules() -> dict[str, str]:
    """Modules of the tests by "file#number"."""
    found = {}
    for path in sorted((ROOT / "test").rglob("*.mlir")):
        for number, text in enumerate(path.read_text().split("// -----")):
            code = [line for line in text.split("\n") if not line.strip().startswith("//")]
            if any(line.strip() for line in code):
                found[f"{path.relative_to(ROOT)}#{number}"] = "\n".join(code).strip("\n")
    return found


def replace_one(pattern: str, *replacements: str):
    """Mutants with one match of `pattern` replaced."""
    def mutate(text: str, rng: random.Random):
        spans = [m.span() for m in re.finditer(pattern, text)]
        for begin, end in rng.sample(spans, min(PER_KIND, len(spans))):
            yield text[:begin] + rng.choice(replacements) + text[end:]
    return mutate


def replace_all(pattern: str, *replacements: str):
    """Mutants with every occurrence of what `pattern` first matches somewhere replaced."""
    def mutate(text: str, rng: random.Random):
        found = sorted({m.group() for m in re.finditer(pattern, text)})
        for old in rng.sample(found, min(PER_KIND, len(found))):
            yield re.sub(r"(?<!array<)" + re.escape(old) + r"(?!\d)", rng.choice(replacements), text)
    return mutate


def without_attributes(text: str, rng: random.Random):
    """Functions without their attributes, or with one of them less."""
    for begin in [m.start() for m in re.finditer(r" attributes \{", text)][:PER_KIND]:
        depth, end = 0, begin
        for end in range(begin, len(text)):
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            if depth == 0 and text[end] == "}":
                break
        yield text[:begin] + text[end + 1:]
        inner = text[text.index("{", begin) + 1:end].split(", ")
        inner.pop(rng.randrange(len(inner)))
        yield text[:begin] + " attributes {" + ", ".join(inner) + "}" + text[end + 1:]


def without_line(text: str, rng: random.Random):
    """An op less: one without results, so that the rest still parses."""
    lines = text.split("\n")
    plain = [i for i, line in enumerate(lines)
             if re.match(r"\s+[a-z_]+\.[a-z_.]+ ?", line) and not line.rstrip().endswith("{")]
    for i in rng.sample(plain, min(PER_KIND, len(plain))):
        yield "\n".join(lines[:i] + lines[i + 1:])


MUTATIONS = {
    "attributes": without_attributes,
    "ops": without_line,
    "extents": replace_all(r"(?<=[<x])\d+x", "0x", "1x", "?x", "7x", "70000x", "4000000000x"),
    "extent": replace_one(r"(?<=[<x])\d+(?=x)", "0", "1", "?", "3"),
    "type": replace_all(r"(?<!array<)\b(?:f32|f16|i64|i32|i8|i1)\b", "f32", "f16", "f64", "f128", "i1", "i4",
                        "i64", "i128", "index", "complex<f32>"),
    "space": replace_one(r", #togsim\.(?:bank|spad<[^>]*>)", "", ", #togsim.bank", ", 1",
                         ", #togsim.spad<0, 1>", ", #togsim.spad<7, 1>", ", #togsim.spad<0, 65535>"),
    "address": replace_one(r" at \d+", "", " at 4294967295", " at 1"),
    "constant": replace_one(r"(?<=arith\.constant )-?\d+(?= :)", "0", "1", "-1",
                            "9223372036854775807", "-9223372036854775808"),
    "list": replace_one(r"(?<![\[,] )(?<!\[)\[[-\d, ]+\](?![\],])", "[]", "[0]", "[-1]", "[1, 1]", "[9223372036854775807]"),
    "array": replace_one(r"array<i64: [-\d, ]+>", "array<i64>", "array<i64: 0>", "array<i64: -1>",
                         "array<i64: 9223372036854775807>"),
    "map": replace_one(r"\(d\d\)|\bd\d\b(?=[,)])", "0", "7", "d0", "-d0"),
    "iterator": replace_one(r'"parallel"|"reduction"', '"parallel"', '"reduction"', '"window"'),
    "integer": replace_one(r"(?<== )\d+(?= : i64)", "0", "-1", "99", "9223372036854775807"),
}


@functools.cache
def mutants() -> dict[str, str]:
    """Mutants by "file#number~kind.number", in quick mode a sample of them."""
    found = {}
    for name, text in modules().items():
        for kind, mutate in MUTATIONS.items():
            rng = random.Random(f"{name} {kind}")
            for number, mutant in enumerate(mutate(text, rng)):
                if mutant != text and (FULL or rng.random() < QUICK_SHARE):
                    found[f"{name}~{kind}.{number}"] = mutant
    return found


@functools.cache
def passes() -> list[str]:
    """Options of tilewright-opt that run our passes and pipelines; "" for none, which is the
    parsers and verifiers."""
    text = subprocess.run([OPT, "--help"], capture_output=True, text=True, check=True).stdout
    return ["", *sorted(set(re.findall(r"^ +--(togsim-[a-z-]+) ", text, re.MULTILINE)))]


@functools.cache
def invalid_lines(texts: tuple[str, ...]) -> set[int]:
    """Lines of SEPARATOR.join(texts) at which something does not parse or verify."""
    process = subprocess.run([OPT, "-", "--split-input-file", "-o", "/dev/null"],
                             input=SEPARATOR.join(texts).encode(), capture_output=True, check=False)
    return {int(line) for line in re.findall(rb"<stdin>:(\d+):\d+: error", process.stderr)}


def died(process: subprocess.CompletedProcess) -> str:
    """What is wrong with how a process ended, or ""."""
    text = process.stderr.decode(errors="replace")
    if process.returncode < 0 or process.returncode > 128:
        return f"ended by signal: exit code {process.returncode}\n{text[:6000]}"
    for sign in ("Sanitizer", "Assertion `", "LLVM ERROR", "PLEASE submit a bug report"):
        if sign in text:
            return text[:6000]
    return ""


def problem_of(command: list, texts: list[str]) -> str:
    try:
        return died(subprocess.run(command, input=SEPARATOR.join(texts).encode(),
                                   capture_output=True, timeout=LIMIT + 0.05 * len(texts),
                                   check=False))
    except subprocess.TimeoutExpired:
        return "does not end"


def culprits(command: list, named: list[tuple[str, str]], limit: int = 4) -> list[str]:
    """The modules that `command` dies of, at most `limit` of each part."""
    if len(named) > PART:
        return [line for begin in range(0, len(named), PART)
                for line in culprits(command, named[begin:begin + PART], limit)]
    problem = problem_of(command, [text for _, text in named])
    if not problem:
        return []
    if len(named) == 1:
        return [f"{named[0][0]}: {problem}\n{named[0][1]}"]
    half = len(named) // 2
    found = culprits(command, named[:half], limit)
    if len(found) < limit:
        found += culprits(command, named[half:], limit - len(found))
    # Some only die together: name one set.
    return found or [f"{[name for name, _ in named]}: {problem}"]


def reaching_passes(named: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The modules that are valid: only these come as far as a pass."""
    found = []
    for begin in range(0, len(named), PART):
        part = named[begin:begin + PART]
        bad, line = invalid_lines(tuple(text for _, text in part)), 1
        for name, text in part:
            lines = text.count("\n") + SEPARATOR.count("\n")
            if not bad & set(range(line, line + lines)):
                found.append((name, text))
            line += lines
    return found


@pytest.mark.parametrize("option", passes() if OPT.exists() else [])
@pytest.mark.parametrize("kind", ["modules", "mutants"])
def test_no_pass_crashes(option, kind):
    command = [OPT, "-", "--split-input-file", *([f"--{option}"] if option else []), "-o", "/dev/null"]
    named = list((modules() if kind == "modules" else mutants()).items())
    if not FULL and kind == "modules":
        named = [m for m in named if random.Random(option + m[0]).random() < QUICK_MODULES]
    found = culprits(command, reaching_passes(named) if option else named)
    assert not found, f"{option} crashes on:\n" + "\n\n".join(found)


def test_there_are_modules_passes_and_mutants():
    assert len(modules()) > 350 and len(passes()) > 30
    kinds = {name.split("~")[1].split(".")[0] for name in mutants()}
    # The sample of quick mode may miss a rare kind.
    assert kinds == set(MUTATIONS) if FULL else kinds <= set(MUTATIONS) and len(kinds) > 5


@pytest.mark.skipif(not FULL or not CLI.exists(), reason="only in full mode")
@pytest.mark.parametrize("machine", ["small8", "tpuv3"])
def test_the_compiler_ends_with_an_exit_code(machine, tmp_path):
    found = []
    for name, text in [*modules().items(), *mutants().items()]:
        if "tensor<" not in text or "togsim.kernel" in text:
            continue
        file = tmp_path / "m.mlir"
        file.write_text(text)
        try:
            process = subprocess.run([CLI, "compile", file, "--machine", machine, "-o", tmp_path / "p"],
                                     capture_output=True, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            found.append(f"{name}: does not end\n{text}")
            continue
        if died(process) or process.returncode not in (0, 2, 3):
            found.append(f"{name}: exit code {process.returncode}\n"
                         f"{process.stderr.decode()[-600:]}\n{text}")
    assert not found, f"{len(found)} modules\n" + "\n\n".join(found[:8])

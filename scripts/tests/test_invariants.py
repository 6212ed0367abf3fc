#===- test_invariants.py - Every invariant has a failing test --------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""The tests that the table of invariants in docs/ir.md names exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = re.findall(r"^\| (V-\d+) \|.*\| ([^|]*) \|$", (ROOT / "docs/ir.md").read_text(), re.MULTILINE)


def test_all_are_listed():
    assert [number for number, _ in ROWS] == [f"V-{i}" for i in range(1, 19)]


@pytest.mark.parametrize("tests", [pytest.param(tests, id=number) for number, tests in ROWS])
def test_failing_tests_exist(tests):
    if tests.startswith("none"):
        return
    for part in tests.split("; "):
        file, names = re.fullmatch(r"`([^`]*)`(.*)", part).groups()
        pattern = file if file.endswith(".mlir") else f"{file}.cpp"
        found = list((ROOT / "test").rglob(pattern)) + list((ROOT / "unittests").rglob(pattern))
        assert found, f"there is no {pattern}"
        text = "".join(path.read_text() for path in found)
        for name in filter(None, (n.strip() for n in names.split(","))):
            assert re.search(rf"{re.escape(name)}\b", text), f"{pattern} has no test {name}"

#===- test_spec_vectors.py - Worked numbers have tests ---------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""The tests that docs/spec-vectors.md names exist, and every row has one or a reason."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "docs/spec-vectors.md").read_text()
ROWS = [row for row in re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
        if row[0] != "section"]
SUITES = ("test", "unittests", "e2e", "scripts/tests")


def sources(file: str) -> str:
    """The text of test files of this name: of lit, GoogleTest (without suffix) or pytest."""
    pattern = Path(file).name if "." in file else f"{file}.cpp"
    found = [path for suite in SUITES for path in (ROOT / suite).rglob(pattern)]
    assert found, f"there is no {pattern}"
    return "".join(path.read_text() for path in found)


def test_all_rows_are_read():
    assert len(ROWS) == len([line for line in TEXT.split("\n") if re.match(r"\| [0-9A-Z]", line)])


@pytest.mark.parametrize("section, number, tests", ROWS, ids=[f"{r[0]}: {r[1][:40]}" for r in ROWS])
def test_named_tests_exist(section, number, tests):
    if tests.startswith("none: "):
        assert len(tests) > len("none: ") + 10, "a reason is needed"
        return
    parts = re.findall(r"`([^`]+)`([^;`]*)", tests)
    assert parts, f"{section} ({number}) names no test"
    for file, names in parts:
        text = sources(file)
        for name in filter(None, (n.strip() for n in names.split(","))):
            assert re.search(rf"\b{re.escape(name.lstrip('@'))}\b", text) or name in text, \
                f"{file} has no test {name}"

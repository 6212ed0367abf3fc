#===- test_results.py - Counting what test runners report -----------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns the reading of result files: GoogleTest XML, CTest and pytest JUnit
XML, lit JSON. Each reader gives a Result; a file that is missing or unreadable
is a failure, never an empty success."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Result:
    """What one suite, or all of them, came to."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Result) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures
        self.seconds += other.seconds

    def fail(self, name: str) -> None:
        self.failed += 1
        self.failures.append(name)

    def line(self) -> str:
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


def _parse(path: Path) -> ElementTree.Element | None:
    try:
        return ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return None


def _read_cases(root: ElementTree.Element, prefix: str) -> Result:
    """The <testcase> elements of a JUnit-like file. GoogleTest marks skipped and
    disabled cases by attributes, pytest and CTest skipped ones by a child."""
    result = Result()
    for case in root.iter("testcase"):
        name = "::".join(filter(None, (prefix, case.get("classname"), case.get("name"))))
        if case.find("failure") is not None or case.find("error") is not None:
            result.fail(name)
        elif (
            case.find("skipped") is not None
            or case.get("status") in ("notrun", "disabled")
            or case.get("result") in ("skipped", "suppressed")
        ):
            result.skipped += 1
        else:
            result.passed += 1
    return result


def read_junit(path: Path, name: str) -> Result:
    root = _parse(path)
    if root is None:
        result = Result()
        result.fail(f"{name}: no readable results in {path}")
        return result
    return _read_cases(root, name)


def read_families(path: Path) -> dict[str, Result]:
    """The cases of e2e/test_family_<name>.py in a pytest JUnit file, by <name>."""
    root = _parse(path)
    families: dict[str, ElementTree.Element] = {}
    for case in root.iter("testcase") if root is not None else ():
        module = (case.get("classname") or "").split(".")
        name = next((m.removeprefix("test_family_") for m in module
                     if m.startswith("test_family_")), None)
        if name:
            families.setdefault(name, ElementTree.Element("suite")).append(case)
    return {name: _read_cases(suite, name) for name, suite in sorted(families.items())}


def read_unit_tests(ctest_junit: Path, gtest_dir: Path) -> Result:
    """CTest says which executables ran; each one's cases are in
    gtest_dir/<executable>.xml. An executable that failed without a failing case
    of its own (crash, timeout, a leak at exit) counts as one failure, and one
    that wrote no cases counts as a single test."""
    root = _parse(ctest_junit)
    if root is None:
        result = Result()
        result.fail(f"unit: no readable results in {ctest_junit}")
        return result
    result = Result()
    for test in root.iter("testcase"):
        name = test.get("name", "?")
        whole = _read_cases(ElementTree.fromstring(
            f"<s>{ElementTree.tostring(test, encoding='unicode')}</s>"), "unit")
        cases_root = _parse(gtest_dir / f"{name}.xml")
        cases = _read_cases(cases_root, name) if cases_root is not None else None
        if cases is None or cases.passed + cases.failed + cases.skipped == 0:
            result.add(whole)
            continue
        result.add(cases)
        if whole.failed and not cases.failed:
            result.fail(f"{name}: the executable failed outside its test cases")
    return result


_LIT_PASSED = {"PASS", "XFAIL", "FLAKYPASS"}
_LIT_SKIPPED = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


def read_lit(path: Path) -> Result:
    """lit's JSON; every code that is neither a pass nor a skip is a failure (an
    unexpected pass too)."""
    result = Result()
    try:
        tests = json.loads(path.read_text())["tests"]
    except (OSError, ValueError, KeyError):
        result.fail(f"lit: no readable results in {path}")
        return result
    for test in tests:
        if test["code"] in _LIT_PASSED:
            result.passed += 1
        elif test["code"] in _LIT_SKIPPED:
            result.skipped += 1
        else:
            result.fail(f"{test['name']} ({test['code']})")
    return result

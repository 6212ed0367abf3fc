#===- run_tests.py - All suites, one summary -------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Runs GoogleTest through CTest, lit over test/, and pytest over scripts/tests
and e2e, each to its end whatever the others do; then prints one table, the counts
of each op family (e2e/families.py) and one line `N passed, N failed`. Exit 1 when a test failed or a suite ran nothing.
Result files stay in <build>/test-results."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import test_results
from test_results import Result

ROOT = Path(__file__).resolve().parent.parent
# Wall-clock limits that stop a hanging suite, in seconds.
SUITE_LIMIT = 20 * 60
FULL_SUITE_LIMIT = 3 * 60 * 60


def run(command: list[str], limit: int, **environment: str) -> int:
    """Runs a suite with its output on ours; a negative code for a time-out."""
    print("+", " ".join(command), flush=True)
    try:
        return subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, timeout=limit,
            env={**os.environ, **environment}, check=False).returncode
    except subprocess.TimeoutExpired:
        print(f"stopped after {limit} s", flush=True)
        return -1


def unit(build: Path, results: Path, args: argparse.Namespace) -> tuple[int, Result]:
    junit, cases = results / "ctest.xml", results / "gtest"
    cases.mkdir()
    code = run(["ctest", "--test-dir", str(build), "-j", str(args.jobs),
                "--timeout", "600", "--output-on-failure", "--no-tests=error",
                "--output-junit", str(junit)],
               args.limit, GTEST_OUTPUT=f"xml:{cases}/", GTEST_COLOR="no",
               TILEWRIGHT_TEST_FULL=str(int(args.full)))
    return code, test_results.read_unit_tests(junit, cases)


def lit(build: Path, results: Path, args: argparse.Namespace) -> tuple[int, Result]:
    output = results / "lit.json"
    code = run([str(args.llvm / "bin" / "lit"), "-j", str(args.jobs), "-v",
                "-o", str(output), str(build / "test")], args.limit)
    return code, test_results.read_lit(output)


def python(build: Path, results: Path, args: argparse.Namespace) -> tuple[int, Result]:
    junit = results / "pytest.xml"
    code = run([sys.executable, "-m", "pytest", "-q", "--durations=5", f"--numprocesses={args.jobs}",
                "--dist=worksteal", f"--junitxml={junit}", "scripts/tests", "e2e"], args.limit,
               TILEWRIGHT_TEST_FULL=str(int(args.full)),
               PYTHONPATH=f"{build / 'python'}", TILEWRIGHT_BUILD=str(build))
    return code, test_results.read_junit(junit, "pytest")


SUITES = {"unit": unit, "lit": lit, "python": python}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--llvm", type=Path, default=Path("/usr/lib/llvm-22"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--full", action="store_true", help="many more random cases")
    parser.add_argument("--suite", action="append", choices=SUITES, help="only this one")
    args = parser.parse_args()
    args.limit = FULL_SUITE_LIMIT if args.full else SUITE_LIMIT
    build = args.build.resolve()
    results = build / "test-results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)

    total, rows = Result(), []
    for name in args.suite or SUITES:
        start = time.monotonic()
        code, result = SUITES[name](build, results, args)
        result.seconds = time.monotonic() - start
        if result.passed + result.failed == 0:
            result.fail(f"{name}: no test ran")
        elif code != 0 and not result.failed:
            result.fail(f"{name}: the runner stopped with exit code {code}")
        rows.append((name, result))
        total.add(result)

    print(f"\n{'suite':8} {'passed':>7} {'failed':>7} {'skipped':>8} {'seconds':>8}")
    for name, r in rows:
        print(f"{name:8} {r.passed:7} {r.failed:7} {r.skipped:8} {r.seconds:8.1f}")
    families = test_results.read_families(results / "pytest.xml")
    for name, r in families.items():
        print(f"family {name:15} {r.line()}")
    for failure in total.failures:
        print(f"FAILED {failure}")
    (results / "summary.txt").write_text(total.line() + "\n")
    print(total.line(), flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())

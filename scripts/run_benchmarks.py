#===- run_benchmarks.py - The micro-benchmarks, results as JSON ------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Runs every Google Benchmark executable <build>/bin/*Bench and every script
benchmarks/*.py one after the other; figures on the terminal, JSON in
out/bench/<name>.json."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--filter", default=".", help="regular expression of names")
    args = parser.parse_args()
    out = ROOT / "out" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    executables = sorted((args.build / "bin").glob("*Bench"))
    if not executables:
        print(f"no benchmarks in {args.build / 'bin'}", file=sys.stderr)
        return 1
    failed = 0
    for executable in executables:
        print(f"== {executable.name}", flush=True)
        failed |= subprocess.run(
            [executable, f"--benchmark_filter={args.filter}",
             f"--benchmark_out={out / executable.name}.json",
             "--benchmark_out_format=json"], check=False).returncode != 0
    for script in sorted((ROOT / "benchmarks").glob("*.py")):
        print(f"== {script.stem}", flush=True)
        environment = {**os.environ, "PYTHONPATH": str(args.build / "python")}
        failed |= subprocess.run([sys.executable, script, f"--build={args.build}"],
                                 env=environment, check=False).returncode != 0
    print(f"results: {out}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

#===- calibration.py - Cycles against a measured chip ----------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Compares cycles on `tpuv3` with those measured on one core of that chip, and with
what PyTorchSim estimates for it. The chip ran programs of another compiler, so each
workload is compiled twice: as Tilewright does by itself, and with at most one
reduction per kernel, as compilers without fused normalizations do. Where the two
differ, the second says more about the machine and the first more about the compiler.

Rows are benchmarks/tpuv3_measured.csv, or another file of that form: `workload` names
operation and sizes

    gemm_MxKxN   softmax_ROWSxCOLUMNS   layernorm_ROWSxCOLUMNS   attention_HEADSxLENGTHxDEPTH
    conv_BATCHxHEIGHTxWIDTHxINxOUTxKERNELxSTRIDExPADDING (channels last)

Writes out/bench/calibration.json."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Kinds of fusion of a compiler that gives every reduction a kernel of its own.
ONE_REDUCTION = "elementwise,epilogue,prologue,reduction-epilogue,reduction"


def workload(name: str):
    """The function that `name` stands for, and its inputs."""
    import torch
    from torch.nn import functional as F

    kind, _, sizes = name.partition("_")
    size = [int(n) for n in sizes.split("x")]
    tensor = torch.Generator().manual_seed(0)

    def randn(*shape):
        return torch.randn(shape, generator=tensor)

    def attention(q, k, v):
        """Keys by queries, as that compiler lays them out: [HEADS, DEPTH, LENGTH]."""
        return v.transpose(1, 2) @ torch.softmax(k @ q.transpose(1, 2) / size[2] ** 0.5, dim=-2)

    if kind == "gemm":
        m, k, n = size
        return torch.matmul, (randn(m, k), randn(k, n))
    if kind == "softmax":
        return lambda x: torch.softmax(x, dim=1), (randn(*size),)
    if kind == "layernorm":
        columns = size[1:]
        return (lambda x, w, b: F.layer_norm(x, columns, w, b),
                (randn(*size), randn(*columns), randn(*columns)))
    if kind == "attention":
        return attention, tuple(randn(*size) for _ in range(3))
    if kind == "conv":
        batch, height, width, inputs, outputs, kernel, stride, padding = size
        image, weight = randn(batch, inputs, height, width), randn(outputs, inputs, kernel, kernel)
        return (lambda x, w: F.conv2d(x, w, stride=stride, padding=padding),
                tuple(t.contiguous(memory_format=torch.channels_last) for t in (image, weight)))
    raise SystemExit(f"calibration.py: unknown workload '{name}': expected gemm_, softmax_, "
                     "layernorm_, attention_ or conv_ and sizes")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def cycles_of(name: str, fusion: str) -> int:
    import tilewright
    import torch

    torch._dynamo.reset()
    function, inputs = workload(name)
    return tilewright.simulate(function, inputs, machine="tpuv3", verify=False, trace=False,
                               fusion=fusion).cycles


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build",
                        help="build directory, as for the other benchmarks (not used)")
    parser.add_argument("--measured", type=Path,
                        default=ROOT / "benchmarks" / "tpuv3_measured.csv", help="rows to compare")
    args = parser.parse_args()

    results = []
    print(f"{'workload':<36} {'measured':>9} {'here':>9} {'':>7} {'1 reduction':>12} {'':>7} "
          f"{'PyTorchSim':>10}")
    for row in rows_of(args.measured):
        measured = int(row["tpuv3_cycles"])
        cycles = {"all": cycles_of(row["workload"], "all"),
                  "one_reduction": cycles_of(row["workload"], ONE_REDUCTION)}
        error = {key: 100 * (value / measured - 1) for key, value in cycles.items()}
        reference = float(row["reference_error_percent"])
        results.append({"workload": row["workload"], "measured": measured, "cycles": cycles,
                        "error_percent": error, "reference_error_percent": reference})
        print(f"{row['workload']:<36} {measured:>9,} {cycles['all']:>9,} {error['all']:>+6.1f}% "
              f"{cycles['one_reduction']:>12,} {error['one_reduction']:>+6.1f}% "
              f"{reference:>+9.1f}%", flush=True)
    for key, text in (("all", "fused"), ("one_reduction", "one reduction per kernel")):
        mean = sum(abs(r["error_percent"][key]) for r in results) / len(results)
        print(f"mean of differences, {text}: {mean:.1f} %")
    out = ROOT / "out" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / "calibration.json").write_text(json.dumps(results, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

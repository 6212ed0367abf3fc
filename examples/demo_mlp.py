#===- demo_mlp.py - A first look at Tilewright -----------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""A small MLP through torch.compile on a simulated TPUv3: the outputs come out of
the compiled program, are compared with PyTorch on the CPU, and the report says
where the cycles went. `make demo` runs this."""

import sys
from pathlib import Path

import torch
from rich.console import Console

import tilewright

OUT = Path(__file__).resolve().parent.parent / "out" / "demo"


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(128, 256)
        self.second = torch.nn.Linear(256, 64)

    def forward(self, x):
        hidden = torch.relu(self.first(x))
        return self.second(hidden)


def main() -> int:
    torch.manual_seed(0)
    model, x = Mlp().eval(), torch.randn(32, 128)

    npu = torch.compile(model, backend="tilewright", fullgraph=True,
                        options={"machine": "tpuv3", "name": "mlp", "trace": True})
    with torch.no_grad():
        actual, expected = npu(x), model(x)
    error = (actual - expected).abs().max().item()
    report = tilewright.last_report()

    OUT.mkdir(parents=True, exist_ok=True)
    report.to_json(OUT / "report.json")
    report.to_trace(OUT / "trace.json")
    Console().print(report)
    print(f"largest difference from PyTorch on the CPU: {error:.3g}")
    print(f"report: {OUT / 'report.json'}")
    print(f"trace:  {OUT / 'trace.json'} (open it in Perfetto)")
    return 0 if error <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())

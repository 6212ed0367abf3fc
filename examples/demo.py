#===- demo.py - A first look at Tilewright ---------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""ResNet-18 on a simulated NPU (random weights, one image of 224 x 224): every kernel is
checked against a reference, the outputs against PyTorch on the CPU, and the report says
where the cycles went. `make demo` runs this on `tpuv3`; give another machine as argument."""

import sys
import time
from pathlib import Path

import torch
from rich.console import Console
from transformers import ResNetConfig, ResNetForImageClassification

import tilewright

OUT = Path(__file__).resolve().parent.parent / "out" / "demo"
TOLERANCE = 1e-3


def resnet18() -> torch.nn.Module:
    config = ResNetConfig(embedding_size=64, hidden_sizes=[64, 128, 256, 512],
                          depths=[2, 2, 2, 2], layer_type="basic", num_labels=1000)
    return ResNetForImageClassification(config).eval()


def main() -> int:
    machine = sys.argv[1] if len(sys.argv) > 1 else "tpuv3"
    torch.manual_seed(0)
    model, image = resnet18(), torch.randn(1, 3, 224, 224)

    print(f"Compiling ResNet-18 for {machine}, running and checking it ...", flush=True)
    start = time.monotonic()
    report = tilewright.simulate(model, (image,), machine=machine, name="resnet18",
                                 rtol=TOLERANCE, atol=TOLERANCE)
    seconds = time.monotonic() - start
    with torch.no_grad():
        expected = model(image).logits
    error = (report.outputs.logits - expected).abs().max().item()

    OUT.mkdir(parents=True, exist_ok=True)
    report.to_json(OUT / "report.json")
    report.to_trace(OUT / "trace.json")
    Console().print(report)
    print(f"largest difference from PyTorch on the CPU: {error:.3g} (allowed {TOLERANCE})")
    print(f"host time: {seconds:.1f} s")
    print(f"report: {OUT / 'report.json'}")
    print(f"trace:  {OUT / 'trace.json'} (open it in Perfetto)")
    return 0 if error <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())

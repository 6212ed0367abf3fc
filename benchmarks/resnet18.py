#===- resnet18.py - A whole network, cold and warm -------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""How long a user waits for ResNet-18 at 224 x 224 on tpuv3: MLIR text in, verified
values and tile-level cycles out, with an empty and with a warm cache of kernels,
each in a process of its own. Weights are random (`transformers`), inputs normal.

Machines are noisy, so every figure comes with its ratio to PyTorch's own forward
pass on the same cores in the same run (`x_torch`), and with the processor time it
took, which waiting for other programs does not change. Writes
out/bench/resnet18.json."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOALS = {"cold": 10.0, "warm": 2.0}


def network(image: int):
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.ResNetConfig(embedding_size=64, hidden_sizes=[64, 128, 256, 512],
                                       depths=[2, 2, 2, 2], layer_type="basic")
    model = transformers.ResNetForImageClassification(config).eval()
    return model, torch.randn(1, 3, image, image)


def imported(model, image) -> tuple[str, list]:
    """The network as MLIR text, and the arrays of its arguments."""
    import torch

    from tilewright import backend

    seen = {}

    class Stop(Exception):
        pass

    class Capture(backend.CompiledGraph):
        def __init__(self, graph, options, receive):
            self.imported = backend.importer.import_graph(graph)
            seen["text"] = self.imported.text

        def __call__(self, *inputs):
            seen["inputs"] = [inputs[i] for i in self.imported.inputs]
            raise Stop

    original, backend.CompiledGraph = backend.CompiledGraph, Capture
    try:
        with torch.no_grad():
            torch.compile(model, backend=backend.recording({}, lambda report: None),
                          fullgraph=True)(image)
    except Stop:
        pass
    finally:
        backend.CompiledGraph = original
    return seen["text"], [v.detach().contiguous().numpy() for v in seen["inputs"]]


def torch_seconds(model, image) -> float:
    import torch

    times = []
    with torch.no_grad():
        for _ in range(4):
            start = time.perf_counter()
            model(image)
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def run(binary: Path, folder: Path, arrays: int, machine: str) -> dict:
    """One process of the command line, with wall and processor time."""
    inputs = ",".join(str(folder / f"{i}.npy") for i in range(arrays))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [binary, "run", folder / "resnet18.mlir", f"--inputs={inputs}", f"--machine={machine}",
         "--verify", "--rtol=1e-3", "--atol=1e-3", f"--cache-dir={folder / 'cache'}", "--json=-"],
        text=True, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"resnet18: {done.stderr.strip()}")
    report = json.loads(done.stdout)
    return {"seconds": seconds,
            "processor_seconds": after.ru_utime + after.ru_stime
            - before.ru_utime - before.ru_stime,
            "cycles": report["cycles"], "max_error": report["max_error"],
            "kernels_compiled": report["host"]["kernels_compiled"],
            "kernels_cached": report["host"]["kernels_cached"],
            "phases": report["host"]["seconds"]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--machine", default="tpuv3")
    parser.add_argument("--image", type=int, default=224)
    args = parser.parse_args()

    import numpy

    model, image = network(args.image)
    text, arrays = imported(model, image)
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "resnet18.mlir").write_text(text)
        for i, array in enumerate(arrays):
            numpy.save(folder / f"{i}.npy", array)
        for kind in ("cold", "warm"):
            results[kind] = run(args.build / "bin" / "tilewright", folder, len(arrays),
                                args.machine)
    bound = torch_seconds(model, image)
    for kind, result in results.items():
        result["x_torch"] = result["seconds"] / bound
        result["goal_seconds"] = GOALS[kind]
        print(f"{kind}: {result['seconds']:.2f} s (goal {GOALS[kind]:.0f} s), "
              f"{result['processor_seconds']:.2f} s of processor time, "
              f"{result['x_torch']:.0f} x PyTorch; {result['kernels_compiled']} kernels compiled, "
              f"{result['kernels_cached']} cached; {result['cycles']} cycles, "
              f"largest error {result['max_error']:.1e}")
        for phase, seconds in result["phases"].items():
            print(f"    {phase:<20} {seconds:8.3f} s")
    out = ROOT / "out" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / "resnet18.json").write_text(json.dumps({"torch_seconds": bound, **results}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

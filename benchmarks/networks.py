#===- networks.py - Whole networks, cold and warm --------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""How long a user waits for whole networks on tpuv3: MLIR text in, verified values
and tile-level cycles out, with an empty and with a warm cache, each in a process of
its own. Networks are those of e2e/networks.py at full size, ResNet-18 unless
--networks names others.

Machines are noisy, so every figure comes with its ratio to PyTorch's own forward
pass on the same cores in the same run (`x_torch`), and with the processor time it
took, which waiting for other programs does not change. Phases of several threads
are sums, and overlap. Writes out/bench/networks.json."""

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
#: Seconds on two otherwise idle cores.
GOALS = {"resnet18": {"cold": 10.0, "warm": 2.0}}


def imported(model, inputs) -> tuple[str, list]:
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
                          fullgraph=True)(*inputs)
    except Stop:
        pass
    finally:
        backend.CompiledGraph = original
    return seen["text"], [v.detach().contiguous().numpy() for v in seen["inputs"]]


def torch_seconds(model, inputs) -> float:
    import torch

    times = []
    with torch.no_grad():
        for _ in range(4):
            start = time.perf_counter()
            model(*inputs)
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def run(binary: Path, folder: Path, arrays: int, machine: str) -> dict:
    """One process of the command line, with wall and processor time."""
    inputs = ",".join(str(folder / f"{i}.npy") for i in range(arrays))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [binary, "run", folder / "network.mlir", f"--inputs={inputs}", f"--machine={machine}",
         "--verify", "--rtol=1e-3", "--atol=1e-3", f"--cache-dir={folder / 'cache'}", "--json=-"],
        text=True, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{folder.name}: {done.stderr.strip()}")
    report = json.loads(done.stdout)
    host = report["host"]
    return {"seconds": seconds,
            "processor_seconds": after.ru_utime + after.ru_stime
            - before.ru_utime - before.ru_stime,
            "cycles": report["cycles"], "max_error": report["max_error"],
            **{key: host[key] for key in ("kernels_compiled", "kernels_cached",
                                          "references_compiled", "references_cached")},
            "phases": host["seconds"]}


def measure(name: str, binary: Path, machine: str) -> dict:
    import networks
    import numpy

    model, inputs = networks.NETWORKS[name].make(full=True)
    text, arrays = imported(model, inputs)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / name
        folder.mkdir()
        (folder / "network.mlir").write_text(text)
        for i, array in enumerate(arrays):
            numpy.save(folder / f"{i}.npy", array)
        results = {kind: run(binary, folder, len(arrays), machine) for kind in ("cold", "warm")}
    if results["cold"]["cycles"] != results["warm"]["cycles"]:
        sys.exit(f"{name}: a warm cache changes the cycles")
    bound = torch_seconds(model, inputs)
    for kind, result in results.items():
        result["x_torch"] = result["seconds"] / bound
        result["goal_seconds"] = GOALS.get(name, {}).get(kind)
    return {"torch_seconds": bound, **results}


def show(name: str, result: dict) -> None:
    cold, warm = result["cold"], result["warm"]
    print(f"{name}: {cold['cycles']} cycles, largest error {cold['max_error']:.1e}, "
          f"{cold['kernels_compiled']} kernels compiled; PyTorch {result['torch_seconds']:.3f} s")
    rows = [("seconds", "seconds"), ("of processors", "processor_seconds")]
    print(f"    {'':<20} {'cold':>9} {'warm':>9}")
    for label, key in rows:
        print(f"    {label:<20} {cold[key]:8.2f}s {warm[key]:8.2f}s")
    if cold["goal_seconds"]:
        print(f"    {'goal':<20} {cold['goal_seconds']:8.2f}s {warm['goal_seconds']:8.2f}s")
    print(f"    {'x PyTorch':<20} {cold['x_torch']:9.1f} {warm['x_torch']:9.1f}")
    for phase in dict.fromkeys([*cold["phases"], *warm["phases"]]):
        print(f"      {phase:<18} {cold['phases'].get(phase, 0):8.3f}s "
              f"{warm['phases'].get(phase, 0):8.3f}s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--machine", default="tpuv3")
    parser.add_argument("--networks", default="resnet18", help="names, separated by commas")
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT / "e2e"))
    results = {}
    for name in args.networks.split(","):
        results[name] = measure(name, args.build / "bin" / "tilewright", args.machine)
        show(name, results[name])
    out = ROOT / "out" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / "networks.json").write_text(json.dumps(results, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

#===- test_layouts.py - The layout and padding report ------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""The layout report covers every tensor of every kernel, and its sums agree."""

import json
import subprocess

import torch
from checks import BINARY

import tilewright


def model(x, w, b):
    return torch.softmax(torch.relu(x @ w + b), -1)


INPUTS = (torch.randn(37, 29), torch.randn(29, 51), torch.randn(51))


def check(layouts, lanes):
    assert layouts
    for kernel in layouts:
        assert kernel["tiles"] and kernel["launches"] > 0
        assert any(tile["direction"] == "store" for tile in kernel["tiles"])
        for tile in kernel["tiles"]:
            axes = tile["axes"]
            padded = valid_most = 1
            for axis in axes:
                assert axis["valid_min"] <= axis["valid_max"] <= axis["extent"] \
                    <= axis["padded_extent"]
                assert 0.0 <= axis["padding"] <= 1.0
                padded *= axis["padded_extent"]
                valid_most *= axis["valid_max"]
            assert axes[tile["lane_axis"]]["padded_extent"] % lanes == 0
            assert 1 <= tile["lanes_used"] <= lanes
            size = {"f32": 4}[tile["tensor"].split("x")[-1]]
            assert tile["padded_bytes"] == tile["moves"] * padded * size
            assert tile["valid_bytes"] <= tile["moves"] * valid_most * size
            assert tile["wasted_bytes"] == tile["padded_bytes"] - tile["valid_bytes"]


def test_of_a_run(machine):
    report = tilewright.simulate(model, INPUTS, machine=machine)
    layouts = report.layouts()
    check(layouts, {"tpuv3": 128, "small32": 32, "small8": 8}[machine])
    assert {k["kernel"] for k in layouts} == {k.name for k in report.kernels}
    stored = [t for k in layouts for t in k["tiles"]
              if t["direction"] == "store" and t["tensor"] == "37x51xf32"]
    # Every element of a result is stored exactly once.
    assert stored and all(t["valid_bytes"] == 37 * 51 * 4 for t in stored)
    text = str(layouts)
    assert "37x51xf32" in text and "wasted" in text and "bytes in tiles" in text


MODULE = """
func.func @main(%x: tensor<37x29xf32>) -> tensor<37x29xf32> {
  %e = tensor.empty() : tensor<37x29xf32>
  %y = linalg.exp ins(%x : tensor<37x29xf32>) outs(%e : tensor<37x29xf32>) -> tensor<37x29xf32>
  return %y : tensor<37x29xf32>
}
"""


def tilewright_report(*arguments):
    return subprocess.run([BINARY, "report", *arguments], capture_output=True, text=True,
                          timeout=300)


def test_command(tmp_path):
    module, compiled = tmp_path / "m.mlir", tmp_path / "m.tw"
    module.write_text(MODULE)
    done = tilewright_report(module, "--machine", "small8", "--json")
    assert done.returncode == 0, done.stderr
    check(json.loads(done.stdout), 8)
    subprocess.run([BINARY, "compile", module, "--machine", "small8", "-o", compiled], check=True,
                   timeout=300)
    assert tilewright_report(compiled, "--json").stdout == done.stdout
    text = tilewright_report(compiled).stdout
    assert "37x29xf32" in text and "padding" in text


def test_command_errors(tmp_path):
    done = tilewright_report()
    assert done.returncode == 2 and "no input file" in done.stderr
    done = tilewright_report(tmp_path / "none.mlir")
    assert done.returncode == 2 and "cannot read" in done.stderr

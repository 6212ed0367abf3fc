#===- test_timing.py - Cycles and traffic of matrix products ---------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Figures that the machine and the compiler promise for matrix products."""

import json
import subprocess

import pytest
from checks import BINARY


def matmul_module(m, n, k):
    return f"""
func.func @main(%a: tensor<{m}x{k}xf32>, %b: tensor<{k}x{n}xf32>) -> tensor<{m}x{n}xf32> {{
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<{m}x{n}xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<{m}x{n}xf32>) -> tensor<{m}x{n}xf32>
  %r = linalg.matmul ins(%a, %b : tensor<{m}x{k}xf32>, tensor<{k}x{n}xf32>)
      outs(%init : tensor<{m}x{n}xf32>) -> tensor<{m}x{n}xf32>
  return %r : tensor<{m}x{n}xf32>
}}
"""


@pytest.fixture
def run(tmp_path):
    def run(shape, machine, *options):
        source, report = tmp_path / "matmul.mlir", tmp_path / "report.json"
        source.write_text(matmul_module(*shape))
        subprocess.run([BINARY, "run", source, "--machine", machine,
                        f"--json={report}", *options], check=True, stdout=subprocess.DEVNULL)
        return json.loads(report.read_text())
    return run


def test_512_reads_each_input_once_and_uses_both_arrays(run):
    report = run((512, 512, 512), "tpuv3", "--verify")
    counters = report["counters"]
    inputs, output = 2 * 512 * 512 * 4 // 32, 512 * 512 * 4 // 32
    # The published counts of this example: 65,536 and 32,768 requests of 32 B, even over
    # 16 channels, 6,144 cycles of the DMA engine at 16 requests a cycle.
    assert (inputs, output) == (65536, 32768)
    assert counters["dram_read_requests"] == inputs
    assert counters["dram_write_requests"] == output
    assert {(c["reads"], c["writes"]) for c in report["dram_channels"]} == {(4096, 2048)}
    assert counters["dma_active_cycles"] == 6144
    assert len(counters["array_rows"]) == 2 and all(counters["array_rows"])
    # Bounds: the arrays' rows, and the DMA's requests at 16 a cycle.
    assert report["cycles"] >= 4 * 4 * 512 // 2
    assert report["cycles"] >= (inputs + output) // 16


def test_256_streams_each_row_once_per_block_of_weights(run):
    """2 x 2 blocks of weights of 128 x 128, 256 rows past each, shared by two arrays."""
    counters = run((256, 256, 256), "tpuv3", "--verify")["counters"]
    assert counters["array_rows"] == [2 * 2 * 256 // 2] * 2
    assert counters["array_busy_cycles"] == 2 * 2 * 256


@pytest.mark.parametrize("machine", ["tpuv3", "small32", "small8"])
@pytest.mark.parametrize("shape", [(512, 512, 512), (253, 123, 47), (128, 63, 56)],
                         ids=lambda s: "x".join(map(str, s)))
def test_tile_level_is_within_two_percent_of_instruction_level(run, shape, machine):
    tile = run(shape, machine, "--timing=tile")["cycles"]
    instruction = run(shape, machine, "--timing=instruction")["cycles"]
    assert tile == pytest.approx(instruction, rel=0.02)


def test_2048_keeps_the_arrays_busy(run):
    report = run((2048, 2048, 2048), "tpuv3", "--timing=instruction")
    assert report["counters"]["array_utilization"] > 0.8
    assert report["cycles"] >= 16 * 16 * 2048 // 2

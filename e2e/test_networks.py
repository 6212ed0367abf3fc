#===- test_networks.py - Whole networks --------------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Networks of `transformers` with random weights equal PyTorch on the CPU, verified
kernel by kernel, with no op left to the host: at full size in `make test-full`, nine
small ones in `make test`."""

import pytest
import torch
from checks import check_figures
from conftest import FULL
from networks import NETWORKS

import tilewright

#: Networks that `make test` runs too, on one machine each.
QUICK = {"bert": "tpuv3", "clip-vision": "tpuv3", "deepseekv3": "tpuv3", "encoder-layer": "tpuv3",
         "gpt2": "tpuv3", "llama": "small32", "mixtral": "small8", "resnet18": "small32",
         "vit": "tpuv3"}

TOLERANCE = 1e-3

CASES = [(name, machine) for name, network in NETWORKS.items() for machine in network.machines] \
    if FULL else list(QUICK.items())


@pytest.mark.parametrize("name, machine", CASES)
def test_network(name, machine):
    model, inputs = NETWORKS[name].make(FULL)
    report = tilewright.simulate(model, inputs, machine=machine, name=name, verify=True,
                                 sanitize=not FULL, trace=False, rtol=TOLERANCE, atol=TOLERANCE)
    with torch.no_grad():
        expected = model(*inputs)
    torch.testing.assert_close(report.outputs, expected, rtol=TOLERANCE, atol=TOLERANCE)
    assert report.verified
    # Every op is named, with the kernel that ran it: there is no other place.
    check_figures(report)
    assert {op.kernel for op in report.ops} == {kernel.name for kernel in report.kernels}

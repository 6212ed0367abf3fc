#===- test_zoo.py - Many architectures ---------------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Every architecture of the zoo equals PyTorch on the CPU, verified kernel by kernel, or
is refused for the reason that the table says: one that is refused and not in the table
fails, and so does one in the table that compiles. `make test` runs a few small ones."""

import pytest
import torch
from checks import check_figures
from conftest import FULL
from torch.utils import _pytree as pytree
from zoo import ZOO

import tilewright

#: Networks of `make test`, on one machine each.
QUICK = {"cached-attention": "small8", "dlrm": "small8", "gat": "tpuv3", "gru-attention": "small8",
         "distilbert": "tpuv3", "nerf": "small32", "pointnet": "tpuv3", "vq-vae": "small32"}

#: Why networks are refused (a pattern of the message), and which.
REFUSED = {
    # Python's control flow follows the data.
    r"data-dependent|[Dd]ata-dependent branching": (
        "dbrx", "encodec", "fsmt", "jetmoe", "led", "longcat", "longformer", "nllb-moe",
        "switch-transformers", "xmod",
    ),
    r"depends on data": ("big-bird-sparse", "superpoint"),
    # An assignment to a buffer that torch.compile does not trace.
    r"cannot trace the model as one graph: Unsupported python_type": ("ctrl",),
}

TOLERANCE = 1e-3

CASES = [(name, "tpuv3") for name in ZOO] if FULL else list(QUICK.items())


def reason_of(name: str) -> str | None:
    return next((reason for reason, names in REFUSED.items() if name in names), None)


def tensors(value) -> list[torch.Tensor]:
    return [x for x in pytree.tree_leaves(value) if isinstance(x, torch.Tensor)]


@pytest.mark.parametrize("name, machine", CASES)
def test_architecture(name, machine):
    model, inputs = ZOO[name]()
    options = dict(machine=machine, name=name, verify=True, sanitize=True, trace=False,
                   rtol=TOLERANCE, atol=TOLERANCE)
    reason = reason_of(name)
    if reason:
        with pytest.raises(tilewright.UnsupportedError, match=reason):
            tilewright.simulate(model, inputs, **options)
        return
    report = tilewright.simulate(model, inputs, **options)
    # A fresh one: networks with a state have changed theirs.
    model, inputs = ZOO[name]()
    with torch.no_grad():
        expected = tensors(model(*inputs))
    torch.testing.assert_close(tensors(report.outputs), expected, rtol=TOLERANCE, atol=TOLERANCE)
    assert report.verified
    check_figures(report)


def test_table_names_networks():
    names = [name for names in REFUSED.values() for name in names]
    assert len(set(names)) == len(names)
    assert set(names) <= set(ZOO)

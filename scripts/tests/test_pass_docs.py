#===- test_pass_docs.py - docs/passes.md is up to date ---------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""The page of passes is what the declarations say, and every pass that rewrites
or checks IR has lit tests of its own: of what it does, and of what it refuses."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import pass_docs  # noqa: E402

LLVM = Path("/usr/lib/llvm-22")


def test_page_is_up_to_date():
    assert (pass_docs.ROOT / "docs/passes.md").read_text() == pass_docs.page(LLVM), \
        "run `make docs`"


@pytest.mark.parametrize("layer, record", [
    pytest.param(layer, record, id=record["argument"]) for layer in pass_docs.LAYERS
    for record in pass_docs.records(pass_docs.ROOT / f"include/tilewright/{layer}/Passes.td", LLVM)])
def test_pass_is_documented_and_tested(layer, record):
    assert record["summary"] and record["description"].strip(), "a pass says what it does and why"
    assert pass_docs.tests(layer, record) != "-", \
        f"test/{layer}/{record['argument'].removeprefix('togsim-')}.mlir is missing"
    errors = f"test/{layer}/{record['argument'].removeprefix('togsim-')}-errors.mlir"
    assert (pass_docs.ROOT / errors).exists() or "Refuses nothing" in record["description"], \
        f"{errors} is missing: it shows each message, unless the description says that the pass " \
        "refuses nothing"

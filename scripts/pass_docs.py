#===- pass_docs.py - docs/passes.md from the pass declarations -------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Writes docs/passes.md: every pass that ODS declares (include/tilewright/*/Passes.td),
with what it runs on, its tests, options and description. `make docs` runs it;
scripts/tests/test_pass_docs.py fails when the file is not what it would write."""

from __future__ import annotations

import argparse
import json
import subprocess
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Layers in the order in which the compiler runs them.
LAYERS = ("Graph", "Transforms")


def records(td: Path, llvm: Path) -> list[dict]:
    """The passes that a file declares, in its order."""
    dump = subprocess.run(
        [llvm / "bin/llvm-tblgen", "--dump-json", "-I", llvm / "include", "-I", ROOT / "include", td],
        check=True, capture_output=True, text=True).stdout
    data = json.loads(dump)
    passes = [(data[name], data) for name in data["!instanceof"]["PassBase"]]
    passes.sort(key=lambda entry: int(entry[0]["!locs"][0].split(":")[1]))
    return [{**record, "options": [everything[option["def"]] for option in record["options"]]}
            for record, everything in passes]


def operation(record: dict) -> str:
    """`module` or `func`: what the pass runs on."""
    return {"::mlir::OperationPass<::mlir::ModuleOp>": "module",
            "::mlir::OperationPass<::mlir::func::FuncOp>": "function"}[record["baseClass"]]


def tests(layer: str, record: dict) -> str:
    """Links to the lit files that run the pass under its own name."""
    stem = record["argument"].removeprefix("togsim-")
    found = sorted((ROOT / "test" / layer).glob(f"{stem}*.mlir"))
    return ", ".join(f"[{path.stem}](../{path.relative_to(ROOT)})" for path in found) or "-"


def page(llvm: Path) -> str:
    lines = ["# Passes", "",
             "Written by `make docs` from the declarations in `include/tilewright/*/Passes.td`; "
             "the order is that of the declarations. What the IR levels are: [ir.md](ir.md).", ""]
    details: list[str] = []
    for layer in LAYERS:
        lines += [f"## {layer}", "", "| pass | runs on | does | lit tests |", "|---|---|---|---|"]
        for record in records(ROOT / f"include/tilewright/{layer}/Passes.td", llvm):
            name = record["argument"]
            lines.append(f"| [`{name}`](#{name}) | {operation(record)} | {record['summary']} | "
                         f"{tests(layer, record)} |")
            details += [f"### {name}", "", record["summary"][0].upper() + record["summary"][1:] + ".",
                        ""]
            description = textwrap.dedent(record["description"]).strip()
            if description:
                details += [description, ""]
            for option in record["options"]:
                details.append(f"- `{option['argument']}` (default {option['defaultValue'] or 'none'}): "
                               f"{option['description']}")
            if record["options"]:
                details.append("")
        lines.append("")
    return "\n".join(lines + ["## Descriptions", ""] + details).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llvm", type=Path, default=Path("/usr/lib/llvm-22"))
    arguments = parser.parse_args()
    (ROOT / "docs/passes.md").write_text(page(arguments.llvm))


if __name__ == "__main__":
    main()

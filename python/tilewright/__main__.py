#===- __main__.py - The commands of the Python package -----------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns `python -m tilewright COMMAND`: what needs PyTorch, and therefore Python. All other
commands are those of the binary `tilewright`."""

from __future__ import annotations

import sys

from . import coverage_command

_COMMANDS = {"coverage": coverage_command.main}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in _COMMANDS:
        print(f"usage: python -m tilewright {{{','.join(_COMMANDS)}}} ...", file=sys.stderr)
        return 0 if sys.argv[1:] in (["--help"], ["-h"]) else 2
    return _COMMANDS[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())

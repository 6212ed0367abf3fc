#===- lit.cfg.py - How tests under test/ are run ---------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
#
# Tests are .mlir files with RUN lines, by layer as in lib/. On PATH: our tools
# (tilewright, tilewright-opt) and LLVM 22's (FileCheck, not, split-file, llc,
# llvm-mc, llvm-objdump, mlir-opt). %machines is the folder of machine files.
#
#===-----------------------------------------------------------------------===#
import os

import lit.formats

config.name = "Tilewright"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.join(config.tilewright_source, "test")
config.test_exec_root = os.path.join(config.tilewright_build, "test")
config.environment["PATH"] = os.pathsep.join([
    os.path.join(config.tilewright_build, "bin"),
    os.path.join(config.llvm_root, "bin"),
    config.environment.get("PATH", ""),
])
config.environment["TILEWRIGHT_MACHINES"] = os.path.join(config.tilewright_source, "machines")
config.substitutions.append(("%machines", os.path.join(config.tilewright_source, "machines")))

#!/usr/bin/env bash
#===- configure.sh - Run CMake when its arguments changed -----------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
#
# Owns the CMake arguments of the repository's own build. Usage:
# configure.sh BUILD-DIR LLVM-ROOT PYTHON. Does nothing when the directory was
# configured with the same arguments: Ninja re-runs CMake for changed lists.
#
#===-----------------------------------------------------------------------===#
set -euo pipefail
[ $# = 3 ] || { echo "usage: configure.sh BUILD-DIR LLVM-ROOT PYTHON" >&2; exit 2; }
cd "$(dirname "$0")/.."
build=$1 llvm=$2 python=$3
arguments=(-G Ninja
           -DCMAKE_BUILD_TYPE=Release
           "-DCMAKE_C_COMPILER=$llvm/bin/clang"
           "-DCMAKE_CXX_COMPILER=$llvm/bin/clang++"
           "-DTILEWRIGHT_LLVM_ROOT=$llvm"
           "-DPython_EXECUTABLE=$python"
           -DTILEWRIGHT_PYTHON=ON
           -DTILEWRIGHT_TESTS=ON)
stamp=$build/.tilewright-configured
if [ -f "$build/build.ninja" ] && [ "$(cat "$stamp" 2>/dev/null)" = "${arguments[*]}" ]; then
  exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake -S . -B "$build" "${arguments[@]}" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
echo "${arguments[*]}" > "$stamp"

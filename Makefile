#===- Makefile - The commands of a work day ---------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
#
#   make demo        compile, run, check and time ResNet-18
#   make test        everything a change has to pass
#   make test-full   the same with many more random cases
#   make build       the tools, the Python module, the tests
#   make bench       micro-benchmarks, results in out/bench/
#   make format      clang-format over all C++ files
#   make docs        docs/passes.md from the declarations of the passes
#   make clean       remove build/ and out/ (keeps .venv)
#
# Each installs what the machine lacks first (scripts/bootstrap.sh). The build
# itself is CMake's; this file only names it.
#
#===-------------------------------------------------------------------------===#

BUILD  ?= build
JOBS   ?= $(shell nproc)
LLVM   ?= /usr/lib/llvm-22
VENV   := $(or $(TILEWRIGHT_VENV),$(CURDIR)/.venv)
PYTHON := $(VENV)/bin/python
RUN    := PYTHONPATH=$(CURDIR)/$(BUILD)/python $(PYTHON)

# Compiled objects are found again from any clone of the repository.
export CCACHE_BASEDIR := $(CURDIR)

.PHONY: all bootstrap configure build demo test test-full bench format docs clean
all: build

bootstrap:
	@scripts/bootstrap.sh

configure: bootstrap
	@scripts/configure.sh $(BUILD) $(LLVM) $(PYTHON)

build: configure
	@ninja -C $(BUILD) -j $(JOBS) all

demo: build
	@$(RUN) examples/demo.py

test: build
	@$(RUN) scripts/run_tests.py --build $(BUILD) --jobs $(JOBS)

test-full: build
	@$(RUN) scripts/run_tests.py --build $(BUILD) --jobs $(JOBS) --full

bench: build
	@$(RUN) scripts/run_benchmarks.py --build $(BUILD)

format:
	@git ls-files '*.h' '*.cpp' | xargs $(LLVM)/bin/clang-format -i

docs: bootstrap
	@$(PYTHON) scripts/pass_docs.py --llvm $(LLVM)

clean:
	rm -rf $(BUILD) out dist

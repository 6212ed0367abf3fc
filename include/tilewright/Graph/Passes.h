//===- Passes.h - The passes of the graph layer -----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Declarations generated from Passes.td: create<Name>Pass and registration.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_GRAPH_PASSES_H
#define TILEWRIGHT_GRAPH_PASSES_H

#include "mlir/Pass/Pass.h"
#include <memory>

namespace tilewright {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "tilewright/Graph/Passes.h.inc"

} // namespace tilewright

#endif // TILEWRIGHT_GRAPH_PASSES_H

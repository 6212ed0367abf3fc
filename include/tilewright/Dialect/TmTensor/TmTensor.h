//===- TmTensor.h - Scans, sorts and scatters of frontends ------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the dialect of the tensor operations that are no linalg.generic, level
// G0 to G2. What their regions mean is decided here, once.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_DIALECT_TMTENSOR_TMTENSOR_H
#define TILEWRIGHT_DIALECT_TMTENSOR_TMTENSOR_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace tilewright::tm_tensor {

/// The order a comparator stands for. Floats: NaN is the greatest number; i1:
/// false comes first.
struct KeyOrder {
  bool descending = false;
  bool isUnsigned = false; ///< integers only
};

/// The order of a region that compares its first two arguments; nothing for
/// other regions.
std::optional<KeyOrder> keyOrderOf(mlir::Region &region);
/// The op that combines the two arguments of `region` into what it yields; null
/// when the region is anything else.
mlir::Operation *combinerOf(mlir::Region &region);

} // namespace tilewright::tm_tensor

#include "tilewright/Dialect/TmTensor/TmTensorDialect.h.inc"
#define GET_OP_CLASSES
#include "tilewright/Dialect/TmTensor/TmTensorOps.h.inc"

#endif // TILEWRIGHT_DIALECT_TMTENSOR_TMTENSOR_H

//===- ElementwiseOp.cpp - One way to make elementwise ops ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Frontend/ElementwiseOp.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

GenericOp tilewright::createElementwise(OpBuilder &builder, Location loc,
                                        ValueRange inputs,
                                        ArrayRef<int64_t> shape, Type element,
                                        ElementwiseBody body,
                                        ArrayRef<AffineMap> maps) {
  AffineMap identity = builder.getMultiDimIdentityMap(shape.size());
  SmallVector<AffineMap> all(maps);
  all.resize(inputs.size(), identity);
  all.push_back(identity);
  Value empty = tensor::EmptyOp::create(builder, loc, shape, element);
  SmallVector<utils::IteratorType> loops(shape.size(),
                                         utils::IteratorType::parallel);
  return GenericOp::create(
      builder, loc, empty.getType(), inputs, empty, all, loops,
      [&](OpBuilder &inner, Location innerLoc, ValueRange values) {
        Value result = body(inner, innerLoc, values.drop_back());
        linalg::YieldOp::create(inner, innerLoc, result);
      });
}

GenericOp tilewright::createCopy(OpBuilder &builder, Location loc, Value source,
                                 ArrayRef<int64_t> shape, AffineMap map) {
  return createElementwise(
      builder, loc, source, shape, getElementTypeOrSelf(source),
      [](OpBuilder &, Location, ValueRange values) { return values[0]; }, map);
}

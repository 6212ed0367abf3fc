//===- RowOps.cpp - Tensor ops along one axis -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RowOps.h"
#include "Provenance.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Frontend/ElementwiseOp.h"

using namespace mlir;
using namespace tilewright;

SmallVector<int64_t> RowOps::shapeWith(Value value,
                                       ArrayRef<int64_t> extents) const {
  SmallVector<int64_t> shape(typeOf(value).getShape());
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin() + axis, extents.begin(), extents.end());
  return shape;
}

Value RowOps::mark(Value value) {
  value.getDefiningOp()->setAttr(kSourceOpsAttr, sourceOps(source));
  return value;
}

Value RowOps::empty(ArrayRef<int64_t> shape, Type element) {
  return tensor::EmptyOp::create(builder, shape, element);
}

namespace {
/// All of a tensor, to be narrowed along a dimension.
struct Bounds {
  Bounds(Builder &builder, RankedTensorType type)
      : offsets(type.getRank(), builder.getIndexAttr(0)),
        strides(type.getRank(), builder.getIndexAttr(1)) {
    for (int64_t extent : type.getShape())
      sizes.push_back(builder.getIndexAttr(extent));
  }
  SmallVector<OpFoldResult> offsets, strides, sizes;
};
} // namespace

Value RowOps::slice(Value tensor, int64_t dim, int64_t from, int64_t size,
                    bool drop) {
  RankedTensorType type = typeOf(tensor);
  if (size == type.getDimSize(dim) && !drop)
    return tensor;
  Bounds bounds(builder, type);
  bounds.offsets[dim] = builder.getIndexAttr(from);
  bounds.sizes[dim] = builder.getIndexAttr(size);
  SmallVector<int64_t> shape(type.getShape());
  shape[dim] = size;
  if (drop)
    shape.erase(shape.begin() + dim);
  return mark(tensor::ExtractSliceOp::create(builder, type.clone(shape), tensor,
                                             bounds.offsets, bounds.sizes,
                                             bounds.strides));
}

/// Groups that join `count` dimensions from `axis` on, of `rank` in all.
static SmallVector<ReassociationIndices> groupsOf(int64_t rank, int64_t axis,
                                                  int64_t count) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t d = 0; d < rank; ++d)
    if (d > axis && d < axis + count)
      groups.back().push_back(d);
    else
      groups.push_back({d});
  return groups;
}

Value RowOps::split(Value tensor, ArrayRef<int64_t> extents) {
  SmallVector<int64_t> shape = shapeWith(tensor, extents);
  return tensor::ExpandShapeOp::create(
      builder, typeOf(tensor).clone(shape), tensor,
      groupsOf(shape.size(), axis, extents.size()));
}

Value RowOps::join(Value tensor, int64_t count) {
  return tensor::CollapseShapeOp::create(
      builder, tensor, groupsOf(typeOf(tensor).getRank(), axis, count));
}

Value RowOps::insert(Value part, Value whole, int64_t from) {
  Bounds bounds(builder, typeOf(part));
  bounds.offsets[axis] = builder.getIndexAttr(from);
  return mark(tensor::InsertSliceOp::create(
      builder, part, whole, bounds.offsets, bounds.sizes, bounds.strides));
}

Value RowOps::concatenate(Value first, Value second) {
  int64_t from = lengthOf(first);
  Value whole = empty(shapeWith(first, from + lengthOf(second)),
                      typeOf(first).getElementType());
  return insert(second, insert(first, whole, 0), from);
}

Value RowOps::elementwise(ArrayRef<Input> inputs, ArrayRef<int64_t> shape,
                          Type element, Body body) {
  AffineMap identity = builder.getMultiDimIdentityMap(shape.size());
  SmallVector<Value> tensors;
  SmallVector<AffineMap> maps;
  for (const Input &input : inputs) {
    tensors.push_back(input.tensor);
    maps.push_back(input.dropped < 0
                       ? identity
                       : identity.dropResult(unsigned(input.dropped)));
  }
  auto generic = createElementwise(
      builder, builder.getLoc(), tensors, shape, element,
      [&](OpBuilder &inner, Location loc, ValueRange values) {
        ImplicitLocOpBuilder b(loc, inner);
        return body(b, values);
      },
      maps);
  return mark(generic.getResult(0));
}

Value RowOps::lookUp(Value values, Value positions) {
  ArrayRef<int64_t> shape = typeOf(positions).getShape();
  return elementwise(
      {{positions}}, shape, typeOf(values).getElementType(),
      [&](ImplicitLocOpBuilder &b, ValueRange at) -> Value {
        SmallVector<Value> coordinates;
        for (int64_t dim = 0; dim < int64_t(shape.size()); ++dim)
          if (dim == axis)
            coordinates.push_back(
                arith::IndexCastOp::create(b, b.getIndexType(), at[0]));
          else
            coordinates.push_back(linalg::IndexOp::create(b, dim));
        return tensor::ExtractOp::create(b, values, coordinates);
      });
}

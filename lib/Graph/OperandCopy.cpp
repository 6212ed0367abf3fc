//===- OperandCopy.cpp - Operands copied into the order of loops ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OperandCopy.h"
#include "Provenance.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "tilewright/Frontend/ElementwiseOp.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

SmallVector<int64_t> tilewright::memoryStrides(Value value) {
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  if (!tensor) // a scalar
    return {};
  auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
  if (!slice)
    return computeSuffixProduct(tensor.getShape());
  SmallVector<int64_t> source = memoryStrides(slice.getSource()), strides;
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  for (unsigned d = 0; d < source.size(); ++d)
    if (!dropped.test(d))
      strides.push_back(source[d] * slice.getStaticStride(d));
  return strides;
}

SmallVector<int64_t> tilewright::stridesAlongLoops(Value value, AffineMap map) {
  SmallVector<int64_t> memory = memoryStrides(value),
                       strides(map.getNumDims(), 0);
  for (auto [axis, expr] : llvm::enumerate(map.getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      strides[dim.getPosition()] += memory[axis];
  return strides;
}

SmallVector<SmallVector<unsigned>>
tilewright::joinLoops(ArrayRef<unsigned> loops, ArrayRef<int64_t> extents,
                      ArrayRef<ArrayRef<int64_t>> strides) {
  SmallVector<SmallVector<unsigned>> groups;
  for (unsigned loop : loops) {
    if (extents[loop] == 1)
      continue;
    bool joins = !groups.empty() && llvm::all_of(strides, [&](auto &along) {
      return along[groups.back().back()] == along[loop] * extents[loop];
    });
    if (joins)
      groups.back().push_back(loop);
    else
      groups.push_back({loop});
  }
  return groups;
}

void OperandCopies::read(GenericOp reader, unsigned number,
                         ArrayRef<unsigned> loops) {
  OpOperand *input = reader.getDpsInputOperand(number);
  AffineMap map = reader.getMatchingIndexingMap(input);
  SmallVector<int64_t> extents = reader.getStaticLoopRanges(), shape;
  SmallVector<AffineExpr> ofCopy(extents.size(),
                                 rewriter.getAffineConstantExpr(0)),
      ofReader;
  for (auto [position, loop] : llvm::enumerate(loops)) {
    shape.push_back(extents[loop]);
    ofCopy[loop] = rewriter.getAffineDimExpr(position);
    ofReader.push_back(rewriter.getAffineDimExpr(loop));
  }
  AffineMap copied = map.replaceDimsAndSymbols(ofCopy, {}, loops.size(), 0);
  Attribute key = rewriter.getArrayAttr(
      {AffineMapAttr::get(copied), rewriter.getDenseI64ArrayAttr(shape)});
  Value &copy = copies[{input->get(), key}];
  if (!copy) {
    GenericOp made =
        createCopy(rewriter, reader.getLoc(), input->get(), shape, copied);
    made->setAttr(kSourceOpsAttr, sourceOps(reader));
    made->setAttr(kOwnKernelAttr, rewriter.getUnitAttr());
    copy = made.getResult(0);
  }
  SmallVector<AffineMap> maps = reader.getIndexingMapsArray();
  maps[number] =
      AffineMap::get(extents.size(), 0, ofReader, reader.getContext());
  rewriter.modifyOpInPlace(reader, [&] {
    input->set(copy);
    reader.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  });
}

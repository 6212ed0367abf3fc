//===- SpaceOperands.cpp - What ops of one iteration space touch ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SpaceOperands.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

Operand SpaceOperands::alongSpace(ArrayRef<int64_t> loopStrides,
                                  ArrayRef<int> loops, Value base,
                                  int64_t offset) const {
  Operand operand{base, SmallVector<int64_t>(space.extents.size(), 0), offset};
  for (auto [loop, stride] : llvm::enumerate(loopStrides))
    if (loops[loop] >= 0)
      operand.strides[loops[loop]] += stride;
  return operand;
}

Operand SpaceOperands::readBy(GenericOp op, OpOperand *input) const {
  Operand own = operandAlong(input->get(), op.getMatchingIndexingMap(input));
  return alongSpace(own.strides, loopsOf(op), own.value, own.offset);
}

bool SpaceOperands::readsMemory(OpOperand *input) {
  return !input->get().getDefiningOp<GenericOp>() &&
         !input->get().getDefiningOp<tensor::EmptyOp>();
}

bool SpaceOperands::usesRow(GenericOp op) const {
  return llvm::any_of(loopsOf(op),
                      [&](int d) { return d >= 0 && space.reduced[d]; });
}

LogicalResult SpaceOperands::collect(func::FuncOp kernel) {
  for (auto op : kernel.getBody().front().getOps<GenericOp>())
    ops.push_back(op);
  auto unified = unifyIterationSpace(ops);
  if (!unified)
    return kernel.emitError("unsupported: the ops of this reduction kernel do "
                            "not share one iteration space");
  space = std::move(*unified);
  for (GenericOp op : ops)
    for (OpOperand *input : op.getDpsInputOperands()) {
      if (!readsMemory(input))
        continue;
      // What several ops read in one way has one tile.
      Operand read = readBy(op, input);
      bool known = llvm::any_of(reads, [&](const Operand &other) {
        return other.value == read.value && other.strides == read.strides &&
               other.offset == read.offset;
      });
      if (!known)
        reads.push_back(read);
    }
  for (Value value : kernel.getBody().front().getTerminator()->getOperands()) {
    auto result = dyn_cast<OpResult>(computedValue(value));
    auto op = result ? dyn_cast<GenericOp>(result.getOwner()) : GenericOp();
    if (!op)
      return kernel.emitError("returns a value that no op of it computes");
    TensorLayout layout = resultLayout(value);
    AffineMap map = op.getMatchingIndexingMap(
        op.getDpsInitOperand(result.getResultNumber()));
    writes.push_back(alongSpace(stridesAlong(map, layout.strides), loopsOf(op),
                                value, layout.offset));
  }
  return success();
}

Tile &SpaceTiles::loadedTile(TileBuilder &tiles, const Operand &operand,
                             ArrayRef<unsigned> storage) {
  // One tensor may be read in several ways.
  SmallVector<int64_t> key(operand.strides);
  key.push_back(operand.offset);
  Attribute attribute = tiles.builder.getDenseI64ArrayAttr(key);
  auto [entry, inserted] = loaded.insert({{operand.value, attribute}, Tile()});
  if (inserted) {
    TensorAccess tensor = access(operand, arguments.lookup(operand.value));
    entry->second = tiles.createTile(tensor, storage);
    tiles.load(tensor, entry->second);
    entry->second.loaded = true;
  }
  return entry->second;
}

SmallVector<Tile> SpaceTiles::inputTiles(TileBuilder &tiles, GenericOp op,
                                         ArrayRef<unsigned> storage) {
  SmallVector<Tile> inputs;
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto made = computed.find(input->get());
    if (made != computed.end())
      inputs.push_back(made->second);
    else if (readsMemory(input))
      inputs.push_back(loadedTile(tiles, readBy(op, input), storage));
    else
      inputs.push_back(Tile());
  }
  return inputs;
}

void SpaceTiles::store(TileBuilder &tiles, Value result) const {
  for (auto [i, write] : llvm::enumerate(writes))
    if (computedValue(write.value) == result)
      tiles.store(access(write, arguments.results[i]), computed.lookup(result));
}

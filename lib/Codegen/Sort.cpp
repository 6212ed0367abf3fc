//===- Sort.cpp - Kernels that sort or select along an axis ---------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A lane holds whole rows, padded to a power of two. Elements become integer
// words whose order is the wanted one, position included, so that no two words
// are equal and any sorting network is stable:
//
//   keys up to 32 bits   one word: key << 32 | position << 1 | was -0.0
//   i64 keys             two words: key, position
//
// The key of a float is its bits, with the lower ones inverted when it is
// negative; all NaN are the greatest key and both zeros are one. A descending
// key is the complement. Padding has the last key and positions behind all
// others. After the network (togsim.sort_rows) values and positions are read
// off the words.
//
//===----------------------------------------------------------------------===//

#include "AxisSpace.h"
#include "Generators.h"
#include "ScheduleChoice.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "tilewright/Dialect/TmTensor/TmTensor.h"
#include "tilewright/Graph/SortWords.h"

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

namespace {

class SortGenerator {
public:
  SortGenerator(func::FuncOp kernel, tm_tensor::TopkOp topk,
                const KernelArguments &arguments, const MachineConfig &machine,
                OpBuilder &builder)
      : kernel(kernel), topk(topk), arguments(arguments), machine(machine),
        builder(builder), space(topk.getInput().getType(), topk.getDimension()),
        coder(topk.getInput().getType().getElementType(), topk.getKeyOrder(),
              topk.getIndices() || !topk.getPositions().use_empty()),
        count(topk.getValues().getType().getDimSize(topk.getDimension())) {}
  LogicalResult run();

private:
  LogicalResult schedule();
  /// An elementwise op over tiles of rows; `body` gives a value per output.
  void emit(ArrayRef<Tile> inputs, ArrayRef<Tile> outputs,
            function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)>
                body);
  void encode();
  void decode(Value returned, Value memref);
  Tile rowTile(Type element) {
    return tiles->createTile(element, {lane, AxisSpace::kAxis}, lane);
  }

  func::FuncOp kernel;
  tm_tensor::TopkOp topk;
  const KernelArguments &arguments;
  const MachineConfig &machine;
  OpBuilder &builder;
  AxisSpace space;
  SortWordCoder coder;
  int64_t count;     ///< elements selected
  unsigned lane = 0; ///< dimension on the lanes
  SmallVector<Dim> dims;
  std::unique_ptr<TileBuilder> tiles;
  SmallVector<Tile, 2> words;
};

} // namespace

LogicalResult SortGenerator::schedule() {
  const int64_t length = std::max<int64_t>(llvm::PowerOf2Ceil(space.extent),
                                           machine.vectorElements(1));
  const SelectionRow row{topk.getInput().getType().getElementType(),
                         topk.getPositions().getType().getElementType(),
                         bool(topk.getIndices()), !topk.getValues().use_empty(),
                         !topk.getPositions().use_empty()};
  SortProblem problem;
  problem.extents = space;
  problem.length = length;
  problem.bytesOnce = selectionBytes(row, 1);
  problem.bytesTwice = selectionBytes(row, 2);
  problem.movedBytes = problem.bytesTwice - problem.bytesOnce;
  FailureOr<Schedule> plan = chooseSchedule(kernel, problem, machine);
  if (failed(plan))
    return failure();
  lane = plan->laneDim;
  dims = {{space.before, plan->tile[0]},
          {space.extent, plan->tile[1]},
          {space.after, plan->tile[2]},
          {count, length}};
  return success();
}

void SortGenerator::emit(
    ArrayRef<Tile> inputs, ArrayRef<Tile> outputs,
    function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, ValueRange)> body) {
  SmallVector<Value> ins, outs;
  for (const Tile &tile : inputs)
    ins.push_back(tile.memref);
  for (const Tile &tile : outputs)
    outs.push_back(tile.memref);
  SmallVector<AffineMap> maps(ins.size() + outs.size(),
                              builder.getMultiDimIdentityMap(2));
  SmallVector<utils::IteratorType> loops(2, utils::IteratorType::parallel);
  linalg::GenericOp::create(
      builder, topk.getLoc(), TypeRange(), ins, outs, maps, loops,
      [&](OpBuilder &inner, Location loc, ValueRange values) {
        ImplicitLocOpBuilder b(loc, inner);
        SmallVector<Value> results = body(b, values);
        linalg::YieldOp::create(b, results);
      });
}

void SortGenerator::encode() {
  Type stored = storageType(topk.getInput().getType().getElementType());
  const SmallVector<int64_t> whole = space.strides(space.extent);
  auto strides = [&] {
    SmallVector<int64_t> all(whole);
    all.push_back(0);
    return all;
  };
  SmallVector<Tile> inputs = {rowTile(stored)};
  tiles->load({arguments.lookup(topk.getInput()), strides()}, inputs[0],
              coder.lastElement(stored));
  if (Value given = topk.getIndices()) {
    Type type = getElementTypeOrSelf(given.getType());
    inputs.push_back(rowTile(type));
    // Behind every position there is.
    tiles->load({arguments.lookup(given), strides()}, inputs[1],
                builder.getIntegerAttr(
                    type, APInt::getSignedMaxValue(
                              std::min(31u, type.getIntOrFloatBitWidth()))
                              .zext(type.getIntOrFloatBitWidth())));
  }
  words.push_back(rowTile(builder.getI64Type()));
  if (coder.needsTwoWords())
    words.push_back(rowTile(builder.getI64Type()));
  emit(inputs, words, [&](ImplicitLocOpBuilder &b, ValueRange values) {
    Value position;
    if (!topk.getIndices())
      position = arith::IndexCastOp::create(b, b.getI64Type(),
                                            linalg::IndexOp::create(b, 1));
    else if (values[1].getType().isInteger(64))
      position = values[1];
    else
      position = arith::ExtSIOp::create(b, b.getI64Type(), values[1]);
    SortWords coded = coder.encode(b, values[0], position);
    SmallVector<Value> results = {coded.first};
    if (coded.second)
      results.push_back(coded.second);
    return results;
  });
}

/// Reads `returned` off the sorted words and stores it.
void SortGenerator::decode(Value returned, Value memref) {
  Type type = storageType(getElementTypeOrSelf(returned.getType()));
  Tile tile = rowTile(type);
  bool isValue = returned == topk.getValues();
  SmallVector<Tile, 2> inputs(words);
  if (!isValue && words.size() == 2)
    inputs = {words[1]};
  emit(inputs, tile, [&](ImplicitLocOpBuilder &b, ValueRange values) {
    SortWords coded{values[0], Value()};
    if (isValue)
      return SmallVector<Value>{coder.decodeValue(b, coded, type)};
    Value position =
        words.size() == 2 ? values[0] : coder.decodePosition(b, coded);
    if (type.getIntOrFloatBitWidth() < 64)
      position = arith::TruncIOp::create(b, type, position);
    return SmallVector<Value>{position};
  });
  // Stored along the selected elements, dimension 3.
  Tile selected = tile;
  selected.dims[1] = 3;
  SmallVector<int64_t> strides = space.strides(count);
  strides.push_back(strides[AxisSpace::kAxis]);
  strides[AxisSpace::kAxis] = 0;
  tiles->store({memref, strides}, selected);
}

LogicalResult SortGenerator::run() {
  if (failed(schedule()))
    return failure();
  tiles = std::make_unique<TileBuilder>(builder, topk.getLoc(), machine, dims,
                                        lane, 1);
  tiles->openLoops({2 - lane, lane});
  encode();
  togsim::SortRowsOp::create(builder, topk.getLoc(), words[0].memref,
                             words.size() == 2 ? words[1].memref : Value());
  for (auto [i, returned] :
       llvm::enumerate(kernel.getBody().front().getTerminator()->getOperands()))
    decode(returned, arguments.results[i]);
  tiles->closeLoops(2);
  return success();
}

LogicalResult codegen::generateSort(func::FuncOp kernel,
                                    const KernelArguments &arguments,
                                    const MachineConfig &machine,
                                    OpBuilder &builder) {
  tm_tensor::TopkOp topk =
      *kernel.getBody().getOps<tm_tensor::TopkOp>().begin();
  return SortGenerator(kernel, topk, arguments, machine, builder).run();
}

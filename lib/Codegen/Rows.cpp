//===- Rows.cpp - Kernels that reduce along rows --------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Softmax, normalizations, plain reductions: several ops over one space of
// parallel dimensions P and reduced dimensions R. A lane holds whole rows (all
// of R) for its share of one parallel dimension; the other parallel dimensions
// are loops. Values over P and R are full tiles, values over P alone are splat
// tiles, and every op of the kernel becomes the same op on them.
//
//===----------------------------------------------------------------------===//

#include "Generators.h"
#include "KernelInfo.h"
#include "ScheduleChoice.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "tilewright/Graph/IterationSpace.h"
#include "tilewright/Schedule/Schedule.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/MapVector.h"
#include <numeric>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;
using linalg::GenericOp;

namespace {

class RowGenerator {
public:
  RowGenerator(func::FuncOp kernel, const KernelArguments &arguments,
               const MachineConfig &machine, OpBuilder &builder)
      : kernel(kernel), arguments(arguments), machine(machine),
        builder(builder) {}
  LogicalResult run();

private:
  LogicalResult collect();
  LogicalResult buildDims();
  LogicalResult schedule();
  /// A tensor read by (or returned through) loops `loops` of an op, along the
  /// dimensions of the space.
  Operand alongSpace(ArrayRef<int64_t> loopStrides, ArrayRef<int> loops,
                     Value base, int64_t offset) const;
  TensorAccess access(const Operand &operand, Value memref) const;
  bool usesRow(GenericOp op) const;
  Tile &inputTile(TileBuilder &tiles, Value value, const Operand &operand);
  LogicalResult emitOp(TileBuilder &tiles, GenericOp op);

  func::FuncOp kernel;
  const KernelArguments &arguments;
  const MachineConfig &machine;
  OpBuilder &builder;

  SmallVector<GenericOp> ops;
  IterationSpace space;
  /// All tensors the kernel touches, as the space sees them.
  SmallVector<Operand> reads, writes;
  /// Kernel dimensions: groups of space dimensions.
  SmallVector<SmallVector<unsigned>> groups;
  SmallVector<Dim> dims;
  unsigned lane = 0, row = 0;
  std::optional<unsigned> innerRow;
  SmallVector<unsigned> outer;
  llvm::MapVector<std::pair<Value, Attribute>, Tile> loaded;
  llvm::DenseMap<Value, Tile> computed;
};

} // namespace

Operand RowGenerator::alongSpace(ArrayRef<int64_t> loopStrides,
                                 ArrayRef<int> loops, Value base,
                                 int64_t offset) const {
  Operand operand{base, SmallVector<int64_t>(space.extents.size(), 0), offset};
  for (auto [loop, stride] : llvm::enumerate(loopStrides))
    if (loops[loop] >= 0)
      operand.strides[loops[loop]] += stride;
  return operand;
}

LogicalResult RowGenerator::collect() {
  for (auto op : kernel.getBody().front().getOps<GenericOp>())
    ops.push_back(op);
  auto unified = unifyIterationSpace(ops);
  if (!unified)
    return kernel.emitError("unsupported: the ops of this reduction kernel do "
                            "not share one iteration space");
  space = std::move(*unified);
  for (GenericOp op : ops) {
    ArrayRef<int> loops = space.dims[op];
    for (OpOperand *input : op.getDpsInputOperands()) {
      // A window's shape (tensor.empty) is not read.
      if (input->get().getDefiningOp<GenericOp>() ||
          input->get().getDefiningOp<tensor::EmptyOp>())
        continue;
      Operand own =
          operandAlong(input->get(), op.getMatchingIndexingMap(input));
      reads.push_back(alongSpace(own.strides, loops, own.value, own.offset));
    }
  }
  for (Value value : kernel.getBody().front().getTerminator()->getOperands()) {
    auto result = dyn_cast<OpResult>(computedValue(value));
    auto op = result ? dyn_cast<GenericOp>(result.getOwner()) : GenericOp();
    if (!op)
      return kernel.emitError("returns a value that no op of it computes");
    TensorLayout layout = resultLayout(value);
    AffineMap map = op.getMatchingIndexingMap(
        op.getDpsInitOperand(result.getResultNumber()));
    writes.push_back(alongSpace(stridesAlong(map, layout.strides),
                                space.dims[op], value, layout.offset));
  }
  return success();
}

LogicalResult RowGenerator::buildDims() {
  SmallVector<const Operand *> all;
  for (const Operand &operand : reads)
    all.push_back(&operand);
  for (const Operand &operand : writes)
    all.push_back(&operand);
  SmallVector<unsigned> parallel, reduced;
  for (unsigned d = 0; d < space.extents.size(); ++d)
    (space.reduced[d] ? reduced : parallel).push_back(d);
  auto add = [&](ArrayRef<unsigned> group) {
    Dim dim;
    for (unsigned d : group)
      dim.extent *= space.extents[d];
    groups.emplace_back(group.begin(), group.end());
    dims.push_back(dim);
    return unsigned(dims.size() - 1);
  };
  auto parallelGroups = collapseDims(parallel, space.extents, all);
  auto rowGroups = collapseDims(reduced, space.extents, all);
  if (parallelGroups.empty())
    parallelGroups.push_back({});
  if (rowGroups.empty())
    rowGroups.push_back({});
  if (rowGroups.size() > 2)
    return kernel.emitError("unsupported: reduction over ")
           << rowGroups.size() << " separate dimensions at once (2 so far)";
  std::optional<unsigned> largest;
  for (ArrayRef<unsigned> group : parallelGroups) {
    unsigned dim = add(group);
    outer.push_back(dim);
    if (!largest || dims[dim].extent > dims[*largest].extent)
      largest = dim;
  }
  lane = *largest;
  llvm::erase(outer, lane);
  row = add(rowGroups[0]);
  if (rowGroups.size() == 2)
    innerRow = add(rowGroups[1]);
  return success();
}

TensorAccess RowGenerator::access(const Operand &operand, Value memref) const {
  TensorAccess result{memref, {}, operand.offset};
  for (ArrayRef<unsigned> group : groups)
    result.strides.push_back(group.empty() ? 0 : operand.strides[group.back()]);
  return result;
}

/// Whether `op` iterates over the row dimensions.
bool RowGenerator::usesRow(GenericOp op) const {
  return llvm::any_of(space.dims.find(op)->second,
                      [&](int d) { return d >= 0 && space.reduced[d]; });
}

LogicalResult RowGenerator::schedule() {
  // Rows are whole; the rest of the bank decides how many a lane holds.
  const int64_t vector = machine.vectorElements(1);
  int64_t inner = innerRow ? dims[*innerRow].extent : 1;
  int64_t unit = vector / std::gcd(vector, inner);
  dims[row].tile = llvm::alignTo(dims[row].extent, unit);
  if (innerRow)
    dims[*innerRow].tile = inner;
  const int64_t rowElements = dims[row].tile * inner;

  // Bytes per row: inputs and results are double buffered.
  uint64_t bytes = 0;
  auto count = [&](Type type, bool full, unsigned copies) {
    uint64_t width =
        (storageType(getElementTypeOrSelf(type)).getIntOrFloatBitWidth() + 7) /
        8;
    bytes += width * copies *
             (full ? uint64_t(rowElements) : 4 * machine.vlenBits / 8 / width);
  };
  auto varies = [&](const Operand &operand) {
    for (unsigned d = 0; d < space.extents.size(); ++d)
      if (space.reduced[d] && operand.strides[d])
        return true;
    return false;
  };
  for (const Operand &operand : reads)
    count(operand.value.getType(), varies(operand), 2);
  for (GenericOp op : ops)
    for (Value result : op.getResults())
      count(result.getType(), usesRow(op) && !op.getNumReductionLoops(), 2);
  uint64_t budget = machine.spadBytesPerLane - kernelStackBytes(machine);
  int64_t rows = bytes ? int64_t(budget / bytes) : 1;
  if (rows < 1 || rowElements > 65535)
    return kernel.emitError("unsupported: rows of ")
           << rowElements << " elements need " << bytes
           << " bytes per lane, machine '" << machine.name << "' has "
           << budget;
  int64_t lanes = machine.lanes;
  int64_t perLane = llvm::divideCeil(dims[lane].extent, lanes);
  // Several tiles let loads, computation and stores overlap.
  rows = std::min({rows, int64_t(llvm::divideCeil(perLane, 4)), 65535 / lanes});
  dims[lane].tile = std::max<int64_t>(rows, 1) * lanes;
  Schedule plan;
  plan.kind = "rows";
  for (const Dim &dim : dims)
    plan.tile.push_back(dim.tile);
  plan.laneDim = lane;
  plan.vectorDim = innerRow.value_or(row);
  for (unsigned d = 0; d < dims.size(); ++d)
    plan.loopOrder.push_back(d);
  FailureOr<Schedule> chosen =
      chooseSchedule(kernel, plan, [&](const Schedule &s) {
        return checkRowSchedule(s, plan, bytes, machine);
      });
  if (succeeded(chosen))
    dims[lane].tile = chosen->tile[lane];
  return LogicalResult(chosen);
}

Tile &RowGenerator::inputTile(TileBuilder &tiles, Value value,
                              const Operand &operand) {
  // One tensor may be read in several ways.
  SmallVector<int64_t> key(operand.strides);
  key.push_back(operand.offset);
  Attribute attribute = builder.getDenseI64ArrayAttr(key);
  auto [entry, inserted] = loaded.insert({{operand.value, attribute}, Tile()});
  if (inserted) {
    TensorAccess tensor = access(operand, arguments.lookup(operand.value));
    entry->second = tiles.createTile(tensor, {lane, row});
    tiles.load(tensor, entry->second);
  }
  return entry->second;
}

LogicalResult RowGenerator::emitOp(TileBuilder &tiles, GenericOp op) {
  const bool rowOp = usesRow(op), reduces = op.getNumReductionLoops() > 0;
  SmallVector<Tile> inputs, outputs;
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (input->get().getDefiningOp<tensor::EmptyOp>()) {
      inputs.push_back(Tile());
      continue;
    }
    auto made = computed.find(input->get());
    if (made != computed.end()) {
      inputs.push_back(made->second);
      continue;
    }
    Operand own = operandAlong(input->get(), op.getMatchingIndexingMap(input));
    inputs.push_back(inputTile(
        tiles, input->get(),
        alongSpace(own.strides, space.dims[op], own.value, own.offset)));
  }
  for (Value result : op.getResults()) {
    Type element = storageType(getElementTypeOrSelf(result.getType()));
    Tile tile = rowOp && !reduces ? tiles.createTile(element, {lane, row}, lane)
                                  : tiles.createSplatTile(element, lane, row);
    computed[result] = tile;
    outputs.push_back(tile);
  }
  const SmallVector<unsigned> domain{lane, row};
  if (reduces)
    return tiles.emitReduction(op, domain, inputs, outputs);
  if (!rowOp)
    // An op on row results works on all their copies.
    for (SmallVector<Tile> *list : {&inputs, &outputs})
      for (Tile &tile : *list)
        tile.splatLast = false;
  return tiles.emitElementwise(op, domain, inputs, outputs);
}

LogicalResult RowGenerator::run() {
  if (failed(collect()) || failed(buildDims()) || failed(schedule()))
    return failure();
  TileBuilder tiles(builder, kernel.getLoc(), machine, dims, lane, 1);
  if (innerRow)
    tiles.merge(row, *innerRow);
  SmallVector<unsigned> loops(outer);
  loops.push_back(lane);
  tiles.openLoops(loops);
  for (GenericOp op : ops)
    if (failed(emitOp(tiles, op)))
      return failure();
  for (auto [i, write] : llvm::enumerate(writes))
    tiles.store(access(write, arguments.results[i]),
                computed.lookup(computedValue(write.value)));
  tiles.closeLoops(loops.size());
  return success();
}

LogicalResult codegen::generateRows(func::FuncOp kernel,
                                    const KernelArguments &arguments,
                                    const MachineConfig &machine,
                                    OpBuilder &builder) {
  return RowGenerator(kernel, arguments, machine, builder).run();
}

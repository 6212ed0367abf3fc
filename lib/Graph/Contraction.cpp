//===- Contraction.cpp - What kind of work a generic is -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "AffineRanges.h"
#include "Reduction.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace tilewright;
using linalg::GenericOp;

/// Looks through one widening conversion.
static Value skipExtension(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<arith::ExtFOp, arith::ExtSIOp, arith::ExtUIOp>(op))
    return op->getOperand(0);
  return value;
}

template <typename Mul> static bool multipliesInputs(Value value, Block &body) {
  auto product = value.getDefiningOp<Mul>();
  if (!product)
    return false;
  auto left = dyn_cast<BlockArgument>(skipExtension(product.getLhs()));
  auto right = dyn_cast<BlockArgument>(skipExtension(product.getRhs()));
  auto isInput = [&](BlockArgument argument, unsigned other) {
    return argument && argument.getOwner() == &body &&
           argument.getArgNumber() < 2 && argument.getArgNumber() == other;
  };
  return (isInput(left, 0) && isInput(right, 1)) ||
         (isInput(left, 1) && isInput(right, 0));
}

template <typename Add, typename Mul> static bool isMultiplyAdd(Block &body) {
  auto yield = cast<linalg::YieldOp>(body.getTerminator());
  auto sum = yield.getOperand(0).getDefiningOp<Add>();
  if (!sum)
    return false;
  Value accumulator = body.getArgument(2);
  return (sum.getLhs() == accumulator &&
          multipliesInputs<Mul>(sum.getRhs(), body)) ||
         (sum.getRhs() == accumulator &&
          multipliesInputs<Mul>(sum.getLhs(), body));
}

/// Adds the dimensions of a sum of dimensions with positive factors to `seen`.
static bool isLinearExpr(AffineExpr expr, llvm::SmallBitVector &seen) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    if (seen.test(dim.getPosition()))
      return false;
    seen.set(dim.getPosition());
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return isLinearExpr(binary.getLHS(), seen) &&
           isLinearExpr(binary.getRHS(), seen);
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return expr.getKind() == AffineExprKind::Mul && factor &&
         factor.getValue() > 0 && isa<AffineDimExpr>(binary.getLHS()) &&
         isLinearExpr(binary.getLHS(), seen);
}

bool tilewright::isLinearMap(AffineMap map) {
  llvm::SmallBitVector seen(map.getNumDims());
  return map.getNumSymbols() == 0 &&
         llvm::all_of(map.getResults(), [&](AffineExpr expr) {
           return isLinearExpr(expr, seen);
         });
}

bool tilewright::isStridedMap(AffineMap map) {
  return map.getNumSymbols() == 0 &&
         llvm::all_of(map.getResults(), [](AffineExpr expr) {
           return asLinear(expr).has_value();
         });
}

bool tilewright::isReadable(GenericOp generic, AffineMap map) {
  return generic.getNumReductionLoops() == 0 ? isStridedMap(map)
                                             : isLinearMap(map);
}

bool tilewright::isShapeOnly(GenericOp generic, unsigned number) {
  return number < generic.getNumDpsInputs() &&
         generic.getDpsInputOperand(number)
             ->get()
             .getDefiningOp<tensor::EmptyOp>() &&
         generic.getBody()->getArgument(number).use_empty();
}

unsigned tilewright::countGathers(GenericOp generic) {
  unsigned count = 0;
  generic.getRegion().walk([&](tensor::ExtractOp) { ++count; });
  return count;
}

bool tilewright::isMultiplyAccumulateBody(linalg::LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return false;
  Block &body = *op.getBlock();
  return isMultiplyAdd<arith::AddFOp, arith::MulFOp>(body) ||
         isMultiplyAdd<arith::AddIOp, arith::MulIOp>(body);
}

bool tilewright::isMultiplyAccumulate(GenericOp generic) {
  if (!isMultiplyAccumulateBody(generic))
    return false;
  if (!generic.getIndexingMapsArray().back().isProjectedPermutation() ||
      !llvm::all_of(generic.getIndexingMapsArray(), isLinearMap))
    return false;
  // The reduced dimensions must be those of both inputs, the others the
  // result's.
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  for (auto [dim, type] : llvm::enumerate(generic.getIteratorTypesArray())) {
    bool reduced = type == utils::IteratorType::reduction;
    if (reduced == maps[2].isFunctionOfDim(dim))
      return false;
    if (reduced &&
        !(maps[0].isFunctionOfDim(dim) && maps[1].isFunctionOfDim(dim)))
      return false;
  }
  return true;
}

static bool isContraction(GenericOp generic) {
  if (!isMultiplyAccumulate(generic))
    return false;
  Type sum = getElementTypeOrSelf(generic.getResult(0).getType());
  return sum.isIntOrFloat() && sum.getIntOrFloatBitWidth() <= 32;
}

WorkKind tilewright::classify(GenericOp generic) {
  if (generic.getNumReductionLoops() == 0)
    return WorkKind::Elementwise;
  return isContraction(generic) ? WorkKind::Contraction : WorkKind::Reduction;
}

int tilewright::forwardedInput(GenericOp generic) {
  if (generic.getNumReductionLoops() != 0 || generic.getNumResults() != 1 ||
      !llvm::hasSingleElement(*generic.getBody()))
    return -1;
  auto yield = cast<linalg::YieldOp>(generic.getBody()->getTerminator());
  auto argument = dyn_cast<BlockArgument>(yield.getOperand(0));
  if (!argument || argument.getOwner() != generic.getBody() ||
      argument.getArgNumber() >= generic.getNumDpsInputs())
    return -1;
  return int(argument.getArgNumber());
}

StringRef tilewright::describeWork(GenericOp generic) {
  switch (classify(generic)) {
  case WorkKind::Reduction:
    return "reduction";
  case WorkKind::Elementwise:
    if (forwardedInput(generic) >= 0)
      return "copy";
    if (countGathers(generic))
      return "gather";
    return generic.getNumDpsInputs() == 0 &&
                   llvm::hasSingleElement(*generic.getBody())
               ? "fill"
               : "elementwise";
  case WorkKind::Contraction:
    break;
  }
  auto isPermutation = [](AffineMap map) {
    return map.isProjectedPermutation();
  };
  if (!llvm::all_of(generic.getIndexingMapsArray(), isPermutation))
    return "conv";
  FailureOr<linalg::ContractionDimensions> dims =
      linalg::inferContractionDims(generic);
  if (failed(dims) || dims->m.size() != 1 || dims->n.size() != 1 ||
      dims->k.size() != 1)
    return "contraction";
  return dims->batch.empty() ? "matmul" : "batch_matmul";
}

//===----------------------------------------------------------------------===//
// Reduction epilogues
//===----------------------------------------------------------------------===//

static bool hasOnlyPlainMaps(GenericOp generic) {
  return llvm::all_of(generic.getIndexingMapsArray(), [](AffineMap map) {
    return map.isProjectedPermutation();
  });
}

/// The use of `value` by `reader`, if it is the only one and reads each element
/// once.
static OpOperand *readOnce(Value value, GenericOp reader) {
  if (!value.hasOneUse() || value.use_begin()->getOwner() != reader)
    return nullptr;
  OpOperand &use = *value.use_begin();
  bool eachOnce = reader.isDpsInput(&use) &&
                  reader.getMatchingIndexingMap(&use).isPermutation();
  return eachOnce ? &use : nullptr;
}

/// The contraction's loop that each loop of `reduction` runs along.
static SmallVector<unsigned>
contractionLoops(GenericOp contraction, GenericOp epilogue, AffineMap read) {
  // By dimension of the value that is read.
  AffineMap result = contraction.getIndexingMapsArray().back();
  SmallVector<unsigned> ofDim;
  for (unsigned i = 0; i < result.getNumResults(); ++i)
    ofDim.push_back(result.getDimPosition(i));
  if (epilogue) {
    OpOperand &use = *contraction.getResult(0).use_begin();
    AffineMap in = epilogue.getMatchingIndexingMap(&use),
              out = epilogue.getIndexingMapsArray().back();
    SmallVector<unsigned> ofLoop(ofDim.size());
    for (unsigned i = 0; i < in.getNumResults(); ++i)
      ofLoop[in.getDimPosition(i)] = ofDim[i];
    for (unsigned i = 0; i < out.getNumResults(); ++i)
      ofDim[i] = ofLoop[out.getDimPosition(i)];
  }
  SmallVector<unsigned> loops(ofDim.size());
  for (unsigned i = 0; i < read.getNumResults(); ++i)
    loops[read.getDimPosition(i)] = ofDim[i];
  return loops;
}

std::string tilewright::reductionEpilogueProblem(GenericOp contraction,
                                                 GenericOp epilogue,
                                                 GenericOp reduction) {
  std::string problem = reductionProblem(reduction);
  if (!problem.empty())
    return problem;
  if (!hasOnlyPlainMaps(contraction))
    return "the contraction has a window";
  if (!contraction.getDpsInitOperand(0)->get().getDefiningOp<linalg::FillOp>())
    return "the contraction does not start from a fill";
  if (!hasOnlyPlainMaps(reduction) || reduction.hasIndexSemantics())
    return "the reduction reads by more than loop dimensions, or computes from "
           "coordinates";
  Type type = getElementTypeOrSelf(reduction.getResult(0).getType());
  if (!type.isIntOrFloat() || type.getIntOrFloatBitWidth() > 32)
    return "results of more than 32 bits";
  if (epilogue && (!readOnce(contraction.getResult(0), epilogue) ||
                   !epilogue.getIndexingMapsArray().back().isPermutation()))
    return "the epilogue does not compute each element once";
  GenericOp value = epilogue ? epilogue : contraction;
  OpOperand *use = readOnce(value.getResult(0), reduction);
  if (!use)
    return "the reduction does not alone read each element once";
  AffineMap lhs = contraction.getIndexingMapsArray()[0],
            rhs = contraction.getIndexingMapsArray()[1];
  const SmallVector<int64_t> extents = reduction.getStaticLoopRanges();
  unsigned reducedRows = 0, reducedColumns = 0, keptRows = 0, keptColumns = 0;
  for (auto [loop, along] : llvm::enumerate(contractionLoops(
           contraction, epilogue, reduction.getMatchingIndexingMap(use)))) {
    if (extents[loop] == 1)
      continue;
    bool inLhs = lhs.isFunctionOfDim(along), inRhs = rhs.isFunctionOfDim(along);
    bool reduced = reduction.getIteratorTypesArray()[loop] ==
                   utils::IteratorType::reduction;
    if (reduced && inLhs && inRhs)
      return "it reduces along a batch dimension";
    if (inLhs && !inRhs)
      ++(reduced ? reducedRows : keptRows);
    if (inRhs && !inLhs)
      ++(reduced ? reducedColumns : keptColumns);
  }
  bool rows = reducedRows && !keptRows && !reducedColumns,
       columns = reducedColumns && !keptColumns && !reducedRows;
  if (!rows && !columns)
    return "it reduces neither all rows nor all columns";
  return "";
}

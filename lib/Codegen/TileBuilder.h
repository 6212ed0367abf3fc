//===- TileBuilder.h - Emits tile loops, tiles and transfers ----*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the mechanics shared by all kernel generators. A kernel iterates over a
// space of dimensions, each with an extent and a tile extent; loops count
// tiles. A tensor is an argument plus element strides along the dimensions; a
// tile of it covers a chosen list of dimensions in storage order.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_TILEBUILDER_H
#define TILEWRIGHT_LIB_CODEGEN_TILEBUILDER_H

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "tilewright/Dialect/TogSim/TogSim.h"
#include "tilewright/Machine/MachineConfig.h"
#include "llvm/ADT/SmallBitVector.h"
#include <optional>

namespace tilewright::codegen {

/// One dimension of a kernel's iteration space.
struct Dim {
  int64_t extent = 1;
  int64_t tile = 1;
  int64_t trips() const { return (extent + tile - 1) / tile; }
};

/// A device tensor as the iteration space sees it.
struct TensorAccess {
  mlir::Value memref;                 ///< kernel argument
  llvm::SmallVector<int64_t> strides; ///< elements, one per dimension
  int64_t offset = 0;                 ///< elements
};

/// The coordinate of a loop in terms of a dimension it was joined into:
/// index / divisor mod extent.
struct Coordinate {
  unsigned dim = 0;
  int64_t divisor = 1;
  int64_t extent = 0; ///< 0: the outermost, no modulus
  /// Where `dim` is merged with others (TileBuilder::merge): the dimension that
  /// tiles store, what lies inside `dim` there, and whether others lie around.
  struct Place {
    unsigned host;
    int64_t inside;
    bool isOutermost;
  };
  std::optional<Place> place{};
};

/// The coordinates of loops of these extents that were joined to dimensions:
/// group i, outermost loop first, is dimension i.
llvm::SmallVector<Coordinate>
joinedCoordinates(llvm::ArrayRef<llvm::SmallVector<unsigned>> groups,
                  llvm::ArrayRef<int64_t> extents);

/// A scratchpad tile and the dimensions it stores, outermost first. A dimension
/// may be stored as a splat: a few equal copies, so that vectors of a value
/// that does not vary along the vector dimension can be loaded. A dimension
/// that has partners (TileBuilder::merge) stores all, row-major, as one.
struct Tile {
  mlir::Value memref; ///< null: an input whose elements are not read
  llvm::SmallVector<unsigned> dims;
  bool splatLast = false;
  bool loaded = false; ///< by a transfer, with zeros in its padding
  /// Whether elements differ along dimension `d`.
  bool stores(unsigned d) const;
  /// Map from the domain `dims` (in that order) to the tile.
  mlir::AffineMap map(llvm::ArrayRef<unsigned> domain,
                      mlir::MLIRContext *context) const;
};

/// How an indirect transfer finds its elements: at the tensor's regular place
/// plus index * stride. The index tile varies along `dims` at most.
struct IndexAccess {
  Tile tile;
  int64_t stride = 1; ///< device elements per index
  int64_t bound = 0;  ///< indices lie in [0, bound)
};

/// One dimension of a move: coordinates `origin` to `origin + extent`, of which
/// those in [begin, end) are backed by memory.
struct BoxDim {
  int64_t extent = 1;
  int64_t stride = 0;      ///< elements
  mlir::AffineExpr origin; ///< of the tile numbers of all dimensions
  int64_t largestOrigin = 0;
  int64_t begin = 0, end = 1;
};

/// The element type tiles and device memory use for a tensor element type (i1
/// is stored as i8).
mlir::Type storageType(mlir::Type elementType);

class TileBuilder {
public:
  TileBuilder(mlir::OpBuilder &builder, mlir::Location loc,
              const MachineConfig &machine, llvm::SmallVector<Dim> dims,
              unsigned laneDim, unsigned laneStride);

  /// Lets tiles store the dimensions `inner` (outermost first) with `outer`, as
  /// one dimension of the product of their tile extents.
  void merge(unsigned outer, llvm::ArrayRef<unsigned> inner) {
    if (!inner.empty())
      partners[outer].assign(inner.begin(), inner.end());
  }

  /// Creates a tile buffer for `access`. `storage` lists the dimensions in
  /// storage order; those along which the tensor does not vary are left out,
  /// except the lane dimension and (as a splat) the last.
  Tile createTile(const TensorAccess &access, llvm::ArrayRef<unsigned> storage);
  /// Creates a tile over all of `storage` that no tensor backs. `lane` is the
  /// dimension spread over the lanes.
  Tile createTile(mlir::Type elementType, llvm::ArrayRef<unsigned> storage,
                  unsigned lane);
  /// Creates a tile of `shape`, spread along dimension `axis`, that loadBox
  /// fills.
  Tile createBox(mlir::Type elementType, llvm::ArrayRef<int64_t> shape,
                 unsigned axis = 0, unsigned laneStride = 1);
  /// Tiles of contraction inputs are spread along another dimension.
  Tile createTile(const TensorAccess &access, llvm::ArrayRef<unsigned> storage,
                  unsigned lane, unsigned laneStride);

  /// A tile of splats: one value per index of `lane`, in enough copies for the
  /// widest vectors. `vector` is the dimension the copies stand for.
  Tile createSplatTile(mlir::Type elementType, unsigned lane, unsigned vector);

  /// A tile over the dimensions of `storage` in `varying`, the lane dimension,
  /// and the last (as a splat, in equally many copies for all element types, so
  /// that ops on splats agree in their extents).
  Tile createTileOver(mlir::Type elementType, llvm::ArrayRef<unsigned> storage,
                      const llvm::SmallBitVector &varying);

  /// What is outside the tensor becomes `fill` (null: zero).
  void load(const TensorAccess &access, const Tile &tile,
            mlir::TypedAttr fill = {});
  /// Loads `tile` from `access` by a move over `box`, whose extents refine the
  /// tile's shape. The tile's origin lies at the current loops' tile numbers
  /// times tile extents and `access.strides`. What no memory backs becomes
  /// `fill` (null: zero).
  void loadBox(const TensorAccess &access, const Tile &tile,
               llvm::ArrayRef<BoxDim> box, mlir::TypedAttr fill = {});
  void store(const TensorAccess &access, const Tile &tile);
  /// Indirect moves. A store may accumulate.
  void load(const TensorAccess &access, const Tile &tile,
            const IndexAccess &index);
  void store(const TensorAccess &access, const Tile &tile,
             const IndexAccess &index,
             std::optional<togsim::Combine> accumulate);

  /// Opens loops over the tiles of `order` (trip counts of 1 open none) and
  /// moves the insertion point inside.
  void openLoops(llvm::ArrayRef<unsigned> order);
  /// Moves the insertion point behind the last `count` of the dimensions
  /// opened.
  void closeLoops(unsigned count);

  /// Emits `source` (a linalg.generic on tensors, all parallel) on tiles over
  /// the domain `domain`. Captured constants are cloned. Where the coordinate
  /// of dimension `masked` lies outside its extent, results are zero.
  /// `coordinates` gives the coordinate of each loop of `source`, for bodies
  /// that compute from them (empty when there are none).
  mlir::LogicalResult
  emitElementwise(mlir::linalg::GenericOp source,
                  llvm::ArrayRef<unsigned> domain, llvm::ArrayRef<Tile> inputs,
                  llvm::ArrayRef<Tile> outputs,
                  std::optional<unsigned> masked = std::nullopt,
                  llvm::ArrayRef<Coordinate> coordinates = {});
  /// Fills `output` with what the reduction `source` starts from.
  mlir::LogicalResult emitStart(mlir::linalg::GenericOp source,
                                const Tile &output);
  /// Emits `source`, which reduces along the dimensions `reduced` of `domain`,
  /// onto `output`. Coordinates outside a reduced dimension's extent do not
  /// take part.
  mlir::LogicalResult
  emitReduction(mlir::linalg::GenericOp source, llvm::ArrayRef<unsigned> domain,
                llvm::ArrayRef<unsigned> reduced, llvm::ArrayRef<Tile> inputs,
                const Tile &output,
                llvm::ArrayRef<Coordinate> coordinates = {});

  /// What is left of the extent along `d` (with its partners, which have no
  /// loops) from the current tile on.
  mlir::Value restOf(unsigned d);
  /// First coordinate of the current tile along `d`, counted through its
  /// partners' tile extents, or without them; null when it is 0.
  mlir::Value startOf(unsigned d, bool alone = false);

  const Dim &dim(unsigned d) const { return dims[d]; }
  mlir::OpBuilder &builder;
  mlir::Location loc;

private:
  void transfer(togsim::Direction direction, const TensorAccess &access,
                const Tile &tile, const IndexAccess *indirect = nullptr,
                std::optional<togsim::Combine> accumulate = std::nullopt,
                mlir::TypedAttr fill = {});
  mlir::Value index(int64_t value);
  /// Element offset of the tile's origin in the tensor.
  mlir::Value originOf(const TensorAccess &access);
  /// The smallest (or largest) of `bounds`, functions of the tile numbers.
  mlir::Value extremeOf(llvm::ArrayRef<mlir::AffineExpr> bounds, bool smallest);
  mlir::Value newTileOp(mlir::MemRefType type);
  /// Extent of dimension `d` (with its partners) in a tile, and in the tensor.
  int64_t tileExtent(unsigned d) const;
  int64_t wholeExtent(unsigned d) const;
  bool varies(const TensorAccess &access, unsigned d) const;
  /// A tile over the dimensions of `storage` that `varies` names, the lane
  /// dimension and the last one.
  Tile createTile(mlir::Type elementType, llvm::ArrayRef<unsigned> storage,
                  unsigned lane, unsigned stride,
                  llvm::function_ref<bool(unsigned dim)> varies);
  llvm::ArrayRef<unsigned> partnersOf(unsigned d) const;
  /// Appends dimension `d` of a move to the operands of a transfer. Coordinates
  /// beyond its extent are invalid if the tensor, or its index, varies along
  /// it.
  void addMoveDim(unsigned d, int64_t tileSize, const TensorAccess &access,
                  bool varies, llvm::SmallVectorImpl<int64_t> &extents,
                  llvm::SmallVectorImpl<int64_t> &strides,
                  llvm::SmallVectorImpl<mlir::Value> &valid);
  /// Values that loop coordinates begin with, made before the tile op whose
  /// body uses them.
  using Starts = llvm::SmallDenseMap<unsigned, mlir::Value>;
  Starts makeStarts(mlir::linalg::GenericOp source,
                    llvm::ArrayRef<Coordinate> coordinates);

  const MachineConfig &machine;
  mlir::Block *entry; ///< tiles are created here
  llvm::SmallVector<Dim> dims;
  unsigned laneDim, laneStride;
  llvm::SmallDenseMap<unsigned, llvm::SmallVector<unsigned, 2>> partners;
  llvm::SmallVector<mlir::Value> ivs; ///< tile number per dimension; null = 0
  llvm::SmallVector<mlir::Operation *>
      loops; ///< one entry per opened dimension
};

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_TILEBUILDER_H

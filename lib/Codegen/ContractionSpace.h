//===- ContractionSpace.h - A contraction's dimensions in roles -*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the kernel's iteration space: which of the anchor's dimensions become M
// (streamed rows), N (lanes of weights and results), K (lanes of inputs), which
// become loops around them, and how a window moves over the streamed input.
//
// A convolution reads axes of its input at o * step + t * dilation. The tile of
// x holds the input itself along such an axis, as many coordinates as the rows
// of the tile need; each tap t of the window is a shift of the rows inside the
// tile. So the input is loaded once for all taps, and its padding is a bound of
// the load.
//
// The rows of a tile are a product of row axes. A vector of rows must be evenly
// spaced in x for every tap, which leaves two arrangements:
//
//   (lines, columns)           a vector lies in an image line. Lines are padded
//   (images, lines, columns)   to whole vectors; images follow each other.
//   (lines, columns, images)   a vector is one pixel of several images: no
//                              padding, whatever the image and the step.
//
// A line read with a step is stored by the remainders of its coordinates modulo
// the step (phases), where its padding allows that, so that its vectors are
// contiguous.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_CODEGEN_CONTRACTIONSPACE_H
#define TILEWRIGHT_LIB_CODEGEN_CONTRACTIONSPACE_H

#include "KernelInfo.h"
#include "TileBuilder.h"

namespace tilewright::codegen {

/// A row dimension inside the tile and the axis of x that it reads.
struct RowAxis {
  unsigned dim = 0;      ///< kernel dimension
  unsigned axis = 0;     ///< of info.lhs.axes
  int64_t step = 1;      ///< coordinates per row
  int64_t taps = 1;      ///< of the window inside the tile
  int64_t dilation = 0;  ///< coordinates per tap
  int64_t tapStride = 0; ///< of w, elements per tap
  /// Coordinate c is stored at (c mod phases, c / phases). Then the tile begins
  /// `shift` coordinates early, so that what memory backs is a whole number of
  /// groups of phases.
  int64_t phases = 1, shift = 0;
  /// What the taps add to a row's coordinate, at most.
  int64_t reach() const { return (taps - 1) * dilation + shift; }
  /// Positions that `rows` rows and all taps cover: of a phase, and in all.
  int64_t perPhase(int64_t rows) const {
    return ((rows - 1) * step + reach()) / phases + 1;
  }
  int64_t covered(int64_t rows) const { return perPhase(rows) * phases; }
  /// Where the tile stores what row `row` of `rows` reads for tap `tap`.
  mlir::AffineExpr position(mlir::AffineExpr row, mlir::AffineExpr tap,
                            int64_t rows) const;
};

/// How the rows of a window's tile are arranged.
struct WindowTiling {
  unsigned tapAxes = 2; ///< axes with their taps inside the tile, innermost
                        ///< first; other taps are loops
  enum { None, Outside, Inside } images = None;
  int64_t numImages = 1; ///< in a tile, when they are Inside
};

/// The kernel's iteration space after collapsing: which anchor dimensions each
/// kernel dimension stands for.
struct ContractionSpace {
  llvm::SmallVector<llvm::SmallVector<unsigned>>
      groups; ///< empty group: synthetic, extent 1
  llvm::SmallVector<Dim> dims;
  /// Loops with tile extent 1. Those of outerM run over rows.
  llvm::SmallVector<unsigned> outer, outerM, outerK;
  unsigned m = 0, n = 0, k = 0;
  /// Further row dimensions, inside m, outermost first. All but images are
  /// whole in every tile.
  llvm::SmallVector<unsigned> innerM;
  /// Images inside, in groups: the dimension, which then has a loop.
  std::optional<unsigned> images;
  /// Of a contraction with a window: m and innerM.
  llvm::SmallVector<RowAxis> rows;
  bool hasWindow = false;
  /// Of a depthwise convolution, which runs on the vector lanes: n is channels,
  /// there is no K.
  bool isDepthwise = false;

  static ContractionSpace build(ContractionKernel &info,
                                const MachineConfig &machine,
                                const WindowTiling &tiling);
  /// The extent along which a window may have images, or 1.
  static int64_t imagesOf(const ContractionKernel &info);
  /// Axes of a window that can have their taps inside the tile.
  static unsigned windowAxesOf(const ContractionKernel &info);

  TensorAccess access(const Operand &operand, mlir::Value memref) const;
  int64_t stride(const Operand &operand, unsigned dim) const {
    return groups[dim].empty() ? 0 : operand.strides[groups[dim].back()];
  }
  /// Where the coordinates of loops come from that run along `anchorDims` (-1:
  /// along none).
  llvm::SmallVector<Coordinate>
  coordinates(llvm::ArrayRef<int64_t> anchorDims,
              llvm::ArrayRef<int64_t> extents) const;
  /// The axis along the lines of an image.
  const RowAxis &columns() const {
    return images ? rows[rows.size() - 2] : rows.back();
  }
  /// Rows inside one coordinate of m.
  int64_t unitRows() const;
  int64_t taps() const;
  /// Columns of the tile of x for `units` coordinates of m.
  int64_t inputColumns(int64_t units) const;
  /// Consecutive rows along which the window moves evenly, and by how much.
  int64_t lineRows(const MachineConfig &machine) const;
  int64_t lineStep() const;

  /// The move that loads x with its padding.
  llvm::SmallVector<BoxDim> inputBox(const ContractionKernel &info,
                                     mlir::MLIRContext *context) const;
  /// The move that loads w; of a depthwise convolution, `copies` of each
  /// weight.
  llvm::SmallVector<BoxDim> weightBox(const ContractionKernel &info,
                                      mlir::MLIRContext *context,
                                      int64_t copies) const;
  /// Where the tile of x begins.
  TensorAccess inputAccess(const ContractionKernel &info,
                           mlir::Value memref) const;
  /// (tap, row) -> column of the tile of x.
  mlir::AffineMap window(mlir::MLIRContext *context) const;
};

/// Whether a window moves over exactly one input, along axes that each sum one
/// row and one contraction dimension; then this input streams (it is made lhs).
bool orientWindow(ContractionKernel &info);
/// Swaps the two inputs and their roles.
void swapInputs(ContractionKernel &info);

} // namespace tilewright::codegen

#endif // TILEWRIGHT_LIB_CODEGEN_CONTRACTIONSPACE_H

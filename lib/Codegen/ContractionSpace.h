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
// the load. Rows of a tile are lines of vectors: a vector never crosses lines.
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
  /// Coordinates that `rows` rows and all taps cover.
  int64_t covered(int64_t rows) const {
    return (rows - 1) * step + (taps - 1) * dilation + 1;
  }
};

/// The kernel's iteration space after collapsing: which anchor dimensions each
/// kernel dimension stands for.
struct ContractionSpace {
  llvm::SmallVector<llvm::SmallVector<unsigned>>
      groups; ///< empty group: synthetic, extent 1
  llvm::SmallVector<Dim> dims;
  llvm::SmallVector<unsigned> outer, outerK; ///< loops with tile extent 1
  unsigned m = 0, n = 0, k = 0;
  /// A second row dimension, inside m and whole in every tile (image columns
  /// inside image rows). Its tile extent is the length of a line.
  std::optional<unsigned> innerM;
  /// Of a contraction with a window: the axis of lines (dimension m when there
  /// is an innerM), and the axis along lines.
  bool hasWindow = false;
  /// Of a depthwise convolution, which runs on the vector lanes: n is channels,
  /// there is no K.
  bool isDepthwise = false;
  std::optional<RowAxis> lines;
  RowAxis columns;

  /// Builds the space. `tapAxes` is how many axes of a window have their taps
  /// inside the tile (innermost first); the other taps are loops.
  static ContractionSpace build(ContractionKernel &info,
                                const MachineConfig &machine, unsigned tapAxes);

  TensorAccess access(const Operand &operand, mlir::Value memref) const;
  int64_t stride(const Operand &operand, unsigned dim) const {
    return groups[dim].empty() ? 0 : operand.strides[groups[dim].back()];
  }
  /// Where the coordinates of loops come from that run along `anchorDims` (-1:
  /// along none).
  llvm::SmallVector<Coordinate>
  coordinates(llvm::ArrayRef<int64_t> anchorDims,
              llvm::ArrayRef<int64_t> extents) const;
  int64_t taps() const { return (lines ? lines->taps : 1) * columns.taps; }
  /// Columns of the tile of x: lines times their pitch.
  int64_t pitch() const { return columns.covered(lineLength()); }
  int64_t lineLength() const { return dims[columns.dim].tile; }
  int64_t coveredLines() const {
    return lines ? lines->covered(dims[lines->dim].tile) : 1;
  }

  /// The move that loads x with its padding.
  llvm::SmallVector<BoxDim> inputBox(const ContractionKernel &info,
                                     mlir::MLIRContext *context) const;
  /// The move that loads w; of a depthwise convolution, `copies` of each
  /// weight.
  llvm::SmallVector<BoxDim> weightBox(const ContractionKernel &info,
                                      mlir::MLIRContext *context,
                                      int64_t copies) const;
  /// Whether tiles have several lines.
  bool hasLines() const { return lines && dims[lines->dim].tile > 1; }
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

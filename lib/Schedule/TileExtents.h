//===- TileExtents.h - Tile extents worth trying ----------------*- C++ -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the heuristic, the check and the tuner know of contractions: extents
// worth trying, the steps that they make, subtiles.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_LIB_SCHEDULE_TILEEXTENTS_H
#define TILEWRIGHT_LIB_SCHEDULE_TILEEXTENTS_H

#include "tilewright/Schedule/Schedule.h"
#include "llvm/Support/MathExtras.h"

namespace tilewright {

/// Subtiles of a tile at most: each has a DMA tag.
inline constexpr int64_t kMaxSubtiles = 8;

struct ContractionExtents {
  llvm::SmallVector<int64_t> m, n, k;
};
/// Per dimension the padded whole and pieces of it, multiples of what the
/// machine needs.
ContractionExtents contractionExtents(const ContractionProblem &problem,
                                      const MachineConfig &machine);

/// The steps of a kernel (a tile of x times one of w each), and how often they
/// need other tiles. Loops run m, n, k or n, m, k. The input of the outer loop
/// is read again for every tile of the inner one unless k is one tile.
struct ContractionSteps {
  ContractionSteps(const ContractionProblem &p, const Schedule &s)
      : tilesM(p.outerM * llvm::divideCeil(p.m, s.tile[0])),
        tilesN(llvm::divideCeil(p.n, s.tile[1])),
        perSum(llvm::divideCeil(p.k, s.tile[2]) * p.outerK),
        count(double(p.outer) * tilesM * tilesN * perSum) {
    const bool columnsOutside = s.loopOrder[0] == 1;
    xStays = (columnsOutside ? tilesM * perSum : perSum) == 1;
    wStays = (columnsOutside ? perSum : tilesN * perSum) == 1;
    outerVariesX = p.outerVariesX;
  }

  int64_t tilesM, tilesN;
  int64_t perSum; ///< along k
  double count;
  bool xStays, wStays; ///< for all tiles of the other one
  bool outerVariesX;

  double xReads() const { return xStays ? 1 : double(tilesN); }
  double wReads() const { return wStays ? 1 : double(tilesM); }
  /// Whether the last step needs a tile that the one before it did not.
  bool renewsX() const {
    return count > 1 &&
           (!xStays || (tilesN == 1 && (outerVariesX || tilesM > 1)));
  }
  bool renewsW() const { return count > 1 && (!wStays || tilesM == 1); }
};

/// Gives a schedule, of which `cycles` is the estimate without, the subtiles
/// that save most, if that is worth their code. Returns the estimate.
double chooseSubtiles(const ContractionProblem &problem, Schedule &schedule,
                      double cycles, const MachineConfig &machine);

} // namespace tilewright

#endif // TILEWRIGHT_LIB_SCHEDULE_TILEEXTENTS_H

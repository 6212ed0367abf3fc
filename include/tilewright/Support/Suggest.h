//===- Suggest.h - "did you mean" for names -----------------------*- C++
//-*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the choice of the nearest valid name for a mistyped one (keys, presets,
// phases), so that every layer suggests by the same rule: fewest edits, letter
// case ignored, and no more edits than a third of the word.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_SUGGEST_H
#define TILEWRIGHT_SUPPORT_SUGGEST_H

#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <string>

namespace tilewright {

/// The entry of `valid` nearest to `word`, or an empty string when none is
/// near.
template <typename Range>
std::string nearestName(llvm::StringRef word, const Range &valid) {
  std::string lower = word.lower(), best;
  unsigned bestEdits = std::max<unsigned>(2, word.size() / 3) + 1;
  for (llvm::StringRef candidate : valid) {
    unsigned edits = llvm::StringRef(candidate.lower())
                         .edit_distance(lower, true, bestEdits);
    // A short candidate must not be reached by replacing most of its letters.
    if (edits < bestEdits && edits < candidate.size()) {
      best = candidate.str();
      bestEdits = edits;
    }
  }
  return best;
}

/// `; did you mean 'x'?`, or an empty string when no name is near.
template <typename Range>
std::string didYouMean(llvm::StringRef word, const Range &valid) {
  std::string name = nearestName(word, valid);
  return name.empty() ? name : "; did you mean '" + name + "'?";
}

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_SUGGEST_H

//===- Fusion.cpp - Which fusions the graph compiler makes ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilewright/Graph/Fusion.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace tilewright;

namespace {
struct Kind {
  const char *name;
  bool Fusion::*flag;
};
} // namespace

static constexpr Kind kKinds[] = {
    {"elementwise", &Fusion::elementwise},
    {"epilogue", &Fusion::epilogue},
    {"prologue", &Fusion::prologue},
    {"reduction-epilogue", &Fusion::reductionEpilogue},
    {"reduction", &Fusion::reduction},
    {"reduction-reduction", &Fusion::reductionReduction},
    {"attention", &Fusion::attention},
};

std::vector<std::string> Fusion::names() {
  std::vector<std::string> result;
  for (const Kind &kind : kKinds)
    result.push_back(kind.name);
  return result;
}

Expected<Fusion> Fusion::parse(StringRef text) {
  if (text == "all")
    return Fusion();
  Fusion fusion;
  for (const Kind &kind : kKinds)
    fusion.*kind.flag = false;
  if (text == "none")
    return fusion;
  SmallVector<StringRef> words;
  text.split(words, ',');
  for (StringRef word : words) {
    word = word.trim();
    const Kind *kind =
        find_if(kKinds, [&](const Kind &k) { return word == k.name; });
    if (kind == std::end(kKinds))
      return usageError(
          "unknown kind of fusion '" + word + "'" + didYouMean(word, names()) +
          "; expected all, none, or a list of " + join(names(), ", "));
    fusion.*kind->flag = true;
  }
  return fusion;
}

std::string Fusion::str() const {
  std::vector<std::string> on;
  for (const Kind &kind : kKinds)
    if (this->*kind.flag)
      on.push_back(kind.name);
  if (on.size() == std::size(kKinds))
    return "all";
  return on.empty() ? "none" : join(on, ",");
}

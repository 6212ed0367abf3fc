//===- AccessLedger.cpp - How each access was made affine -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AccessLedger.h"
#include "Provenance.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "tilewright/Graph/Graph.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace tilewright;

static std::string print(AffineMap map) {
  std::string text;
  llvm::raw_string_ostream(text) << map;
  return text;
}

/// The last source of a record: the op that asked for the access.
static StringAttr lastSource(Builder &builder, ArrayAttr sources) {
  ArrayAttr shown = publicSourceOps(sources);
  return shown.empty() ? builder.getStringAttr("")
                       : cast<StringAttr>(shown[shown.size() - 1]);
}

static void append(Operation *at, ArrayAttr source, StringRef how,
                   AffineMap map, ArrayRef<NamedAttribute> more = {}) {
  auto module = at->getParentOfType<ModuleOp>();
  if (!module)
    return;
  Builder builder(module.getContext());
  NamedAttrList entry;
  entry.append("op", lastSource(builder, source));
  entry.append("how", builder.getStringAttr(how));
  entry.append("map", builder.getStringAttr(print(map)));
  for (NamedAttribute attribute : more)
    entry.append(attribute);
  SmallVector<Attribute> entries;
  if (auto previous = module->getAttrOfType<ArrayAttr>(kAccessesAttr))
    entries.append(previous.begin(), previous.end());
  entries.push_back(entry.getDictionary(module.getContext()));
  module->setAttr(kAccessesAttr, builder.getArrayAttr(entries));
}

void tilewright::recordFolded(Operation *at, ArrayAttr source, AffineMap map) {
  append(at, source, "folded", map);
}

void tilewright::recordSplit(Operation *at, ArrayAttr source, AffineMap map,
                             ArrayRef<std::string> chains) {
  Builder builder(at->getContext());
  SmallVector<StringRef> texts(chains.begin(), chains.end());
  append(at, source, "split", map,
         builder.getNamedAttr("chains", builder.getStrArrayAttr(texts)));
}

void tilewright::recordCopied(Operation *at, ArrayAttr source, AffineMap map,
                              RankedTensorType copy) {
  Builder builder(at->getContext());
  int64_t bytes =
      copy.getNumElements() * DataLayout::closest(at)
                                  .getTypeSize(copy.getElementType())
                                  .getFixedValue();
  append(at, source, "copied", map,
         builder.getNamedAttr("bytes", builder.getI64IntegerAttr(bytes)));
}

static llvm::json::Value jsonOf(Attribute attribute) {
  if (auto text = dyn_cast<StringAttr>(attribute))
    return llvm::json::fixUTF8(text.getValue());
  if (auto number = dyn_cast<IntegerAttr>(attribute))
    return number.getInt();
  if (auto array = dyn_cast<ArrayAttr>(attribute)) {
    llvm::json::Array values;
    for (Attribute element : array)
      values.push_back(jsonOf(element));
    return values;
  }
  llvm::json::Object object;
  for (NamedAttribute entry : cast<DictionaryAttr>(attribute))
    object[entry.getName().getValue()] = jsonOf(entry.getValue());
  return object;
}

std::string tilewright::takeAccessLedger(ModuleOp module) {
  auto ledger = module->getAttrOfType<ArrayAttr>(kAccessesAttr);
  if (!ledger)
    return "[]";
  module->removeAttr(kAccessesAttr);
  return llvm::formatv("{0}", jsonOf(ledger)).str();
}

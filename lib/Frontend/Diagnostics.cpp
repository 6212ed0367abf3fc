//===- Diagnostics.cpp - MLIR diagnostics as Tilewright errors ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how a location becomes text a user can follow, and how the diagnostics
// emitted while something runs become one llvm::Error.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "tilewright/Frontend/Frontend.h"

using namespace mlir;
using namespace tilewright;

/// The first FileLineCol of `location`, depth first; null when there is none.
static FileLineColLoc leafPosition(Location location) {
  if (auto file = dyn_cast<FileLineColLoc>(location))
    return file;
  if (auto name = dyn_cast<NameLoc>(location))
    return leafPosition(name.getChildLoc());
  if (auto call = dyn_cast<CallSiteLoc>(location)) {
    if (FileLineColLoc callee = leafPosition(call.getCallee()))
      return callee;
    return leafPosition(call.getCaller());
  }
  if (auto opaque = dyn_cast<OpaqueLoc>(location))
    return leafPosition(opaque.getFallbackLocation());
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (FileLineColLoc position = leafPosition(part))
        return position;
  return {};
}

std::string tilewright::locationString(Location location) {
  FileLineColLoc position = leafPosition(location);
  if (!position)
    return "";
  std::string text = (position.getFilename().getValue() + ":" +
                      llvm::Twine(position.getLine()))
                         .str();
  // Column 0 means that the frontend knew the line only.
  if (unsigned column = position.getColumn())
    text += ":" + std::to_string(column);
  return text;
}

static void append(std::string &text, const Diagnostic &diagnostic,
                   StringRef label) {
  if (!text.empty())
    text += '\n';
  std::string where = locationString(diagnostic.getLocation());
  if (!where.empty())
    text += where + ": ";
  text += label;
  text += diagnostic.str();
}

llvm::Error tilewright::withDiagnostics(MLIRContext &context, FailureKind kind,
                                        function_ref<LogicalResult()> body) {
  std::string text;
  LogicalResult result = failure();
  {
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
        return failure(); // someone else's
      append(text, diagnostic, "");
      for (Diagnostic &note : diagnostic.getNotes()) {
        // MLIR's dump of the op repeats what the location says, at any length.
        if (!StringRef(note.str()).starts_with("see current operation"))
          append(text, note, "note: ");
      }
      return success();
    });
    result = body();
  }
  if (succeeded(result))
    return llvm::Error::success();
  if (text.empty())
    return internalError("a compiler step failed without saying why");
  return makeFailure(kind, text);
}

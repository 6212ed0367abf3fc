//===- Expr.cpp - Integer expressions of a tile graph ---------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the meaning of postfix expressions. Arithmetic is on 64 bits and wraps;
// divisions round as their names say for negative values too.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Tog/Tog.h"
#include "llvm/Support/MathExtras.h"

using namespace tilewright::tog;

static int64_t apply(Expr::Kind kind, int64_t a, int64_t b) {
  switch (kind) {
  case Expr::Add:
    return int64_t(uint64_t(a) + uint64_t(b));
  case Expr::Mul:
    return int64_t(uint64_t(a) * uint64_t(b));
  case Expr::FloorDiv:
    return llvm::divideFloorSigned(a, b);
  case Expr::CeilDiv:
    return llvm::divideCeilSigned(a, b);
  case Expr::Mod:
    return llvm::mod(a, b);
  case Expr::Min:
    return std::min(a, b);
  default:
    return std::max(a, b);
  }
}

int64_t Expr::evaluate(llvm::ArrayRef<int64_t> ivs) const {
  // Constants and single variables are most of what kernels use.
  if (terms.size() == 1)
    return terms[0].kind == Const ? terms[0].value : ivs[terms[0].value];
  llvm::SmallVector<int64_t, 16> stack;
  for (const Term &term : terms) {
    if (term.kind == Const) {
      stack.push_back(term.value);
    } else if (term.kind == Iv) {
      stack.push_back(ivs[term.value]);
    } else {
      int64_t right = stack.pop_back_val();
      stack.back() = apply(term.kind, stack.back(), right);
    }
  }
  return stack.back();
}

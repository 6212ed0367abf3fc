// RUN: tilewright-opt %s --togsim-lower-math --verify-diagnostics --split-input-file

// LLVM would call a library on one lane.
func.func @double(%v: vector<4xf64>) -> vector<4xf64> {
  // expected-error @below {{unsupported: 'math.erf' on 'vector<4xf64>' has no vector form; express it by other functions}}
  %0 = math.erf %v : vector<4xf64>
  return %0 : vector<4xf64>
}

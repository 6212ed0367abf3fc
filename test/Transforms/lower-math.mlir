// Special functions: seven on the SFU, the others in terms of those or of plain
// vector arithmetic. No math op is left that the vector unit does not have.
// RUN: tilewright-opt %s --togsim-lower-math | FileCheck %s

// CHECK-LABEL: func.func @sfu
// CHECK: togsim.sfu exp %{{.*}} : vector<8xf32>
// CHECK: togsim.sfu erf
// CHECK: togsim.sfu tanh
// CHECK: togsim.sfu sin
// CHECK: togsim.sfu cos
// CHECK: togsim.sfu log
// CHECK: togsim.sfu atan
// CHECK: togsim.sfu exp %{{.*}} : vector<16xf16>
// CHECK-NOT: math.
// CHECK: return
func.func @sfu(%v: vector<8xf32>, %h: vector<16xf16>) {
  %t = togsim.tile at 0 : memref<8x8xf32, #togsim.bank>
  %u = togsim.tile at 256 : memref<16xf16, #togsim.bank>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %c6 = arith.constant 6 : index
  %0 = math.exp %v : vector<8xf32>
  vector.store %0, %t[%c0, %c0] : memref<8x8xf32, #togsim.bank>, vector<8xf32>
  %1 = math.erf %v : vector<8xf32>
  vector.store %1, %t[%c1, %c0] : memref<8x8xf32, #togsim.bank>, vector<8xf32>
  %2 = math.tanh %v : vector<8xf32>
  vector.store %2, %t[%c2, %c0] : memref<8x8xf32, #togsim.bank>, vector<8xf32>
  %3 = math.sin %v : vector<8xf32>
  vector.store %3, %t[%c3, %c0] : memref<8x8xf32, #togsim.bank>, vector<8xf32>
  %4 = math.cos %v : vector<8xf32>
  vector.store %4, %t[%c4, %c0] : memref<8x8xf32, #togsim.bank>, vector<8xf32>
  %5 = math.log %v : vector<8xf32>
  vector.store %5, %t[%c5, %c0] : memref<8x8xf32, #togsim.bank>, vector<8xf32>
  %6 = math.atan %v : vector<8xf32>
  vector.store %6, %t[%c6, %c0] : memref<8x8xf32, #togsim.bank>, vector<8xf32>
  %7 = math.exp %h : vector<16xf16>
  vector.store %7, %u[%c0] : memref<16xf16, #togsim.bank>, vector<16xf16>
  return
}

// The vector unit has square root and divide.
// CHECK-LABEL: func.func @rsqrt
// CHECK: %[[ROOT:.*]] = math.sqrt %{{.*}} : vector<8xf32>
// CHECK: %[[R:.*]] = arith.divf %{{.*}}, %[[ROOT]]
// CHECK: return %[[R]]
func.func @rsqrt(%v: vector<8xf32>) -> vector<8xf32> {
  %t = togsim.tile at 0 : memref<8xf32, #togsim.bank>
  %0 = math.rsqrt %v : vector<8xf32>
  return %0 : vector<8xf32>
}

// Hyperbolic and trigonometric functions by their definitions, in a form that is
// accurate near zero and does not overflow early.
// CHECK-LABEL: func.func @sinh
// CHECK-DAG: togsim.sfu exp
// CHECK-DAG: togsim.sfu log
// CHECK-NOT: math.sinh
// CHECK-NOT: math.expm1
// CHECK: math.copysign
func.func @sinh(%v: vector<8xf32>) -> vector<8xf32> {
  %t = togsim.tile at 0 : memref<8xf32, #togsim.bank>
  %0 = math.sinh %v : vector<8xf32>
  return %0 : vector<8xf32>
}

// CHECK-LABEL: func.func @tan
// CHECK-DAG: togsim.sfu sin
// CHECK-DAG: togsim.sfu cos
// CHECK: arith.divf
// CHECK-NOT: math.
// CHECK: return
func.func @tan(%v: vector<8xf32>) -> vector<8xf32> {
  %t = togsim.tile at 0 : memref<8xf32, #togsim.bank>
  %0 = math.tan %v : vector<8xf32>
  return %0 : vector<8xf32>
}

// Polynomials for the rest; no call, so nothing runs on one lane only.
// CHECK-LABEL: func.func @polynomials
// CHECK-NOT: math.log1p
// CHECK-NOT: math.expm1
// CHECK-NOT: call
// CHECK: return
func.func @polynomials(%v: vector<8xf32>) -> (vector<8xf32>, vector<8xf32>) {
  %t = togsim.tile at 0 : memref<8xf32, #togsim.bank>
  %0 = math.log1p %v : vector<8xf32>
  %1 = math.expm1 %v : vector<8xf32>
  return %0, %1 : vector<8xf32>, vector<8xf32>
}

// Scalars run on the control core: the SFU has no form for them, polynomials do.
// CHECK-LABEL: func.func @scalar
// CHECK-NOT: togsim.sfu
// CHECK-NOT: math.exp
// CHECK: return
func.func @scalar(%s: f32) -> f32 {
  %t = togsim.tile at 0 : memref<8xf32, #togsim.bank>
  %0 = math.exp %s : f32
  return %0 : f32
}

// bf16 arithmetic is f32 arithmetic between conversions, also in the middle of an
// expression: every op rounds. The SFU has no bf16.
// CHECK-LABEL: func.func @bf16
// CHECK: arith.extf %{{.*}} : vector<16xbf16> to vector<16xf32>
// CHECK-NEXT: arith.mulf %{{.*}} : vector<16xf32>
// CHECK-NEXT: arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK-NEXT: arith.extf %{{.*}} : vector<16xbf16> to vector<16xf32>
// CHECK-NEXT: togsim.sfu exp %{{.*}} : vector<16xf32>
// CHECK-NEXT: arith.truncf %{{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK-NEXT: return
func.func @bf16(%v: vector<16xbf16>) -> vector<16xbf16> {
  %0 = arith.mulf %v, %v : vector<16xbf16>
  %1 = math.exp %0 : vector<16xbf16>
  return %1 : vector<16xbf16>
}

// Powers: no library; a remainder is exact in double precision.
// CHECK-LABEL: func.func @power
// CHECK-DAG: togsim.sfu log
// CHECK-DAG: togsim.sfu exp
// CHECK-NOT: math.powf
// CHECK-NOT: arith.remf
// CHECK: math.fma {{.*}} : vector<8xf64>
// CHECK: return
func.func @power(%v: vector<8xf32>, %w: vector<8xf32>) -> vector<8xf32> {
  %0 = math.powf %v, %w : vector<8xf32>
  %1 = arith.remf %0, %w : vector<8xf32>
  return %1 : vector<8xf32>
}

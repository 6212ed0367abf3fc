// Array, SFU and lane instructions as VCIX intrinsics, tiles as addresses.
// RUN: tilewright-opt %s --togsim-lower-to-llvm --canonicalize | FileCheck %s

// Arguments of the intrinsics: opcode field, rd or rs2 field, vector, immediate
// (the array), vl. The forms with side effects keep pushes and pops in order.
// CHECK-LABEL: llvm.func @arrays(
// CHECK-SAME: %[[V:.*]]: vector<16xf32>)
// CHECK-DAG: %[[C0:.*]] = llvm.mlir.constant(0 : i64)
// CHECK-DAG: %[[C1:.*]] = llvm.mlir.constant(1 : i64)
// CHECK-DAG: %[[C2:.*]] = llvm.mlir.constant(2 : i64)
// CHECK-DAG: %[[C3:.*]] = llvm.mlir.constant(3 : i64)
// CHECK-DAG: %[[C16:.*]] = llvm.mlir.constant(16 : i64)
// CHECK: "llvm.riscv.sf.vc.iv.se"(%[[C1]], %[[C0]], %[[V]], %[[C3]], %[[C16]])
// CHECK: "llvm.riscv.sf.vc.i.se"(%[[C1]], %[[C0]], %[[C0]], %[[C3]],
// CHECK: "llvm.riscv.sf.vc.iv.se"(%[[C0]], %[[C0]], %[[V]], %[[C1]], %[[C16]])
// CHECK: "llvm.riscv.sf.vc.v.i.se"(%[[C2]], %[[C0]], %[[C1]], %[[C16]]) : {{.*}} -> vector<16xf32>
func.func @arrays(%v: vector<16xf32>) -> vector<16xf32> {
  togsim.wpush %v, 3 : vector<16xf32>
  togsim.swap 3
  togsim.push %v, 1 : vector<16xf32>
  %p = togsim.pop 1 : vector<16xf32>
  return %p : vector<16xf32>
}

// CHECK-LABEL: llvm.func @lane
// CHECK: "llvm.riscv.sf.vc.v.i.se"(%[[Z:.*]], %[[Z]], %[[Z]], %{{.*}}) : {{.*}} -> vector<8xi32>
func.func @lane() -> vector<8xi32> {
  %l = togsim.lane_index : vector<8xi32>
  return %l : vector<8xi32>
}

// CHECK-LABEL: llvm.func @sfu
// CHECK-COUNT-8: "llvm.riscv.sf.vc.v.iv.se"
// CHECK-NOT: "llvm.riscv
func.func @sfu(%v: vector<16xf32>, %h: vector<16xf16>) -> (vector<16xf32>, vector<16xf16>) {
  %0 = togsim.sfu exp %v : vector<16xf32>
  %1 = togsim.sfu erf %0 : vector<16xf32>
  %2 = togsim.sfu tanh %1 : vector<16xf32>
  %3 = togsim.sfu sin %2 : vector<16xf32>
  %4 = togsim.sfu cos %3 : vector<16xf32>
  %5 = togsim.sfu log %4 : vector<16xf32>
  %6 = togsim.sfu atan %5 : vector<16xf32>
  %7 = togsim.sfu exp %h : vector<16xf16>
  return %6, %7 : vector<16xf32>, vector<16xf16>
}

// A tile is its address in lane 0's bank: 0xD0000000 + 64.
// CHECK-LABEL: llvm.func @tile
// CHECK: %[[AT:.*]] = llvm.mlir.constant(3489660992 : i64)
// CHECK: %[[P:.*]] = llvm.inttoptr %[[AT]] : i64 to !llvm.ptr
// CHECK: %[[Q:.*]] = llvm.getelementptr {{.*}}%[[P]]
// CHECK: llvm.load %[[Q]] {{.*}} : !llvm.ptr -> vector<8xf32>
func.func @tile() -> vector<8xf32> {
  %t = togsim.tile at 64 : memref<2x8xf32, #togsim.bank>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %v = vector.load %t[%c1, %c0] : memref<2x8xf32, #togsim.bank>, vector<8xf32>
  return %v : vector<8xf32>
}

// The machine code of all that: the words of the Isa table, with v8 (0x8 in the
// vs2 or vd field) and the array in the immediate.
// RUN: tilewright-opt %s --togsim-lower-to-llvm --canonicalize | mlir-translate --mlir-to-llvmir | llc -mtriple=riscv64 -mattr=+m,+f,+d,+v,+zvfh,+xsfvcp,+zvl256b -filetype=obj -o %t.o
// RUN: llvm-objdump -d --mattr=+v,+xsfvcp %t.o | FileCheck %s --check-prefix=CODE
// CODE-LABEL: <arrays>:
// CODE: 2681b05b
// CODE: 0601b05b
// CODE: 2280b05b
// CODE: 0800b45b
// CODE-LABEL: <lane>:
// CODE: 0000345b
// CODE-LABEL: <sfu>:
// exp, erf, tanh, sin, cos, log, atan of v8, then exp of f16.
// CODE: 2c80345b
// CODE: 2080345b
// CODE: 2480345b
// CODE: 2880345b
// CODE: 2880b45b
// CODE: 2881345b
// CODE: 2881b45b
// CODE: e16
// CODE: 2ca0355b

// Moves, waits and markers as instructions: exact text and packed registers.
// RUN: tilewright-opt %s --togsim-lower-dma-to-gemmini --cse | FileCheck %s

// The GEMM tile of the reference's test vector: 256 x 128 f32 of a matrix with 512
// columns, device strides [512, 1], bank strides [1, 256], spread along dimension
// 1. Padded on the left to four dimensions that is
//   shape        0x0001'0001'0100'0080 = 281479288455296
//                lane stride 1 << 32 | axis 3 << 14 | 4 bytes = 0x1'0000'C004 = 4295016452
//   dram stride  0, 0x0000'0200'0000'0001 = 2199023255553
//   bank stride  0, 0x0000'0001'0000'0100 = 4294967552
//   bounds       high = the extents, low = 0
//   fill         1.0f = 0x3F800000 = 1065353216
//   move         DRAM base + 3 * 4; window 0xD0000000 + 64 = 3489660992, tag 5 << 32
// CHECK-LABEL: func.func @known(
// The kernel takes one pointer to the addresses of its tensors.
// CHECK-SAME: %[[ARGS:[^ ]*]]: !llvm.ptr)
// CHECK: %[[SLOT:.*]] = llvm.getelementptr %[[ARGS]][0] : (!llvm.ptr) -> !llvm.ptr, i64
// CHECK: %[[X:.*]] = llvm.load %[[SLOT]] {alignment = 8 : i64} : !llvm.ptr -> i64
// CHECK-DAG: %[[EXTENTS:.*]] = arith.constant 281479288455296 : i64
// CHECK-DAG: %[[LAYOUT:.*]] = arith.constant 4295016452 : i64
// CHECK: llvm.inline_asm has_side_effects ".insn r 43, 3, 0, x0, $0, $1", "r,r,~{memory}" %[[EXTENTS]], %[[LAYOUT]] : (i64, i64) -> ()
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-DAG: %[[DRAM:.*]] = arith.constant 2199023255553 : i64
// CHECK: llvm.inline_asm has_side_effects ".insn r 43, 3, 4, x0, $0, $1", "r,r,~{memory}" %[[ZERO]], %[[DRAM]]
// CHECK: %[[BANK:.*]] = arith.constant 4294967552 : i64
// CHECK: llvm.inline_asm has_side_effects ".insn r 43, 3, 5, x0, $0, $1", "r,r,~{memory}" %[[ZERO]], %[[BANK]]
// CHECK: llvm.inline_asm has_side_effects ".insn r 43, 3, 8, x0, $0, $1", "r,r,~{memory}" %[[EXTENTS]], %[[ZERO]]
// CHECK: %[[FILL:.*]] = arith.constant 1065353216 : i64
// CHECK: llvm.inline_asm has_side_effects ".insn r 43, 3, 9, x0, $0, x0", "r,~{memory}" %[[FILL]] : (i64) -> ()
// CHECK: %[[OFFSET:.*]] = arith.index_cast %c3 : index to i64
// CHECK: %[[FOUR:.*]] = arith.constant 4 : i64
// CHECK: %[[BYTES:.*]] = arith.muli %[[OFFSET]], %[[FOUR]]
// CHECK: %[[FROM:.*]] = arith.addi %[[X]], %[[BYTES]]
// CHECK: %[[BASE:.*]] = arith.constant 3489660992 : i64
// CHECK: %[[TAG:.*]] = arith.index_cast %c5 : index to i64
// CHECK: %[[HIGH:.*]] = arith.shli %[[TAG]], %c32
// CHECK: %[[TO:.*]] = arith.addi %[[BASE]], %[[HIGH]]
// CHECK: llvm.inline_asm has_side_effects ".insn r 43, 3, 2, x0, $0, $1", "r,r,~{memory}" %[[FROM]], %[[TO]]
// CHECK: llvm.inline_asm has_side_effects ".insn r 43, 3, 10, x0, $0, x0", "r,~{memory}" %[[TAG]] : (i64) -> ()
// A marker's number is the 12-bit immediate, which assemblers take as signed.
// CHECK: llvm.inline_asm has_side_effects ".insn i 123, 1, x0, x0, 0", "~{memory}"
// CHECK: ".insn i 123, 1, x0, x0, 2047"
// CHECK: ".insn i 123, 1, x0, x0, -2048"
// CHECK: ".insn i 123, 1, x0, x0, -1"
// CHECK-NOT: togsim.{{dma_start|wait|node}}
func.func @known(%x: memref<512x512xf32>) {
  %t = togsim.tile at 64 : memref<256x1xf32, strided<[1, 256]>, #togsim.bank>
  %c3 = arith.constant 3 : index
  %c5 = arith.constant 5 : index
  %c128 = arith.constant 128 : index
  %c256 = arith.constant 256 : index
  togsim.dma_start load %x[%c3], %t valid(%c256, %c128) tag(%c5) strides [512, 1] fill 1.0 : f32 {extents = array<i64: 256, 128>, lane_axis = 1 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1>} : memref<512x512xf32>, memref<256x1xf32, strided<[1, 256]>, #togsim.bank>
  togsim.wait %c5
  togsim.node 0 "vector"
  togsim.node 2047 "vector"
  togsim.node 2048 "vector"
  togsim.node 4095 "vector"
  return
}

// Four dimensions, f16, a store: 2 x 3 x 8 x 16, spread along the last in pairs;
// 8 lanes hold 2 columns each, so bank strides are 48, 16, 2, 1.
//   shape        0x0002'0003'0008'0010; 2 << 32 | 3 << 14 | 2 = 8589983746
//   dram stride  384 << 32 | 128 = 1649267441792; 16 << 32 | 1 = 68719476737
//   bank stride  48 << 32 | 16 = 206158430224; 2 << 32 | 1 = 8589934593
// A store has no fill.
// CHECK-LABEL: func.func @four_dimensions(
// CHECK-DAG: %[[EXTENTS:.*]] = arith.constant 562962838847504 : i64
// CHECK-DAG: %[[LAYOUT:.*]] = arith.constant 8589983746 : i64
// CHECK: ".insn r 43, 3, 0, x0, $0, $1", "r,r,~{memory}" %[[EXTENTS]], %[[LAYOUT]]
// CHECK-DAG: %[[D01:.*]] = arith.constant 1649267441792 : i64
// CHECK-DAG: %[[D23:.*]] = arith.constant 68719476737 : i64
// CHECK: ".insn r 43, 3, 4, x0, $0, $1", "r,r,~{memory}" %[[D01]], %[[D23]]
// CHECK-DAG: %[[B01:.*]] = arith.constant 206158430224 : i64
// CHECK-DAG: %[[B23:.*]] = arith.constant 8589934593 : i64
// CHECK: ".insn r 43, 3, 5, x0, $0, $1", "r,r,~{memory}" %[[B01]], %[[B23]]
// CHECK: ".insn r 43, 3, 8, x0, $0, $1", "r,r,~{memory}" %[[EXTENTS]],
// CHECK-NOT: ".insn r 43, 3, 9
// CHECK: ".insn r 43, 3, 3, x0, $0, $1"
func.func @four_dimensions(%y: memref<2x3x8x16xf16>) {
  %u = togsim.tile at 8192 : memref<2x3x8x2xf16, #togsim.bank>
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  togsim.dma_start store %y[%c0], %u valid(%c2, %c3, %c8, %c16) tag(%c2) strides [384, 128, 16, 1] fill 0.0 : f16 {extents = array<i64: 2, 3, 8, 16>, lane_axis = 3 : i64, lane_stride = 2 : i64, tile_dims = array<i64: 0, 1, 2, 3>} : memref<2x3x8x16xf16>, memref<2x3x8x2xf16, #togsim.bank>
  return
}

// Bounds, copies and tags that depend on a loop are shifted into place: the bounds
// of dimensions 2 and 3 onto 0x0001'0001'0000'0000, the copy times 192 bytes onto
// the address. A negative device stride is a 32-bit two's complement.
//   dram stride  512 << 32 | 0xFFFFFFFF = 2203318222847
//   fill         -2.0 in f16 = 0xC000 = 49152
// CHECK-LABEL: func.func @dynamic(
// CHECK: %[[V:.*]] = affine.min
// CHECK: %[[W:.*]] = affine.min
// CHECK: %[[O:.*]] = affine.apply
// CHECK: %[[C:.*]] = affine.apply
// CHECK: %[[DRAM:.*]] = arith.constant 2203318222847 : i64
// CHECK: ".insn r 43, 3, 4, x0, $0, $1", "r,r,~{memory}" %{{.*}}, %[[DRAM]]
// CHECK: %[[V64:.*]] = arith.index_cast %[[V]]
// CHECK: %[[V2:.*]] = arith.shli %[[V64]], %c16
// CHECK: %[[W64:.*]] = arith.index_cast %[[W]]
// CHECK: %[[VW:.*]] = arith.addi %[[V2]], %[[W64]]
// CHECK: %[[ONES:.*]] = arith.constant 281479271677952 : i64
// CHECK: %[[HIGH:.*]] = arith.addi %[[VW]], %[[ONES]]
// CHECK: ".insn r 43, 3, 8, x0, $0, $1", "r,r,~{memory}" %[[HIGH]],
// CHECK: %[[FILL:.*]] = arith.constant 49152 : i64
// CHECK: ".insn r 43, 3, 9, x0, $0, x0", "r,~{memory}" %[[FILL]]
// CHECK: arith.constant 3489660992 : i64
// CHECK: %[[COPY:.*]] = arith.index_cast %[[C]]
// CHECK: %[[BYTES:.*]] = arith.constant 192 : i64
// CHECK: arith.muli %[[COPY]], %[[BYTES]]
// CHECK: arith.shli %[[COPY]], %c32
func.func @dynamic(%x: memref<512x512xf16>) {
  %b = togsim.tile at 64 : memref<2x3x32xf16, #togsim.bank>
  affine.for %i = 0 to 4 {
    %v = affine.min affine_map<(d0) -> (24, 50 - d0 * 24)>(%i)
    %w = affine.min affine_map<(d0) -> (32, 70 - d0 * 32)>(%i)
    %o = affine.apply affine_map<(d0) -> (d0 * 512)>(%i)
    %c = affine.apply affine_map<(d0) -> (d0 mod 2)>(%i)
    %s = memref.subview %b[%c, 0, 0] [1, 3, 32] [1, 1, 1] : memref<2x3x32xf16, #togsim.bank> to memref<3x32xf16, strided<[32, 1], offset: ?>, #togsim.bank>
    togsim.dma_start load %x[%o], %s valid(%v, %w) tag(%c) strides [512, -1] fill -2.0 : f16 {extents = array<i64: 24, 32>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1>} : memref<512x512xf16>, memref<3x32xf16, strided<[32, 1], offset: ?>, #togsim.bank>
  }
  return
}

// Unit dimensions are dropped, except the lane axis; constant bounds beyond the
// extent are cut; two extents in one tile dimension are row-major in it:
//   extents 1, 8, 4, 14: 0x0001'0008'0004'000E = 281509336711182; axis 1
//   bank stride  0 << 32 | 56; 14 << 32 | 1
// CHECK-LABEL: func.func @dimensions(
// CHECK-DAG: %[[EXTENTS:.*]] = arith.constant 281509336711182 : i64
// CHECK-DAG: %[[LAYOUT:.*]] = arith.constant 4294983684 : i64
// CHECK: ".insn r 43, 3, 0, x0, $0, $1", "r,r,~{memory}" %[[EXTENTS]], %[[LAYOUT]]
// CHECK-DAG: %[[B01:.*]] = arith.constant 56 : i64
// CHECK-DAG: %[[B23:.*]] = arith.constant 60129542145 : i64
// CHECK: ".insn r 43, 3, 5, x0, $0, $1", "r,r,~{memory}" %[[B01]], %[[B23]]
// CHECK: ".insn r 43, 3, 8, x0, $0, $1", "r,r,~{memory}" %[[EXTENTS]],
// CHECK-LABEL: func.func @one_lane(
// CHECK-DAG: %[[EXTENTS:.*]] = arith.constant 281479271743496 : i64
// CHECK-DAG: %[[LAYOUT:.*]] = arith.constant 4295000068 : i64
// CHECK: ".insn r 43, 3, 0, x0, $0, $1", "r,r,~{memory}" %[[EXTENTS]], %[[LAYOUT]]
func.func @dimensions(%x: memref<8x14x14xf32>) {
  %t = togsim.tile at 0 : memref<1x56xf32, #togsim.bank>
  %c0 = arith.constant 0 : index
  %c99 = arith.constant 99 : index
  %c1 = arith.constant 1 : index
  togsim.dma_start load %x[%c0], %t valid(%c99, %c1, %c99, %c99) tag(%c0) strides [196, 0, 14, 1] fill 0.0 : f32 {extents = array<i64: 8, 1, 4, 14>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 0, 1, 1>} : memref<8x14x14xf32>, memref<1x56xf32, #togsim.bank>
  return
}
func.func @one_lane(%x: memref<8xf32>) {
  %t = togsim.tile at 0 : memref<1x8xf32, #togsim.bank>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  togsim.dma_start load %x[%c0], %t valid(%c1, %c8) tag(%c0) strides [0, 1] fill 0.0 : f32 {extents = array<i64: 1, 8>, lane_axis = 0 : i64, lane_stride = 1 : i64, tile_dims = array<i64: 0, 1>} : memref<8xf32>, memref<1x8xf32, #togsim.bank>
  return
}

// The words the assembler makes of the text are those of the Isa table; a0 = x10
// is rs1, a1 = x11 rs2.
// RUN: tilewright-opt %s --togsim-lower-dma-to-gemmini | grep -o '\.insn [^"]*' | sed -e 's/\$0/a0/' -e 's/\$1/a1/' > %t.s
// RUN: llvm-mc %t.s -triple=riscv64 -show-encoding | FileCheck %s --check-prefix=WORD
// WORD: encoding: [0x2b,0x30,0xb5,0x00]
// WORD: encoding: [0x2b,0x30,0xb5,0x08]
// WORD: encoding: [0x2b,0x30,0xb5,0x0a]
// WORD: encoding: [0x2b,0x30,0xb5,0x10]
// WORD: encoding: [0x2b,0x30,0x05,0x12]
// WORD: encoding: [0x2b,0x30,0xb5,0x04]
// WORD: encoding: [0x2b,0x30,0x05,0x14]
// WORD: encoding: [0x7b,0x10,0x00,0x00]
// WORD: encoding: [0x7b,0x10,0xf0,0x7f]
// WORD: encoding: [0x7b,0x10,0x00,0x80]
// WORD: encoding: [0x7b,0x10,0xf0,0xff]
// WORD: encoding: [0x2b,0x30,0xb5,0x06]

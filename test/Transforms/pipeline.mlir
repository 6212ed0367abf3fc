// The whole kernel pipeline on a fused product: each level holds only its ops, and
// the last is one function of LLVM IR without calls.
// RUN: tilewright-opt %s --togsim-affine-graph --togsim-partition -o %t.g2.mlir
// RUN: tilewright-opt %t.g2.mlir --togsim-codegen=machine=small8 -o %t.k0.mlir
// RUN: FileCheck %s --check-prefix=K0 --input-file=%t.k0.mlir
// RUN: tilewright-opt %t.k0.mlir --togsim-pipeline-transfers --cse -o %t.k1.mlir
// RUN: FileCheck %s --check-prefix=K1 --input-file=%t.k1.mlir
// RUN: tilewright-opt %t.k1.mlir --togsim-project-lanes=machine=small8 --togsim-fine-grained-dma=machine=small8 --togsim-allocate-scratchpad=machine=small8 --togsim-mark-nodes -o %t.k2.mlir
// RUN: FileCheck %s --check-prefix=K2 --input-file=%t.k2.mlir
// RUN: tilewright-opt %t.k2.mlir --togsim-vectorize-banks=machine=small8 --togsim-lower-to-vcix=machine=small8 --togsim-lower-math --togsim-lower-dma-to-gemmini --cse -o %t.d.mlir
// RUN: FileCheck %s --check-prefix=D --input-file=%t.d.mlir
// RUN: tilewright-opt %t.d.mlir --lower-affine --convert-scf-to-cf --expand-strided-metadata --lower-affine --togsim-lower-to-llvm --canonicalize | FileCheck %s --check-prefix=L

// After codegen: no tensors, synchronous transfers, logical tiles.
// K0-NOT: tensor<
// K0-NOT: togsim.dma_start
// K0-NOT: #togsim.bank
// K0: togsim.transfer
// K0-NOT: tensor<
// K0-NOT: togsim.dma_start
// K0: return

// After pipelining: asynchronous moves only.
// K1-NOT: togsim.transfer
// K1: togsim.dma_start
// K1-NOT: togsim.transfer
// K1: return

// After projection: banks with addresses, numbered nodes, no slots.
// K2-NOT: #togsim.spad
// K2: togsim.tile at 0
// K2-NOT: #togsim.spad
// K2-NOT: togsim.slot
// K2: togsim.node 0
// K2-NOT: togsim.slot
// K2: return

// Before LLVM: no linalg, contraction, special function or move left.
// D-NOT: {{^ *linalg\.}}
// D-NOT: togsim.{{contract|dma_start|wait|node|transfer|slot}}
// D: llvm.inline_asm
// D-NOT: {{^ *linalg\.}}
// D-NOT: togsim.{{contract|dma_start|wait|node|transfer|slot}}
// D-NOT: math.tanh
// D: return

// At the end: only LLVM, one function, no calls to run-time libraries.
// L-NOT: {{togsim|affine|vector|memref|arith|scf|cf}}.{{[a-z_]+}} %
// L: llvm.func @kernel{{.*}}(%{{.*}}: !llvm.ptr)
// L-NOT: llvm.call @
// L-NOT: llvm.func
// L: llvm.return
func.func @main(%a: tensor<47x35xf32>, %b: tensor<35x20xf32>, %bias: tensor<20xf32>) -> tensor<47x20xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<47x20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<47x20xf32>) -> tensor<47x20xf32>
  %r = linalg.matmul ins(%a, %b : tensor<47x35xf32>, tensor<35x20xf32>) outs(%f : tensor<47x20xf32>) -> tensor<47x20xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%r, %bias : tensor<47x20xf32>, tensor<20xf32>) outs(%e : tensor<47x20xf32>) {
  ^bb0(%x: f32, %c: f32, %o: f32):
    %s = arith.addf %x, %c : f32
    %t = math.tanh %s : f32
    linalg.yield %t : f32
  } -> tensor<47x20xf32>
  return %y : tensor<47x20xf32>
}

// A marker instruction has 12 bits for the node's number.
// RUN: python3 -c "n = 4095; print('func.func @k(%%i: index) {\n%%z = arith.constant 0.0 : f32\n%%t = togsim.tile at 0 : memref<1x8xf32, #togsim.bank>'); print('linalg.fill ins(%%z : f32) outs(%%t : memref<1x8xf32, #togsim.bank>)\ntogsim.wait %%i\n' * n); print('return\n}')" > %t.fits.mlir
// RUN: tilewright-opt %t.fits.mlir --togsim-mark-nodes | FileCheck %s --check-prefix=FITS
// RUN: python3 -c "n = 4097; print('func.func @k(%%i: index) {\n%%z = arith.constant 0.0 : f32\n%%t = togsim.tile at 0 : memref<1x8xf32, #togsim.bank>'); print('linalg.fill ins(%%z : f32) outs(%%t : memref<1x8xf32, #togsim.bank>)\ntogsim.wait %%i\n' * n); print('return\n}')" > %t.over.mlir
// RUN: not tilewright-opt %t.over.mlir --togsim-mark-nodes --mlir-print-op-on-diagnostic=false 2>&1 | FileCheck %s
// FITS: togsim.node 4094 "vector"
// CHECK: error: kernel has 4097 compute nodes, a marker can number 4096

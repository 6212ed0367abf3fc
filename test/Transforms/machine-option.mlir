// Every pass that compiles for a machine takes it by preset name or file, and says
// what is wrong with the name.
// RUN: not tilewright-opt %s --togsim-codegen=machine=tpuv33 2>&1 | FileCheck %s
// RUN: not tilewright-opt %s --togsim-project-lanes=machine=tpuv33 2>&1 | FileCheck %s
// RUN: not tilewright-opt %s --togsim-allocate-scratchpad=machine=tpuv33 2>&1 | FileCheck %s
// RUN: not tilewright-opt %s --togsim-vectorize-banks=machine=tpuv33 2>&1 | FileCheck %s
// RUN: not tilewright-opt %s --togsim-lower-to-vcix=machine=tpuv33 2>&1 | FileCheck %s
// RUN: tilewright-opt %s --togsim-project-lanes=machine=%machines/small8.yaml | FileCheck %s --check-prefix=FILE
// RUN: tilewright-opt %s --togsim-project-lanes | FileCheck %s --check-prefix=DEFAULT
// CHECK: machine-option.mlir:{{.*}} error: {{.*}}tpuv33{{.*}}tpuv3

// FILE: togsim.tile : memref<32x4xf32, #togsim.bank>
// DEFAULT: togsim.tile : memref<2x4xf32, #togsim.bank>
func.func @kernel() {
  %t = togsim.tile : memref<256x4xf32, #togsim.spad<0, 1>>
  return
}

//===- Passes.td - Kernel passes --------------------------*- tablegen -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TRANSFORMS_PASSES_TD
#define TILEWRIGHT_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

class MachinePass<string name, string operation> : Pass<name, operation> {
  let options = [Option<"machineName", "machine", "std::string",
                        /*default=*/"\"tpuv3\"",
                        "Machine preset or YAML file to compile for">];
}

def SplitRows : MachinePass<"togsim-split-rows", "::mlir::ModuleOp"> {
  let summary = "reduction kernels whose rows are too long or too few (G2)";
  let description = [{
    A kernel in which an op along rows uses a reduction's result keeps rows in the
    scratchpad. Where they do not fit, it becomes one kernel per reduction phase,
    which take rows in pieces and read the kernel's inputs again.

    Rows that are few and long would leave most lanes idle: parts of them are reduced
    on all lanes, and the results of the parts by a further kernel.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"];
}

def Codegen : MachinePass<"togsim-codegen", "::mlir::ModuleOp"> {
  let summary = "kernel functions from tensors to tiles (G2 to K0)";
  let description = [{
    Chooses a schedule for every `togsim.kernel` function and rewrites its body
    into tile loops with transfers, linalg on tiles, and `togsim.contract`. The
    host function is dropped: launches are data from here on.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect",
    "::tilewright::togsim::TogSimDialect"];
}

def PipelineTransfers : Pass<"togsim-pipeline-transfers", "::mlir::func::FuncOp"> {
  let summary = "asynchronous, double-buffered transfers (K0 to K1)";
  let description = [{
    Flattens the tile loop nest into one loop, starts the loads of the next
    iteration before computing the current one, gives every transfer a tag per
    buffer copy, and waits where data is first used or a buffer is reused. Sections
    of an imperfect nest run under guards of the flat induction variable.
  }];
  let options = [Option<"buffers", "buffers", "unsigned", "2",
                        "Copies of each streamed tile">];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::memref::MemRefDialect"];
}

def ProjectLanes : MachinePass<"togsim-project-lanes", "::mlir::func::FuncOp"> {
  let summary = "logical tiles to one lane's banks (K1 to K2)";
  let description = [{
    Replaces the extent of the lane axis by one lane's share. Legal when every op
    spreads the same parallel dimension the same way over all its operands; other
    ops are errors.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def FineGrainedDma : MachinePass<"togsim-fine-grained-dma", "::mlir::func::FuncOp"> {
  let summary = "first and last loads of products in subtiles (K2)";
  let description = [{
    Nothing hides the loads of a kernel's first tiles, nor the product of its last
    ones. Where the pipeliner has marked them (`subtiles`), a load becomes one move
    for each range of k, in the order in which the product uses them, and the
    product becomes parts that wait for no more than they read. All tiles between
    are loaded whole, as loads and products overlap there anyway.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect"];
}

def DecomposeTransfer : Pass<"togsim-decompose-transfer", "::mlir::func::FuncOp"> {
  let summary = "moves of any rank to descriptors (K2)";
  let description = [{
    A descriptor has four dimensions. Unit dimensions cost none. In a move that needs
    more, dimensions that continue each other in device memory and bank become one;
    of what is left, the lane axis, the dimension of the smallest device stride and
    the longest ones stay, and the others become loops around the move. All parts
    carry the move's tag, so waiting is not affected. Moves that fit are untouched.
  }];
  let statistics = [
    Statistic<"numMerged", "merged-dimensions", "Dimensions merged">,
    Statistic<"numPeeled", "peeled-dimensions", "Dimensions that became loops">];
  let dependentDialects = ["::mlir::affine::AffineDialect"];
}

def AllocateScratchpad
    : MachinePass<"togsim-allocate-scratchpad", "::mlir::func::FuncOp"> {
  let summary = "constant bank addresses for all tiles";
  let description = [{
    Places the kernel's tiles one after another from the bottom of the bank, each
    at a multiple of a vector register. The top of the bank stays free for the
    stack. A kernel that does not fit is an error with the bytes it needs.
  }];
}

def MarkNodes : Pass<"togsim-mark-nodes", "::mlir::func::FuncOp"> {
  let summary = "number the compute nodes between moves and waits";
  let description = [{
    A node is a run of computation without a move, a wait or a guard in between.
    Each gets a `togsim.node` in front, which the tile operation graph and the
    binary both keep: the cost of a node is measured once and used everywhere.
  }];
}

def VectorizeBanks : MachinePass<"togsim-vectorize-banks", "::mlir::func::FuncOp"> {
  let summary = "linalg on banks to loops over vectors";
  let description = [{
    An op on banks becomes loops around vector operations on the innermost
    dimension, in vectors that divide its extent: no masks, no remainders. What
    does not vary along that dimension is a splat row, so that the value of one
    lane never becomes a scalar.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::vector::VectorDialect", "::tilewright::togsim::TogSimDialect"];
}

def LowerToVcix : MachinePass<"togsim-lower-to-vcix", "::mlir::func::FuncOp"> {
  let summary = "contractions to array ops";
  let description = [{
    A contraction becomes a software-pipelined stream: blocks of weights alternate
    between the arrays, the next block's weights load into the shadow bank while
    inputs stream, and pops stay `lag_chunks` vectors behind pushes, across blocks.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
    "::mlir::vector::VectorDialect", "::tilewright::togsim::TogSimDialect"];
}

def LowerMath : Pass<"togsim-lower-math", "::mlir::func::FuncOp"> {
  let summary = "math functions on vectors to SFU ops and vector arithmetic";
  let description = [{
    exp, erf, tanh, sin, cos, log and atan of f32 and f16 are functions of the SFU.
    The others become expressions of those or polynomials, bf16 arithmetic and
    functions of 16-bit floats compute in f32 and round after every op. No op is left for which LLVM would
    call a library: that is an error.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
    "::mlir::vector::VectorDialect", "::tilewright::togsim::TogSimDialect"];
}

def LowerDmaToGemmini
    : Pass<"togsim-lower-dma-to-gemmini", "::mlir::func::FuncOp"> {
  let summary = "moves, waits and markers to DMA instructions";
  let description = [{
    Packs descriptors into configuration registers and emits the instructions of
    the Isa table as inline assembly. The kernel's tensors become one pointer to
    an array of their addresses.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect"];
}

def LowerToLLVM : Pass<"togsim-lower-to-llvm", "::mlir::ModuleOp"> {
  let summary = "kernel IR to the LLVM dialect";
  let description = [{
    Everything the other passes left: tiles become constant addresses in the
    window of lane 0, banks pointers, vectors fixed-length LLVM vectors, loops
    branches. No tile data passes through a scalar.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // TILEWRIGHT_TRANSFORMS_PASSES_TD

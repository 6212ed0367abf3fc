//===- TogSim.td - The kernel dialect ---------------------*- tablegen -*-===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What kernel IR (levels K0 to K2) needs beyond upstream dialects: the lane
// layout of scratchpad tiles, tile moves, and the array. docs/ir.md tells which
// op may appear at which level.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_TOGSIM_TD
#define TILEWRIGHT_TOGSIM_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def TogSimDialect : Dialect {
  let name = "togsim";
  let cppNamespace = "::tilewright::togsim";
  let summary = "tiles, lane layouts, tile moves and arrays of a TPU-like NPU";
  let description = [{
    A kernel moves tiles between device memory and a lane-banked scratchpad and
    computes on them. Lane layout is part of the tile's type (its memory space),
    so equal types mean equal layouts; moves are asynchronous with tags.
  }];
  let useDefaultAttributePrinterParser = 1;
}

class TogSimAttr<string name, string attrMnemonic>
    : AttrDef<TogSimDialect, name> {
  let mnemonic = attrMnemonic;
}

def SpadAttr : TogSimAttr<"Spad", "spad"> {
  let summary = "scratchpad memory space with a lane layout";
  let description = [{
    The memory space of a tile with its *logical* shape. Dimension `axis` is
    distributed over the lanes: index i lies in lane (i / stride) mod L, at slot
    (i / (stride*L))*stride + i mod stride of that lane's bank.
  }];
  let parameters = (ins "unsigned":$axis, "unsigned":$stride);
  let assemblyFormat = "`<` $axis `,` $stride `>`";
  let genVerifyDecl = 1;
}

def BankAttr : TogSimAttr<"Bank", "bank"> {
  let summary = "memory space of one lane's bank";
  let description = [{
    The memory space after lane projection: the shape is what one lane holds,
    and every lane executes the same accesses on its own bank.
  }];
}

def DirectionAttr : I32EnumAttr<"Direction", "direction of a tile move", [
    I32EnumAttrCase<"Load", 0, "load">, I32EnumAttrCase<"Store", 1, "store">]> {
  let cppNamespace = "::tilewright::togsim";
}

def SfuFunctionAttr : I32EnumAttr<"SfuFunction", "special function", [
    I32EnumAttrCase<"Exp", 0, "exp">, I32EnumAttrCase<"Erf", 1, "erf">,
    I32EnumAttrCase<"Tanh", 2, "tanh">, I32EnumAttrCase<"Sin", 3, "sin">,
    I32EnumAttrCase<"Cos", 4, "cos">, I32EnumAttrCase<"Log", 5, "log">,
    I32EnumAttrCase<"Atan", 6, "atan">]> {
  let cppNamespace = "::tilewright::togsim";
}

class TogSimOp<string opMnemonic, list<Trait> traits = []>
    : Op<TogSimDialect, opMnemonic, traits>;

def TileOp : TogSimOp<"tile"> {
  let summary = "a scratchpad buffer of the kernel";
  let description = [{
    Lives as long as the kernel. `address` is the byte offset in
    the bank, given by `togsim-allocate-scratchpad`.
  }];
  let arguments = (ins OptionalAttr<I64Attr>:$address);
  let results = (outs AnyMemRef:$memref);
  let assemblyFormat = "(`at` $address^)? attr-dict `:` type($memref)";
}

def SlotOp : TogSimOp<"slot", [Pure]> {
  let summary = "one copy of a multi-buffered tile";
  let description = [{
    The `slot`-th tile of a buffer whose leading dimension numbers its copies. The
    lane axis moves down by one with the dropped dimension.
  }];
  let arguments = (ins AnyMemRef:$buffer, Index:$slot);
  let results = (outs AnyMemRef:$tile);
  let assemblyFormat = "$buffer `[` $slot `]` attr-dict `:` type($buffer) `to` type($tile)";
  let hasVerifier = 1;
}

def TransferOp : TogSimOp<"transfer"> {
  let summary = "move a tile between device memory and the scratchpad";
  let description = [{
    Tile element (c0, c1, ...) corresponds to element
    `offset + sum(ck * dram_strides[k])` of the device tensor. Coordinate ck is
    valid when ck < valid[k]; a load writes `fill` into the rest, a store leaves
    device memory alone. Synchronous in meaning; any rank. A stride of 0
    broadcasts.

    `extents` are the extents of the move: the tile's shape, or a refinement of it
    in which a tile dimension stands for several (row-major), as when two image
    dimensions are the rows of one matrix tile. The lane axis is not split.
  }];
  let arguments = (ins DirectionAttr:$direction, AnyMemRef:$dram, Index:$offset,
                       AnyMemRef:$tile, Variadic<Index>:$valid,
                       DenseI64ArrayAttr:$extents,
                       DenseI64ArrayAttr:$dram_strides, TypedAttrInterface:$fill);
  let assemblyFormat = [{
    $direction $dram `[` $offset `]` `,` $tile `extents` $extents `valid` `(`
    $valid `)` `strides` $dram_strides `fill` $fill attr-dict `:` type($dram) `,`
    type($tile)
  }];
  let hasVerifier = 1;
}

def DmaStartOp : TogSimOp<"dma_start"> {
  let summary = "start an asynchronous move under a tag";
  let description = [{
    One DMA descriptor. `extents` describe the logical move, whose rank (after
    dropping unit dimensions) is at most 4; extent i belongs to dimension
    `tile_dims[i]` of the tile, and extent `lane_axis` is spread over the lanes.
    They stay when `tile` becomes a bank. The tile's contents are undefined until a
    `togsim.wait` on the tag.
  }];
  let arguments = (ins DirectionAttr:$direction, AnyMemRef:$dram, Index:$offset,
                       AnyMemRef:$tile, Variadic<Index>:$valid, Index:$tag,
                       DenseI64ArrayAttr:$dram_strides, TypedAttrInterface:$fill,
                       DenseI64ArrayAttr:$extents, DenseI64ArrayAttr:$tile_dims,
                       I64Attr:$lane_axis, I64Attr:$lane_stride);
  let assemblyFormat = [{
    $direction $dram `[` $offset `]` `,` $tile `valid` `(` $valid `)` `tag` `(`
    $tag `)` `strides` $dram_strides `fill` $fill attr-dict `:` type($dram) `,`
    type($tile)
  }];
  let hasVerifier = 1;
}

def WaitOp : TogSimOp<"wait"> {
  let summary = "wait until all moves of a tag have completed";
  let arguments = (ins Index:$tag);
  let assemblyFormat = "$tag attr-dict";
}

def NodeOp : TogSimOp<"node"> {
  let summary = "compute node boundary";
  let description = [{
    Marks where compute node `id` begins; it lasts until the next move, wait or
    marker. Lowers to a marker instruction without cost.
  }];
  let arguments = (ins I64Attr:$id, StrAttr:$label);
  let assemblyFormat = "$id $label attr-dict";
}

def ContractOp : TogSimOp<"contract"> {
  let summary = "accumulate a matrix product on the arrays";
  let description = [{
    y[n, m] += sum over k of x[k, m] * w[n, k] on tiles x: [K, M] spread over k,
    w: [N, K] spread over n, y: [N, M] spread over n, lane stride 1 each. K and N
    are multiples of the lane count, M of the vector length. Sums run in f32 in
    increasing k within a block of L, blocks of k in increasing order.
  }];
  let arguments = (ins AnyMemRef:$x, AnyMemRef:$w, AnyMemRef:$y);
  let assemblyFormat =
      "$x `,` $w `,` $y attr-dict `:` type($x) `,` type($w) `,` type($y)";
  let hasVerifier = 1;
}

def WeightPushOp : TogSimOp<"wpush"> {
  let summary = "append weights to an array's shadow bank";
  let arguments = (ins AnyVectorOfAnyRank:$value, I64Attr:$array);
  let assemblyFormat = "$value `,` $array attr-dict `:` type($value)";
}

def SwapOp : TogSimOp<"swap"> {
  let summary = "make an array's shadow weights current";
  let arguments = (ins I64Attr:$array);
  let assemblyFormat = "$array attr-dict";
}

def PushOp : TogSimOp<"push"> {
  let summary = "stream input rows into an array";
  let arguments = (ins AnyVectorOfAnyRank:$value, I64Attr:$array);
  let assemblyFormat = "$value `,` $array attr-dict `:` type($value)";
}

def PopOp : TogSimOp<"pop"> {
  let summary = "take result rows from an array, in push order";
  let arguments = (ins I64Attr:$array);
  let results = (outs AnyVectorOfAnyRank:$value);
  let assemblyFormat = "$array attr-dict `:` type($value)";
}

def LaneIndexOp : TogSimOp<"lane_index", [Pure]> {
  let summary = "number of the executing lane, in every element";
  let results = (outs AnyVectorOfAnyRank:$value);
  let assemblyFormat = "attr-dict `:` type($value)";
}

def SfuOp : TogSimOp<"sfu", [Pure, SameOperandsAndResultType]> {
  let summary = "special function of every element";
  let arguments = (ins SfuFunctionAttr:$function, AnyVectorOfAnyRank:$operand);
  let results = (outs AnyVectorOfAnyRank:$result);
  let assemblyFormat = "$function $operand attr-dict `:` type($result)";
}

#endif // TILEWRIGHT_TOGSIM_TD

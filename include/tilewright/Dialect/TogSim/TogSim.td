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
  // Ops name operations of arith.
  let dependentDialects = ["::mlir::arith::ArithDialect"];
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

def SubtilesAttr : TogSimAttr<"Subtiles", "subtiles"> {
  let summary = "a tile's load in several moves, each with a tag of its own";
  let description = [{
    `count` subtiles along extent (of a move) or dimension (of a tile) `dim`: all
    of ceil(extent / count), rounded up to what the dimension consists of, but for
    the last. Subtile 0 has the tag of the whole move, subtile i > 0 tag `tag` + i
    - 1.
  }];
  let parameters = (ins "int64_t":$count, "int64_t":$dim, "int64_t":$tag);
  let assemblyFormat = "`<` $count `along` $dim `,` `tag` $tag `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The tag of subtile `i`, one after the first.
    int64_t tagOf(int64_t i) const { return getTag() + i - 1; }
  }];
}

def DirectionAttr : I32EnumAttr<"Direction", "direction of a tile move", [
    I32EnumAttrCase<"Load", 0, "load">, I32EnumAttrCase<"Store", 1, "store">]> {
  let cppNamespace = "::tilewright::togsim";
}

def CombineAttr : I32EnumAttr<"Combine", "what an accumulating store does", [
    I32EnumAttrCase<"Add", 0, "add">, I32EnumAttrCase<"Multiply", 1, "mul">,
    I32EnumAttrCase<"Minimum", 2, "min">, I32EnumAttrCase<"Maximum", 3, "max">]> {
  let cppNamespace = "::tilewright::togsim";
}

def SfuFunctionAttr : I32EnumAttr<"SfuFunction", "special function", [
    I32EnumAttrCase<"Exp", 0, "exp">, I32EnumAttrCase<"Erf", 1, "erf">,
    I32EnumAttrCase<"Tanh", 2, "tanh">, I32EnumAttrCase<"Sin", 3, "sin">,
    I32EnumAttrCase<"Cos", 4, "cos">, I32EnumAttrCase<"Log", 5, "log">,
    I32EnumAttrCase<"Atan", 6, "atan">]> {
  let cppNamespace = "::tilewright::togsim";
}

/// Device tensors and tiles: of what device memory and banks hold, static, with
/// at least one element.
def StorableMemRef : StaticShapeMemRefOf<[I1, I8, I16, I32, I64, F8E4M3FN,
                                          F8E5M2, F16, BF16, F32]>;
def DataMemRef : ConfinedType<StorableMemRef, [
    CPred<"::llvm::cast<::mlir::MemRefType>($_self).getNumElements() > 0">],
    StorableMemRef.summary # ", with elements", "::mlir::MemRefType">;

class TogSimOp<string opMnemonic, list<Trait> traits = []>
    : Op<TogSimDialect, opMnemonic, traits>;

def TileOp : TogSimOp<"tile"> {
  let summary = "a scratchpad buffer of the kernel";
  let description = [{
    Lives as long as the kernel. `address` is the byte offset in
    the bank, given by `togsim-allocate-scratchpad`.
  }];
  let arguments = (ins OptionalAttr<I64Attr>:$address);
  let results = (outs DataMemRef:$memref);
  let assemblyFormat = "(`at` $address^)? attr-dict `:` type($memref)";
}

def SlotOp : TogSimOp<"slot", [Pure]> {
  let summary = "one copy of a multi-buffered tile";
  let description = [{
    The `slot`-th tile of a buffer whose leading dimension numbers its copies. The
    lane axis moves down by one with the dropped dimension.
  }];
  let arguments = (ins DataMemRef:$buffer, Index:$slot);
  let results = (outs DataMemRef:$tile);
  let assemblyFormat = "$buffer `[` $slot `]` attr-dict `:` type($buffer) `to` type($tile)";
  let hasVerifier = 1;
}

/// What both forms of a move share. They differ in when they happen.
class MoveOp<string opMnemonic>
    : TogSimOp<opMnemonic, [AttrSizedOperandSegments]> {
  code extraMoveDeclaration = [{
    bool isStore() { return getDirection() == Direction::Store; }
  }];
}

def TransferOp : MoveOp<"transfer"> {
  let summary = "move a tile between device memory and the scratchpad";
  let description = [{
    Tile element (c0, c1, ...) corresponds to element
    `offset + sum(ck * dram_strides[k])` of the device tensor. Coordinate ck is
    valid when low[k] <= ck < valid[k] (no `low`: 0); a load writes `fill` into the
    rest, a store leaves device memory alone. Bounds lie in [0, extent]; device
    memory is touched at valid coordinates only, so `offset` may lie outside the
    tensor. Synchronous in meaning; any rank. A stride of 0 broadcasts.

    `extents` are the extents of the move: the tile's shape, or a refinement of it
    in which a tile dimension stands for several (row-major), as when two image
    dimensions are the rows of one matrix tile. The lane axis is not split.

    `index` makes the move indirect: element c lies `index(c) * index_stride`
    elements further, index(c) being the element of the index tile (i32 or i64) at
    c[k] along its dimension `index_dims[k]`, for the k whose entry is not -1. The
    lane axes of both tiles belong together. Indices outside [0, index_bound) are
    errors at run time.

    `accumulate` (stores) combines what device memory holds with the tile, element
    by element in row-major order, so elements that share an address add up.
  }];
  let arguments = (ins DirectionAttr:$direction, DataMemRef:$dram, Index:$offset,
                       DataMemRef:$tile, Variadic<Index>:$valid,
                       Variadic<Index>:$low, Optional<DataMemRef>:$index,
                       DenseI64ArrayAttr:$extents,
                       DenseI64ArrayAttr:$dram_strides, TypedAttrInterface:$fill,
                       OptionalAttr<DenseI64ArrayAttr>:$index_dims,
                       OptionalAttr<I64Attr>:$index_stride,
                       OptionalAttr<I64Attr>:$index_bound,
                       OptionalAttr<CombineAttr>:$accumulate);
  let assemblyFormat = [{
    $direction $dram `[` $offset `]` `,` $tile `extents` $extents
    `valid` `(` $valid `)` (`low` `(` $low^ `)`)? `strides` $dram_strides
    (`index` $index^ `dims` $index_dims `stride` $index_stride `below`
    $index_bound)? (`accumulate` $accumulate^)? `fill` $fill attr-dict `:`
    type($dram) `,` type($tile) (`,` type($index)^)?
  }];
  let builders = [
    /// A regular move; an empty `low` is all 0.
    OpBuilder<(ins "Direction":$direction, "::mlir::Value":$dram,
                   "::mlir::Value":$offset, "::mlir::Value":$tile,
                   "::mlir::ValueRange":$valid, "::mlir::ValueRange":$low,
                   "::llvm::ArrayRef<int64_t>":$extents,
                   "::llvm::ArrayRef<int64_t>":$dramStrides,
                   "::mlir::TypedAttr":$fill), [{
      build($_builder, $_state, direction, dram, offset, tile, valid, low,
            /*index=*/::mlir::Value(), extents, dramStrides, fill,
            /*index_dims=*/nullptr, /*index_stride=*/nullptr,
            /*index_bound=*/nullptr, /*accumulate=*/nullptr);
    }]>
  ];
  let extraClassDeclaration = extraMoveDeclaration;
  let hasVerifier = 1;
}

def DmaStartOp : MoveOp<"dma_start"> {
  let summary = "start an asynchronous move under a tag";
  let description = [{
    One move of a `togsim.transfer`, as `extents` and what the transfer says; extent
    i belongs to dimension `tile_dims[i]` of the tile, and extent `lane_axis` is
    spread over the lanes. They stay when `tile` becomes a bank. The tile's contents
    are undefined until a `togsim.wait` on the tag; an index tile must stay as it is
    until then.

    Of any rank until `togsim-decompose-transfer`, which leaves moves of at most 4
    dimensions larger than 1: one descriptor each. What it takes apart begins
    `bank_offset` elements into the bank `tile` (`index_offset` into the index tile)
    and has `bank_strides` (`index_strides`) of its own, one for each extent.

    A load with `subtiles` stands for one move per subtile, which
    `togsim-fine-grained-dma` makes of it.
  }];
  let arguments = (ins DirectionAttr:$direction, DataMemRef:$dram, Index:$offset,
                       DataMemRef:$tile, Variadic<Index>:$valid,
                       Variadic<Index>:$low, Optional<DataMemRef>:$index,
                       Optional<Index>:$bank_offset,
                       Optional<Index>:$index_offset, Index:$tag,
                       DenseI64ArrayAttr:$dram_strides, TypedAttrInterface:$fill,
                       DenseI64ArrayAttr:$extents, DenseI64ArrayAttr:$tile_dims,
                       I64Attr:$lane_axis, I64Attr:$lane_stride,
                       OptionalAttr<DenseI64ArrayAttr>:$index_dims,
                       OptionalAttr<I64Attr>:$index_stride,
                       OptionalAttr<I64Attr>:$index_bound,
                       OptionalAttr<CombineAttr>:$accumulate,
                       OptionalAttr<DenseI64ArrayAttr>:$bank_strides,
                       OptionalAttr<DenseI64ArrayAttr>:$index_strides,
                       OptionalAttr<SubtilesAttr>:$subtiles);
  let assemblyFormat = [{
    $direction $dram `[` $offset `]` `,` $tile (`at` $bank_offset^)?
    `valid` `(` $valid `)` (`low` `(` $low^ `)`)? `tag` `(`
    $tag `)` `strides` $dram_strides (`index` $index^ `dims` $index_dims
    `stride` $index_stride `below` $index_bound)? (`index_at` $index_offset^)?
    (`accumulate` $accumulate^)?
    `fill` $fill attr-dict `:` type($dram) `,`
    type($tile) (`,` type($index)^)?
  }];
  let extraClassDeclaration = extraMoveDeclaration;
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
    are multiples of the lane count, M of the vector length. Sums run in
    increasing k within a block of L, blocks of k in increasing order.

    y is f32, x and w any floating types of at most 32 bits; or y is i32 and they
    are integers of at most 32 bits. Elements are widened when they are pushed,
    integers by their sign unless `x_unsigned` or `w_unsigned` says otherwise.
    Integer products and sums wrap modulo 2^32.

    With a `window`, a map (t, m) -> column of x, w has the weights of T taps one
    after the other, w: [N, T * K], and

      y[n, m] += sum over t, k of x[k, window(t, m)] * w[n, t * K + k],

    for each tap all blocks of k, or with `taps_inside` for each block all taps.

    Rows form lines of `line_rows` (whole vectors; 0: all rows are one line), along
    which the map moves by a constant.

    `lag_chunks` is how many vectors of rows pops stay behind pushes.

    Products of one shape that follow each other can share a stream through the
    arrays: executions of a `chained` op may. A product that is `open` leaves its
    last results there; the next one, with this y as `previous`, or
    `togsim.drain` adds them to it. The stream of a product is groups of weight
    blocks; one with a `part` [b, e] runs groups b to e only (e = -1: to the last),
    so that something can run in between. `chained` says after how many groups of
    the next product the results of the one before are complete. Weights are pushed
    a group ahead, also across the end of a part, unless `weights` [b, e) says which
    groups' weights a part pushes: its own only, where those that follow are not
    there yet.

    `first_subtiles` and `last_subtiles` [x, w] ask the pipeliner to load the first
    and the last tiles of x and w in so many subtiles along k (1: whole). It answers
    with `x_subtiles` and `w_subtiles` on the products of those tiles:
    `togsim-fine-grained-dma` makes parts of them, which wait for the subtiles they
    read.
  }];
  let arguments = (ins DataMemRef:$x, DataMemRef:$w, DataMemRef:$y,
                       Optional<DataMemRef>:$previous,
                       UnitAttr:$x_unsigned, UnitAttr:$w_unsigned,
                       OptionalAttr<AffineMapAttr>:$window,
                       UnitAttr:$taps_inside,
                       DefaultValuedAttr<I64Attr, "0">:$line_rows,
                       DefaultValuedAttr<I64Attr, "1">:$lag_chunks,
                       OptionalAttr<I64Attr>:$chained, UnitAttr:$open,
                       OptionalAttr<DenseI64ArrayAttr>:$part,
                       OptionalAttr<DenseI64ArrayAttr>:$weights,
                       OptionalAttr<DenseI64ArrayAttr>:$first_subtiles,
                       OptionalAttr<DenseI64ArrayAttr>:$last_subtiles,
                       OptionalAttr<SubtilesAttr>:$x_subtiles,
                       OptionalAttr<SubtilesAttr>:$w_subtiles);
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$w,
                                 "::mlir::Value":$y), [{
    build($_builder, $_state, x, w, y, /*previous=*/::mlir::Value(), false, false,
          ::mlir::AffineMapAttr(), /*taps_inside=*/false, /*line_rows=*/0, /*lag_chunks=*/1,
          ::mlir::IntegerAttr(), /*open=*/false, ::mlir::DenseI64ArrayAttr(),
          /*weights=*/::mlir::DenseI64ArrayAttr(),
          /*first_subtiles=*/::mlir::DenseI64ArrayAttr(),
          /*last_subtiles=*/::mlir::DenseI64ArrayAttr(),
          /*x_subtiles=*/nullptr, /*w_subtiles=*/nullptr);
  }]>];
  let assemblyFormat = [{
    $x `,` $w `,` $y (`previous` $previous^)? attr-dict `:` type($x) `,` type($w)
    `,` type($y) (`,` type($previous)^)?
  }];
  let hasVerifier = 1;
}

def DrainOp : TogSimOp<"drain"> {
  let summary = "add what an open product left in the arrays";
  let description = [{
    y, `line_rows` and `lag_chunks` are those of the `togsim.contract` before it.
  }];
  let arguments = (ins DataMemRef:$y,
                       DefaultValuedAttr<I64Attr, "0">:$line_rows,
                       DefaultValuedAttr<I64Attr, "1">:$lag_chunks);
  let assemblyFormat = "$y attr-dict `:` type($y)";
  let hasVerifier = 1;
}

def WindowSumOp : TogSimOp<"window_sum"> {
  let summary = "accumulate a window of every channel on the vector lanes";
  let description = [{
    y[c, m] += sum over t of x[c, window(t, m)] * w[c, t, 0] on tiles x: [C, X],
    w: [C, T, V], y: [C, M], all spread along c: a depthwise convolution, which
    has no reduction that arrays could make. w holds V equal copies of each
    weight, one vector. `window`, its lines, the types and the widening are as of
    `togsim.contract`; sums run in increasing t.
  }];
  let arguments = (ins DataMemRef:$x, DataMemRef:$w, DataMemRef:$y,
                       AffineMapAttr:$window,
                       DefaultValuedAttr<I64Attr, "0">:$line_rows,
                       UnitAttr:$x_unsigned, UnitAttr:$w_unsigned);
  let assemblyFormat =
      "$x `,` $w `,` $y attr-dict `:` type($x) `,` type($w) `,` type($y)";
  let hasVerifier = 1;
}

def WindowReduceOp : TogSimOp<"window_reduce"> {
  let summary = "combine a window around every element on the vector lanes";
  let description = [{
    For every index i of y and every tap t below `taps`:
    y[i] = combiner(y[i], x[map(i, t)]), a pooling. `combiner` names an operation
    with two operands of y's element type, to which elements of x are widened. The
    order of the taps is not fixed. Results of `map` are sums of dimensions of i
    and t times positive factors; the lane axes of x and y are one dimension of i.
  }];
  let arguments = (ins StrAttr:$combiner, DataMemRef:$x, DataMemRef:$y,
                       DenseI64ArrayAttr:$taps, AffineMapAttr:$map,
                       UnitAttr:$x_unsigned);
  let assemblyFormat = [{
    $combiner $x `,` $y `taps` $taps $map attr-dict `:` type($x) `,` type($y)
  }];
  let extraClassDeclaration = [{
    /// Of each result of the map, the factors of its dimensions.
    ::mlir::FailureOr<::llvm::SmallVector<::llvm::SmallVector<int64_t>>>
    factorsOfMap();
  }];
  let hasVerifier = 1;
}

def StridedLoadOp : TogSimOp<"strided_load"> {
  let summary = "every step-th element of a bank's row as a vector";
  let description = [{
    As `vector.load`, but the elements are `step` apart along the innermost
    dimension, which must be contiguous.
  }];
  let arguments = (ins DataMemRef:$source, Variadic<Index>:$indices,
                       I64Attr:$step);
  let results = (outs AnyVectorOfAnyRank:$value);
  let assemblyFormat = [{
    $source `[` $indices `]` `step` $step attr-dict `:` type($source) `,`
    type($value)
  }];
  let hasVerifier = 1;
}

def ScanOp : TogSimOp<"scan"> {
  let summary = "running combination down the columns of a tile";
  let description = [{
    For s in increasing order: carry[p] = combiner(carry[p], x[s, p]); y[s, p] =
    carry[p], or its value before when `exclusive`. `combiner` names an
    operation with two operands of one type, the element type of `carry`; x and
    y may be narrower floats. x and y: [S, P], carry: [P], spread along p.
  }];
  let arguments = (ins StrAttr:$combiner, DataMemRef:$x, DataMemRef:$carry,
                       DataMemRef:$y, UnitAttr:$exclusive);
  let assemblyFormat = [{
    $combiner (`exclusive` $exclusive^)? $x `,` $carry `,` $y attr-dict `:`
    type($x) `,` type($carry) `,` type($y)
  }];
  let hasVerifier = 1;
}

def SortRowsOp : TogSimOp<"sort_rows"> {
  let summary = "sort each row of a tile in place, ascending";
  let description = [{
    Rows of integer words [P, N], N a power of two, spread along p: a network of
    minima and maxima. With a second tile of equal shape, the pairs (word, second)
    are sorted lexicographically.
  }];
  let arguments = (ins DataMemRef:$words, Optional<DataMemRef>:$second);
  let assemblyFormat = [{
    $words (`,` $second^)? attr-dict `:` type($words) (`,` type($second)^)?
  }];
  let hasVerifier = 1;
}

def WeightPushOp : TogSimOp<"wpush"> {
  let summary = "append weights (f32 or i32) to an array's shadow bank";
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
  let results = (outs VectorOfAnyRankOf<[AnySignlessInteger]>:$value);
  let assemblyFormat = "attr-dict `:` type($value)";
}

def SfuOp : TogSimOp<"sfu", [Pure, SameOperandsAndResultType]> {
  let summary = "special function of every element";
  let arguments = (ins SfuFunctionAttr:$function, AnyVectorOfAnyRank:$operand);
  let results = (outs AnyVectorOfAnyRank:$result);
  let assemblyFormat = "$function $operand attr-dict `:` type($result)";
}

#endif // TILEWRIGHT_TOGSIM_TD

//===- ContractionSpace.cpp - A contraction's dimensions in roles ---------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionSpace.h"
#include <numeric>

using namespace mlir;
using namespace tilewright;
using namespace tilewright::codegen;

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

void codegen::swapInputs(ContractionKernel &info) {
  info.isSwapped = !info.isSwapped;
  std::swap(info.m, info.n);
  std::swap(info.lhs, info.rhs);
  std::swap(info.lhsPrologue, info.rhsPrologue);
  std::swap(info.lhsInputs, info.rhsInputs);
}

namespace {
/// An axis read at row * step + tap * dilation.
struct WindowAxis {
  unsigned axis;
  unsigned row, tap; ///< anchor dimensions
  int64_t step, dilation;
};
} // namespace

/// The window axis that `axis` is, if any.
static std::optional<WindowAxis> windowOf(const Operand &operand, unsigned axis,
                                          ArrayRef<unsigned> rows,
                                          ArrayRef<unsigned> taps) {
  const Axis &read = operand.axes[axis];
  if (read.terms.size() != 2)
    return std::nullopt;
  auto [a, aFactor] = read.terms[0];
  auto [b, bFactor] = read.terms[1];
  if (llvm::is_contained(rows, b)) {
    std::swap(a, b);
    std::swap(aFactor, bFactor);
  }
  if (!llvm::is_contained(rows, a) || !llvm::is_contained(taps, b))
    return std::nullopt;
  return WindowAxis{axis, a, b, aFactor, bFactor};
}

static SmallVector<WindowAxis> windowsOf(const Operand &operand,
                                         ArrayRef<unsigned> rows,
                                         ArrayRef<unsigned> taps) {
  SmallVector<WindowAxis> windows;
  for (unsigned axis = 0; axis < operand.axes.size(); ++axis)
    if (auto window = windowOf(operand, axis, rows, taps))
      windows.push_back(*window);
  return windows;
}

/// Whether all axes of more than one term are windows.
static bool hasOnlyWindows(const Operand &operand, size_t windows) {
  return windows == size_t(llvm::count_if(operand.axes, [](const Axis &axis) {
           return axis.terms.size() > 1;
         }));
}

bool codegen::orientWindow(ContractionKernel &info) {
  if (info.lhsPrologue || info.rhsPrologue)
    return false;
  size_t left = windowsOf(info.lhs, info.m, info.k).size(),
         right = windowsOf(info.rhs, info.n, info.k).size();
  if (bool(left) == bool(right) || !hasOnlyWindows(info.lhs, left) ||
      !hasOnlyWindows(info.rhs, right))
    return false;
  if (right)
    swapInputs(info);
  return true;
}

//===----------------------------------------------------------------------===//
// Roles
//===----------------------------------------------------------------------===//

static int64_t product(ArrayRef<unsigned> dims, ArrayRef<int64_t> extents) {
  int64_t total = 1;
  for (unsigned d : dims)
    total *= extents[d];
  return total;
}

namespace {
class SpaceBuilder {
public:
  SpaceBuilder(ContractionKernel &info, const MachineConfig &machine)
      : info(info), machine(machine) {
    all = {&info.lhs, &info.rhs, &info.out};
    for (const SmallVector<Operand> *list :
         {&info.lhsInputs, &info.rhsInputs, &info.epilogueInputs,
          &info.reductionInputs, &info.results})
      for (const Operand &operand : *list)
        all.push_back(&operand);
  }

  ContractionSpace plain();
  ContractionSpace windowed(const WindowTiling &tiling);

private:
  unsigned add(ArrayRef<unsigned> group);
  /// The largest group of `dims` becomes a tiled dimension (returned), the
  /// others loops.
  unsigned addClass(SmallVector<unsigned> dims, const Operand &order,
                    SmallVectorImpl<unsigned> &loops);
  void chooseInnerM();
  RowAxis rowAxis(unsigned dim, ArrayRef<WindowAxis> windows, bool tapsInside);
  void arrangeRows(ArrayRef<unsigned> inTile, ArrayRef<WindowAxis> windows,
                   const WindowTiling &tiling);

  ContractionKernel &info;
  const MachineConfig &machine;
  ContractionSpace space;
  SmallVector<const Operand *> all;
  SmallVector<unsigned> apart; ///< anchor dimensions that do not collapse
};
} // namespace

unsigned SpaceBuilder::add(ArrayRef<unsigned> group) {
  Dim dim;
  for (unsigned d : group)
    dim.extent *= info.extents[d];
  space.groups.emplace_back(group.begin(), group.end());
  space.dims.push_back(dim);
  return space.dims.size() - 1;
}

unsigned SpaceBuilder::addClass(SmallVector<unsigned> dims,
                                const Operand &order,
                                SmallVectorImpl<unsigned> &loops) {
  llvm::sort(dims, [&](unsigned a, unsigned b) {
    return std::pair(-order.strides[a], a) < std::pair(-order.strides[b], b);
  });
  auto groups = collapseDims(dims, info.extents, all, apart);
  if (groups.empty())
    return add({});
  size_t largest = 0;
  for (size_t i = 1; i < groups.size(); ++i)
    if (product(groups[i], info.extents) >
        product(groups[largest], info.extents))
      largest = i;
  for (size_t i = 0; i < groups.size(); ++i)
    if (i != largest)
      loops.push_back(add(groups[i]));
  return add(groups[largest]);
}

/// Joins a second row dimension to the tiled one: rows of several image lines.
/// The one with the smaller output stride is whole in every tile. Takes the
/// pair with most rows among those whose lines make whole vectors without much
/// padding.
void SpaceBuilder::chooseInnerM() {
  auto stride = [&](unsigned dim) { return space.stride(info.out, dim); };
  const int64_t vector = machine.vectorElements(4);
  const unsigned tiled = space.m;
  int64_t most = 0;
  unsigned joined = 0;
  for (unsigned dim : space.outerM) {
    unsigned inside = stride(dim) < stride(tiled) ? dim : tiled;
    unsigned around = inside == dim ? tiled : dim;
    int64_t line = space.dims[inside].extent, lines = space.dims[around].extent;
    int64_t aligned = llvm::alignTo(lines, vector / std::gcd(vector, line));
    if (line > 512 || aligned > 2 * lines || aligned * line > 65535 ||
        line * lines <= most)
      continue;
    most = line * lines;
    joined = dim;
    space.m = around;
    space.innerM = {inside};
  }
  if (space.innerM.empty())
    return;
  llvm::erase(space.outerM, joined);
  space.dims[space.innerM[0]].tile = space.dims[space.innerM[0]].extent;
}

ContractionSpace SpaceBuilder::plain() {
  for (const Operand *side : {&info.lhs, &info.rhs})
    for (const Axis &axis : side->axes)
      if (axis.terms.size() > 1)
        for (auto [dim, factor] : axis.terms)
          apart.push_back(dim);
  for (ArrayRef<unsigned> group : collapseDims(info.batch, info.extents, all))
    space.outer.push_back(add(group));
  space.m = addClass(info.m, info.out, space.outerM);
  chooseInnerM();
  space.n = addClass(info.n, info.out, space.outer);
  space.k = addClass(info.k, info.lhs, space.outerK);
  return std::move(space);
}

/// The axis of x that kernel dimension `dim` (one anchor dimension) reads.
RowAxis SpaceBuilder::rowAxis(unsigned dim, ArrayRef<WindowAxis> windows,
                              bool tapsInside) {
  unsigned anchorDim = space.groups[dim].front();
  RowAxis row;
  row.dim = dim;
  for (auto [i, axis] : llvm::enumerate(info.lhs.axes))
    for (auto [term, factor] : axis.terms)
      if (term == anchorDim) {
        row.axis = i;
        row.step = factor;
      }
  for (const WindowAxis &window : windows)
    if (window.row == anchorDim && tapsInside) {
      row.taps = info.extents[window.tap];
      row.dilation = window.dilation;
      row.tapStride = info.rhs.strides[window.tap];
      llvm::erase(info.k, window.tap);
    }
  return row;
}

/// The dimension of rows other than `inTile` whose coordinates are whole images
/// to the window (no axis of its own, no padding along it): the largest.
static std::optional<unsigned> imageDim(const ContractionKernel &info,
                                        ArrayRef<unsigned> inTile) {
  std::optional<unsigned> images;
  for (unsigned dim : info.m) {
    bool apart = llvm::any_of(info.lhs.axes, [&](const Axis &axis) {
      return (axis.terms.size() > 1 || axis.isPadded()) &&
             llvm::any_of(axis.terms,
                          [&](auto &term) { return term.first == dim; });
    });
    if (apart || llvm::is_contained(inTile, dim) || info.extents[dim] == 1)
      continue;
    if (!images || info.extents[dim] > info.extents[*images])
      images = dim;
  }
  return images;
}

/// The window axes of x, innermost first.
static SmallVector<WindowAxis> sortedWindows(const ContractionKernel &info) {
  SmallVector<WindowAxis> windows = windowsOf(info.lhs, info.m, info.k);
  llvm::sort(windows, [&](const WindowAxis &a, const WindowAxis &b) {
    return info.lhs.axes[a.axis].stride < info.lhs.axes[b.axis].stride;
  });
  return windows;
}

/// Row dimensions of the window axes inside the tile, innermost first.
static SmallVector<unsigned> windowRows(ArrayRef<WindowAxis> windows) {
  SmallVector<unsigned> rows;
  for (const WindowAxis &window : windows.take_front(2))
    rows.push_back(window.row);
  return rows;
}

int64_t ContractionSpace::imagesOf(const ContractionKernel &info) {
  auto images = imageDim(info, windowRows(sortedWindows(info)));
  return images ? info.extents[*images] : 1;
}

unsigned ContractionSpace::windowAxesOf(const ContractionKernel &info) {
  return unsigned(windowRows(sortedWindows(info)).size());
}

/// Lets a row axis with a step store its coordinates by phases. What memory
/// backs must be whole groups of them: bounds are then per phase.
static void usePhases(RowAxis &row, const Axis &axis) {
  if (row.step == 1 || (axis.end - axis.begin) % row.step)
    return;
  row.phases = row.step;
  row.shift = (row.step - axis.begin % row.step) % row.step;
}

/// Makes the row dimensions `inTile` (anchor dimensions, innermost first) and
/// images, if they take part, dimensions of the tile.
void SpaceBuilder::arrangeRows(ArrayRef<unsigned> inTile,
                               ArrayRef<WindowAxis> windows,
                               const WindowTiling &tiling) {
  const int64_t vector = machine.vectorElements(4);
  SmallVector<unsigned> order; // kernel dimensions, outermost first
  for (unsigned dim : llvm::reverse(inTile))
    order.push_back(add(dim));
  const unsigned columns = order.back(), axes = order.size();
  for (unsigned dim : order)
    space.dims[dim].tile = space.dims[dim].extent;
  auto images = tiling.images == WindowTiling::None ? std::nullopt
                                                    : imageDim(info, inTile);
  for (auto [i, dim] : llvm::enumerate(order))
    space.rows.push_back(rowAxis(dim, windows, tiling.tapAxes > axes - 1 - i));
  RowAxis row;
  if (images) {
    row = rowAxis(add(*images), {}, false);
    space.dims[row.dim].tile = tiling.numImages;
  }
  if (images && tiling.images == WindowTiling::Inside) {
    order.push_back(row.dim);
    space.rows.push_back(row);
    space.images = row.dim;
  } else {
    if (images) {
      order.insert(order.begin(), row.dim);
      space.rows.insert(space.rows.begin(), row);
    }
    RowAxis &along = space.rows.back();
    if (order.size() > 1)
      space.dims[columns].tile =
          llvm::alignTo(space.dims[columns].extent, vector);
    // Taps that are loops move the tile by single coordinates.
    if (tiling.tapAxes > 0)
      usePhases(along, info.lhs.axes[along.axis]);
  }
  space.m = order.front();
  space.dims[space.m].tile = 1;
  space.innerM.assign(order.begin() + 1, order.end());
}

ContractionSpace SpaceBuilder::windowed(const WindowTiling &tiling) {
  for (const Axis &axis : info.lhs.axes)
    if (axis.terms.size() > 1 || axis.isPadded())
      for (auto [dim, factor] : axis.terms)
        apart.push_back(dim);
  // Along lines runs the window axis with the smallest stride; lines follow
  // each other along the next, or along the largest other row dimension.
  SmallVector<WindowAxis> windows = sortedWindows(info);
  SmallVector<unsigned> inTile = windowRows(windows);
  if (windows.size() == 1 && tiling.images == WindowTiling::None) {
    std::optional<unsigned> largest;
    for (unsigned dim : info.m)
      if (dim != windows[0].row && info.extents[dim] > 1 &&
          (!largest || info.extents[dim] > info.extents[*largest]))
        largest = dim;
    if (largest) {
      apart.push_back(*largest);
      inTile.push_back(*largest);
    }
  }
  std::optional<unsigned> images;
  if (tiling.images != WindowTiling::None)
    images = imageDim(info, inTile);
  SmallVector<unsigned> otherRows;
  for (unsigned dim : info.m)
    if (!llvm::is_contained(inTile, dim) && dim != images)
      otherRows.push_back(dim);

  space.hasWindow = true;
  auto isTap = [&](unsigned dim) {
    return llvm::any_of(
        windows, [&](const WindowAxis &window) { return window.tap == dim; });
  };
  // Without channels to sum there is nothing for arrays to do.
  int64_t channels = 1;
  for (unsigned dim : info.k)
    channels *= isTap(dim) ? 1 : info.extents[dim];
  space.isDepthwise = channels == 1 && product(info.batch, info.extents) >
                                           product(info.n, info.extents);
  unsigned lanes = 0;
  if (space.isDepthwise)
    lanes = addClass(info.batch, info.out, space.outer);
  else
    for (ArrayRef<unsigned> group : collapseDims(info.batch, info.extents, all))
      space.outer.push_back(add(group));
  llvm::sort(otherRows, [&](unsigned a, unsigned b) {
    return info.out.strides[a] > info.out.strides[b];
  });
  for (ArrayRef<unsigned> group :
       collapseDims(otherRows, info.extents, all, apart))
    space.outerM.push_back(add(group));
  arrangeRows(inTile, windows, tiling);
  space.n = addClass(info.n, info.out, space.outer);
  if (space.isDepthwise) {
    if (space.dims[space.n].extent > 1)
      space.outer.push_back(space.n);
    space.n = lanes;
  }
  // Taps outside the tile are loops: lanes never hold shifted coordinates.
  SmallVector<unsigned> summed;
  for (unsigned dim : info.k) {
    if (isTap(dim))
      space.outerK.push_back(add(dim));
    else
      summed.push_back(dim);
  }
  space.k = addClass(summed, info.lhs, space.outerK);
  return std::move(space);
}

ContractionSpace ContractionSpace::build(ContractionKernel &info,
                                         const MachineConfig &machine,
                                         const WindowTiling &tiling) {
  bool window = orientWindow(info);
  SpaceBuilder builder(info, machine);
  return window ? builder.windowed(tiling) : builder.plain();
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

AffineExpr RowAxis::position(AffineExpr row, AffineExpr tap,
                             int64_t rows) const {
  AffineExpr offset = tap * dilation + shift;
  if (phases == 1)
    return row * step + offset;
  return offset % phases * perPhase(rows) + offset.floorDiv(phases) + row;
}

int64_t ContractionSpace::unitRows() const {
  int64_t total = 1;
  for (unsigned dim : innerM)
    total *= dims[dim].tile;
  return total;
}

int64_t ContractionSpace::taps() const {
  int64_t total = 1;
  for (const RowAxis &row : rows)
    total *= row.taps;
  return total;
}

int64_t ContractionSpace::inputColumns(int64_t units) const {
  int64_t total = rows.front().covered(units);
  for (const RowAxis &row : ArrayRef(rows).drop_front())
    total *= row.covered(dims[row.dim].tile);
  return total;
}

int64_t ContractionSpace::lineStep() const {
  return rows.back().step / rows.back().phases;
}

/// Images inside, and the pixels of a line with them when these read x evenly,
/// unless that is longer than arrays like or leaves arrays that share rows with
/// an odd number of lines.
int64_t ContractionSpace::lineRows(const MachineConfig &machine) const {
  const int64_t inner = dims[rows.back().dim].tile;
  if (!images || rows.size() < 3 || rows[1].step != 1)
    return rows.size() > 1 ? inner : 0;
  const int64_t line = inner * dims[rows[1].dim].tile;
  bool shared = dims[n].tile / machine.lanes % machine.arrays.perCore != 0;
  bool even = dims[m].tile % machine.arrays.perCore == 0;
  return line > 3 * int64_t(machine.lanes) || (shared && !even) ? inner : line;
}

TensorAccess ContractionSpace::access(const Operand &operand,
                                      Value memref) const {
  TensorAccess result{memref, {}, operand.offset};
  for (unsigned dim = 0; dim < groups.size(); ++dim)
    result.strides.push_back(stride(operand, dim));
  return result;
}

SmallVector<Coordinate>
ContractionSpace::coordinates(ArrayRef<int64_t> anchorDims,
                              ArrayRef<int64_t> extents) const {
  SmallVector<Coordinate> joined = joinedCoordinates(groups, extents), result;
  for (int64_t anchorDim : anchorDims) {
    if (anchorDim < 0) {
      result.push_back({0, 1, 1});
      continue;
    }
    Coordinate coordinate = joined[anchorDim];
    // Tiles count through all row dimensions as one.
    if (coordinate.dim == m && !innerM.empty())
      coordinate.place = {m, unitRows(), true};
    int64_t inside = 1;
    for (unsigned dim : llvm::reverse(innerM)) {
      if (dim == coordinate.dim)
        coordinate.place = {m, inside, false};
      inside *= dims[dim].tile;
    }
    result.push_back(coordinate);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

/// A dimension of a move along kernel dimension `dim`.
static BoxDim plainDim(const Dim &dim, unsigned number, int64_t stride,
                       MLIRContext *context) {
  BoxDim box;
  box.extent = dim.tile;
  box.stride = stride;
  box.origin = getAffineDimExpr(number, context) * dim.tile;
  box.largestOrigin = (dim.trips() - 1) * dim.tile;
  box.end = dim.extent;
  return box;
}

SmallVector<BoxDim> ContractionSpace::inputBox(const ContractionKernel &info,
                                               MLIRContext *context) const {
  // Where the tile begins along an axis: a sum over the dimensions of its
  // terms that have loops.
  auto origin = [&](const Axis &axis, BoxDim &box, int64_t phases = 1) {
    box.origin = getAffineConstantExpr(0, context);
    box.largestOrigin = 0;
    for (auto [term, factor] : axis.terms)
      for (auto [number, group] : llvm::enumerate(groups))
        if (llvm::is_contained(group, term)) {
          int64_t step = factor * dims[number].tile / phases;
          box.origin = box.origin + getAffineDimExpr(number, context) * step;
          box.largestOrigin += (dims[number].trips() - 1) * step;
        }
    box.begin = axis.begin;
    box.end = axis.end;
  };
  unsigned lanes = isDepthwise ? n : k;
  SmallVector<BoxDim> box{
      plainDim(dims[lanes], lanes, stride(info.lhs, lanes), context)};
  // Padded axes along which the tile has one coordinate.
  for (auto [i, axis] : llvm::enumerate(info.lhs.axes)) {
    bool inside =
        llvm::any_of(rows, [&](const RowAxis &row) { return row.axis == i; }) ||
        llvm::any_of(axis.terms, [&](auto &term) {
          return llvm::is_contained(groups[lanes], term.first);
        });
    if (inside || !axis.isPadded())
      continue;
    BoxDim single;
    origin(axis, single);
    box.push_back(single);
  }
  for (const RowAxis &row : rows) {
    const Axis &axis = info.lhs.axes[row.axis];
    BoxDim coordinates;
    origin(axis, coordinates, row.phases);
    coordinates.extent = row.perPhase(dims[row.dim].tile);
    coordinates.stride = axis.stride * row.phases;
    if (row.phases > 1) {
      coordinates.begin = (axis.begin + row.shift) / row.phases;
      coordinates.end = (axis.end + row.shift) / row.phases;
      BoxDim phase;
      phase.extent = phase.end = row.phases;
      phase.stride = axis.stride;
      phase.origin = getAffineConstantExpr(0, context);
      box.push_back(phase);
    }
    box.push_back(coordinates);
  }
  return box;
}

TensorAccess ContractionSpace::inputAccess(const ContractionKernel &info,
                                           Value memref) const {
  TensorAccess result = access(info.lhs, memref);
  for (const RowAxis &row : rows)
    if (row.shift)
      result.offset -= row.shift * info.lhs.axes[row.axis].stride;
  return result;
}

SmallVector<BoxDim> ContractionSpace::weightBox(const ContractionKernel &info,
                                                MLIRContext *context,
                                                int64_t copies) const {
  SmallVector<BoxDim> box{plainDim(dims[n], n, stride(info.rhs, n), context)};
  auto addTaps = [&](const RowAxis &row) {
    if (row.taps == 1)
      return;
    BoxDim taps;
    taps.extent = taps.end = row.taps;
    taps.stride = row.tapStride;
    taps.origin = getAffineConstantExpr(0, context);
    box.push_back(taps);
  };
  for (const RowAxis &row : rows)
    addTaps(row);
  if (isDepthwise) {
    if (taps() == 1) { // all taps are loops
      box.emplace_back();
      box.back().origin = getAffineConstantExpr(0, context);
    }
    BoxDim copy;
    copy.extent = copy.end = copies;
    copy.origin = getAffineConstantExpr(0, context);
    box.push_back(copy);
  } else {
    box.push_back(plainDim(dims[k], k, stride(info.rhs, k), context));
  }
  return box;
}

AffineMap ContractionSpace::window(MLIRContext *context) const {
  AffineExpr column = getAffineConstantExpr(0, context),
             rowsLeft = getAffineDimExpr(1, context),
             tapsLeft = getAffineDimExpr(0, context);
  int64_t pitch = 1;
  for (const RowAxis &row : llvm::reverse(rows)) {
    const int64_t tile = dims[row.dim].tile;
    bool outermost = &row == &rows.front();
    AffineExpr number = outermost ? rowsLeft : rowsLeft % tile,
               tap = outermost ? tapsLeft : tapsLeft % row.taps;
    column = column + row.position(number, tap, tile) * pitch;
    rowsLeft = rowsLeft.floorDiv(tile);
    tapsLeft = tapsLeft.floorDiv(row.taps);
    pitch *= row.covered(tile);
  }
  return simplifyAffineMap(AffineMap::get(2, 0, column));
}

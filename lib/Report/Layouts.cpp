//===- Layouts.cpp - How tensors lie in the scratchpad --------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Walks each kernel's tile graph once and adds up its moves by form.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Report/Layouts.h"
#include "tilewright/Machine/MachineConfig.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tilewright;

double AxisLayout::padding(uint64_t moves) const {
  double space = double(moves) * double(paddedExtent);
  return space > 0 ? 1 - double(validSum) / space : 0;
}

uint64_t TileLayout::paddedTileElements() const {
  uint64_t elements = 1;
  for (const AxisLayout &axis : axes)
    elements *= axis.paddedExtent;
  return elements;
}

//===----------------------------------------------------------------------===//
// Collecting
//===----------------------------------------------------------------------===//

/// The dimension whose elements lie `stride` apart, or the outermost one that
/// steps of `stride` stay aligned to (a strided window).
static int tensorDimOf(const TensorInfo &tensor, int64_t stride) {
  if (stride == 0)
    return -1;
  int64_t elements = 1;
  int found = -1;
  for (int dim = int(tensor.shape.size()) - 1; dim >= 0; --dim) {
    if (tensor.shape[dim] > 1 && stride % elements == 0)
      found = dim;
    elements *= tensor.shape[dim];
  }
  return found;
}

namespace {
class KernelCollector {
public:
  KernelCollector(const Program &program, unsigned number, unsigned lanes)
      : program(program), kernel(program.kernels[number]), lanes(lanes) {
    result.kernel = number;
    result.name = kernel.name;
    result.location = kernel.location;
  }

  KernelLayouts run(const Launch &launch) {
    std::vector<uint64_t> addresses(kernel.numArguments);
    tog::Walker walker(kernel.graph, addresses);
    while (const tog::Node *node = walker.next())
      if (node->kind == tog::Node::Kind::Dma)
        add(node->dma.argument, walker.dma(), launch);
    return std::move(result);
  }

private:
  void add(unsigned argument, const DmaDescriptor &move, const Launch &launch) {
    auto form = find_if(forms, [&](const auto &known) {
      const DmaDescriptor &d = known.second;
      return known.first == argument && d.isStore() == move.isStore() &&
             d.extent == move.extent && d.dramStride == move.dramStride &&
             d.laneAxis == move.laneAxis && d.laneStride == move.laneStride &&
             d.elementBytes == move.elementBytes &&
             d.isIndirect() == move.isIndirect();
    });
    size_t index = form - forms.begin();
    if (form == forms.end()) {
      forms.push_back({argument, move});
      result.tiles.push_back(layoutOf(argument, move, launch));
    }
    TileLayout &tile = result.tiles[index];
    ++tile.moves;
    uint64_t elements = 1;
    unsigned position = 0;
    for (unsigned k = 0; k < 4; ++k) {
      uint64_t valid = std::max<int64_t>(validRange(move, k).size(), 0);
      elements *= valid;
      if (!isShown(move, k))
        continue;
      AxisLayout &axis = tile.axes[position++];
      axis.validMin = std::min(axis.validMin, valid);
      axis.validMax = std::max(axis.validMax, valid);
      axis.validSum += valid;
    }
    tile.validElements += elements;
  }

  static bool isShown(const DmaDescriptor &move, unsigned axis) {
    return move.extent[axis] != 1 || axis == move.laneAxis;
  }

  TileLayout layoutOf(unsigned argument, const DmaDescriptor &move,
                      const Launch &launch) const {
    const Buffer &buffer = program.buffers[launch.buffers[argument]];
    TileLayout tile;
    tile.argument = argument;
    tile.store = move.isStore();
    tile.name = buffer.name;
    tile.tensor = buffer.tensor;
    tile.lanes = lanes;
    tile.laneStride = move.laneStride;
    tile.elementBytes = move.elementBytes;
    LaneLayout spread{move.laneStride, lanes};
    for (unsigned k = 0; k < 4; ++k) {
      if (!isShown(move, k))
        continue;
      AxisLayout axis;
      axis.extent = axis.paddedExtent = axis.validMin = move.extent[k];
      int64_t stride = move.dramStride[k];
      axis.tensorDim = tensorDimOf(
          buffer.tensor,
          stride == 0 && move.hasIndexAlong(k) ? move.index.stride : stride);
      if (k == move.laneAxis) {
        tile.laneAxis = tile.axes.size();
        axis.paddedExtent = spread.slotsFor(axis.extent) * lanes;
        tile.lanesUsed = std::min<uint64_t>(
            lanes, divideCeil(axis.extent, uint64_t(move.laneStride)));
      }
      tile.axes.push_back(axis);
    }
    return tile;
  }

  const Program &program;
  const Kernel &kernel;
  unsigned lanes;
  KernelLayouts result;
  /// What the tiles of `result` have in common, by their numbers.
  std::vector<std::pair<unsigned, DmaDescriptor>> forms;
};
} // namespace

Expected<std::vector<KernelLayouts>>
tilewright::collectLayouts(const Program &program) {
  Expected<MachineConfig> machine =
      parseMachine(program.machineYaml,
                   "machine '" + program.machineName + "' of the program");
  if (!machine)
    return machine.takeError();
  return collectLayouts(program, machine->lanes);
}

std::vector<KernelLayouts> tilewright::collectLayouts(const Program &program,
                                                      unsigned lanes) {
  std::vector<KernelLayouts> kernels;
  std::vector<int> numbers(program.kernels.size(), -1);
  for (const Launch &launch : program.launches) {
    int &number = numbers[launch.kernel];
    if (number < 0) {
      number = kernels.size();
      kernels.push_back(
          KernelCollector(program, launch.kernel, lanes).run(launch));
    }
    ++kernels[number].launches;
  }
  return kernels;
}

//===----------------------------------------------------------------------===//
// Forms
//===----------------------------------------------------------------------===//

static json::Object tileJson(const TileLayout &tile) {
  json::Array axes;
  for (auto [i, axis] : enumerate(tile.axes))
    axes.push_back(json::Object{
        {"extent", axis.extent},
        {"padded_extent", axis.paddedExtent},
        {"valid_min", axis.validMin},
        {"valid_max", axis.validMax},
        {"padding", axis.padding(tile.moves)},
        {"tensor_dim", axis.tensorDim < 0 ? json::Value(nullptr)
                                          : json::Value(axis.tensorDim)}});
  return json::Object{{"argument", tile.argument},
                      {"direction", tile.store ? "store" : "load"},
                      {"name", json::fixUTF8(tile.name)},
                      {"tensor", tile.tensor.str()},
                      {"axes", std::move(axes)},
                      {"lane_axis", tile.laneAxis},
                      {"lane_stride", tile.laneStride},
                      {"lanes_used", tile.lanesUsed},
                      {"moves", tile.moves},
                      {"valid_bytes", tile.validBytes()},
                      {"padded_bytes", tile.paddedBytes()},
                      {"wasted_bytes", tile.wastedBytes()}};
}

json::Value tilewright::layoutsToJson(ArrayRef<KernelLayouts> kernels) {
  json::Array list;
  for (const KernelLayouts &kernel : kernels) {
    json::Array tiles;
    for (const TileLayout &tile : kernel.tiles)
      tiles.push_back(tileJson(tile));
    list.push_back(json::Object{{"kernel", json::fixUTF8(kernel.name)},
                                {"location", json::fixUTF8(kernel.location)},
                                {"launches", kernel.launches},
                                {"tiles", std::move(tiles)}});
  }
  return list;
}

static std::string percent(double part, double whole) {
  return formatv("{0:F1} %", whole > 0 ? 100 * part / whole : 0).str();
}

/// `8x128/1`: the axes, the one on the lanes with its stride.
static std::string tileText(const TileLayout &tile) {
  std::string text;
  for (auto [i, axis] : enumerate(tile.axes)) {
    text += (i ? "x" : "") + utostr(axis.extent);
    if (i == tile.laneAxis)
      text += "/" + utostr(tile.laneStride);
  }
  return text;
}

/// The padding of every axis.
static std::string paddingText(const TileLayout &tile) {
  std::string text;
  for (auto [i, axis] : enumerate(tile.axes))
    text += formatv("{0}{1:F0}", i ? " " : "", 100 * axis.padding(tile.moves));
  return text;
}

void tilewright::printLayouts(ArrayRef<KernelLayouts> kernels,
                              raw_ostream &os) {
  const char *row =
      "  {0,-26} {1,-5} {2,-20} {3,7} {4,-16} {5,8} {6,12} {7,8}\n";
  uint64_t padded = 0, wasted = 0;
  os << "Tiles in the scratchpad: axes, with /stride the one spread over the "
        "lanes;\npadding in % of each axis; bytes of all moves of a launch.\n";
  for (const KernelLayouts &kernel : kernels) {
    os << formatv("\n{0} at {1}, {2} launch{3}\n", kernel.name, kernel.location,
                  kernel.launches, kernel.launches == 1 ? "" : "es");
    os << formatv(row, "tensor", "", "tile", "lanes", "padding", "moves",
                  "bytes", "wasted");
    for (const TileLayout &tile : kernel.tiles) {
      os << formatv(row,
                    formatv("{0}: {1}", tile.argument, tile.tensor.str()).str(),
                    tile.store ? "store" : "load", tileText(tile),
                    formatv("{0}/{1}", tile.lanesUsed, tile.lanes).str(),
                    paddingText(tile), tile.moves, tile.paddedBytes(),
                    percent(tile.wastedBytes(), tile.paddedBytes()));
      padded += tile.paddedBytes() * kernel.launches;
      wasted += tile.wastedBytes() * kernel.launches;
    }
  }
  os << formatv("\nin all {0} bytes in tiles, {1} of them padding ({2})\n",
                padded, wasted, percent(wasted, padded));
}

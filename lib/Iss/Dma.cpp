//===- Dma.cpp - DMA moves between device memory and the banks ------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns what a DmaLoad or DmaStore does. The block-cyclic distribution of a tile
// is cut into boxes that are affine in (axis, axis, axis, round, index in
// block) and lane; a box is walked in pieces of consecutive bank elements times
// lanes, which copying, filling, marking and checking share. Data moves at
// once; that it may not be used before the wait is the business of Shadow.
//
// A load writes every lane's whole share: coordinates outside [low, high) or
// the extent get the fill. A store writes valid coordinates only. Stores that
// accumulate or whose elements share addresses act in row-major coordinate
// order. An indirect move is a regular one per row (DmaDescriptor.h): its index
// tile is read first, as a store would read it.
//
//===----------------------------------------------------------------------===//

#include "Dma.h"
#include "Accumulate.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tilewright;
using namespace tilewright::iss;

namespace {

/// One affine dimension of a box: steps in bytes.
struct Dim {
  uint64_t count;
  int64_t dram, bank;
};

/// Elements of a tile that are affine in its dimensions. Offsets are relative
/// to the descriptor's addresses.
struct Box {
  llvm::SmallVector<Dim, 5> dims;
  unsigned firstLane, lanes;
  int64_t laneDram; ///< DRAM step from lane to lane
  int64_t dram, bank;
};

/// A piece handed to a visitor: `count` bank-consecutive elements that stay in
/// one row of storage, in each of `lanes` lanes.
struct Piece {
  uint64_t bank; ///< offset in the bank
  unsigned firstLane, lanes, count;
  int64_t dram, elementDram, laneDram; ///< relative to the DRAM address
};

bool anyValid(const DmaDescriptor &d) {
  for (int k = 0; k < 4; ++k)
    if (validRange(d, k).size() <= 0)
      return false;
  return true;
}
bool allValid(const DmaDescriptor &d, unsigned lanes) {
  for (int k = 0; k < 4; ++k) {
    CoordinateRange r = validRange(d, k);
    if (r.begin != 0 || r.end != d.extent[k])
      return false;
  }
  return d.extent[d.laneAxis] % (uint64_t(d.laneStride) * lanes) == 0;
}

/// Makes the boxes of one tile.
class Tile {
public:
  Tile(const DmaDescriptor &d, unsigned lanes)
      : d(d), lanes(lanes), block(d.laneStride),
        period(int64_t(block) * lanes) {}

  /// Every slot of every lane.
  Box everything() const {
    return box(
        {0, 0, 0, 0}, {d.extent[0], d.extent[1], d.extent[2], d.extent[3]}, 0,
        (d.extent[d.laneAxis] + period - 1) / period, 0, lanes, 0, block);
  }

  /// The valid coordinates.
  llvm::SmallVector<Box, 4> valid() const {
    llvm::SmallVector<Box, 4> boxes;
    if (!anyValid(d))
      return boxes;
    std::array<int64_t, 4> low, high;
    for (int k = 0; k < 4; ++k) {
      low[k] = validRange(d, k).begin;
      high[k] = validRange(d, k).end;
    }
    CoordinateRange r = validRange(d, d.laneAxis);
    int64_t firstFull = (r.begin + period - 1) / period,
            lastFull = r.end / period;
    auto add = [&](int64_t round, int64_t rounds, unsigned lane, unsigned n,
                   unsigned v, unsigned vs) {
      if (rounds > 0 && n && vs)
        boxes.push_back(box(low, high, round, rounds, lane, n, v, vs));
    };
    // Part of one round: a partial block, whole blocks, a partial block.
    auto partial = [&](int64_t round, int64_t begin, int64_t end) {
      int64_t firstBlock = (begin + block - 1) / block, lastBlock = end / block;
      if (firstBlock > lastBlock) // inside one block
        return add(round, 1, unsigned(lastBlock), 1, unsigned(begin % block),
                   unsigned(end - begin));
      if (begin % block)
        add(round, 1, unsigned(firstBlock - 1), 1, unsigned(begin % block),
            unsigned(block - begin % block));
      add(round, 1, unsigned(firstBlock), unsigned(lastBlock - firstBlock), 0,
          block);
      add(round, 1, unsigned(lastBlock), 1, 0, unsigned(end % block));
    };
    if (firstFull > lastFull) { // inside one round
      partial(lastFull, r.begin - lastFull * period, r.end - lastFull * period);
      return boxes;
    }
    if (r.begin % period)
      partial(firstFull - 1, r.begin % period, period);
    add(firstFull, lastFull - firstFull, 0, lanes, 0, block);
    if (r.end % period)
      partial(lastFull, 0, r.end % period);
    return boxes;
  }

private:
  Box box(std::array<int64_t, 4> low, std::array<int64_t, 4> high,
          int64_t round, int64_t rounds, unsigned lane, unsigned laneCount,
          unsigned v, unsigned vCount) const {
    const int a = d.laneAxis;
    const int64_t es = d.elementBytes;
    Box b;
    b.firstLane = lane;
    b.lanes = laneCount;
    int64_t dramA = d.dramStride[a] * es, bankA = d.bankStride[a] * es;
    b.laneDram = dramA * block;
    b.dram = (round * period + int64_t(lane) * block + v) * dramA;
    b.bank = (round * block + v) * bankA;
    for (int k = 0; k < 4; ++k)
      if (k != a) {
        int64_t dram = d.dramStride[k] * es, bank = d.bankStride[k] * es;
        b.dram += low[k] * dram;
        b.bank += low[k] * bank;
        b.dims.push_back({uint64_t(high[k] - low[k]), dram, bank});
      }
    b.dims.push_back({uint64_t(rounds), dramA * period, bankA * block});
    b.dims.push_back({vCount, dramA, bankA});
    return b;
  }

  const DmaDescriptor &d;
  unsigned lanes;
  int64_t block, period;
};

/// Drops trivial dimensions and joins those that continue each other.
void coalesce(Box &b) {
  llvm::erase_if(b.dims, [](const Dim &d) { return d.count == 1; });
  for (bool joined = true; joined;) {
    joined = false;
    for (size_t x = 0; x < b.dims.size() && !joined; ++x)
      for (size_t y = 0; y < b.dims.size() && !joined; ++y) {
        Dim &inner = b.dims[x], &outer = b.dims[y];
        if (x == y || outer.bank != int64_t(inner.count) * inner.bank ||
            outer.dram != int64_t(inner.count) * inner.dram)
          continue;
        inner.count *= outer.count;
        b.dims.erase(b.dims.begin() + y);
        joined = true;
      }
  }
}

/// Calls visit(Piece) over a box. `rowBytes` is VLENB, `start` the bank offset
/// of the tile.
template <class F>
void walk(Box b, uint64_t start, unsigned elementBytes, unsigned rowBytes,
          F visit) {
  coalesce(b);
  // The dimension along which the bank is contiguous makes the pieces; the
  // others are loops, the smallest DRAM step innermost.
  Dim unit{1, 0, int64_t(elementBytes)};
  for (size_t k = 0; k < b.dims.size(); ++k)
    if (b.dims[k].bank == int64_t(elementBytes)) {
      unit = b.dims[k];
      b.dims.erase(b.dims.begin() + k);
      break;
    }
  llvm::sort(b.dims, [](const Dim &x, const Dim &y) {
    return std::abs(x.dram) > std::abs(y.dram);
  });
  uint64_t total = 1;
  for (const Dim &dim : b.dims)
    total *= dim.count;
  uint64_t index[5] = {};
  int64_t dram = b.dram, bank = b.bank;
  for (uint64_t n = 0; n < total; ++n) {
    for (uint64_t done = 0; done < unit.count;) {
      uint64_t at = start + uint64_t(bank) + done * elementBytes;
      uint64_t inRow = (rowBytes - at % rowBytes) / elementBytes;
      unsigned count = unsigned(std::min(inRow, unit.count - done));
      visit(Piece{at, b.firstLane, b.lanes, count,
                  dram + int64_t(done) * unit.dram, unit.dram, b.laneDram});
      done += count;
    }
    for (size_t k = b.dims.size(); k-- > 0;) {
      dram += b.dims[k].dram;
      bank += b.dims[k].bank;
      if (++index[k] < b.dims[k].count)
        break;
      dram -= int64_t(b.dims[k].count) * b.dims[k].dram;
      bank -= int64_t(b.dims[k].count) * b.dims[k].bank;
      index[k] = 0;
    }
  }
}

// Copies of one piece. `spad` points at the piece in its first lane, lanes are
// `rowBytes` apart; the loops are told apart by which side is contiguous.
template <class T> T get(const uint8_t *p) {
  T v;
  std::memcpy(&v, p, sizeof(T));
  return v;
}
template <class T> void put(uint8_t *p, T v) { std::memcpy(p, &v, sizeof(T)); }

template <class T, bool Store, unsigned Count>
void copyLoop(uint8_t *__restrict spad, uint8_t *__restrict dram,
              const Piece &p, unsigned rowBytes, int64_t elementStep,
              int64_t laneStep) {
  const unsigned count = Count ? Count : p.count, lanes = p.lanes;
  for (unsigned l = 0; l < lanes; ++l)
    for (unsigned e = 0; e < count; ++e) {
      uint8_t *s = spad + size_t(l) * rowBytes + e * sizeof(T);
      uint8_t *d = dram + l * laneStep + e * elementStep;
      if (Store)
        put<T>(d, get<T>(s));
      else
        put<T>(s, get<T>(d));
    }
}

template <class T, bool Store>
void copyPiece(uint8_t *spad, uint8_t *dram, const Piece &p,
               unsigned rowBytes) {
  constexpr int64_t kSize = sizeof(T);
  constexpr unsigned kRow = 32 / sizeof(T); // elements of a 256-bit row
  if (p.elementDram == kSize && p.count > 1) {
    const size_t bytes = p.count * kSize;
    auto rows = [&](auto n) {
      for (unsigned l = 0; l < p.lanes; ++l) {
        uint8_t *s = spad + size_t(l) * rowBytes, *d = dram + l * p.laneDram;
        std::memcpy(Store ? d : s, Store ? s : d, n);
      }
    };
    switch (bytes) { // the usual lengths as constants
    case 8:
      return rows(std::integral_constant<size_t, 8>());
    case 16:
      return rows(std::integral_constant<size_t, 16>());
    case 32:
      return rows(std::integral_constant<size_t, 32>());
    case 64:
      return rows(std::integral_constant<size_t, 64>());
    default:
      return rows(bytes);
    }
  }
  if (p.laneDram == kSize) {
    // Lanes are contiguous in DRAM: a transposition.
    if (p.count == kRow)
      return copyLoop<T, Store, kRow>(spad, dram, p, rowBytes, p.elementDram,
                                      kSize);
    return copyLoop<T, Store, 0>(spad, dram, p, rowBytes, p.elementDram, kSize);
  }
  copyLoop<T, Store, 0>(spad, dram, p, rowBytes, p.elementDram, p.laneDram);
}

template <class F> void byElementSize(unsigned bytes, F f) {
  switch (bytes) {
  case 1:
    return f(uint8_t());
  case 2:
    return f(uint16_t());
  case 4:
    return f(uint32_t());
  default:
    return f(uint64_t());
  }
}

/// Calls visit(dramOffset, lane, bankOffset) for valid elements in row-major
/// coordinate order. `indices` are those of an indirect move (see forEachRow).
template <class F>
void forEachElement(const DmaDescriptor &d, unsigned lanes,
                    llvm::ArrayRef<int64_t> indices, F visit) {
  if (!anyValid(d))
    return;
  LaneLayout layout{d.laneStride, lanes};
  std::array<int64_t, 4> rowStride{};
  for (int k = 3, rows = 1; k >= 0; --k)
    if (d.hasIndexAlong(k)) {
      rowStride[k] = rows;
      rows *= int(validRange(d, k).size());
    }
  auto loop = [&](auto &self, int axis, int64_t dram, int64_t bank,
                  unsigned lane, int64_t row) -> void {
    if (axis == 4) {
      if (!indices.empty())
        dram += indices[row] * d.index.stride;
      return visit(dram * d.elementBytes, lane, bank * d.elementBytes);
    }
    CoordinateRange r = validRange(d, axis);
    for (int64_t c = r.begin; c < r.end; ++c, row += rowStride[axis]) {
      bool split = axis == d.laneAxis;
      int64_t slot = split ? int64_t(layout.slotOf(c)) : c;
      self(self, axis + 1, dram + c * d.dramStride[axis],
           bank + slot * d.bankStride[axis], split ? layout.laneOf(c) : lane,
           row);
    }
  };
  loop(loop, 0, 0, 0, 0, 0);
}

} // namespace

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static bool checkDescriptor(Core &c, const DmaDescriptor &d,
                            const char *what = "DMA ") {
  auto bad = [&](const llvm::Twine &why) {
    c.fail(what + why + ": " + d.str());
    return false;
  };
  if (llvm::is_contained(d.extent, 0))
    return bad("with an extent of 0");
  if (d.laneStride == 0)
    return bad("with lane stride 0");
  if (d.elementBytes != 1 && d.elementBytes != 2 && d.elementBytes != 4 &&
      d.elementBytes != 8)
    return bad("with elements of " + llvm::Twine(d.elementBytes) +
               " bytes (1, 2, 4 and 8 exist)");
  bool isFloat = d.flags & DmaDescriptor::AccumulateFloat;
  if (d.isIndirect() && d.index.bytes != 4 && d.index.bytes != 8)
    return bad("with indices of " + llvm::Twine(unsigned(d.index.bytes)) +
               " bytes (4 and 8 exist)");
  if ((d.flags & DmaDescriptor::AccumulateBfloat) &&
      (!isFloat || d.elementBytes != 2))
    return bad("accumulates as bf16 what are not 2-byte floats");
  if (d.flags & (DmaDescriptor::Accumulate | DmaDescriptor::AccumulateFloat)) {
    if (!d.isStore())
      return bad("load with an accumulate flag");
    if (isFloat && d.elementBytes == 1)
      return bad("accumulates floats of 1 byte");
  }
  uint64_t offset = d.spadAddress - kSpadWindow;
  if (offset >= c.bankBytes)
    return bad(llvm::formatv("scratchpad address {0:x} is not in lane 0's bank "
                             "[{1:x}, {2:x})",
                             d.spadAddress, kSpadWindow,
                             kSpadWindow + c.bankBytes));
  if (offset % d.elementBytes)
    return bad("scratchpad address is not aligned to the element size");
  uint64_t footprint = bankFootprintBytes(d, c.lanes);
  if (footprint > c.bankBytes - offset)
    return bad(
        llvm::formatv("runs out of the bank: offset {0:x} + {1} bytes > {2}",
                      offset, footprint, c.bankBytes));
  if (c.checks.stackCollision && offset + footprint > c.stackBegin())
    return bad(llvm::formatv("collides with the kernel's stack ({0} bytes per "
                             "lane at bank offset {1:x})",
                             c.stackBytes, c.stackBegin()));
  return true;
}

/// The valid elements lie between the two corners; both corners are elements,
/// so the tensor must contain all between.
static bool checkDram(Core &c, const DmaDescriptor &d) {
  if (!anyValid(d))
    return true;
  int64_t first = 0, last = 0;
  for (int k = 0; k < 4; ++k) {
    CoordinateRange r = validRange(d, k);
    int64_t atLow = r.begin * d.dramStride[k],
            atHigh = (r.end - 1) * d.dramStride[k];
    first += std::min(atLow, atHigh);
    last += std::max(atLow, atHigh);
  }
  if (!c.lastIndices.empty()) {
    auto [least, most] =
        std::minmax_element(c.lastIndices.begin(), c.lastIndices.end());
    int64_t atLeast = *least * d.index.stride, atMost = *most * d.index.stride;
    first += std::min(atLeast, atMost);
    last += std::max(atLeast, atMost);
  }
  uint64_t begin = d.dramAddress + uint64_t(first * d.elementBytes);
  uint64_t bytes = uint64_t((last - first + 1) * d.elementBytes);
  std::string nearest;
  if (begin >= kDramBase && c.memory.contains(begin, bytes, &nearest))
    return true;
  c.fail(llvm::formatv("DMA accesses [{0:x}, {1:x}), which is not inside one "
                       "tensor; {2}: {3}",
                       begin, begin + bytes, nearest, d.str()));
  return false;
}

std::string iss::describePending(const Core &c, unsigned lane, uint64_t offset,
                                 bool stores) {
  for (unsigned tag = 0; tag < isa::kNumTags; ++tag)
    for (const DmaDescriptor &d : c.pending[tag]) {
      if (d.isStore() != stores)
        continue;
      bool hit = false;
      Tile tile(d, c.lanes);
      auto visit = [&](const Piece &p) {
        hit |= lane >= p.firstLane && lane < p.firstLane + p.lanes &&
               offset >= p.bank && offset < p.bank + p.count * d.elementBytes;
      };
      uint64_t start = d.spadAddress - kSpadWindow;
      if (stores)
        for (const Box &b : tile.valid())
          walk(b, start, d.elementBytes, c.vlenb, visit);
      else
        walk(tile.everything(), start, d.elementBytes, c.vlenb, visit);
      if (hit)
        return d.str();
    }
  return "an unknown move";
}

//===----------------------------------------------------------------------===//
// Shadow marks
//===----------------------------------------------------------------------===//

/// Calls f(lane, bank offset, index, bytes) for runs of the scratchpad bytes of
/// a move. A run longer than a row continues in the next lanes at the same
/// offset.
template <class F>
static void forEachShadowRun(Core &c, const DmaDescriptor &d, F f) {
  Tile tile(d, c.lanes);
  auto visit = [&](const Piece &p) {
    size_t index = c.spadIndex(p.bank, p.firstLane);
    size_t bytes = size_t(p.count) * d.elementBytes;
    if (bytes == c.vlenb)
      return f(p.firstLane, p.bank, index, bytes * p.lanes);
    for (unsigned l = 0; l < p.lanes; ++l)
      f(p.firstLane + l, p.bank, index + size_t(l) * c.vlenb, bytes);
  };
  uint64_t start = d.spadAddress - kSpadWindow;
  if (!d.isStore())
    return walk(tile.everything(), start, d.elementBytes, c.vlenb, visit);
  for (const Box &b : tile.valid())
    walk(b, start, d.elementBytes, c.vlenb, visit);
}

static void setFlag(Core &c, const DmaDescriptor &d, uint8_t flag, bool value) {
  forEachShadowRun(c, d, [&](unsigned, uint64_t, size_t index, size_t n) {
    uint8_t *p = c.shadow.at(index);
    const uint8_t keep = uint8_t(~flag), set = value ? flag : 0;
    for (size_t k = 0; k < n; ++k)
      p[k] = uint8_t((p[k] & keep) | set);
  });
}

/// Checks and marks the scratchpad side of a new move.
static bool markMove(Core &c, const DmaDescriptor &d,
                     const char *read = "DMA store") {
  forEachShadowRun(
      c, d, [&](unsigned lane, uint64_t bank, size_t index, size_t n) {
        if (c.failed)
          return;
        size_t bad = d.isStore() ? c.shadow.firstUnreadable(index, n)
                                 : c.shadow.write(index, n);
        if (bad == n)
          return;
        lane += unsigned(bad / c.vlenb);
        if (d.isStore())
          reportUnreadable(c, read, lane, bank + bad % c.vlenb);
        else
          reportUnwritable(c, "DMA load", lane, bank + bad % c.vlenb);
      });
  if (c.failed)
    return false;
  if (c.shadow.hazard) {
    setFlag(c, d, d.isStore() ? Shadow::Source : Shadow::InFlight, true);
    c.pending[d.tag].push_back(d);
  }
  return true;
}

/// Reads the indices of an indirect move into Core::lastIndices, and marks them
/// as in use until the move's wait.
static bool readIndices(Core &c, const DmaDescriptor &d) {
  DmaDescriptor m = indexMove(d);
  if (!checkDescriptor(c, m, "DMA index tile ") ||
      (c.shadow.enabled() && !markMove(c, m, "DMA index read")))
    return false;
  uint64_t start = m.spadAddress - kSpadWindow;
  const uint8_t *spad = c.spad.data();
  forEachElement(m, c.lanes, {}, [&](int64_t, unsigned lane, int64_t bank) {
    const uint8_t *from = spad + c.spadIndex(start + uint64_t(bank), lane);
    int64_t index =
        m.elementBytes == 4 ? get<int32_t>(from) : get<int64_t>(from);
    if (uint64_t(index) >= d.index.bound && !c.failed)
      c.fail(llvm::formatv("DMA: index {0} outside [0, {1}), in lane {2} at "
                           "bank offset {3:x}: {4}",
                           index, d.index.bound, lane, start + uint64_t(bank),
                           d.str()));
    c.lastIndices.push_back(index);
  });
  return !c.failed;
}

void iss::waitForTag(Core &c, unsigned tag) {
  if (c.events)
    c.events->wait(tag);
  if (c.pending[tag].empty())
    return;
  for (const DmaDescriptor &d : c.pending[tag])
    setFlag(c, d, d.isStore() ? Shadow::Source : Shadow::InFlight, false);
  c.pending[tag].clear();
  // Stores of other tags may read the same bytes.
  for (const auto &moves : c.pending)
    for (const DmaDescriptor &d : moves)
      if (d.isStore())
        setFlag(c, d, Shadow::Source, true);
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

/// Whether an indirect move has rows long enough to copy as boxes.
static bool hasLongRows(const DmaDescriptor &d) {
  int64_t length = 1;
  for (int k = 0; k < 4; ++k)
    if (!d.hasIndexAlong(k))
      length *= validRange(d, k).size();
  return length >= 8;
}

/// Whether the rows of an indirect move in order are its elements in row-major
/// order.
static bool rowsAreOutermost(const DmaDescriptor &d) {
  bool inside = false;
  for (int k = 0; k < 4; ++k) {
    if (validRange(d, k).size() == 1)
      continue;
    if (inside && d.hasIndexAlong(k))
      return false;
    inside |= !d.hasIndexAlong(k);
  }
  return true;
}

/// Copies the valid elements of a regular move.
template <class T, bool Store>
static void copy(Core &c, const DmaDescriptor &d) {
  uint64_t start = d.spadAddress - kSpadWindow;
  uint8_t *spad = c.spad.data(), *dram = c.memory.host(d.dramAddress);
  for (const Box &b : Tile(d, c.lanes).valid())
    walk(b, start, sizeof(T), c.vlenb, [&](const Piece &p) {
      copyPiece<T, Store>(spad + c.spadIndex(p.bank, p.firstLane),
                          dram + p.dram, p, c.vlenb);
    });
}

/// Calls visit(scratchpad element, device element) in row-major order.
template <class F>
static void forEachPair(Core &c, const DmaDescriptor &d, F visit) {
  uint64_t start = d.spadAddress - kSpadWindow;
  uint8_t *spad = c.spad.data(), *dram = c.memory.host(d.dramAddress);
  forEachElement(d, c.lanes, c.lastIndices,
                 [&](int64_t offset, unsigned lane, int64_t bank) {
                   visit(spad + c.spadIndex(start + uint64_t(bank), lane),
                         dram + offset);
                 });
}

static void load(Core &c, const DmaDescriptor &d) {
  uint64_t start = d.spadAddress - kSpadWindow;
  uint8_t *spad = c.spad.data();
  byElementSize(d.elementBytes, [&](auto zero) {
    using T = decltype(zero);
    if (!allValid(d, c.lanes)) {
      auto fill = [&](const Piece &p) {
        uint8_t *s = spad + c.spadIndex(p.bank, p.firstLane);
        for (unsigned l = 0; l < p.lanes; ++l)
          for (unsigned e = 0; e < p.count; ++e)
            put<T>(s + size_t(l) * c.vlenb + e * sizeof(T), T(d.fill));
      };
      walk(Tile(d, c.lanes).everything(), start, sizeof(T), c.vlenb, fill);
    }
    if (!d.isIndirect())
      copy<T, false>(c, d);
    else if (hasLongRows(d))
      forEachRow(d, c.lastIndices, [&](const DmaDescriptor &row, int64_t) {
        copy<T, false>(c, row);
      });
    else
      forEachPair(c, d, [&](uint8_t *to, const uint8_t *from) {
        put<T>(to, get<T>(from));
      });
  });
}

static void store(Core &c, const DmaDescriptor &d) {
  if (d.flags & DmaDescriptor::Accumulate)
    return forEachPair(c, d, [&](const uint8_t *from, uint8_t *to) {
      uint64_t value = 0, old = 0;
      std::memcpy(&value, from, d.elementBytes);
      std::memcpy(&old, to, d.elementBytes);
      value = accumulate(d, old, value);
      std::memcpy(to, &value, d.elementBytes);
    });
  bool shared = d.isIndirect() && !(hasLongRows(d) && rowsAreOutermost(d));
  for (int k = 0; k < 4; ++k)
    shared |= d.dramStride[k] == 0 && !d.hasIndexAlong(k) &&
              validRange(d, k).size() > 1;
  byElementSize(d.elementBytes, [&](auto zero) {
    using T = decltype(zero);
    if (shared)
      forEachPair(c, d, [&](const uint8_t *from, uint8_t *to) {
        put<T>(to, get<T>(from));
      });
    else if (d.isIndirect())
      forEachRow(d, c.lastIndices, [&](const DmaDescriptor &row, int64_t) {
        copy<T, true>(c, row);
      });
    else
      copy<T, true>(c, d);
  });
}

void iss::startMove(Core &c, const DmaDescriptor &d) {
  c.lastMove = d;
  c.lastIndices.clear();
  if (!checkDescriptor(c, d) || (d.isIndirect() && !readIndices(c, d)) ||
      !checkDram(c, d))
    return;
  if (c.shadow.enabled() && !markMove(c, d))
    return;
  if (d.isStore())
    store(c, d);
  else
    load(c, d);
  uint64_t bytes = anyValid(d) ? d.elementBytes : 0;
  for (int k = 0; k < 4; ++k)
    bytes *= uint64_t(std::max<int64_t>(validRange(d, k).size(), 0));
  ++c.statistics.dmaMoves;
  c.statistics.dmaBytes += bytes;
  if (!c.events)
    return;
  if (d.isIndirect())
    c.events->indices(c.lastIndices);
  c.events->dma(d);
}

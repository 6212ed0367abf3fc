//===- IndirectDmaTest.cpp - DMA through index tiles ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An indirect move is compared with the definition, element by element in
// row-major order of coordinates. The index tile comes by a regular load, the
// data of an indirect load leaves by a regular store: DmaTest checks those.
//
//===----------------------------------------------------------------------===//

#include "TestMachine.h"
#include <cmath>
#include <cstring>

using namespace tilewright;
using namespace tilewright::test;

namespace {

// Each takes at most 4 * 4 * 10 elements of 8 bytes, times 6 for an axis of 4 on
// one lane in groups of 3.
constexpr uint64_t kTileAt = 0, kIndexAt = 8192;

struct IndirectMachine : TestMachine {
  uint64_t table, indices, tile;
  explicit IndirectMachine(unsigned lanes)
      : TestMachine(Sanitizers::all(), smallMachine(lanes)) {
    stackBytes = 0;
    table = tensor("table", 1 << 16);
    indices = tensor("indices", 1 << 16);
    tile = tensor("tile", 1 << 16);
  }
};

/// Dense bank strides of the axes in `axes`; 0 for the others.
std::array<uint32_t, 4> bankStrides(const DmaDescriptor &d, unsigned axes,
                                    unsigned lanes) {
  std::array<uint32_t, 4> strides{};
  uint64_t running = 1;
  for (int k = 3; k >= 0; --k)
    if (axes >> k & 1) {
      strides[k] = uint32_t(running);
      running *= k == d.laneAxis
                     ? LaneLayout{d.laneStride, lanes}.slotsFor(d.extent[k])
                     : d.extent[k];
    }
  return strides;
}

/// Dense device strides of the axes in `axes`.
std::array<int32_t, 4> denseStrides(const DmaDescriptor &d, unsigned axes) {
  std::array<int32_t, 4> strides{};
  int32_t running = 1;
  for (int k = 3; k >= 0; --k)
    if (axes >> k & 1) {
      strides[k] = running;
      running *= d.extent[k];
    }
  return strides;
}

/// A regular load of the index tile of `d`, whose indices lie densely in device
/// memory at `from`.
DmaDescriptor loadIndices(const DmaDescriptor &d, unsigned axes,
                          uint64_t from) {
  DmaDescriptor m;
  m.laneAxis = d.laneAxis;
  m.laneStride = d.laneStride;
  m.elementBytes = d.index.bytes;
  for (int k = 0; k < 4; ++k)
    m.extent[k] = m.high[k] = axes >> k & 1 ? d.extent[k] : 1;
  m.dramStride = denseStrides(d, axes);
  m.bankStride = d.index.bankStride;
  m.dramAddress = from;
  m.spadAddress = d.index.address;
  return m;
}

struct Random {
  std::mt19937 engine;
  unsigned operator()(unsigned n) { return unsigned(engine() % n); }
};

/// A random indirect move and the axes along which its index differs.
std::pair<DmaDescriptor, unsigned> randomMove(Random &pick, unsigned lanes) {
  DmaDescriptor d;
  d.elementBytes = uint16_t(1u << pick(4));
  d.laneAxis = uint8_t(pick(4));
  d.laneStride = uint16_t(1 + pick(3));
  for (int k = 0; k < 4; ++k) {
    d.extent[k] = uint16_t(1 + pick(k == 3 ? 10 : 4));
    d.low[k] = uint16_t(pick(4) ? 0 : pick(d.extent[k]));
    d.high[k] = uint16_t(pick(3) ? d.extent[k] : d.low[k] + pick(d.extent[k]));
  }
  unsigned axes = pick(16) | 1u << d.laneAxis;
  // Device strides of the axes without index; some of the others.
  int32_t running = 1;
  for (int k = 3; k >= 0; --k)
    if (!(axes >> k & 1) || pick(3) == 0) {
      d.dramStride[k] = running;
      running *= d.extent[k];
    }
  d.bankStride = bankStrides(d, 15, lanes);
  d.spadAddress = kSpadWindow + kTileAt;
  d.fill = 0x7711223344556677;
  d.flags = DmaDescriptor::Indirect;
  d.index.bytes = uint8_t(pick(2) ? 4 : 8);
  d.index.bankStride = bankStrides(d, axes, lanes);
  d.index.stride = 1 + pick(20);
  d.index.bound = 1 + pick(40);
  d.index.address = kSpadWindow + kIndexAt;
  return {d, axes};
}

/// Calls visit(device element, tile element number) for the valid coordinates,
/// in row-major order.
template <class F>
void forEach(const DmaDescriptor &d, unsigned axes, const uint8_t *indices,
             F visit) {
  auto indexStrides = denseStrides(d, axes);
  auto tileStrides = denseStrides(d, 15);
  std::array<unsigned, 4> c;
  for (c[0] = 0; c[0] < d.extent[0]; ++c[0])
    for (c[1] = 0; c[1] < d.extent[1]; ++c[1])
      for (c[2] = 0; c[2] < d.extent[2]; ++c[2])
        for (c[3] = 0; c[3] < d.extent[3]; ++c[3]) {
          bool valid = true;
          int64_t device = 0, index = 0, number = 0;
          for (int k = 0; k < 4; ++k) {
            valid &= c[k] >= d.low[k] && c[k] < d.high[k];
            device += int64_t(c[k]) * d.dramStride[k];
            index += int64_t(c[k]) * indexStrides[k];
            number += int64_t(c[k]) * tileStrides[k];
          }
          int64_t value = 0;
          std::memcpy(&value, indices + index * d.index.bytes, d.index.bytes);
          visit(valid, device + value * d.index.stride, number);
        }
}

void randomIndices(Random &pick, IndirectMachine &m, const DmaDescriptor &d) {
  for (unsigned i = 0; i < 1024; ++i) {
    int64_t value = pick(unsigned(d.index.bound));
    std::memcpy(m.data<uint8_t>(m.indices) + i * d.index.bytes, &value,
                d.index.bytes);
  }
}

/// The whole tile to device memory, dense.
DmaDescriptor storeTile(const DmaDescriptor &d, uint64_t to) {
  DmaDescriptor s = d;
  s.flags = DmaDescriptor::Store;
  s.index = IndexTile();
  s.low = {0, 0, 0, 0};
  s.high = s.extent;
  s.dramStride = denseStrides(d, 15);
  s.dramAddress = to;
  return s;
}

TEST(IndirectDma, RandomLoadsFollowTheDefinition) {
  const uint32_t seed = std::random_device()();
  Random pick{std::mt19937(seed)};
  for (unsigned n = 0; n < 300; ++n) {
    unsigned lanes = 1 + pick(8);
    IndirectMachine m(lanes);
    auto [d, axes] = randomMove(pick, lanes);
    randomIndices(pick, m, d);
    for (unsigned i = 0; i < 1 << 16; ++i)
      m.data<uint8_t>(m.table)[i] = uint8_t(i * 2654435761u >> 13);
    d.dramAddress = m.table;
    ASSERT_EQ(m.run(moveAndWait(loadIndices(d, axes, m.indices)) +
                    moveAndWait(d) + moveAndWait(storeTile(d, m.tile))),
              "")
        << "seed " << seed << ", " << d.str();
    forEach(d, axes, m.data<uint8_t>(m.indices),
            [&](bool valid, int64_t device, int64_t number) {
              const void *expected =
                  valid ? (const void *)(m.data<uint8_t>(m.table) +
                                         device * d.elementBytes)
                        : &d.fill;
              EXPECT_EQ(
                  std::memcmp(m.data<uint8_t>(m.tile) + number * d.elementBytes,
                              expected, d.elementBytes),
                  0)
                  << "seed " << seed << ", element " << number << " of "
                  << d.str();
            });
    if (HasFailure())
      return;
  }
}

/// Stores `tile` through indices: what the table holds afterwards.
void expectStore(bool accumulate) {
  const uint32_t seed = std::random_device()();
  Random pick{std::mt19937(seed)};
  for (unsigned n = 0; n < 300; ++n) {
    unsigned lanes = 1 + pick(8);
    IndirectMachine m(lanes);
    auto [d, axes] = randomMove(pick, lanes);
    randomIndices(pick, m, d);
    d.dramAddress = m.table;
    d.flags |=
        DmaDescriptor::Store | (accumulate ? DmaDescriptor::Accumulate : 0);
    std::vector<uint8_t> expected(1 << 16);
    for (unsigned i = 0; i < 1 << 16; ++i) {
      expected[i] = m.data<uint8_t>(m.table)[i] = uint8_t(i * 7);
      m.data<uint8_t>(m.tile)[i] = uint8_t(i * 2654435761u >> 13);
    }
    DmaDescriptor in = storeTile(d, m.tile);
    in.flags = 0;
    ASSERT_EQ(m.run(moveAndWait(loadIndices(d, axes, m.indices)) +
                    moveAndWait(in) + moveAndWait(d)),
              "")
        << "seed " << seed << ", " << d.str();
    forEach(d, axes, m.data<uint8_t>(m.indices),
            [&](bool valid, int64_t device, int64_t number) {
              if (!valid)
                return;
              uint64_t value = 0, old = 0;
              uint8_t *to = expected.data() + device * d.elementBytes;
              std::memcpy(&value,
                          m.data<uint8_t>(m.tile) + number * d.elementBytes,
                          d.elementBytes);
              std::memcpy(&old, to, d.elementBytes);
              value += accumulate ? old : 0;
              std::memcpy(to, &value, d.elementBytes);
            });
    for (unsigned i = 0; i < 1 << 16; ++i)
      ASSERT_EQ(m.data<uint8_t>(m.table)[i], expected[i])
          << "seed " << seed << ", byte " << i << " after " << d.str();
  }
}

TEST(IndirectDma, StoresKeepTheLastOfEqualIndices) { expectStore(false); }
TEST(IndirectDma, StoresAddEqualIndices) { expectStore(true); }

/// Stores 8 elements to the places `places`, combining; the first `count`
/// elements of the table.
template <class T>
std::vector<T> combined(Combine how, uint8_t floatFlags, std::vector<T> table,
                        std::vector<T> values, std::vector<int32_t> places) {
  IndirectMachine m(4);
  std::copy(table.begin(), table.end(), m.data<T>(m.table));
  std::copy(values.begin(), values.end(), m.data<T>(m.tile));
  std::copy(places.begin(), places.end(), m.data<int32_t>(m.indices));
  DmaDescriptor d;
  d.extent = d.high = {1, 1, 1, uint16_t(values.size())};
  d.elementBytes = sizeof(T);
  d.bankStride = {0, 0, 0, 1};
  d.spadAddress = kSpadWindow + kTileAt;
  d.index = {4, {0, 0, 0, 1}, 1, table.size(), kSpadWindow + kIndexAt};
  d.flags = DmaDescriptor::Store | DmaDescriptor::Indirect |
            DmaDescriptor::Accumulate | floatFlags |
            DmaDescriptor::combineFlags(how);
  d.dramAddress = m.table;
  DmaDescriptor in = storeTile(d, m.tile);
  in.flags = 0;
  EXPECT_EQ(m.run(moveAndWait(loadIndices(d, 8, m.indices)) + moveAndWait(in) +
                  moveAndWait(d)),
            "");
  return {m.data<T>(m.table), m.data<T>(m.table) + table.size()};
}

TEST(IndirectDma, CombinesIntegers) {
  using V = std::vector<int8_t>;
  EXPECT_EQ(combined<int8_t>(Combine::Add, 0, {1, 100}, {2, 3, 100}, {0, 0, 1}),
            (V{6, -56}))
      << "wraps";
  EXPECT_EQ(
      combined<int8_t>(Combine::Multiply, 0, {3, 2}, {-2, 5, 7}, {0, 0, 1}),
      (V{-30, 14}));
  EXPECT_EQ(
      combined<int8_t>(Combine::Minimum, 0, {3, 2}, {-2, 5, 7}, {0, 0, 1}),
      (V{-2, 2}));
  EXPECT_EQ(
      combined<int8_t>(Combine::Maximum, 0, {3, 2}, {-2, 5, 7}, {0, 0, 1}),
      (V{5, 7}));
  using W = std::vector<int64_t>;
  int64_t big = int64_t(1) << 40;
  EXPECT_EQ(combined<int64_t>(Combine::Maximum, 0, {-big, 0}, {-big - 1, big},
                              {0, 1}),
            (W{-big, big}));
}

TEST(IndirectDma, CombinesFloats) {
  const uint8_t real = DmaDescriptor::AccumulateFloat;
  using V = std::vector<float>;
  EXPECT_EQ(
      combined<float>(Combine::Add, real, {1, 2}, {1e-8f, -3, .5f}, {0, 0, 1}),
      (V{(1 + 1e-8f) + -3, 2.5f}));
  EXPECT_EQ(
      combined<float>(Combine::Multiply, real, {3, 2}, {-2, 5, 7}, {0, 0, 1}),
      (V{-30, 14}));
  V nan = combined<float>(Combine::Maximum, real, {3, 2, NAN}, {NAN, 5, 7, 1},
                          {0, 0, 1, 2});
  EXPECT_TRUE(std::isnan(nan[0])) << "NaN stays";
  EXPECT_EQ(nan[1], 7);
  EXPECT_TRUE(std::isnan(nan[2]));
}

TEST(IndirectDma, CombinesHalves) {
  using V = std::vector<uint16_t>;
  const uint8_t real = DmaDescriptor::AccumulateFloat,
                bfloat = real | DmaDescriptor::AccumulateBfloat;
  // f16 1 + 2 = 3; bf16 1 + 2^-8 ties to even, 1 + 3 * 2^-8 rounds up.
  EXPECT_EQ(combined<uint16_t>(Combine::Add, real, {0x3C00}, {0x4000}, {0}),
            (V{0x4200}));
  EXPECT_EQ(combined<uint16_t>(Combine::Add, bfloat, {0x3F80, 0x3F80},
                               {0x3B80, 0x3C40}, {0, 1}),
            (V{0x3F80, 0x3F82}));
  EXPECT_EQ(
      combined<uint16_t>(Combine::Minimum, bfloat, {0x3F80}, {0xBF80}, {0}),
      (V{0xBF80}));
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

struct IndirectErrors : ::testing::Test {
  IndirectErrors() : m(4) {
    m.stackBytes = 1024;
    d.extent = d.high = {1, 1, 8, 4};
    d.laneAxis = 2;
    d.dramStride = {0, 0, 0, 1};
    d.bankStride = {0, 0, 4, 1};
    d.spadAddress = kSpadWindow + kTileAt;
    d.dramAddress = m.table;
    d.flags = DmaDescriptor::Indirect;
    d.index = {4, {0, 0, 1, 0}, 4, 50, kSpadWindow + kIndexAt};
    for (int k = 0; k < 8; ++k)
      m.data<int32_t>(m.indices)[k] = 6 * k;
    prepare = startMove(loadIndices(d, 4, m.indices));
  }
  void expect(const std::string &code, const char *message) {
    std::string error = m.run(code);
    EXPECT_NE(error.find(message), std::string::npos)
        << "expected '" << message << "', got '" << error << "'";
    EXPECT_EQ(m.kind, FailureKind::Program);
  }
  IndirectMachine m;
  DmaDescriptor d;
  std::string prepare; ///< without the wait
};

TEST_F(IndirectErrors, IndicesHaveBounds) {
  ASSERT_EQ(m.run(prepare + waitFor(0) + moveAndWait(d)), "");
  m.data<int32_t>(m.indices)[5] = 57;
  expect(prepare + waitFor(0) + moveAndWait(d),
         "index 57 outside [0, 50), in lane 1");
  m.data<int32_t>(m.indices)[5] = -1;
  expect(prepare + waitFor(0) + moveAndWait(d), "index -1 outside [0, 50)");
  d.high[2] = 5; // the bad one is not valid
  EXPECT_EQ(m.run(prepare + waitFor(0) + moveAndWait(d)), "");
}

TEST_F(IndirectErrors, DescriptorsAreChecked) {
  auto bad = [&](auto change, const char *message) {
    DmaDescriptor changed = d;
    change(changed);
    expect(prepare + waitFor(0) + moveAndWait(changed), message);
  };
  bad([](auto &c) { c.index.bytes = 2; }, "indices of 2 bytes");
  bad([](auto &c) { c.index.address = kSpadWindow + (16 << 10); },
      "DMA index tile scratchpad address");
  bad([](auto &c) { c.index.address += 2; }, "not aligned");
  bad([](auto &c) { c.index.bankStride[2] = 5000; },
      "DMA index tile runs out of the bank");
  bad(
      [](auto &c) {
        c.index.bound = 1 << 20;
        c.index.stride = 1 << 12;
      },
      "not inside one tensor");
  bad(
      [](auto &c) {
        c.flags |= DmaDescriptor::Store | DmaDescriptor::Accumulate |
                   DmaDescriptor::AccumulateFloat |
                   DmaDescriptor::AccumulateBfloat;
      },
      "accumulates as bf16");
}

TEST_F(IndirectErrors, IndexTilesMustBeReady) {
  d.tag = 1;
  expect(prepare + moveAndWait(d), "DMA hazard: DMA index read reads");
  d.index.address += 64;
  expect(prepare + waitFor(0) + moveAndWait(d),
         "reads uninitialized scratchpad");
}

TEST_F(IndirectErrors, IndexTilesAreKeptUntilTheWait) {
  d.tag = 1;
  expect(prepare + waitFor(0) + startMove(d) + prepare,
         "DMA hazard: DMA load overwrites");
  EXPECT_EQ(m.run(prepare + waitFor(0) + moveAndWait(d) + prepare), "");
}

} // namespace

//===- Summary.cpp - Report as a page of text -----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For people: a handful of figures and the kernels that take the time. Scripts
// read the JSON form.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Report/Report.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <numeric>

using namespace llvm;
using namespace tilewright;

static constexpr size_t kShownKernels = 12, kNameColumns = 36,
                        kPhaseColumns = 68;

/// 1234567 as "1.23 M", for counts and bytes.
static std::string scaled(double value, StringRef unit) {
  struct {
    double scale;
    const char *prefix;
  } steps[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  for (auto [scale, prefix] : steps)
    if (value >= scale)
      return formatv("{0:F2} {1}{2}", value / scale, prefix, unit).str();
  return formatv("{0:F0} {1}", value, unit).str();
}

static std::string duration(double seconds) {
  struct {
    double scale;
    const char *unit;
  } steps[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}};
  for (auto [scale, unit] : steps)
    if (seconds >= scale)
      return formatv("{0:F3} {1}", seconds / scale, unit).str();
  return formatv("{0:F1} ns", seconds * 1e9).str();
}

static double percent(double part, double whole) {
  return whole > 0 ? 100 * part / whole : 0;
}

static void printFigures(const Report &r, raw_ostream &os) {
  os << formatv("cycles    {0} ({1} at {2} MHz, {3} timing)\n", r.cycles,
                duration(r.seconds), formatv("{0:F1}", r.coreFreqMHz).str(),
                r.timing);
  os << formatv("arrays    {0:F1} % busy ({1} array{2}), core waited {3:F1} % "
                "for DMA, {4:F1} % for arrays\n",
                100 * r.arrayUtilization(), r.arrays, r.arrays == 1 ? "" : "s",
                percent(r.dmaWaitCycles, r.cycles),
                percent(r.arrayWaitCycles, r.cycles));
  double bandwidth = r.seconds > 0 ? r.dramBytes / r.seconds : 0;
  os << formatv("DRAM      {0} at {1}, {2} reads, {3} writes\n",
                scaled(r.dramBytes, "B"), scaled(bandwidth, "B/s"),
                r.dramReadRequests, r.dramWriteRequests);
}

static void printKernels(const Report &r, raw_ostream &os) {
  std::vector<size_t> order(r.kernels.size());
  std::iota(order.begin(), order.end(), 0);
  sort(order, [&](size_t a, size_t b) {
    return std::pair(r.kernels[b].cycles, a) <
           std::pair(r.kernels[a].cycles, b);
  });
  const char *row = "{0,-36} {1,8} {2,12} {3,7} {4,7} {5,11}\n";
  os << "\n"
     << formatv(row, "kernel", "launches", "cycles", "time", "arrays", "DRAM");
  for (size_t index : ArrayRef(order).take_front(kShownKernels)) {
    const Report::Kernel &k = r.kernels[index];
    std::string name = k.name;
    if (name.size() > kNameColumns)
      name = name.substr(0, kNameColumns - 3) + "...";
    std::string share = formatv("{0:F1} %", percent(k.cycles, r.cycles));
    std::string busy = formatv(
        "{0:F1} %", percent(k.arrayBusyCycles, double(k.cycles) * r.arrays));
    os << formatv(row, name, k.launches, k.cycles, share, busy,
                  scaled(k.dramBytes, "B"));
  }
  if (order.size() > kShownKernels)
    os << formatv("... and {0} more kernels (all are in the JSON report)\n",
                  order.size() - kShownKernels);
}

/// Where the host's time went, shares of a millisecond left out.
static void printPhases(const Report &r, raw_ostream &os) {
  std::string line;
  bool first = true;
  for (const auto &[name, seconds] : r.phases.list()) {
    if (seconds < 1e-3)
      continue;
    std::string item = formatv("{0} {1:F2}", name, seconds);
    if (std::exchange(first, false))
      os << "phases    ";
    bool wraps = line.size() + item.size() + 2 > kPhaseColumns;
    if (wraps)
      os << line << ",\n          ";
    line = line.empty() || wraps ? item : line + ", " + item;
  }
  if (!line.empty())
    os << line << " s\n";
}

void Report::print(raw_ostream &os) const {
  os << formatv("program   {0} on {1}: {2} ops in {3} kernels, {4} launches\n",
                program, machine, ops.size(), kernels.size(), launches.size());
  os << formatv("executed  {0} instructions, {1} of them vector, {2} moves\n",
                instructions, vectorInstructions, dmaMoves);
  if (timing != "none")
    printFigures(*this, os);
  if (verified && maxError)
    os << formatv("verified  largest absolute error {0:E2}\n", *maxError);
  if (nanOutputs)
    os << formatv("          {0} of {1} output elements are NaN, as the "
                  "reference's: they say nothing\n",
                  nanOutputs, outputElements);
  os << "host      ";
  if (compileSeconds > 0) {
    os << "compiled in " << duration(compileSeconds);
    if (kernelsLoaded)
      os << formatv(" ({0} of {1} kernels cached)", kernelsLoaded,
                    kernelsLoaded + kernelsCompiled);
    os << ", ";
  }
  os << "simulated in " << duration(simulateSeconds) << "\n";
  printPhases(*this, os);
  if (timing != "none" && !kernels.empty())
    printKernels(*this, os);
}

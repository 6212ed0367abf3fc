//===- Json.cpp - Report as JSON ------------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The schema is docs/report.md. Keys are only added; a change of meaning raises
// Report::kSchemaVersion. Figures that a run did not measure are null, never 0.
// Everything outside `host` is equal in every run of the same program.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Report/Report.h"
#include "tilewright/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;
using namespace tilewright;

double Report::arrayUtilization() const {
  double available = double(cycles) * arrays;
  return available > 0 ? double(arrayBusyCycles) / available : 0;
}

static json::Value text(StringRef value) {
  return json::isUTF8(value) ? json::Value(value) : json::fixUTF8(value);
}

/// JSON has no infinities; an error can be infinite.
static json::Value errorValue(std::optional<double> error) {
  if (!error)
    return nullptr;
  if (std::isnan(*error))
    return "NaN";
  if (std::isinf(*error))
    return "Infinity";
  return *error;
}

/// Schedules and accesses are JSON already; text that is not stays visible as
/// text.
static json::Value jsonValue(StringRef json) {
  if (json.empty())
    return nullptr;
  Expected<json::Value> value = json::parse(json);
  if (value)
    return std::move(*value);
  consumeError(value.takeError());
  return text(json);
}

static double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

namespace {
/// Gives null for every figure of time when the run had none.
struct Timed {
  bool timed;
  json::Value operator()(json::Value value) const {
    return timed ? std::move(value) : json::Value(nullptr);
  }
};
} // namespace

static json::Object countersJson(const Report &r, Timed timed) {
  return json::Object{
      {"instructions", r.instructions},
      {"vector_instructions", r.vectorInstructions},
      {"dma_moves", r.dmaMoves},
      {"array_rows", timed(json::Array(r.arrayRows))},
      {"array_busy_cycles", timed(r.arrayBusyCycles)},
      {"array_utilization", timed(r.arrayUtilization())},
      {"array_wait_cycles", timed(r.arrayWaitCycles)},
      {"dma_wait_cycles", timed(r.dmaWaitCycles)},
      {"dma_active_cycles", timed(r.dmaActiveCycles)},
      {"dram_read_requests", timed(r.dramReadRequests)},
      {"dram_write_requests", timed(r.dramWriteRequests)},
      {"dram_bytes", timed(r.dramBytes)},
      {"dram_bytes_per_second", timed(ratio(r.dramBytes, r.seconds))}};
}

static json::Object kernelJson(const Report &r, const Report::Kernel &k,
                               Timed timed) {
  double utilization = ratio(k.arrayBusyCycles, double(k.cycles) * r.arrays);
  return json::Object{{"name", text(k.name)},
                      {"location", text(k.location)},
                      {"launches", k.launches},
                      {"cycles", timed(k.cycles)},
                      {"macs", k.macs},
                      {"dram_bytes", timed(k.dramBytes)},
                      {"array_busy_cycles", timed(k.arrayBusyCycles)},
                      {"array_utilization", timed(utilization)},
                      {"max_error", errorValue(k.maxError)},
                      {"schedule", jsonValue(k.schedule)}};
}

static json::Array channelsJson(const MemoryStatistics &memory) {
  json::Array channels;
  for (const ChannelStatistics &c : memory.channels)
    channels.push_back(json::Object{{"reads", c.reads},
                                    {"writes", c.writes},
                                    {"row_hits", c.rowHits},
                                    {"row_misses", c.rowMisses},
                                    {"row_conflicts", c.rowConflicts},
                                    {"refreshes", c.refreshes}});
  return channels;
}

static json::Object hostJson(const Report &r) {
  json::Object phases;
  for (const auto &[name, seconds] : r.phases.list())
    phases[name] = seconds;
  return json::Object{{"compile_seconds", r.compileSeconds},
                      {"simulate_seconds", r.simulateSeconds},
                      {"kernels_compiled", r.kernelsCompiled},
                      {"kernels_cached", r.kernelsLoaded},
                      {"references_compiled", r.referencesCompiled},
                      {"references_cached", r.referencesLoaded},
                      {"seconds", std::move(phases)}};
}

json::Value Report::toJson() const {
  Timed timed{timing != "none"};
  json::Array opsJson, kernelsJson, launchesJson;
  for (const Op &op : ops)
    opsJson.push_back(json::Object{{"name", text(op.name)},
                                   {"location", text(op.location)},
                                   {"kernel", text(op.kernel)}});
  for (const Kernel &kernel : kernels)
    kernelsJson.push_back(kernelJson(*this, kernel, timed));
  for (const Launch &launch : launches)
    launchesJson.push_back(
        json::Object{{"kernel", text(kernels[launch.kernel].name)},
                     {"begin", timed(launch.begin)},
                     {"end", timed(launch.end)}});
  return json::Object{{"schema_version", kSchemaVersion},
                      {"program", text(program)},
                      {"machine", text(machine)},
                      {"timing", timing},
                      {"core_freq_mhz", coreFreqMHz},
                      {"arrays", arrays},
                      {"cycles", timed(cycles)},
                      {"seconds", timed(seconds)},
                      {"verified", verified},
                      {"max_error", errorValue(maxError)},
                      {"nan_outputs", verified ? json::Value(nanOutputs)
                                               : json::Value(nullptr)},
                      {"counters", countersJson(*this, timed)},
                      {"ops", std::move(opsJson)},
                      {"kernels", std::move(kernelsJson)},
                      {"launches", std::move(launchesJson)},
                      {"accesses", jsonValue(accesses)},
                      {"dram_channels", channelsJson(memory)},
                      {"host", hostJson(*this)}};
}

Error Report::writeJson(StringRef path) const {
  Error error = writeToOutput(path, [&](raw_ostream &os) {
    os << formatv("{0:2}\n", toJson());
    return Error::success();
  });
  if (error)
    return usageError("cannot write report '" + Twine(path) +
                      "': " + errorToErrorCode(std::move(error)).message());
  return Error::success();
}

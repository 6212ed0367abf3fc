//===- Trace.cpp - Report as a trace --------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Trace-event JSON as Perfetto and chrome://tracing read it: complete events
// ("X") with times in microseconds. A core is a process; its kernels and the
// compute nodes inside them share the first track. Complete events of one track
// must nest, and moves in flight overlap, so moves are dealt to as many tracks
// as there are moves at once (first free track first).
//
//===----------------------------------------------------------------------===//

#include "tilewright/Report/Report.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <map>

using namespace llvm;
using namespace tilewright;

namespace {
constexpr unsigned kKernelTrack = 1, kFirstLoadTrack = 100,
                   kFirstStoreTrack = 10000;

class TraceWriter {
public:
  TraceWriter(const Report &report, raw_ostream &os) : report(report), j(os) {}

  void write() {
    j.object([&] {
      j.attribute("displayTimeUnit", "ns");
      j.attributeObject("otherData", [&] {
        j.attribute("program", json::fixUTF8(report.program));
        j.attribute("machine", json::fixUTF8(report.machine));
        j.attribute("timing", report.timing);
      });
      j.attributeArray("traceEvents", [&] {
        nameTrack(0, kKernelTrack, "kernels");
        writeLaunches();
        writeMoves();
      });
    });
  }

private:
  /// Rounded to whole nanoseconds, the resolution of the viewers: durations are
  /// differences of rounded times, so what nests in cycles nests in the trace.
  int64_t nanoseconds(uint64_t cycle) const {
    return std::llround(double(cycle) * 1000 / report.coreFreqMHz);
  }

  void metadata(StringRef kind, unsigned core, unsigned track, StringRef name) {
    j.object([&] {
      j.attribute("ph", "M");
      j.attribute("name", kind);
      j.attribute("pid", core);
      j.attribute("tid", track);
      j.attributeObject("args", [&] { j.attribute("name", name); });
    });
  }

  void nameTrack(unsigned core, unsigned track, const std::string &name) {
    if (!named.insert({{core, track}, true}).second)
      return;
    if (named.insert({{core, 0}, true}).second)
      metadata("process_name", core, 0, "core " + std::to_string(core));
    metadata("thread_name", core, track, name);
  }

  void complete(StringRef name, StringRef category, unsigned core,
                unsigned track, uint64_t begin, uint64_t end,
                function_ref<void()> arguments) {
    j.object([&] {
      j.attribute("ph", "X");
      j.attribute("name", json::fixUTF8(name));
      j.attribute("cat", category);
      j.attribute("pid", core);
      j.attribute("tid", track);
      int64_t start = nanoseconds(begin);
      j.attribute("ts", double(start) / 1000);
      j.attribute("dur", double(nanoseconds(end) - start) / 1000);
      j.attributeObject("args", arguments);
    });
  }

  void writeLaunches() {
    for (auto [number, launch] : enumerate(report.launches)) {
      const Report::Kernel &kernel = report.kernels[launch.kernel];
      complete(kernel.name, "kernel", 0, kKernelTrack, launch.begin, launch.end,
               [&, number = number, &launch = launch] {
                 j.attribute("launch", int64_t(number));
                 j.attribute("location", json::fixUTF8(kernel.location));
                 j.attribute("begin_cycle", launch.begin);
                 j.attribute("end_cycle", launch.end);
               });
      for (const NodeInterval &node : launch.nodes)
        writeNode(launch, node);
    }
  }

  void writeNode(const Report::Launch &launch, const NodeInterval &node) {
    std::string label = node.id < launch.nodeLabels.size()
                            ? launch.nodeLabels[node.id]
                            : "node " + std::to_string(node.id);
    complete(label, "compute", 0, kKernelTrack, node.begin, node.end, [&] {
      j.attribute("node", node.id);
      j.attribute("begin_cycle", node.begin);
      j.attribute("end_cycle", node.end);
    });
  }

  void writeMoves() {
    std::vector<const MoveRecord *> moves;
    for (const MoveRecord &move : report.moves)
      moves.push_back(&move);
    sort(moves, [](const MoveRecord *a, const MoveRecord *b) {
      return std::tuple(a->startCycle, a->endCycle, a) <
             std::tuple(b->startCycle, b->endCycle, b);
    });
    /// Per core and direction: the end of the last move on each track.
    std::map<std::pair<unsigned, bool>, std::vector<uint64_t>> busy;
    for (const MoveRecord *move : moves) {
      auto &tracks = busy[{move->core, move->store}];
      size_t track =
          find_if(tracks,
                  [&](uint64_t end) { return end <= move->startCycle; }) -
          tracks.begin();
      tracks.resize(std::max(tracks.size(), track + 1));
      tracks[track] = move->endCycle;
      writeMove(*move, unsigned(track));
    }
  }

  void writeMove(const MoveRecord &move, unsigned track) {
    unsigned id = (move.store ? kFirstStoreTrack : kFirstLoadTrack) + track;
    std::string name = move.store ? "stores" : "loads";
    nameTrack(move.core, id,
              track ? name + " (" + std::to_string(track + 1) + ")" : name);
    complete(move.store ? "store" : "load", "dma", move.core, id,
             move.startCycle, move.endCycle, [&] {
               j.attribute("tag", int64_t(move.tag));
               j.attribute("bytes", move.bytes);
               j.attribute("requests", move.requests);
               j.attribute("submit_cycle", move.submitCycle);
             });
  }

  const Report &report;
  json::OStream j;
  std::map<std::pair<unsigned, unsigned>, bool> named;
};
} // namespace

Error Report::writeTrace(StringRef path) const {
  if (timing == "none")
    return usageError("a trace needs timing; this run had none");
  Error error = writeToOutput(path, [&](raw_ostream &os) {
    TraceWriter(*this, os).write();
    os << "\n";
    return Error::success();
  });
  if (error)
    return usageError("cannot write trace '" + Twine(path) +
                      "': " + errorToErrorCode(std::move(error)).message());
  return Error::success();
}

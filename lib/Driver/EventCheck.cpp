//===- EventCheck.cpp - Graph and binary produce the same events ----------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EventCheck.h"
#include "tilewright/Support/Error.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/STLFunctionalExtras.h"

using namespace llvm;
using namespace tilewright;
using tog::Event;

static uint64_t hashEvent(const Event &event) {
  const DmaDescriptor &d = event.dma;
  auto range = [](const auto &values) {
    return hash_combine_range(values.begin(), values.end());
  };
  return hash_combine(unsigned(event.kind), event.id, range(d.extent),
                      range(d.low), range(d.high), range(d.dramStride),
                      range(d.bankStride), d.elementBytes, d.laneAxis,
                      d.laneStride, d.flags, d.tag,
                      d.isStore() ? 0 : d.fill, // a store fills nothing
                      d.dramAddress, d.spadAddress, d.index.bytes,
                      range(d.index.bankStride), d.index.stride, d.index.bound,
                      d.index.address);
}

namespace {
/// Gives every event of a graph as a value.
class EventCollector : public tog::EventSink {
public:
  explicit EventCollector(function_ref<void(const Event &)> visit)
      : visit(visit) {}
  void dma(const DmaDescriptor &move) override {
    visit({Event::Kind::Dma, move, 0});
  }
  void wait(unsigned tag) override { visit({Event::Kind::Wait, {}, tag}); }
  void compute(unsigned id) override { visit({Event::Kind::Compute, {}, id}); }

private:
  function_ref<void(const Event &)> visit;
};
} // namespace

static void walk(const Kernel &kernel, ArrayRef<uint64_t> arguments,
                 function_ref<void(const Event &)> visit) {
  EventCollector collector(visit);
  kernel.graph.walk(arguments, collector);
}

EventCheck::EventCheck(const Kernel &kernel, ArrayRef<uint64_t> arguments)
    : kernel(kernel), arguments(arguments.vec()) {
  walk(kernel, arguments,
       [&](const Event &event) { expected.push_back(hashEvent(event)); });
}

void EventCheck::event(const Event &event) {
  uint64_t index = seen++;
  if (firstDifference ||
      (index < expected.size() && expected[index] == hashEvent(event)))
    return;
  firstDifference = index;
  binaryEvent = event.str();
}

void EventCheck::dma(const DmaDescriptor &move) {
  event({Event::Kind::Dma, move, 0});
}
void EventCheck::wait(unsigned tag) { event({Event::Kind::Wait, {}, tag}); }
void EventCheck::compute(unsigned id) { event({Event::Kind::Compute, {}, id}); }

Error EventCheck::finish() const {
  if (!firstDifference && seen == expected.size())
    return Error::success();
  uint64_t index = firstDifference.value_or(seen);
  std::string graphEvent = "nothing";
  uint64_t number = 0;
  walk(kernel, arguments, [&](const Event &event) {
    if (number++ == index)
      graphEvent = event.str();
  });
  return internalError(
      "kernel '" + Twine(kernel.name) + "' (" + kernel.location + "): event " +
      Twine(index) +
      " of its tile operation graph is not the binary's: "
      "graph: " +
      graphEvent + "; binary: " + (firstDifference ? binaryEvent : "nothing"));
}

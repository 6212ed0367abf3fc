//===- CoreTiming.h - In-order core timing over an instruction stream ------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns how long instructions take on one core: in-order issue with a scoreboard,
// per-unit latency and issue interval, the vector memory port, the arrays in
// closed form. Consumes RetiredInstructions in program order; asks a DmaPort
// when tags are done. No cycle is ever ticked. Mechanisms: spec machine.md 4.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_CORETIMING_CORETIMING_H
#define TILEWRIGHT_CORETIMING_CORETIMING_H

#include "tilewright/Iss/Observer.h"
#include "tilewright/Machine/MachineConfig.h"
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace tilewright {

/// What the core sees of the memory system.
class DmaPort {
public:
  virtual ~DmaPort() = default;
  /// `indices` are those of an indirect move (forEachRow).
  virtual void start(const DmaDescriptor &move, uint64_t cycle,
                     llvm::ArrayRef<int64_t> indices) = 0;
  /// The cycle at which the tag's moves are complete (<= `cycle`: no stall).
  virtual uint64_t wait(unsigned tag, uint64_t cycle) = 0;
};

/// One executed stretch of a compute node.
struct NodeInterval {
  unsigned id = 0;
  uint64_t begin = 0, end = 0;   ///< core cycles
};

struct CoreCounters {
  uint64_t instructions = 0;      ///< markers excepted
  uint64_t arrayBusyCycles = 0;   ///< sum over arrays of cycles a row entered
  std::vector<uint64_t> arrayRows; ///< input rows per array
  uint64_t dmaWaitCycles = 0;     ///< stalled in dma.wait
  uint64_t arrayWaitCycles = 0;   ///< stalled in pops and full queues
  uint64_t vectorMemoryBytes = 0; ///< per lane
  uint64_t branches = 0, mispredictions = 0;
  /// Array rows popped before they were pushed, or pushed beyond what queues and
  /// array can hold with nothing popped: hardware would wait forever. The model
  /// goes on; anything but 0 means that the program is wrong.
  uint64_t arrayProtocolErrors = 0;

  /// Adds `sign` times `other`, field by field.
  void add(const CoreCounters &other, int sign = 1);
};

/// Stalls on the arrays that were decided `distance` epochs before: time that
/// passes in between shortens them.
struct InheritedWait {
  uint64_t distance = 0, cycles = 0;
};

class CoreTiming : public Observer {
public:
  /// `port` may be null: moves and waits then cost no time (node measurement).
  CoreTiming(const MachineConfig &machine, DmaPort *port);
  ~CoreTiming() override;
  void retired(const RetiredInstruction &inst) override;
  /// Starts a kernel at cycle `cycle` with an idle pipeline, empty arrays and
  /// untrained branch predictor; counters and nodes start again.
  void begin(uint64_t cycle);
  /// The cycle at which everything retired so far has completed (rows left in
  /// the arrays excepted).
  uint64_t finish();
  /// Issue cycle of the last instruction; a marker takes that of the instruction
  /// before it.
  uint64_t now() const;
  const CoreCounters &counters() const;
  /// Divides the stream into epochs, for those who measure stretches apart.
  void beginEpoch();
  /// Of the current epoch, in order of occurrence.
  const std::vector<InheritedWait> &inheritedWaits() const;
  /// Compute node executions in order since begin(), if recording.
  void recordNodes(bool record);
  const std::vector<NodeInterval> &nodes() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace tilewright

#endif // TILEWRIGHT_CORETIMING_CORETIMING_H

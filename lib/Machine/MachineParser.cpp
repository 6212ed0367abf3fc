//===- MachineParser.cpp - Machine files, read strictly -------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One table (fieldsOf) says for every key where its value goes and which values
// it takes; parsing, unknown-key suggestions and machineKeys() all read it.
// What depends on several keys is in checkConsistency. All problems of a file
// are reported together, in file order, each with line and column.
//
//===----------------------------------------------------------------------===//

#include "DramPresets.h"
#include "YamlTree.h"
#include "tilewright/Machine/MachineConfig.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Support/Suggest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <variant>

using namespace llvm;
using namespace tilewright;

namespace {
struct Bytes {
  uint64_t *value;
};
struct SmallBytes {
  unsigned *value;
};

/// One key: where its value goes and which values are legal.
struct Field {
  using Target = std::variant<unsigned *, double *, bool *, std::string *,
                              Bytes, SmallBytes>;
  enum Need { Optional, Required, RequiredWithoutPreset };

  std::string path;
  Target target;
  uint64_t min = 0, max = 0;
  bool powerOfTwo = false;
  Need need = Optional;

  StringRef group() const { return StringRef(path).rsplit('.').first; }
  StringRef key() const {
    auto [group, key] = StringRef(path).rsplit('.');
    return key.empty() ? group : key;
  }
};

constexpr uint64_t kMaxLatency = 100000;
constexpr uint64_t kMaxSpadWindow = uint64_t(256) << 20;
constexpr unsigned kMaxArrays = 32; // array numbers are five bits

/// Latencies of spec machine.md 4.3, for units a file does not mention.
constexpr UnitTiming kUnitDefaults[kNumUnitClasses] = {
    /*int_alu*/ {4, 1, 1},       /*int_mul*/ {2, 1, 1},
    /*int_div*/ {2, 1, 9},       /*scalar_fp*/ {2, 1, 1},
    /*scalar_memory*/ {2, 1, 1}, /*misc*/ {2, 1, 1},
    /*vector_config*/ {4, 1, 1}, /*vector_misc*/ {4, 1, 1},
    /*vector_memory*/ {4, 1, 1}, /*vector_add*/ {4, 1, 1},
    /*vector_mul*/ {4, 1, 1},    /*vector_div*/ {4, 1, 1},
    /*vector_reduce*/ {4, 1, 1}, /*sfu*/ {1, 10, 1},
    /*array*/ {1, 1, 1}};

std::vector<Field> fieldsOf(MachineConfig &m) {
  CoreTimingConfig &c = m.coreTiming;
  DramConfig &d = m.dram;
  DramTiming &t = d.timing;
  constexpr auto required = Field::Required;
  constexpr auto noPreset = Field::RequiredWithoutPreset;
  constexpr bool pow2 = true;
  std::vector<Field> fields = {
      {"name", &m.name, 0, 0, false, required},
      {"cores", &m.cores, 1, 256, false, required},
      {"core_freq_mhz", &m.coreFreqMHz, 0, 100000, false, required},
      {"lanes", &m.lanes, 2, 1024, pow2, required},
      {"spad_bytes_per_lane", Bytes{&m.spadBytesPerLane}, 256, 128 << 20, false,
       required},
      {"vlen_bits", &m.vlenBits, 64, 4096, pow2, required},
      {"device_memory_bytes", Bytes{&m.deviceMemoryBytes}, 1 << 20,
       uint64_t(1) << 40, false, required},
      {"arrays.per_core", &m.arrays.perCore, 1, kMaxArrays},
      {"arrays.input_queue_rows", &m.arrays.inputQueueRows, 1, 1 << 20},
      {"arrays.output_queue_rows", &m.arrays.outputQueueRows, 1, 1 << 20},
      {"core_timing.fetch_width", &c.fetchWidth, 1, 64},
      {"core_timing.issue_width", &c.issueWidth, 1, 64},
      {"core_timing.taken_branch_cycles", &c.takenBranchCycles, 0, kMaxLatency},
      {"core_timing.mispredict_cycles", &c.mispredictCycles, 0, kMaxLatency},
      {"core_timing.load_to_use_cycles", &c.loadToUseCycles, 1, kMaxLatency},
      {"core_timing.memory_bytes_per_cycle", &c.memoryBytesPerCycle, 1, 65536},
      {"core_timing.max_outstanding_memory", &c.maxOutstandingMemory, 1, 65536},
  };
  for (unsigned u = 0; u < kNumUnitClasses; ++u) {
    std::string group = "units." + unitClassName(UnitClass(u)).str();
    fields.push_back({group + ".count", &m.units[u].count, 1, 64});
    fields.push_back(
        {group + ".latency_cycles", &m.units[u].latencyCycles, 1, kMaxLatency});
    fields.push_back(
        {group + ".issue_interval", &m.units[u].issueInterval, 1, kMaxLatency});
  }
  std::vector<Field> memory = {
      {"dma.requests_per_cycle", &m.dma.requestsPerCycle, 1, 1024},
      {"dma.setup_cycles", &m.dma.setupCycles, 0, kMaxLatency},
      {"noc.freq_mhz", &m.noc.freqMHz, 0, 100000},
      {"noc.latency_cycles", &m.noc.latencyCycles, 0, kMaxLatency},
      {"dram.preset", &d.preset},
      {"dram.type", &d.type, 0, 0, false, noPreset},
      {"dram.channels", &d.channels, 1, 1024, pow2, required},
      {"dram.pseudo_channels", &d.pseudoChannels, 1, 8, pow2, noPreset},
      {"dram.bank_groups", &d.bankGroups, 1, 64, pow2, noPreset},
      {"dram.banks_per_group", &d.banksPerGroup, 1, 64, pow2, noPreset},
      {"dram.row_bytes", SmallBytes{&d.rowBytes}, 32, 1 << 20, pow2, noPreset},
      {"dram.rows", &d.rows, 1, 1u << 31, pow2, noPreset},
      {"dram.request_bytes", SmallBytes{&d.requestBytes}, 8, 4096, pow2,
       noPreset},
      {"dram.clock_ps", &d.clockPs, 1, 1000000, false, noPreset},
      {"dram.read_buffer", &d.readBuffer, 1, 65536, false, noPreset},
      {"dram.write_buffer", &d.writeBuffer, 1, 65536, false, noPreset},
      {"dram.dual_command_bus", &d.dualCommandBus, 0, 0, false, noPreset},
  };
  std::pair<const char *, unsigned *> timing[] = {
      {"nBL", &t.nBL},       {"nCL", &t.nCL},       {"nCWL", &t.nCWL},
      {"nRCDRD", &t.nRCDRD}, {"nRCDWR", &t.nRCDWR}, {"nRP", &t.nRP},
      {"nRAS", &t.nRAS},     {"nRC", &t.nRC},       {"nWR", &t.nWR},
      {"nRTP", &t.nRTP},     {"nCCDS", &t.nCCDS},   {"nCCDL", &t.nCCDL},
      {"nRRDS", &t.nRRDS},   {"nRRDL", &t.nRRDL},   {"nWTRS", &t.nWTRS},
      {"nWTRL", &t.nWTRL},   {"nFAW", &t.nFAW},     {"nRFC", &t.nRFC},
      {"nREFI", &t.nREFI}};
  for (auto [name, target] : timing)
    memory.push_back({std::string("dram.timing.") + name, target, 1, 10000000,
                      false, noPreset});
  llvm::append_range(fields, memory);
  return fields;
}

/// Nonnegative decimal; nothing else (no hexadecimal, no octal, no sign).
std::optional<uint64_t> parseDecimal(StringRef text) {
  uint64_t value;
  if (text.empty() || !all_of(text, isDigit) || text.getAsInteger(10, value))
    return std::nullopt;
  return value;
}

/// `131072`, `128KiB`, `16 GiB`.
std::optional<uint64_t> parseBytes(StringRef text) {
  size_t digits = text.find_if_not(isDigit);
  std::optional<uint64_t> number = parseDecimal(text.take_front(digits));
  if (!number || digits == StringRef::npos)
    return number;
  StringRef suffix = text.drop_front(digits).ltrim(' ');
  unsigned shift = suffix == "KiB"   ? 10
                   : suffix == "MiB" ? 20
                   : suffix == "GiB" ? 30
                                     : 0;
  if (!shift || *number > (UINT64_MAX >> shift))
    return std::nullopt;
  return *number << shift;
}

std::string bytesText(uint64_t bytes) {
  for (auto [unit, shift] : {std::pair("GiB", 30), {"MiB", 20}, {"KiB", 10}})
    if (bytes && bytes % (uint64_t(1) << shift) == 0)
      return (Twine(bytes >> shift) + unit).str();
  return std::to_string(bytes);
}

class MachineReader {
public:
  MachineReader(StringRef file, MachineConfig &machine)
      : file(file), machine(machine), fields(fieldsOf(machine)) {}

  Error read(const YamlNode &root) {
    std::copy(std::begin(kUnitDefaults), std::end(kUnitDefaults),
              machine.units.begin());
    applyPreset(root);
    readGroup(root, "");
    if (!positions.count("noc.freq_mhz"))
      machine.noc.freqMHz = machine.coreFreqMHz;
    checkRequired(root);
    if (problems.empty())
      checkConsistency();
    return takeProblems();
  }

private:
  void problem(YamlPosition position, const Twine &text) {
    problems.push_back({position, text.str()});
  }

  /// Presets come first so that every other dram key overrides them, wherever
  /// it stands.
  void applyPreset(const YamlNode &root) {
    const YamlNode *dram = find(root, "dram");
    const YamlNode *name = dram ? find(*dram, "preset") : nullptr;
    if (!name || name->kind != YamlNode::Kind::Scalar)
      return;
    if (const DramConfig *preset = findDramPreset(name->text)) {
      machine.dram = *preset;
      hasPreset = true;
      return;
    }
    std::vector<std::string> names;
    for (const DramConfig &preset : dramPresets())
      names.push_back(preset.preset);
    problem(name->position, "key 'dram.preset': no DRAM preset '" + name->text +
                                "'" + didYouMean(name->text, names) +
                                " (presets: " + join(names, ", ") + ")");
    hasPreset = true; // the missing keys are not a second problem
  }

  static const YamlNode *find(const YamlNode &mapping, StringRef key) {
    for (const YamlNode::Entry &entry : mapping.entries)
      if (entry.key == key)
        return &entry.value;
    return nullptr;
  }

  void readGroup(const YamlNode &mapping, const std::string &prefix) {
    for (const YamlNode::Entry &entry : mapping.entries) {
      std::string path = prefix + entry.key;
      positions[path] = entry.position;
      auto field =
          find_if(fields, [&](const Field &f) { return f.path == path; });
      bool dotted = StringRef(entry.key).contains('.'); // "a.b" is not a in b
      if (field != fields.end() && !dotted)
        readField(*field, entry);
      else if (isGroup(path) && !dotted)
        readSubgroup(entry, path);
      else
        unknownKey(entry, prefix);
    }
  }

  void readSubgroup(const YamlNode::Entry &entry, const std::string &path) {
    if (entry.value.kind == YamlNode::Kind::Mapping)
      return readGroup(entry.value, path + ".");
    problem(entry.value.position, "key '" + path + "': expected a mapping of " +
                                      join(namesIn(path + "."), ", ") +
                                      "; found " + entry.value.describe());
  }

  bool isGroup(StringRef path) const {
    std::string prefix = path.str() + ".";
    return any_of(fields, [&](const Field &f) {
      return StringRef(f.path).starts_with(prefix);
    });
  }

  /// Keys directly inside the group `prefix` ("dram.", or "" for the file).
  std::vector<std::string> namesIn(StringRef prefix) const {
    std::vector<std::string> names;
    for (const Field &field : fields) {
      StringRef rest = field.path;
      if (!rest.consume_front(prefix))
        continue;
      std::string name = rest.split('.').first.str();
      if (!is_contained(names, name))
        names.push_back(name);
    }
    return names;
  }

  void unknownKey(const YamlNode::Entry &entry, StringRef prefix) {
    std::vector<std::string> siblings = namesIn(prefix);
    std::string text = "unknown key '" + prefix.str() + entry.key + "'";
    if (std::string near = nearestName(entry.key, siblings); !near.empty())
      text += "; did you mean '" + prefix.str() + near + "'?";
    else if (std::string other = sameKeyElsewhere(entry.key); !other.empty())
      text += "; did you mean '" + other + "'?";
    else
      text += " (keys here: " + join(siblings, ", ") + ")";
    problem(entry.position, text);
  }

  /// The path of a key of this name in any group.
  std::string sameKeyElsewhere(StringRef key) const {
    for (const Field &field : fields)
      if (field.key().equals_insensitive(key))
        return field.path;
    return {};
  }

  void readField(const Field &field, const YamlNode::Entry &entry) {
    const YamlNode &value = entry.value;
    bool stored =
        value.kind == YamlNode::Kind::Scalar &&
        std::visit(
            [&](auto target) { return store(field, target, value.text); },
            field.target);
    if (!stored)
      problem(value.position, "key '" + field.path + "': expected " +
                                  expectation(field) + "; found " +
                                  value.describe());
  }

  static bool inRange(const Field &field, std::optional<uint64_t> value) {
    return value && *value >= field.min && *value <= field.max &&
           (!field.powerOfTwo || isPowerOf2_64(*value));
  }

  static bool store(const Field &field, unsigned *target, StringRef text) {
    std::optional<uint64_t> value = parseDecimal(text);
    if (!inRange(field, value))
      return false;
    *target = unsigned(*value);
    return true;
  }
  static bool store(const Field &field, Bytes target, StringRef text) {
    std::optional<uint64_t> value = parseBytes(text);
    if (!inRange(field, value))
      return false;
    *target.value = *value;
    return true;
  }
  static bool store(const Field &field, SmallBytes target, StringRef text) {
    uint64_t value = 0;
    if (!store(field, Bytes{&value}, text))
      return false;
    *target.value = unsigned(value);
    return true;
  }
  static bool store(const Field &field, double *target, StringRef text) {
    double value;
    if (text.empty() || !isDigit(text.front()) || text.getAsDouble(value) ||
        !std::isfinite(value) || value <= field.min || value > field.max)
      return false;
    *target = value;
    return true;
  }
  static bool store(const Field &, bool *target, StringRef text) {
    if (text != "true" && text != "false")
      return false;
    *target = text == "true";
    return true;
  }
  static bool store(const Field &, std::string *target, StringRef text) {
    if (text.trim().empty())
      return false;
    *target = text.str();
    return true;
  }

  /// What the key takes, for messages.
  static std::string expectation(const Field &field) {
    std::string range = " from " + std::to_string(field.min) + " to " +
                        std::to_string(field.max);
    if (std::holds_alternative<unsigned *>(field.target))
      return (field.powerOfTwo ? "a power of two" : "an integer") + range;
    if (std::holds_alternative<double *>(field.target))
      return "a number above " + std::to_string(field.min) + " up to " +
             std::to_string(field.max);
    if (std::holds_alternative<bool *>(field.target))
      return "true or false";
    if (std::holds_alternative<std::string *>(field.target))
      return "a name";
    return std::string("a size in bytes such as 131072 or 128KiB") +
           (field.powerOfTwo ? ", a power of two" : "") + ", from " +
           bytesText(field.min) + " to " + bytesText(field.max);
  }

  void checkRequired(const YamlNode &root) {
    for (const Field &field : fields) {
      if (positions.count(field.path) || field.need == Field::Optional ||
          (field.need == Field::RequiredWithoutPreset && hasPreset))
        continue;
      std::string text =
          "key '" + field.path + "' is missing; expected " + expectation(field);
      if (field.need == Field::RequiredWithoutPreset)
        text += " (or name a 'dram.preset')";
      problem(groupPosition(field.path, root), text);
    }
  }

  /// Where the innermost group of `path` that the file has begins.
  YamlPosition groupPosition(StringRef path, const YamlNode &root) const {
    while (path.contains('.')) {
      path = path.rsplit('.').first;
      if (auto it = positions.find(path); it != positions.end())
        return it->second;
    }
    return root.position;
  }

  /// A condition over several keys; reported at the first of `keys` that the
  /// file has.
  void expect(bool holds, std::initializer_list<StringRef> keys,
              const Twine &text) {
    if (holds)
      return;
    YamlPosition position;
    for (StringRef key : keys)
      if (auto it = positions.find(key); it != positions.end()) {
        position = it->second;
        break;
      }
    problem(position, "key '" + keys.begin()->str() + "': " + text);
  }

  void checkConsistency() {
    const MachineConfig &m = machine;
    unsigned vectorBytes = m.vlenBits / 8;
    expect(m.spadBytesPerLane % vectorBytes == 0, {"spad_bytes_per_lane"},
           "expected a multiple of one vector register (" + Twine(vectorBytes) +
               " bytes); found " + Twine(m.spadBytesPerLane));
    expect(m.spadBytes() <= kMaxSpadWindow, {"spad_bytes_per_lane", "lanes"},
           Twine(m.lanes) + " lanes of " + bytesText(m.spadBytesPerLane) +
               " exceed the scratchpad window of " + bytesText(kMaxSpadWindow));
    for (auto [key, rows] :
         {std::pair("arrays.input_queue_rows", m.arrays.inputQueueRows),
          {"arrays.output_queue_rows", m.arrays.outputQueueRows}})
      expect(rows >= vectorBytes, {key, "vlen_bits"},
             "expected at least the rows of one push, " + Twine(vectorBytes) +
                 " (a vector register of bytes); found " + Twine(rows));
    checkDram();
  }

  void checkDram() {
    const DramConfig &d = machine.dram;
    const DramTiming &t = d.timing;
    const DramConfig *preset = findDramPreset(d.preset);
    expect(!preset || preset->type == d.type, {"dram.type"},
           "expected '" + Twine(preset ? preset->type : "") +
               "', the type of preset '" + d.preset + "'; found '" + d.type +
               "'");
    expect(d.rowBytes >= d.requestBytes,
           {"dram.row_bytes", "dram.request_bytes"},
           "expected at least one request (" + Twine(d.requestBytes) +
               " bytes); found " + Twine(d.rowBytes));
    expect(machine.deviceMemoryBytes <= d.capacityBytes(),
           {"device_memory_bytes"},
           "expected at most the capacity of the DRAM, " +
               bytesText(d.capacityBytes()) +
               " (channels x pseudo_channels x bank_groups x banks_per_group x "
               "rows x "
               "row_bytes); found " +
               bytesText(machine.deviceMemoryBytes));
    auto atLeast = [&](StringRef key, unsigned value, StringRef other,
                       unsigned bound) {
      expect(value >= bound,
             {("dram.timing." + key).str(), ("dram.timing." + other).str(),
              "dram.preset"},
             "expected at least " + other + " (" + Twine(bound) + "); found " +
                 Twine(value));
    };
    atLeast("nRC", t.nRC, "nRAS", t.nRAS);
    atLeast("nCCDL", t.nCCDL, "nCCDS", t.nCCDS);
    atLeast("nRRDL", t.nRRDL, "nRRDS", t.nRRDS);
    atLeast("nWTRL", t.nWTRL, "nWTRS", t.nWTRS);
    atLeast("nFAW", t.nFAW, "nRRDS", t.nRRDS);
    expect(t.nREFI > t.nRFC,
           {"dram.timing.nREFI", "dram.timing.nRFC", "dram.preset"},
           "expected more than nRFC (" + Twine(t.nRFC) +
               "), else refresh leaves no time; found " + Twine(t.nREFI));
  }

  Error takeProblems() {
    sort(problems);
    Error error = Error::success();
    for (auto &[position, text] : problems)
      error = joinErrors(std::move(error), yamlError(file, position, text));
    return error;
  }

  StringRef file;
  MachineConfig &machine;
  std::vector<Field> fields;
  StringMap<YamlPosition> positions;
  std::vector<std::pair<YamlPosition, std::string>> problems; ///< in any order
  bool hasPreset = false;
};
} // namespace

std::vector<std::string> tilewright::machineKeys() {
  MachineConfig unused;
  std::vector<std::string> keys;
  for (const Field &field : fieldsOf(unused))
    keys.push_back(field.path);
  return keys;
}

Expected<MachineConfig> tilewright::parseMachine(StringRef yaml,
                                                 StringRef file) {
  Expected<YamlNode> root = parseYaml(yaml, file);
  if (!root)
    return root.takeError();
  MachineConfig machine;
  if (Error error = MachineReader(file, machine).read(*root))
    return std::move(error);
  machine.file = file.str();
  machine.yaml = yaml.str();
  return machine;
}

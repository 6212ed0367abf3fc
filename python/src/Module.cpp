//===- Module.cpp - The Driver's calls as a Python module -----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owns the names of tilewright._tilewright, the thin layer between Driver.h and
// the Python package: programs, runs, reports, tuning, machines. Knows no
// PyTorch. The interpreter lock is released while compiling and running.
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "Tensors.h"
#include "tilewright/Driver/Tune.h"
#include "tilewright/Report/Layouts.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <chrono>
#include <future>

namespace nb = nanobind;
using namespace nb::literals;
using namespace tilewright;
using tilewright::python::check;

namespace {
/// What one run gave, before Python looks at it.
struct Run {
  std::vector<nb::object> outputs;
  Report report;
  std::optional<std::string> mismatch;
};
using TypeAndShape = std::pair<std::string, std::vector<int64_t>>;
} // namespace

static TimingLevel parseTiming(const std::string &name) {
  if (name == "none")
    return TimingLevel::None;
  if (name == "tile")
    return TimingLevel::Tile;
  if (name == "instruction")
    return TimingLevel::Instruction;
  throw python::Raised(FailureKind::Usage,
                       "unknown timing '" + name +
                           "'; it is one of: none, tile, instruction");
}

static Program compileText(const std::string &text, const std::string &name,
                           const std::string &machine,
                           const std::vector<std::string> &dumpAfter,
                           const std::string &dumpDir,
                           const std::string &cacheDir,
                           const std::string &mappingFile,
                           const std::string &mappingText,
                           const std::string &fusion, unsigned threads) {
  nb::gil_scoped_release release;
  MachineConfig config = check(loadMachine(machine));
  CompileOptions options;
  options.dumpAfter = dumpAfter;
  options.dumpDir = dumpDir;
  options.cacheDir = cacheDir;
  options.mappingFile = mappingFile;
  options.mappingText = mappingText;
  options.fusion = check(Fusion::parse(fusion));
  options.threads = threads;
  return check(compileModule(text, name, config, options));
}

static Run runOn(const Program &program, const std::vector<nb::object> &arrays,
                 const std::string &timing, bool verify, bool sanitize,
                 bool trace, double rtol, double atol,
                 const std::string &cacheDir) {
  RunOptions options;
  options.timing = parseTiming(timing);
  options.verify = verify;
  options.sanitize = sanitize;
  options.trace = trace;
  options.rtol = rtol;
  options.atol = atol;
  options.cacheDir = cacheDir;
  std::vector<Tensor> inputs;
  for (const nb::object &array : arrays)
    inputs.push_back(python::toTensor(array, inputs.size()));
  RunResult result = [&] {
    nb::gil_scoped_release release;
    return check(runProgram(program, inputs, options));
  }();
  Run run{{}, std::move(result.report), std::move(result.mismatch)};
  for (Tensor &tensor : result.outputs)
    run.outputs.push_back(python::toArray(std::move(tensor)));
  return run;
}

namespace {
/// What tuning gave, as JSON.
struct Tuned {
  std::string mapping, figures;
};
} // namespace

/// How often a waiting thread looks for signals and reports progress.
static constexpr std::chrono::milliseconds kPollInterval(100);

/// Tunes in a thread of its own, so that this one can be interrupted.
static Tuned tuneText(const std::string &text, const std::string &name,
                      const std::string &machine, const TuneOptions &given,
                      const nb::object &progress) {
  std::atomic<bool> cancelled = false;
  std::atomic<size_t> done = 0, all = 0;
  TuneOptions options = given;
  options.progress = [&](size_t now, size_t of) {
    all = of;
    done = now;
  };
  options.isCancelled = [&] { return cancelled.load(); };
  MachineConfig config = check(loadMachine(machine));
  std::future<llvm::Expected<TuneResult>> future =
      std::async(std::launch::async,
                 [&] { return tuneModule(text, name, config, options); });
  size_t shown = 0;
  std::optional<nb::python_error> interrupt;
  auto isReady = [&] {
    nb::gil_scoped_release release;
    return future.wait_for(kPollInterval) == std::future_status::ready;
  };
  while (!isReady()) {
    if (interrupt)
      continue;
    try {
      if (PyErr_CheckSignals())
        throw nb::python_error();
      if (!progress.is_none() && done != shown)
        progress(shown = done, all.load());
    } catch (nb::python_error &error) {
      interrupt.emplace(std::move(error));
      cancelled = true;
    }
  }
  llvm::Expected<TuneResult> result = future.get();
  if (interrupt) {
    llvm::consumeError(result.takeError());
    throw std::move(*interrupt);
  }
  TuneResult tuned = check(std::move(result));
  return {llvm::formatv("{0:2}", tuned.toMapping()).str(),
          llvm::formatv("{0}", tuned.toJson()).str()};
}

static std::vector<TypeAndShape>
describe(const std::vector<TensorInfo> &infos) {
  std::vector<TypeAndShape> result;
  for (const TensorInfo &info : infos)
    result.emplace_back(elementTypeName(info.type).str(), info.shape);
  return result;
}

static void bindProgram(nb::module_ &m) {
  nb::class_<Program>(m, "Program", "A compiled program.")
      .def_ro("name", &Program::name)
      .def_ro("machine", &Program::machineName)
      .def_ro("machine_yaml", &Program::machineYaml)
      .def_ro("source_module", &Program::sourceModule)
      .def_ro("graph_module", &Program::graphModule)
      .def_prop_ro("input_types",
                   [](const Program &p) { return describe(p.inputTypes); })
      .def_prop_ro("output_types",
                   [](const Program &p) { return describe(p.outputTypes); })
      .def_prop_ro("num_kernels",
                   [](const Program &p) { return p.kernels.size(); })
      .def_prop_ro("kernels_compiled",
                   [](const Program &p) { return p.build.kernelsCompiled; })
      .def_prop_ro("kernels_cached",
                   [](const Program &p) { return p.build.kernelsLoaded; })
      .def_prop_ro("cache_warning",
                   [](const Program &p) { return p.build.warning; })
      .def_prop_ro("num_launches",
                   [](const Program &p) { return p.launches.size(); })
      .def(
          "save",
          [](const Program &p, const std::string &path) {
            nb::gil_scoped_release release;
            check(p.save(path));
          },
          "path"_a)
      .def_static(
          "load",
          [](const std::string &path) {
            nb::gil_scoped_release release;
            return check(Program::load(path));
          },
          "path"_a)
      .def("layouts_json",
           [](const Program &p) {
             return llvm::formatv("{0:2}",
                                  layoutsToJson(check(collectLayouts(p))))
                 .str();
           })
      .def("layouts_text",
           [](const Program &p) {
             std::string text;
             llvm::raw_string_ostream os(text);
             printLayouts(check(collectLayouts(p)), os);
             return text;
           })
      .def(
          "random_inputs",
          [](const Program &p, uint64_t seed) {
            std::vector<nb::object> arrays;
            for (Tensor &tensor : randomInputs(p, seed))
              arrays.push_back(python::toArray(std::move(tensor)));
            return arrays;
          },
          "seed"_a)
      .def("run", &runOn, "inputs"_a, nb::kw_only(), "timing"_a = "tile",
           "verify"_a = false, "sanitize"_a = false, "trace"_a = false,
           "rtol"_a = 1e-4, "atol"_a = 1e-4, "cache_dir"_a = "");
}

static void bindReport(nb::module_ &m) {
  nb::class_<Report::Kernel>(m, "Kernel",
                             "What all launches of a kernel came to.")
      .def_ro("name", &Report::Kernel::name)
      .def_ro("location", &Report::Kernel::location)
      .def_ro("launches", &Report::Kernel::launches)
      .def_ro("cycles", &Report::Kernel::cycles)
      .def_ro("macs", &Report::Kernel::macs)
      .def_ro("dram_bytes", &Report::Kernel::dramBytes)
      .def_ro("array_busy_cycles", &Report::Kernel::arrayBusyCycles)
      .def_ro("max_error", &Report::Kernel::maxError)
      .def_ro("schedule", &Report::Kernel::schedule)
      .def("__repr__", [](const Report::Kernel &k) {
        return llvm::formatv("<kernel {0} at {1}: {2} launches, {3} cycles>",
                             k.name, k.location, k.launches, k.cycles)
            .str();
      });
  nb::class_<Report::Op>(m, "Op",
                         "A source op and the kernel that executes it.")
      .def_ro("name", &Report::Op::name)
      .def_ro("location", &Report::Op::location)
      .def_ro("kernel", &Report::Op::kernel)
      .def("__repr__", [](const Report::Op &op) {
        return llvm::formatv("<op {0} at {1} in {2}>", op.name, op.location,
                             op.kernel)
            .str();
      });
  nb::class_<Report>(m, "Report", "The figures of one run.")
      .def_ro("program", &Report::program)
      .def_ro("machine", &Report::machine)
      .def_ro("timing", &Report::timing)
      .def_ro("core_freq_mhz", &Report::coreFreqMHz)
      .def_ro("arrays", &Report::arrays)
      .def_ro("cycles", &Report::cycles)
      .def_ro("seconds", &Report::seconds)
      .def_ro("max_error", &Report::maxError)
      .def_ro("verified", &Report::verified)
      .def_ro("array_busy_cycles", &Report::arrayBusyCycles)
      .def_prop_ro("array_utilization", &Report::arrayUtilization)
      .def_ro("dram_bytes", &Report::dramBytes)
      .def_ro("dram_read_requests", &Report::dramReadRequests)
      .def_ro("dram_write_requests", &Report::dramWriteRequests)
      .def_ro("instructions", &Report::instructions)
      .def_ro("vector_instructions", &Report::vectorInstructions)
      .def_ro("dma_moves", &Report::dmaMoves)
      .def_ro("dma_wait_cycles", &Report::dmaWaitCycles)
      .def_ro("array_wait_cycles", &Report::arrayWaitCycles)
      .def_ro("compile_seconds", &Report::compileSeconds)
      .def_ro("simulate_seconds", &Report::simulateSeconds)
      .def_prop_ro("host_seconds",
                   [](const Report &r) {
                     nb::dict phases;
                     for (const auto &[name, seconds] : r.phases.list())
                       phases[name.c_str()] = seconds;
                     return phases;
                   })
      .def_ro("kernels_compiled", &Report::kernelsCompiled)
      .def_ro("kernels_cached", &Report::kernelsLoaded)
      .def_ro("references_compiled", &Report::referencesCompiled)
      .def_ro("references_cached", &Report::referencesLoaded)
      .def_ro("cache_warning", &Report::cacheWarning)
      .def_ro("ops", &Report::ops)
      .def_ro("kernels", &Report::kernels)
      .def("json",
           [](const Report &r) {
             return llvm::formatv("{0:2}", r.toJson()).str();
           })
      .def(
          "write_json",
          [](const Report &r, const std::string &path) {
            check(r.writeJson(path));
          },
          "path"_a)
      .def(
          "write_trace",
          [](const Report &r, const std::string &path) {
            check(r.writeTrace(path));
          },
          "path"_a)
      .def("text", [](const Report &r) {
        std::string text;
        llvm::raw_string_ostream os(text);
        r.print(os);
        return text;
      });
}

NB_MODULE(_tilewright, m) {
  m.doc() = "Tilewright's compiler and simulators; use the tilewright package.";
  // The interpreter may end while a global of the user still holds a program.
  nb::set_leak_warnings(false);
  python::registerErrors();
  bindProgram(m);
  bindReport(m);
  nb::class_<Run>(m, "Run", "Outputs and report of one run.")
      .def_ro("outputs", &Run::outputs)
      .def_ro("report", &Run::report)
      .def_ro("mismatch", &Run::mismatch);
  m.def("compile", &compileText, "text"_a, "name"_a, "machine"_a, nb::kw_only(),
        "dump_after"_a = std::vector<std::string>(), "dump_dir"_a = ".",
        "cache_dir"_a = "", "mapping_file"_a = "", "mapping_text"_a = "",
        "fusion"_a = "all", "threads"_a = 0);
  nb::class_<Tuned>(m, "Tuned", "What tuning gave, as JSON.")
      .def_ro("mapping", &Tuned::mapping)
      .def_ro("figures", &Tuned::figures);
  m.def(
      "tune",
      [](const std::string &text, const std::string &name,
         const std::string &machine, unsigned candidates,
         const std::string &kernels, const std::string &cacheDir,
         const std::string &mappingFile, const std::string &mappingText,
         const std::string &fusion, unsigned threads,
         const nb::object &progress) {
        TuneOptions options;
        options.candidates = candidates;
        options.kernels = kernels;
        options.compile.cacheDir = cacheDir;
        options.compile.mappingFile = mappingFile;
        options.compile.mappingText = mappingText;
        options.compile.fusion = check(Fusion::parse(fusion));
        options.compile.threads = threads;
        return tuneText(text, name, machine, options, progress);
      },
      "text"_a, "name"_a, "machine"_a, nb::kw_only(), "candidates"_a = 4,
      "kernels"_a = "", "cache_dir"_a = "", "mapping_file"_a = "",
      "mapping_text"_a = "", "fusion"_a = "all", "threads"_a = 0,
      "progress"_a = nb::none());
  m.def(
      "list_schedules",
      [](const std::string &text, const std::string &name,
         const std::string &machine, unsigned candidates) {
        nb::gil_scoped_release release;
        MachineConfig config = check(loadMachine(machine));
        TuneOptions options;
        options.candidates = candidates;
        TuneResult listed = check(listSchedules(text, name, config, options));
        return llvm::formatv("{0}", listed.toJson()).str();
      },
      "text"_a, "name"_a, "machine"_a, "candidates"_a);
  m.def("phases", &compilerPhases);
  m.def("machines", &availableMachines);
  m.def("machine_directories", &machineDirectories);
  m.def(
      "add_machine_directory",
      [](const std::string &path) { addMachineDirectory(path); }, "path"_a);
}

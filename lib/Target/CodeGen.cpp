//===- CodeGen.cpp - LLVM dialect to a RISC-V object ----------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two settings are semantic. Vectorizers are off: vector registers are per
// lane, and scalar code vectorized by LLVM would compute lane 0's values in all
// lanes. Library idioms are off ("no-builtins"): a loop that clears a bank must
// not become a call of memset, which would clear lane 0 only.
//
//===----------------------------------------------------------------------===//

#include "mlir/Target/LLVMIR/Export.h"
#include "tilewright/Support/Error.h"
#include "tilewright/Target/Target.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/PassInstrumentation.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include <mutex>

using namespace tilewright;

/// Vector loads have no offsets, so what computes addresses ahead of loops
/// keeps a register for each vector of an unrolled body, more than there are:
/// loop strength reduction where they vary, constant hoisting where they do
/// not. Without these they are computed where they are used. The switches have
/// no other interface.
static void disableAddressHoisting() {
  auto &options = llvm::cl::getRegisteredOptions();
  for (const char *name : {"disable-lsr", "disable-constant-hoisting"})
    if (auto found = options.find(name); found != options.end())
      static_cast<llvm::cl::opt<bool> *>(found->second)->setInitialValue(true);
}

static void initializeTarget() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeRISCVTargetInfo();
    LLVMInitializeRISCVTarget();
    LLVMInitializeRISCVTargetMC();
    LLVMInitializeRISCVAsmPrinter();
    LLVMInitializeRISCVAsmParser();
    disableAddressHoisting();
  });
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const MachineConfig &machine) {
  initializeTarget();
  const llvm::Triple triple("riscv64-unknown-elf");
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return internalError("the RISC-V backend is missing: " + error);
  std::string features =
      llvm::formatv("+m,+a,+f,+d,+c,+v,+zvfh,+zvfbfmin,+xsfvcp,+zvl{0}b",
                    machine.vlenBits)
          .str();
  llvm::TargetOptions options;
  options.MCOptions.ABIName = "lp64d";
  std::unique_ptr<llvm::TargetMachine> result(target->createTargetMachine(
      triple, "generic-rv64", features, options, llvm::Reloc::Static,
      llvm::CodeModel::Medium, llvm::CodeGenOptLevel::Default));
  if (!result)
    return internalError("the RISC-V backend rejects features " + features);
  return result;
}

static void prepare(llvm::Module &module, llvm::TargetMachine &target,
                    const MachineConfig &machine) {
  module.setTargetTriple(target.getTargetTriple());
  module.setDataLayout(target.createDataLayout());
  unsigned vscale = machine.vlenBits / 64;
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("no-builtins");
    function.addFnAttr(llvm::Attribute::NoUnwind);
    // The scheduling model of an in-order core with a vector unit.
    function.addFnAttr("tune-cpu", "sifive-x280");
    function.addFnAttr(llvm::Attribute::getWithVScaleRangeArgs(
        module.getContext(), vscale, vscale));
  }
}

static void optimize(llvm::Module &module, llvm::TargetMachine &target) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  tuning.LoopInterleaving = false;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  // What runs on every lane must stay in vectors. GVN takes a short vector out
  // of a longer one that was stored before through an integer as wide as the
  // longer, which ends in scalar registers; VectorCombine stores a single
  // changed element of a vector as a scalar, which reaches lane 0 only.
  llvm::PassInstrumentationCallbacks callbacks;
  callbacks.registerShouldRunOptionalPassCallback(
      [](llvm::StringRef pass, llvm::Any) {
        return pass != "GVNPass" && pass != "VectorCombinePass";
      });
  llvm::PassBuilder builder(&target, tuning, std::nullopt, &callbacks);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
      .run(module, modules);
}

static llvm::Error emit(llvm::Module &module, llvm::TargetMachine &target,
                        llvm::CodeGenFileType type,
                        llvm::SmallVectorImpl<char> &out) {
  llvm::raw_svector_ostream stream(out);
  llvm::legacy::PassManager passes;
  if (target.addPassesToEmitFile(passes, stream, nullptr, type))
    return internalError("the RISC-V backend cannot emit this file type");
  passes.run(module);
  return llvm::Error::success();
}

llvm::Expected<ObjectCode>
tilewright::generateObject(mlir::ModuleOp module, const MachineConfig &machine,
                           llvm::StringRef kernel, llvm::StringRef symbol,
                           bool wantAssembly) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> ir =
      mlir::translateModuleToLLVMIR(module, context, "kernel");
  if (!ir)
    return internalError("kernel '" + kernel +
                         "' cannot be translated to LLVM IR");
  auto target = createTargetMachine(machine);
  if (!target)
    return target.takeError();
  llvm::Function *function = ir->getFunction(kernel);
  if (!function)
    return internalError("kernel '" + kernel + "' was lost in translation");
  function->setName(symbol);
  prepare(*ir, **target, machine);
  optimize(*ir, **target);
  ObjectCode code;
  if (wantAssembly) {
    // Emission changes the module, so the text comes from a copy.
    llvm::SmallVector<char, 0> text;
    if (llvm::Error error = emit(*llvm::CloneModule(*ir), **target,
                                 llvm::CodeGenFileType::AssemblyFile, text))
      return std::move(error);
    code.assembly.assign(text.begin(), text.end());
  }
  if (llvm::Error error =
          emit(*ir, **target, llvm::CodeGenFileType::ObjectFile, code.elf))
    return std::move(error);
  return code;
}

//===- HostCode.cpp - Machine code of the host ----------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Code is generated without fast-math: floats round as the module says, at any
// level of optimisation. Loops are optimised but neither vectorised nor
// unrolled: contractions are calls, the rest runs once per launch, and
// compiling it must not take longer than that.
//
//===----------------------------------------------------------------------===//

#include "HostCode.h"
#include "HostPipeline.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "tilewright/Support/Error.h"
#include "llvm/Analysis/CFG.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LICM.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"

using namespace tilewright;
using namespace tilewright::reference;
using namespace llvm;

static std::string packedName(StringRef entry) {
  return ("packed_" + entry).str();
}
static std::string interfaceName(StringRef entry) {
  return ("_mlir_ciface_" + entry).str();
}

//===----------------------------------------------------------------------===//
// The host
//===----------------------------------------------------------------------===//

static Expected<orc::JITTargetMachineBuilder> hostBuilder() {
  static const bool initialized = [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)initialized;
  auto builder = orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return builder.takeError();
  builder->setCodeGenOptLevel(CodeGenOptLevel::Less);
  builder->setRelocationModel(Reloc::PIC_);
  return builder;
}

std::string tilewright::reference::hostIdentity() {
  auto builder = hostBuilder();
  if (!builder) {
    consumeError(builder.takeError());
    return "unknown";
  }
  return builder->getTargetTriple().str() + "/" + builder->getCPU() + "/" +
         builder->getFeatures().getString();
}

//===----------------------------------------------------------------------===//
// From LLVM dialect to object code
//===----------------------------------------------------------------------===//

/// Adds `void packed_entry(ptr arguments)`, which calls the C interface.
static Error addPackedForm(Module &module, StringRef entry) {
  Function *callee = module.getFunction(interfaceName(entry));
  if (!callee)
    return internalError("the reference has no code for @" + entry);
  LLVMContext &context = module.getContext();
  auto *pointer = PointerType::get(context, 0);
  auto *function = Function::Create(
      FunctionType::get(Type::getVoidTy(context), {pointer}, false),
      Function::ExternalLinkage, packedName(entry), module);
  IRBuilder<> builder(BasicBlock::Create(context, "", function));
  SmallVector<Value *> arguments;
  for (unsigned i = 0; i < callee->arg_size(); ++i)
    arguments.push_back(builder.CreateLoad(
        pointer, builder.CreateConstGEP1_64(pointer, function->getArg(0), i)));
  builder.CreateCall(callee, arguments);
  builder.CreateRetVoid();
  return Error::success();
}

/// What runs once is not worth optimising; it must stay apart from what is.
static void markStraightLineCode(Module &module) {
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr(Attribute::NoInline);
    SmallVector<std::pair<const BasicBlock *, const BasicBlock *>> backEdges;
    FindFunctionBackedges(function, backEdges);
    if (backEdges.empty() && !function.hasLocalLinkage())
      function.addFnAttr(Attribute::OptimizeNone);
  }
}

/// Few passes: what MLIR leaves is in SSA form, without dead code and with
/// constant bounds. Invariant addresses leave loops here; code generation
/// reduces the others' strength.
static void optimize(Module &module, TargetMachine &target) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  PassBuilder builder(&target);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  FunctionPassManager passes;
  passes.addPass(SimplifyCFGPass());
  passes.addPass(InstCombinePass());
  passes.addPass(EarlyCSEPass(/*UseMemorySSA=*/true));
  passes.addPass(createFunctionToLoopPassAdaptor(LICMPass(LICMOptions()),
                                                 /*UseMemorySSA=*/true));
  for (Function &function : module)
    if (!function.isDeclaration() &&
        !function.hasFnAttribute(Attribute::OptimizeNone))
      passes.run(function, functions);
}

Expected<std::string>
tilewright::reference::generateObject(mlir::ModuleOp module,
                                      ArrayRef<std::string> entries) {
  auto builder = hostBuilder();
  if (!builder)
    return builder.takeError();
  auto target = builder->createTargetMachine();
  if (!target)
    return target.takeError();
  LLVMContext context;
  std::unique_ptr<Module> code = mlir::translateModuleToLLVMIR(module, context);
  if (!code)
    return internalError("the reference has no translation to LLVM IR");
  code->setTargetTriple((*target)->getTargetTriple());
  code->setDataLayout((*target)->createDataLayout());
  for (const std::string &entry : entries)
    if (Error error = addPackedForm(*code, entry))
      return std::move(error);
  markStraightLineCode(*code);
  optimize(*code, **target);
  SmallString<0> object;
  raw_svector_ostream os(object);
  legacy::PassManager passes;
  if ((*target)->addPassesToEmitFile(passes, os, nullptr,
                                     CodeGenFileType::ObjectFile))
    return internalError("no object files can be made for this host");
  passes.run(*code);
  return std::string(object);
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

LoadedCode::LoadedCode(std::unique_ptr<orc::LLJIT> jit) : jit(std::move(jit)) {}
LoadedCode::~LoadedCode() = default;

Expected<std::unique_ptr<LoadedCode>>
LoadedCode::load(StringRef object,
                 ArrayRef<const HostContraction *> contractions) {
  auto builder = hostBuilder();
  if (!builder)
    return builder.takeError();
  auto jit = orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(std::move(*builder))
                 .create();
  if (!jit)
    return jit.takeError();
  orc::SymbolMap symbols;
  symbols[(*jit)->mangleAndIntern(kContractionFunction)] = {
      orc::ExecutorAddr::fromPtr(&runContraction),
      JITSymbolFlags::Exported | JITSymbolFlags::Callable};
  symbols[(*jit)->mangleAndIntern(kContractionTable)] = {
      orc::ExecutorAddr::fromPtr(contractions.data()),
      JITSymbolFlags::Exported};
  if (Error error = (*jit)->getMainJITDylib().define(
          orc::absoluteSymbols(std::move(symbols))))
    return std::move(error);
  if (Error error = (*jit)->addObjectFile(
          MemoryBuffer::getMemBuffer(object, "reference", false)))
    return std::move(error);
  return std::unique_ptr<LoadedCode>(new LoadedCode(std::move(*jit)));
}

Expected<LoadedCode::Entry> LoadedCode::entry(StringRef name) const {
  auto address = jit->lookup(packedName(name));
  if (!address)
    return address.takeError();
  return address->toPtr<Entry>();
}

#===- test_cli.py - The command line ---------------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Exit codes, error messages and files of `tilewright`. The binary is
$TILEWRIGHT_BUILD/bin/tilewright (default: build/bin)."""

import json
import os
import pathlib
import signal
import subprocess
import time

import numpy
import pytest
from checks import BINARY, ROOT

MATMUL = """
func.func @main(%a: tensor<12x20xf32>, %b: tensor<20x9xf32>) -> tensor<12x9xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<12x9xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<12x9xf32>) -> tensor<12x9xf32>
  %c = linalg.matmul ins(%a, %b : tensor<12x20xf32>, tensor<20x9xf32>)
                     outs(%init : tensor<12x9xf32>) -> tensor<12x9xf32>
  return %c : tensor<12x9xf32>
}
"""


def tilewright(*arguments, **environment):
    env = {k: v for k, v in os.environ.items() if not k.startswith("TILEWRIGHT_")}
    env.update(environment)
    return subprocess.run([BINARY, *map(str, arguments)], env=env, text=True,
                          capture_output=True, timeout=300)


def fails(code, *arguments, **environment):
    """The error message of a command that must fail with `code`: one paragraph on
    standard error, nothing on standard output."""
    result = tilewright(*arguments, **environment)
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    prefix = "tilewright: internal error: " if code == 70 else "tilewright: error: "
    assert result.stderr.startswith(prefix)
    assert result.stderr.endswith("\n") and "\n\n" not in result.stderr
    return result.stderr[len(prefix):-1]


def succeeds(*arguments, **environment):
    result = tilewright(*arguments, **environment)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


@pytest.fixture
def matmul(tmp_path):
    path = tmp_path / "matmul.mlir"
    path.write_text(MATMUL)
    return path


@pytest.fixture
def operands(tmp_path):
    random = numpy.random.default_rng(1)
    a = random.standard_normal((12, 20), dtype=numpy.float32)
    b = random.standard_normal((20, 9), dtype=numpy.float32)
    numpy.save(tmp_path / "a.npy", a)
    numpy.save(tmp_path / "b.npy", numpy.asfortranarray(b))
    return a, b


# Command line.


def test_help_is_grouped_and_ends_with_exit_codes():
    text = succeeds("run", "--help")
    for group in ("Input and machine:", "Execution:", "Output:", "Compiler debugging:"):
        assert group in text
    for option in ("--machine", "--cache-dir", "--mapping", "--fusion", "--threads", "--inputs",
                   "--seed", "--outputs", "--verify", "--timing",
                   "--json", "--trace", "--sanitize", "--dump-after", "--dump-dir"):
        assert option in text
    assert text.index("Exit codes:") > text.index("--trace")
    for code in (0, 1, 2, 3, 4, 70):
        assert f"\n  {code} " in text
    assert "mlir-" not in text and "--enable-" not in text, "options of LLVM are hidden"


def test_top_level_help_lists_the_commands():
    text = succeeds("--help")
    for command in ("run", "compile", "tune", "machines"):
        assert f"  {command}" in text
    assert succeeds("--version").startswith("tilewright ")


@pytest.mark.parametrize("arguments, message", [
    ([], "no command given (run, compile, tune, machines, report, coverage); try 'tilewright --help'"),
    (["walk"], "unknown subcommand 'walk'"),
    (["run"], "no input file: tilewright run FILE"),
    (["run", "x.mlir", "--verif"], "unknown command line argument '--verif'; did you mean '--verify'?"),
    (["run", "x.mlir", "--timing=fast"], "--timing: expected tile, instruction or none, found 'fast'"),
    (["run", "x.mlir", "--seed=x"], "for the --seed option: 'x' value invalid"),
    (["run", "x.mlir", "--atol=-1"], "--atol: expected a number of at least 0"),
    (["run", "x.mlir", "--rtol=nan"], "--rtol: expected a number of at least 0"),
    (["run", "x.mlir", "--seed=1", "--inputs=a.npy"], "--inputs and --seed exclude each other"),
    (["run", "x.mlir", "--timing=none", "--trace=t"], "--trace needs timing"),
    (["run", "x.mlir", "--dump-dir=d"], "--dump-dir needs --dump-after"),
    (["run", "a.mlir", "b.mlir"], "too many positional arguments"),
    (["compile", "x.mlir"], "tilewright compile FILE.mlir -o FILE"),
    (["compile", "-o", "y"], "tilewright compile FILE.mlir -o FILE"),
    (["compile", "x.mlir", "--mapping="], "--mapping needs a file"),
    (["compile", "x.mlir", "--fusion=epilog"], "did you mean 'epilogue'?; expected all, none, or a list of"),
    (["compile", "x.mlir", "--fusion="], "unknown kind of fusion ''"),
    (["compile", "x.mlir", "--threads=some"], "for the --threads option: 'some' value invalid"),
    (["tune"], "no input file: tilewright tune FILE.mlir -o MAPPING"),
    (["tune", "x.mlir", "--candidates=0"], "--candidates: expected at least 1"),
    (["machines", "--verify"], "unknown command line argument '--verify'"),
])
def test_wrong_command_lines(arguments, message):
    assert message in fails(2, *arguments)


def test_a_crash_exits_with_70(tmp_path):
    pipe = tmp_path / "never-written"
    os.mkfifo(pipe)
    process = subprocess.Popen([BINARY, "run", pipe], stderr=subprocess.PIPE, text=True)
    # It waits for the pipe's writer once it has installed its handlers.
    deadline = time.monotonic() + 60
    wait = pathlib.Path(f"/proc/{process.pid}/wchan")
    while time.monotonic() < deadline and process.poll() is None:
        if "\nState:\tS" in pathlib.Path(f"/proc/{process.pid}/status").read_text():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGSEGV)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 70
    assert stderr.rstrip().endswith("internal error: crashed (this is a defect of Tilewright)")


# Files.


@pytest.mark.parametrize("command", [["run"], ["compile", "-o", "out.tw"]])
def test_missing_and_unreadable_files(command, tmp_path):
    missing = tmp_path / "missing.mlir"
    assert fails(2, *command, missing) == f"cannot read '{missing}': No such file or directory"
    assert fails(2, *command, tmp_path) == f"'{tmp_path}' is a directory"


def test_syntax_errors_have_a_place(tmp_path):
    path = tmp_path / "broken.mlir"
    path.write_text("func.func @main() {\n  return %x : f32\n}\n")
    message = fails(2, "run", path)
    assert f"{path}:2:10" in message


def test_unsupported_modules_exit_with_3(tmp_path):
    path = tmp_path / "dynamic.mlir"
    path.write_text("func.func @main(%a: tensor<?xf32>) -> tensor<?xf32> {\n"
                    "  return %a : tensor<?xf32>\n}\n")
    assert f"{path}:1:" in fails(3, "run", path)


def test_unwritable_files(matmul, tmp_path):
    nowhere = tmp_path / "missing" / "file"
    assert fails(2, "compile", matmul, "-o", nowhere) == f"cannot write '{nowhere}': No such file or directory"
    assert f"cannot write report '{nowhere}'" in fails(2, "run", matmul, "--json", nowhere)
    assert f"cannot write trace '{nowhere}'" in fails(2, "run", matmul, "--trace", nowhere)
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    assert (fails(2, "run", matmul, "--outputs", blocked)
            == f"cannot write '{blocked / 'output_0.npy'}': Not a directory")


# Machines.


def test_machines_are_listed():
    table = succeeds("machines")
    listed = json.loads(succeeds("machines", "--json"))
    assert {"tpuv3", "small32", "small8"} <= {m["machine"] for m in listed}
    for machine in listed:
        assert machine["machine"] in table
    tpuv3 = next(m for m in listed if m["machine"] == "tpuv3")
    assert (tpuv3["lanes"], tpuv3["spad_bytes_per_lane"], tpuv3["arrays_per_core"]) == (128, 128 << 10, 2)
    assert tpuv3["dram_bytes_per_second"] == pytest.approx(481.3e9, rel=1e-3)


def test_unknown_machines_list_what_exists(matmul):
    message = fails(2, "run", matmul, "--machine=tpuv33")
    assert message.startswith("no machine 'tpuv33'; did you mean 'tpuv3'? (machines: ")
    assert "small32" in message
    assert "cannot read machine file './x.yaml'" in fails(2, "run", matmul, "--machine", "./x.yaml")


def machine_file(directory, name, old="", new=""):
    text = (ROOT / "machines/small8.yaml").read_text()
    assert old in text
    path = directory / name
    path.write_text(text.replace(old, new, 1) if old else text)
    return path


@pytest.mark.parametrize("old, new, message", [
    ("lanes:", "lane:", "unknown key 'lane'; did you mean 'lanes'?"),
    ("channels:", "channel:", "unknown key 'dram.channel'; did you mean 'dram.channels'?"),
    ("lanes: 8", "lanes: 12", "key 'lanes': expected a power of two from 2 to 1024; found '12'"),
    ("preset: DDR4", "preset: DDR5", "key 'dram.preset': no DRAM preset 'DDR5'; did you mean 'DDR4'?"),
    ("cores: 1", "cores: [1", "YAML syntax"),
])
def test_machine_files_are_read_strictly(matmul, tmp_path, old, new, message):
    path = machine_file(tmp_path, "bad.yaml", old, new)
    line = path.read_text()[:path.read_text().index(new)].count("\n") + 1
    error = fails(2, "run", matmul, "--machine", path)
    assert message in error
    if "YAML" not in message:
        assert f"{path}:{line}:" in error


def test_machines_come_from_the_environment(matmul, tmp_path):
    machine_file(tmp_path, "mine.yaml", "name: small8", "name: mine")
    environment = {"TILEWRIGHT_MACHINES": f"/nonexistent:{tmp_path}"}
    assert "mine.yaml" in succeeds("machines", **environment)
    report = json.loads(succeeds("run", matmul, "--json=-", TILEWRIGHT_MACHINE="mine", **environment))
    assert report["machine"] == "mine"
    assert "no machine 'mine'" in fails(2, "run", matmul, TILEWRIGHT_MACHINE="mine")
    (tmp_path / "broken.yaml").write_text("lanes: 3\n")
    result = tilewright("machines", **environment)
    assert result.returncode == 2
    assert "tpuv3" in result.stdout, "the others are still listed"
    assert "broken.yaml:1:8: key 'lanes'" in result.stderr


# Inputs and outputs.


def test_wrong_inputs(matmul, operands, tmp_path):
    a, b = tmp_path / "a.npy", tmp_path / "b.npy"

    def saved(name, array):
        numpy.save(tmp_path / name, array)
        return tmp_path / name

    assert fails(2, "run", matmul, f"--inputs={a}") == f"'{matmul}' takes 2 inputs, --inputs names 1"
    transposed = saved("t.npy", operands[0].T)
    assert (fails(2, "run", matmul, f"--inputs={transposed},{b}")
            == f"input 0, '{transposed}': expected 12x20xf32, found 20x12xf32 (dtype '<f4')")
    double = saved("d.npy", operands[1].astype(numpy.float64))
    message = fails(2, "run", matmul, f"--inputs={a},{double}")
    assert "expected 20x9xf32, found 20x9xf64" in message and "astype(numpy.float32)" in message
    compound = saved("c.npy", operands[1].astype(numpy.complex64))
    assert "dtype 'c8' is not supported" in fails(2, "run", matmul, f"--inputs={a},{compound}")
    assert "not a NumPy .npy file" in fails(2, "run", matmul, f"--inputs={a},{matmul}")
    assert "cannot read" in fails(2, "run", matmul, f"--inputs={a},{tmp_path / 'none.npy'}")
    assert f"input 1, '{a}'" in fails(2, "run", matmul, f"--inputs={a},{a}")


@pytest.mark.parametrize("machine", ["tpuv3", "small32", "small8"])
def test_a_run_computes_reports_and_traces(matmul, operands, tmp_path, machine):
    a, b = operands
    text = succeeds("run", matmul, "--machine", machine, "--verify", "--sanitize",
                    f"--inputs={tmp_path / 'a.npy'},{tmp_path / 'b.npy'}",
                    "--outputs", tmp_path / "out", "--json", tmp_path / "r.json",
                    "--trace", tmp_path / "t.json")
    assert f"matmul.mlir on {machine}" in text and "verified" in text
    result = numpy.load(tmp_path / "out/output_0.npy")
    numpy.testing.assert_allclose(result, a @ b, rtol=1e-4, atol=1e-4)

    report = json.loads((tmp_path / "r.json").read_text())
    assert report["schema_version"] == 1
    assert report["machine"] == machine
    assert report["cycles"] > 0 and report["seconds"] > 0
    assert 0 <= report["max_error"] < 1e-4
    for key in ("array_busy_cycles", "array_utilization", "array_rows", "dram_read_requests",
                "dram_write_requests", "dram_bytes", "instructions"):
        assert report["counters"][key]
    assert report["counters"]["dram_bytes"] >= 4 * (12 * 20 + 20 * 9 + 12 * 9)
    kernels = {kernel["name"] for kernel in report["kernels"]}
    assert report["ops"] and {op["kernel"] for op in report["ops"]} <= kernels
    assert sum(kernel["macs"] for kernel in report["kernels"]) == 12 * 20 * 9
    events = json.loads((tmp_path / "t.json").read_text())["traceEvents"]
    assert {"kernel", "compute", "dma"} <= {event.get("cat") for event in events}


def test_seeds_decide_the_inputs(matmul, tmp_path):
    def output(name, *arguments):
        succeeds("run", matmul, "--timing=none", "--outputs", tmp_path / name, *arguments)
        return (tmp_path / name / "output_0.npy").read_bytes()

    assert output("a") == output("b", "--seed=0") != output("c", "--seed=1")


def test_timing_levels(matmul):
    def report(level):
        return json.loads(succeeds("run", matmul, "--json=-", f"--timing={level}"))

    none, tile, instruction = map(report, ("none", "tile", "instruction"))
    assert none["cycles"] is None and none["counters"]["dram_bytes"] is None
    assert none["counters"]["instructions"] == tile["counters"]["instructions"]
    assert tile["counters"]["dram_bytes"] == instruction["counters"]["dram_bytes"]
    assert tile["cycles"] == pytest.approx(instruction["cycles"], rel=0.01)


def test_a_compiled_program_runs_alone(matmul, tmp_path):
    program = tmp_path / "matmul.tw"
    assert "1 kernels, 1 launches" in succeeds("compile", matmul, "-o", program, "--machine=small8")
    compiled = json.loads(succeeds("run", program, "--json=-", "--verify"))
    direct = json.loads(succeeds("run", matmul, "--json=-", "--verify", "--machine=small8"))
    compiled.pop("host"), direct.pop("host")
    assert compiled == direct
    succeeds("run", program, "--machine=small8", "--timing=none")
    message = fails(2, "run", program, "--machine=small32")
    assert "was compiled for another machine ('small8')" in message
    succeeds("run", program, "--timing=none", TILEWRIGHT_MACHINE="small32")
    assert "compiled already" in fails(2, "run", program, "--dump-after=all")
    assert "compiled already" in fails(2, "compile", program, "-o", tmp_path / "x.tw")


def test_damaged_programs_are_usage_errors(matmul, tmp_path):
    program = tmp_path / "matmul.tw"
    succeeds("compile", matmul, "-o", program)
    data = program.read_bytes()
    for damaged in (data[:100], data[:-1], data[:300] + b"?" + data[301:], data[:-50] + bytes(50), data + b"x"):
        program.write_bytes(damaged)
        assert f"program '{program}': " in fails(2, "run", program)


def test_verification_failures_exit_with_1(tmp_path):
    """A reciprocal square root is rounded differently on the host and on the NPU's
    lanes; without tolerance that is a failure."""
    path = tmp_path / "rsqrt.mlir"
    path.write_text("""
#id = affine_map<(i, j) -> (i, j)>
func.func @main(%a: tensor<64x100xf32>) -> tensor<64x100xf32> {
  %e = tensor.empty() : tensor<64x100xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<64x100xf32>) outs(%e : tensor<64x100xf32>) {
  ^bb0(%x: f32, %o: f32):
    %y = math.exp %x : f32
    %z = math.rsqrt %y : f32
    linalg.yield %z : f32
  } -> tensor<64x100xf32>
  return %r : tensor<64x100xf32>
}
""")
    succeeds("run", path, "--verify")
    result = tilewright("run", path, "--verify", "--rtol=0", "--atol=0", "--json", tmp_path / "r.json",
                        "--outputs", tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("tilewright: error: verification failed: kernel '")
    for part in (f"({path}:5:", "launch 0", "NPU ", "reference ", "of 6400 elements of 64x100xf32 differ"):
        assert part in result.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert 0 < report["max_error"] < 1e-5, "the report is written all the same"
    assert (tmp_path / "output_0.npy").exists()


def test_dumps_and_unknown_phases(matmul, tmp_path):
    message = fails(2, "run", matmul, "--dump-after=nonsense")
    assert "unknown phase 'nonsense'" in message and "all" in message
    succeeds("compile", matmul, "-o", tmp_path / "x.tw", "--dump-after=all", f"--dump-dir={tmp_path / 'ir'}")
    dumped = sorted(path.name for path in (tmp_path / "ir").iterdir())
    assert len(dumped) > 3 and dumped[0].startswith("0-")


# Cache, schedules, tuning.


def compiled(path, *arguments, **environment):
    return json.loads(succeeds("compile", path, "--json", "-", "--machine=small8", *arguments,
                               **environment))


def test_compile_json_says_what_was_decided(matmul):
    report = compiled(matmul)
    assert report["machine"] == "small8" and report["launches"] == 1
    kernel, = report["kernels"]
    assert kernel["name"].startswith("kernel_0_") and len(kernel["key"]) == 16
    assert kernel["macs"] == 12 * 20 * 9
    assert kernel["schedule"]["kind"] == "contraction" and len(kernel["schedule"]["tile"]) == 3
    assert report["host"]["kernels_compiled"] == 1
    assert {"import", "graph", "tiles", "machine_code", "link"} <= set(report["host"]["seconds"])


def test_the_number_of_threads_does_not_show(matmul, tmp_path):
    for threads in (1, 3):
        succeeds("compile", matmul, "-o", tmp_path / f"{threads}.tw", f"--threads={threads}")
    assert (tmp_path / "1.tw").read_bytes() == (tmp_path / "3.tw").read_bytes()


def test_a_warm_cache_compiles_nothing(matmul, tmp_path):
    cache = tmp_path / "cache"
    cold = compiled(matmul, f"--cache-dir={cache}")
    assert cold["host"]["kernels_compiled"] == 1 and cold["host"]["kernels_cached"] == 0
    # The same kernel elsewhere in a file; the directory from the environment.
    moved = matmul.with_name("moved.mlir")
    moved.write_text("// A comment.\n" + MATMUL)
    warm = compiled(moved, TILEWRIGHT_CACHE_DIR=str(cache))
    assert warm["host"]["kernels_compiled"] == 0 and warm["host"]["kernels_cached"] == 1
    assert warm["kernels"][0]["schedule"] == cold["kernels"][0]["schedule"]
    assert warm["kernels"][0]["location"] != cold["kernels"][0]["location"]
    assert compiled(matmul, f"--cache-dir={cache}", "--machine=small32")["host"][
        "kernels_cached"] == 0
    assert "verified" in succeeds("run", matmul, "--machine=small8", "--verify",
                                  f"--cache-dir={cache}")


def test_a_warm_cache_compiles_no_reference(matmul, tmp_path):
    def references(*options):
        text = succeeds("run", matmul, "--verify", "--json=-", f"--cache-dir={tmp_path / 'cache'}",
                        *options)
        host = json.loads(text)["host"]
        return host["references_compiled"], host["references_cached"]

    assert references() == (2, 0)
    assert references() == (0, 2)
    # The kernels of another machine, but the same source module.
    assert references("--machine=small32")[1] >= 1


def test_damaged_cache_entries_are_rebuilt(matmul, tmp_path):
    cache = tmp_path / "cache"
    compiled(matmul, f"--cache-dir={cache}")
    entry, = cache.glob("llvmcache-*")
    entry.write_bytes(entry.read_bytes()[:-5])
    again = compiled(matmul, f"--cache-dir={cache}")
    assert again["host"]["damaged_cache_entries"] == 1
    assert again["host"]["kernels_compiled"] == 1
    assert compiled(matmul, f"--cache-dir={cache}")["host"]["kernels_cached"] == 1


def test_two_processes_share_a_cache(matmul, tmp_path):
    command = [BINARY, "compile", matmul, "--json=-", f"--cache-dir={tmp_path / 'cache'}"]
    processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                 for _ in range(2)]
    for process in processes:
        _, stderr = process.communicate(timeout=120)
        assert process.returncode == 0, stderr
    assert len(list((tmp_path / "cache").glob("llvmcache-*"))) == 1


def test_a_cache_directory_that_cannot_be_used(matmul, tmp_path):
    (tmp_path / "file").write_text("x")
    message = fails(2, "compile", matmul, "--json=-", f"--cache-dir={tmp_path / 'file' / 'x'}")
    assert message.startswith("cannot use cache directory")


def test_a_mapping_decides_the_schedule(matmul, tmp_path):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"tilewright_mapping": 1, "schedules": [
        {"kernel": "kernel_0_*", "schedule": {"streams": "lhs", "tile": [8, 8, 8]}}]}))
    report = compiled(matmul, f"--mapping={mapping}")
    assert report["kernels"][0]["schedule"]["tile"] == [8, 8, 8]
    mapping.write_text(json.dumps({"12_9_20": {"TILE_M": 8, "TILE_N": 16, "TILE_K": 24}}))
    report = compiled(matmul, f"--mapping={mapping}")
    assert report["kernels"][0]["schedule"]["tile"] == [8, 16, 24]
    succeeds("run", matmul, "--machine=small8", "--verify", "--sanitize", f"--mapping={mapping}")


@pytest.mark.parametrize("content, message", [
    ("{", "mapping.json"),
    ({"tilewright_mapping": 1, "schedules": [{"kernel": "kernel_0_matmull", "schedule": {}}]},
     "no kernel is called 'kernel_0_matmull'"),
    ({"tilewright_mapping": 1, "schedules": [{"kernel": "*", "schedule": {"tiel": [1]}}]},
     "did you mean 'tile'?"),
    ({"12_9_20": {"TILE_M": 8192, "TILE_N": 8, "TILE_K": 64}},
     "bytes per lane, machine 'small8' has 28,672"),
    ({"tilewright_mapping": 1, "machine": "tpuv3", "schedules": []},
     "is for machine 'tpuv3', not 'small8'"),
])
def test_mappings_that_cannot_be_used(content, message, matmul, tmp_path):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(content if isinstance(content, str) else json.dumps(content))
    assert message in fails(2, "compile", matmul, "--json=-", "--machine=small8",
                            f"--mapping={mapping}")


def test_tuning_gives_a_mapping_that_is_not_slower(matmul, tmp_path):
    mapping = tmp_path / "tuned.json"
    tuned = json.loads(succeeds("tune", matmul, "--machine=small8", "-o", mapping, "--json=-",
                                "--candidates=3"))
    kernel, = tuned["kernels"]
    assert kernel["tried"] >= 2 and 0 < kernel["cycles"] <= kernel["heuristic_cycles"]
    runs = [json.loads(succeeds("run", matmul, "--machine=small8", "--json=-", *extra))
            for extra in ([], [f"--mapping={mapping}"])]
    assert runs[1]["cycles"] <= runs[0]["cycles"]
    assert runs[1]["kernels"][0]["schedule"] == kernel["schedule"]


def test_host_time_by_phase(matmul):
    host = json.loads(succeeds("run", matmul, "--json=-", "--verify"))["host"]
    assert {"import", "machine_code", "link", "functional", "timing", "reference_compile",
            "reference_run"} <= set(host["seconds"])
    assert all(seconds >= 0 for seconds in host["seconds"].values())

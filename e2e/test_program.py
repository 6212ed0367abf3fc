"""Compiled programs: determinism, saving and loading, array types, errors."""

import json

import numpy
import pytest
import torch

import tilewright

TEXT = """
func.func @main(%a: tensor<33x70xf32>, %b: tensor<70x47xf32>) -> tensor<33x47xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<33x47xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<33x47xf32>) -> tensor<33x47xf32>
  %c = linalg.matmul ins(%a, %b : tensor<33x70xf32>, tensor<70x47xf32>)
                     outs(%init : tensor<33x47xf32>) -> tensor<33x47xf32>
  return %c : tensor<33x47xf32>
}
"""


@pytest.fixture
def program(machine):
    return tilewright.compile(TEXT, "matmul", machine)


def run_twice(first, second, inputs, **options):
    a, b = first.run(inputs, **options), second.run(inputs, **options)
    assert [x.tobytes() for x in a.outputs] == [x.tobytes() for x in b.outputs]
    assert a.report.cycles == b.report.cycles
    assert [k.cycles for k in a.report.kernels] == [k.cycles for k in b.report.kernels]
    return a


@pytest.mark.parametrize("timing", ["tile", "instruction"])
def test_runs_are_deterministic(program, timing):
    result = run_twice(program, program, program.random_inputs(1), timing=timing)
    assert result.report.cycles > 0


def test_compilation_is_deterministic(program, machine, tmp_path):
    program.save(tmp_path / "a.tw")
    tilewright.compile(TEXT, "matmul", machine).save(tmp_path / "b.tw")
    assert (tmp_path / "a.tw").read_bytes() == (tmp_path / "b.tw").read_bytes()


def test_a_saved_program_gives_the_same(program, tmp_path):
    program.save(tmp_path / "matmul.tw")
    loaded = tilewright.Program.load(tmp_path / "matmul.tw")
    assert (loaded.name, loaded.machine) == (program.name, program.machine)
    assert loaded.input_types == program.input_types == [("f32", [33, 70]), ("f32", [70, 47])]
    assert loaded.output_types == [("f32", [33, 47])]
    run_twice(program, loaded, program.random_inputs(2), verify=True, sanitize=True)


def test_random_inputs_are_seeded(program):
    def draw(seed):
        return [numpy.from_dlpack(x) for x in program.random_inputs(seed)]

    for a, b, c in zip(draw(3), draw(3), draw(4)):
        assert a.tobytes() == b.tobytes()
        assert a.tobytes() != c.tobytes()


def test_numpy_and_torch_inputs_agree(program):
    rng = numpy.random.default_rng(0)
    a = rng.standard_normal((33, 70), dtype=numpy.float32)
    b = rng.standard_normal((47, 70), dtype=numpy.float32).T  # not contiguous
    from_numpy = program.run([a, b]).outputs[0]
    from_torch = program.run([torch.from_numpy(a), torch.from_numpy(b)]).outputs[0]
    assert from_numpy.tobytes() == from_torch.tobytes()
    numpy.testing.assert_allclose(from_numpy, a @ b, rtol=1e-4, atol=1e-4)


def test_outputs_outlive_the_run(program):
    inputs = program.random_inputs(5)
    output = program.run(inputs).outputs[0]
    copy = output.copy()
    for seed in range(3):
        program.run(program.random_inputs(seed))
    assert output.tobytes() == copy.tobytes()


def test_wrong_inputs_are_usage_errors(program):
    a, b = (numpy.from_dlpack(x) for x in program.random_inputs(0))
    with pytest.raises(tilewright.UsageError):
        program.run([a])
    with pytest.raises(tilewright.UsageError):
        program.run([b, a])
    with pytest.raises(tilewright.UsageError):
        program.run([a.astype(numpy.float64), b])
    with pytest.raises(tilewright.UsageError, match="element type"):
        program.run([a.astype(numpy.complex64), b])
    with pytest.raises(tilewright.UsageError, match="input 1 is a list"):
        program.run([a, [1.0, 2.0]])
    with pytest.raises(tilewright.UsageError, match="timing"):
        program.run([a, b], timing="cycles")


def test_bad_text_and_machines_are_usage_errors(tmp_path):
    with pytest.raises(tilewright.UsageError, match="broken"):
        tilewright.compile("func.func @main(", "broken", "tpuv3")
    with pytest.raises(tilewright.UsageError, match="tpuv3"):
        tilewright.compile(TEXT, "m", "tpu_v3")
    with pytest.raises(tilewright.UsageError):
        tilewright.Program.load(tmp_path / "absent.tw")
    (tmp_path / "not.tw").write_bytes(b"TILEWRT1" + b"\xff" * 64)
    with pytest.raises(tilewright.UsageError):
        tilewright.Program.load(tmp_path / "not.tw")


def test_dynamic_shapes_are_unsupported():
    text = "func.func @main(%a: tensor<?xf32>) -> tensor<?xf32> { return %a : tensor<?xf32> }"
    with pytest.raises(tilewright.UnsupportedError):
        tilewright.compile(text, "dynamic", "tpuv3")


def test_presets_are_found():
    assert {"tpuv3", "small32", "small8"} <= set(tilewright.machines())


def test_report_files(program, tmp_path):
    report = program.run(program.random_inputs(0), trace=True).report
    report.to_json(tmp_path / "r.json")
    data = json.loads((tmp_path / "r.json").read_text())
    assert data["cycles"] == report.cycles
    report.to_trace(tmp_path / "t.json")
    events = json.loads((tmp_path / "t.json").read_text())
    assert events["traceEvents"]
    with pytest.raises(tilewright.UsageError, match="trace=True"):
        program.run(program.random_inputs(0)).report.to_trace(tmp_path / "u.json")


def test_runs_use_the_cache_of_their_program(machine, tmp_path):
    def references(program, **options):
        report = program.run(program.random_inputs(1), verify=True, **options).report
        return report.references_compiled, report.references_cached

    cached = tilewright.compile(TEXT, "matmul", machine, cache_dir=tmp_path / "cache")
    assert references(cached) == (2, 0)
    assert references(cached) == (0, 2)
    saved = tmp_path / "matmul.tw"
    cached.save(saved)
    loaded = tilewright.Program.load(saved)
    assert references(loaded, cache_dir="") == (2, 0)
    assert references(loaded, cache_dir=tmp_path / "cache") == (0, 2)


def test_simulate_and_the_backend_use_a_cache(machine, tmp_path, monkeypatch):
    x = torch.randn(5, 7)
    reports = [tilewright.simulate(torch.exp, x, machine, cache_dir=tmp_path / "cache")
               for _ in range(2)]
    assert [r.references_cached for r in reports] == [0, 2]
    assert reports[0].cycles == reports[1].cycles
    monkeypatch.setenv("TILEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    options = {"machine": machine, "verify": True}
    torch.compile(lambda x: torch.exp(x), backend="tilewright", options=options)(x)
    assert tilewright.last_report().references_cached == 2

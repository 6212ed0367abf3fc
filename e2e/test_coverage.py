#===- test_coverage.py - The coverage report ---------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Coverage counts every op, names the exact reason of each that fails, and finds all of
them; a crash of the compiler is a result like another."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from checks import BINARY
from torch import nn

import tilewright
from tilewright import _isolation, coverage_command
from tilewright.op_coverage import COMPILED, FAILED, NOT_TRIED, UNSUPPORTED, coverage

X = torch.ones(4, 6)


def small():
    return nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3), nn.ReLU()).eval(), (X,)


def two_failures(x):
    y = torch.linalg.svdvals(x).sum() + torch.relu(x)
    return torch.linalg.qr(y)[0].sum() * torch.linalg.svdvals(y)


def failing():
    return two_failures, (X,)


def breaking(x):
    x = x + 1
    if x.sum() > 0:
        x = x * 2
    return x


MODELS = {"small": small, "failing": failing}


def test_all_compile():
    result = coverage(*small(), machine="small8")
    assert result.complete and result.model_status == COMPILED and not result.failures
    counts = {op: sum(f.count for f in forms) for op, forms in result.ops().items()}
    assert counts["aten.relu.default"] == 2
    relus = result.ops()["aten.relu.default"]
    assert {f.arguments for f in relus} == {"f32[4, 5]", "f32[4, 3]"}
    assert "all compile" in str(result)


def test_equal_forms_are_one():
    result = coverage(lambda x: torch.relu(torch.relu(x) + 1) + 1, X, enumerate_only=True)
    assert [(f.op, f.count) for f in result.forms] == \
        [("aten.relu.default", 2), ("aten.add.Tensor", 2)]


def test_every_failing_op_with_its_reason_and_line():
    result = coverage(*failing(), machine="small8")
    assert not result.complete and result.model_status == UNSUPPORTED
    failures = {f.op: f for f in result.failures}
    assert set(failures) == {"aten._linalg_svd.default", "aten.linalg_qr.default"}
    for op, form in failures.items():
        assert form.status == UNSUPPORTED
        assert op.removesuffix(".default") in form.reason
        assert form.locations and all("test_coverage.py:" in where for where in form.locations)
    assert sum(f.count for f in result.failures) == 3


def test_enumerate_only_compiles_nothing():
    result = coverage(*failing(), enumerate_only=True)
    assert {f.status for f in result.forms} == {NOT_TRIED} == {result.model_status}
    assert len(result.ops()) == 6


def test_graph_breaks_count():
    result = coverage(breaking, X, machine="small8")
    assert len(result.graph_breaks) == 1 and "test_coverage.py" in result.graph_breaks[0]
    assert {"aten.add.Tensor", "aten.sum.dim_IntList", "aten.mul.Tensor"} <= set(result.ops())
    assert not result.complete


def test_untraceable_model():
    def model(x):
        raise ValueError("not today")

    result = coverage(model, X)
    assert result.model_status == UNSUPPORTED and "not today" in result.model_reason
    assert not result.complete and not result.traced


def test_inputs_that_do_not_fit():
    result = coverage(nn.Linear(5, 3), X, machine="small8")
    assert result.model_status == UNSUPPORTED
    assert "the model fails in PyTorch as well: RuntimeError: mat1 and mat2" in result.model_reason


def test_ops_of_dynamic_shapes_are_named():
    def model(x):
        return torch.relu(x[x > 0]) + torch.nonzero(x).sum()

    result = coverage(model, X, machine="small8")
    failures = {f.op: f for f in result.failures}
    assert {"aten.index.Tensor", "aten.nonzero.default"} <= set(failures)
    for op in ("aten.index.Tensor", "aten.nonzero.default"):
        assert "depends on data" in failures[op].reason
    assert {f.op for f in result.forms} >= {"aten.gt.Scalar", "aten.relu.default"}
    assert not result.graph_breaks and not result.complete


def test_a_model_without_ops_is_complete():
    result = coverage(lambda x: (x, None), X, machine="small8")
    assert result.complete and not result.forms and "no ops" in str(result)


def test_dropout_in_training_is_refused_at_its_line():
    model = nn.Sequential(nn.Linear(6, 3), nn.Dropout(0.5)).train()
    result = coverage(model, X, machine="small8")
    assert [f.op for f in result.failures] == ["aten.native_dropout.default"]
    assert "draws random numbers" in result.failures[0].reason
    assert "dropout.py" in result.failures[0].locations[0]
    assert coverage(model.eval(), X, machine="small8").complete


class TestIsolation:
    def test_result(self):
        assert _isolation.attempt(lambda: ["a", "b"], 60) == ["a", "b"]

    def test_crash(self):
        outcome = _isolation.attempt(lambda: os.kill(os.getpid(), signal.SIGSEGV), 60)
        assert outcome == "the process crashed (SIGSEGV)"

    def test_hang(self):
        assert _isolation.attempt(lambda: time.sleep(60), 0.2) == "not done within 0.2 s"

    def test_exception(self):
        assert "exit code 1" in _isolation.attempt(lambda: 1 / 0, 60)

    def test_crash_of_the_compiler_is_a_failed_op(self, monkeypatch):
        def crash(*_):
            os.kill(os.getpid(), signal.SIGABRT)

        monkeypatch.setattr(tilewright.program, "compile", crash)
        result = coverage(torch.relu, X)
        assert result.failures[0].status == FAILED and "SIGABRT" in result.failures[0].reason


class TestCommand:
    def run(self, capsys, *arguments):
        code = coverage_command.main(list(arguments))
        return code, capsys.readouterr()

    def test_models_of_a_file(self, capsys, tmp_path):
        path = tmp_path / "coverage.json"
        code, output = self.run(capsys, f"{__file__}:MODELS", "--machine", "small8",
                                "--json", str(path))
        assert code == 3
        assert "aten.linalg_qr" in output.out and "small" in output.out
        models = {m["model"]: m for m in json.loads(path.read_text())["models"]}
        assert models["small"]["status"] == COMPILED and models["small"]["failed_forms"] == 0
        assert models["failing"]["failed_forms"] == 2
        ops = {op["op"]: op for op in models["failing"]["ops"]}
        assert ops["aten.linalg_qr.default"]["forms"][0]["status"] == UNSUPPORTED

    def test_model_that_fails(self, capsys, tmp_path):
        path = tmp_path / "models.py"
        path.write_text("import torch\ndef broken():\n    raise RuntimeError('no weights')\n"
                        "number = 3\ndef stops():\n    raise SystemExit(7)\n"
                        "def plain():\n    return 3, (torch.ones(3),)\n")
        for name, message in (("broken", f"RuntimeError at {path}:3: no weights"),
                              ("stops", "SystemExit"), ("number", "type int, not a function"),
                              ("plain", "type int is not a model")):
            code, output = self.run(capsys, f"{path}:{name}")
            assert code == 2 and message in output.err

    def test_file_that_fails(self, capsys, tmp_path):
        for number, (text, message) in enumerate((("def f(:", "SyntaxError"),
                                                  ("import nosuchmodule", "ModuleNotFoundError"))):
            path = tmp_path / f"file{number}.py"
            path.write_text(text)
            code, output = self.run(capsys, f"{path}:f")
            assert code == 2 and message in output.err and f"cannot import {path}" in output.err

    def test_bad_machine_and_result_file(self, capsys):
        code, output = self.run(capsys, f"{__file__}:small", "--machine", "tpuv33")
        assert code == 2 and "no machine 'tpuv33'" in output.err
        code, output = self.run(capsys, f"{__file__}:small", "--json", "/nowhere/x.json")
        assert code == 2 and "cannot write" in output.err

    def test_success(self, capsys):
        code, output = self.run(capsys, f"{__file__}:small", "--enumerate-only")
        assert code == 0 and "aten.relu.default" in output.out

    def test_from_the_binary(self):
        done = subprocess.run([BINARY, "coverage", f"{__file__}:small", "--enumerate-only"],
                              capture_output=True, text=True, timeout=300,
                              env={**os.environ, "TILEWRIGHT_PYTHON": sys.executable})
        assert done.returncode == 0, done.stderr
        assert "aten.relu.default" in done.stdout

    def test_no_python(self):
        done = subprocess.run([BINARY, "coverage", "x.py:y"], capture_output=True, text=True,
                              timeout=60, env={"TILEWRIGHT_PYTHON": "/nowhere/python"})
        assert done.returncode == 2 and "set TILEWRIGHT_PYTHON" in done.stderr

    @pytest.mark.parametrize("model, message", [
        ("nowhere.py:x", "cannot read"), (f"{__file__}:nothing", "has no 'nothing'"),
        ("justaname", "is not a model"), ("no.such.module:x", "cannot import")])
    def test_bad_model(self, capsys, model, message):
        code, output = self.run(capsys, model)
        assert code == 2 and message in output.err

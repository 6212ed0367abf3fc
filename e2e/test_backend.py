#===- test_backend.py - The torch.compile backend --------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""The torch.compile backend and simulate(): how they are found, what they accept,
and that nothing falls back to the host."""

import subprocess
import sys
import warnings

import pytest
import python_in_models
import torch
from torch import nn

import tilewright


def compiled(function, **arguments):
    return torch.compile(function, backend="tilewright", **arguments)


def assert_equal_to_eager(function, *inputs, **arguments):
    def fresh():
        return [x.clone() if isinstance(x, torch.Tensor) else x for x in inputs]

    with torch.no_grad():
        actual = compiled(function, **arguments)(*fresh())
        expected = function(*fresh())
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4, check_stride=True)
    return tilewright.last_report()


COMPILE = "y = torch.compile(lambda x: x + 1, backend='tilewright')(torch.ones(3))"
SIMULATE = "y = tilewright.simulate(lambda x: x + 1, torch.ones(3)).outputs"


@pytest.mark.parametrize("code", [
    f"import torch; {COMPILE}",              # by the entry point alone
    f"import torch, tilewright; {COMPILE}",  # registered by both
    # Either load order of the two LLVMs that share the process.
    f"import tilewright, torch_mlir.fx, torch; {SIMULATE}",
    f"import torch_mlir.fx, torch, tilewright; {SIMULATE}",
])
def test_found_in_a_new_process(code):
    done = subprocess.run([sys.executable, "-c", f"{code}; assert y.tolist() == [2.0] * 3"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_listed():
    assert "tilewright" in torch._dynamo.list_backends()


class TestMachine:
    def test_default(self, monkeypatch):
        monkeypatch.delenv("TILEWRIGHT_MACHINE", raising=False)
        assert assert_equal_to_eager(lambda x: x + 1, torch.randn(4)).machine == "tpuv3"

    def test_environment(self, monkeypatch):
        monkeypatch.setenv("TILEWRIGHT_MACHINE", "small8")
        assert assert_equal_to_eager(lambda x: x + 1, torch.randn(4)).machine == "small8"

    def test_option_before_environment(self, monkeypatch):
        monkeypatch.setenv("TILEWRIGHT_MACHINE", "small8")
        report = assert_equal_to_eager(lambda x: x + 1, torch.randn(4),
                                       options={"machine": "small32"})
        assert report.machine == "small32"

    def test_unknown(self):
        with pytest.raises(tilewright.UsageError, match="tpuv3"):
            compiled(lambda x: x + 1, options={"machine": "tpuv33"})(torch.randn(4))


class TestOptions:
    def test_unknown_option_is_an_error_with_a_suggestion(self):
        with pytest.raises(tilewright.UsageError, match="did you mean 'machine'"):
            compiled(lambda x: x + 1, options={"machin": "tpuv3"})(torch.randn(4))

    def test_mode_is_an_error(self):
        with pytest.raises(tilewright.UsageError, match="mode"):
            compiled(lambda x: x + 1, mode="reduce-overhead")(torch.randn(4))

    def test_verify_sanitize_trace_instruction(self, tmp_path):
        report = assert_equal_to_eager(
            lambda x: x.exp(), torch.randn(40, 20),
            options={"verify": True, "sanitize": True, "trace": True, "timing": "instruction"})
        assert report.verified and report.timing == "instruction"
        report.to_trace(tmp_path / "trace.json")


class TestGraphs:
    """What an FX graph may hold besides plain contiguous float tensors."""

    def test_non_contiguous_input(self):
        assert_equal_to_eager(lambda x: x.t() * 2, torch.randn(6, 4).t())

    def test_strides_of_outputs_are_pytorchs(self):
        assert_equal_to_eager(lambda x: (x + 1).t(), torch.randn(4, 6))

    def test_outputs_that_are_not_computed(self):
        x = torch.randn(4, 6)
        value, nothing, number, same = compiled(lambda x: (x * 2, None, 3, x))(x)
        torch.testing.assert_close(value, x * 2)
        assert nothing is None and number == 3 and same is x

    def test_repeated_output(self):
        def model(x):
            y = x + 1
            return y, {"again": [y]}

        assert_equal_to_eager(model, torch.randn(5))

    def test_nothing_to_compute(self):
        x = torch.randn(4)
        assert compiled(lambda x: x)(x) is x

    def test_zero_dimensional_input(self):
        assert_equal_to_eager(lambda x, s: x * s, torch.randn(4, 6), torch.tensor(2.0))

    def test_constant_in_the_model(self):
        assert_equal_to_eager(lambda x: x * torch.tensor([1.0, 2.0, 3.0]), torch.randn(4, 3))

    @pytest.mark.parametrize("values", [[True, False, True], [1.5, -2.0, 0.25]])
    def test_constants_of_types_that_numpy_lacks(self, values):
        def model(x):
            constant = torch.tensor(values, dtype=None if values[0] is True else torch.bfloat16)
            return torch.where(constant > 0, x, constant + x)

        assert_equal_to_eager(model, torch.randn(4, 3).bfloat16())

    def test_expanded_tensors(self):
        assert_equal_to_eager(lambda x: x * 2 + x.sum(), torch.randn(3, 1).expand(3, 5))
        assert_equal_to_eager(lambda x: (x + 1).expand(4, 3, 5), torch.randn(3, 1))
        assert_equal_to_eager(lambda x: x.sum(1), torch.randn(20).as_strided((5, 4), (3, 1)))

    def test_tensors_without_elements(self):
        empty, full = torch.empty, torch.randn
        assert_equal_to_eager(lambda a, b: a @ b + 1, empty(2, 0), empty(0, 3))
        assert_equal_to_eager(torch.bmm, empty(4, 2, 0), empty(4, 0, 3))
        assert_equal_to_eager(nn.functional.linear, empty(2, 0), empty(3, 0), full(3))
        assert_equal_to_eager(lambda x: (x.sum(0), x.prod(0), x.mean(0).isnan(), x.all()), empty(0, 3))
        assert_equal_to_eager(lambda a, b: torch.cat([a, b], 1) * 2, full(3, 4), empty(3, 0))
        assert_equal_to_eager(lambda x: nn.functional.pad(x, (1, 1), value=2.0), empty(3, 0))
        index = empty(0, dtype=torch.int64)
        assert_equal_to_eager(lambda x, i, v: x.index_put((i,), v) + 1, full(3, 4), index,
                              empty(0, 4))
        assert_equal_to_eager(lambda x, i, v: x.scatter_add(0, i, v) + 1, full(3, 4),
                              index.view(0, 4), empty(0, 4))

    def test_numbers(self):
        assert_equal_to_eager(lambda x, y: (x * y, torch.stack([x, y]), torch.softmax(x, 0),
                                            torch.log_softmax(y, 0), x.cumsum(0)),
                              torch.tensor(2.0), torch.tensor(3.0))

    def test_shapes_marked_dynamic(self):
        function = compiled(lambda x: torch.softmax(x @ x.t(), -1))
        for rows in (3, 5, 8):
            x = torch.randn(rows, 4)
            torch._dynamo.mark_dynamic(x, 0)
            torch.testing.assert_close(function(x), torch.softmax(x @ x.t(), -1),
                                       rtol=1e-4, atol=1e-4)

    def test_input_written_in_place(self):
        x = torch.randn(4)
        expected = x + 1
        with torch.no_grad():
            compiled(lambda x: x.add_(1))(x)
        torch.testing.assert_close(x, expected)

    def test_new_shapes_and_numbers_compile_anew(self):
        function = compiled(lambda x, s: x.exp() * s)
        for rows in (2, 3, 5):
            for scale in (1.0, 2.0, 3.0):
                x = torch.randn(rows, 4)
                torch.testing.assert_close(function(x, scale), x.exp() * scale,
                                           rtol=1e-4, atol=1e-4)

    def test_equal_graphs_share_a_program(self):
        class Model(nn.Module):
            def forward(self, x):
                return x * 3

        programs = tilewright.backend._programs
        programs.clear()
        for _ in range(2):
            torch._dynamo.reset()
            compiled(Model())(torch.randn(7))
        assert len(programs) == 1


class TestGradients:
    def test_parameters_need_no_no_grad(self):
        model, x = nn.Linear(6, 3), torch.randn(2, 6)
        torch.testing.assert_close(compiled(model)(x), model(x), rtol=1e-4, atol=1e-4)

    def test_backward_is_a_clear_error(self):
        output = compiled(nn.Linear(6, 3))(torch.randn(2, 6))
        with pytest.raises(tilewright.UnsupportedError, match="inference"):
            output.sum().backward()


def singular(x):
    y = x * 2
    return torch.linalg.svdvals(y)  # line_of_svd


def line_of_svd():
    lines = open(__file__).read().splitlines()
    return 1 + next(i for i, line in enumerate(lines) if line.endswith("# line_of_svd"))


class TestNoFallback:
    @pytest.mark.parametrize("suppress", [False, True])
    def test_unsupported_op_raises_its_name_and_line(self, suppress):
        function = compiled(singular)
        for _ in range(2):
            with torch._dynamo.config.patch(suppress_errors=suppress), \
                    pytest.raises(tilewright.UnsupportedError) as raised:
                function(torch.randn(4, 6))
            assert "aten._linalg_svd" in str(raised.value)
            assert f"test_backend.py:{line_of_svd()}" in str(raised.value)

    def test_simulate_raises_too(self):
        with pytest.raises(tilewright.UnsupportedError, match="aten._linalg_svd"):
            tilewright.simulate(singular, torch.randn(4, 6))

    def test_complex_numbers(self):
        x = torch.randn(4)
        expected = (x * 2j, None, x)
        function = torch.compile(lambda x: (x * 2j, None, x), backend="tilewright")
        torch.testing.assert_close(function(x)[0], expected[0])
        assert function(x)[1] is None

    def test_double_precision_complex_numbers(self):
        with pytest.raises(tilewright.UnsupportedError, match="double-precision"):
            compiled(lambda x: x * 2j)(torch.randn(4, dtype=torch.float64))

    def test_assertions_of_data_are_dropped(self):
        x, lengths = torch.randn(4), torch.tensor([3, 1])
        report = tilewright.simulate(python_in_models.asserting, (x, lengths))
        torch.testing.assert_close(report.outputs, x + 4)

    def test_logging_is_no_graph_break(self):
        x = torch.randn(4)
        report = tilewright.simulate(python_in_models.logged, x)
        torch.testing.assert_close(report.outputs, x + 1)

    def test_graph_break_warns(self):
        def model(x):
            y = x.exp()
            torch._dynamo.graph_break()
            return y + 1

        with pytest.warns(tilewright.GraphBreakWarning, match="test_backend.py"):
            compiled(model)(torch.randn(4))

    def test_no_warning_without_a_break(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled(lambda x: x.exp() + 1)(torch.randn(4))

    def test_simulate_refuses_a_graph_break(self):
        def model(x):
            y = x * 2
            torch._dynamo.graph_break()
            return y + 1

        with pytest.raises(tilewright.UnsupportedError, match="one graph"):
            tilewright.simulate(model, torch.randn(4))

    def test_simulate_refuses_a_model_without_work(self):
        with pytest.raises(tilewright.UnsupportedError, match="nothing"):
            tilewright.simulate(lambda x: x, torch.randn(4))


class TestLocations:
    """Kernels name the line of the model that they come from."""

    def test_line_of_the_model(self):
        def model(x, w):
            return x @ w

        line = model.__code__.co_firstlineno + 1
        for report in (tilewright.simulate(model, (torch.randn(4, 4), torch.randn(4, 4))),
                       assert_equal_to_eager(model, torch.randn(4, 4), torch.randn(4, 4))):
            assert [k.location for k in report.kernels] == [f"{__file__}:{line}"]

    def test_module_of_pytorch_as_the_whole_model(self):
        report = tilewright.simulate(nn.Linear(4, 4), torch.randn(2, 4))
        assert "/linear.py:" in report.kernels[0].location


class TestSimulate:
    def test_structure_and_kinds_of_inputs(self):
        def model(x, *, scale):
            return {"scaled": x * scale, "pair": (x + 1, x)}

        x, scale = torch.randn(3, 5), torch.randn(5)
        report = tilewright.simulate(model, {"x": x, "scale": scale})
        torch.testing.assert_close(report.outputs, model(x, scale=scale))
        assert report.max_error <= 1e-4

    def test_many_simulations_of_one_model(self):
        """torch.compile's recompilation limit does not apply."""
        model = nn.Linear(4, 4)
        reports = [tilewright.simulate(model, torch.randn(2, 4)) for _ in range(10)]
        assert len({report.cycles for report in reports}) == 1

    def test_timing_none_gives_results_only(self):
        report = tilewright.simulate(lambda x: x + 1, torch.randn(4), timing="none")
        assert report.cycles == 0 and report.max_error == 0

    def test_texts(self, tmp_path):
        report = tilewright.simulate(nn.Linear(4, 4), torch.randn(2, 4), machine="small8")
        assert "Linear on small8" in str(report)
        assert "Linear on small8" in repr(report)
        for kernel in report.kernels:
            assert kernel.name in str(report)
        report.to_json(tmp_path / "report.json")
        report.to_trace(tmp_path / "trace.json")


def test_error_classes():
    for name, builtin in {"UsageError": ValueError, "UnsupportedError": NotImplementedError,
                          "ProgramError": RuntimeError, "MismatchError": RuntimeError,
                          "InternalError": RuntimeError}.items():
        assert issubclass(getattr(tilewright, name), (tilewright.Error, builtin))
        assert issubclass(getattr(tilewright, name), builtin)

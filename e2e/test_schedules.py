#===- test_schedules.py - Every schedule computes the same -----------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Schedules that tuning may choose, for kernels of every kind, on shapes that no tile
divides: each of them is compiled, and verified kernel by kernel with all sanitizers on.
`make test-full` takes many schedules of every case on every machine, `make test` some of a
few cases."""

import json

import pytest
import torch
import torch.nn.functional as F
from conftest import FULL, MACHINES
from families import TOLERANCE, Case, Tensor

import tilewright
from tilewright import _tilewright, backend
from tilewright.simulate import call_as_one_graph

I64 = torch.int64


def index(*shape, high):
    return Tensor(shape, I64, 0, high)


def pool(**options):
    return lambda x: F.max_pool2d(x, **options)


#: By kind of schedule.
CASES = {
    "contraction": [
        Case("matmul", torch.matmul, (Tensor((37, 75)), Tensor((75, 141)))),
        Case("matmul-bf16", torch.matmul, (Tensor((65, 33), torch.bfloat16),
                                           Tensor((33, 17), torch.bfloat16))),
        Case("bmm-bias-relu", lambda x, w, b: torch.relu(x @ w + b),
             (Tensor((3, 50, 31)), Tensor((3, 31, 67)), Tensor((67,)))),
        Case("matmul-columns", lambda x, w: (x @ w).sum(0),
             (Tensor((130, 41)), Tensor((41, 53)))),
    ],
    "convolution": [
        Case("conv", lambda x, w: F.conv2d(x, w, padding=1),
             (Tensor((5, 19, 13, 11)), Tensor((35, 19, 3, 3)))),
        Case("depthwise", lambda x, w: F.conv2d(x, w, padding=1, groups=33),
             (Tensor((3, 33, 9, 15)), Tensor((33, 1, 3, 3)))),
        Case("conv-stride", lambda x, w, b: torch.relu(F.conv2d(x, w, b, stride=2, padding=3)),
             (Tensor((2, 24, 29, 31)), Tensor((17, 24, 7, 7)), Tensor((17,)))),
        Case("conv1d", lambda x, w: F.conv1d(x, w, dilation=2),
             (Tensor((4, 40, 61)), Tensor((9, 40, 5)))),
    ],
    "elementwise": [
        Case("add-row", lambda x, y: torch.tanh(x) + y, (Tensor((47, 131)), Tensor((131,)))),
        Case("long", lambda x: x * 2 + 1, (Tensor((4099,)),)),
        Case("transposed", lambda x, y: x.permute(2, 0, 1) * y,
             (Tensor((5, 33, 29)), Tensor((29, 5, 33)))),
        Case("narrow", lambda x: (x > 0).to(torch.int8), (Tensor((13, 7, 257), torch.float16),)),
    ],
    "gather": [
        Case("embedding", F.embedding, (index(41, high=90), Tensor((90, 37)))),
        Case("take", lambda x, i: x.gather(1, i), (Tensor((19, 67)), index(19, 45, high=67))),
    ],
    "scatter": [
        Case("index-add", lambda x, i, s: x.index_add(0, i, s),
             (Tensor((30, 21)), index(57, high=30), Tensor((57, 21)))),
        Case("scatter", lambda x, i, s: x.scatter_add(1, i, s),
             (Tensor((11, 40)), index(11, 29, high=40), Tensor((11, 29)))),
    ],
    "rows": [
        Case("softmax", lambda x: x.softmax(-1), (Tensor((67, 93)),)),
        Case("layer-norm", lambda x: F.layer_norm(x, (75,)), (Tensor((9, 13, 75)),)),
        Case("sum-outer", lambda x: x.sum(0), (Tensor((131, 77)),)),
        Case("sum-inner", lambda x: x.sum((1, 2)), (Tensor((19, 21, 33)),)),
        Case("max-middle", lambda x: x.amax(1), (Tensor((7, 59, 41)),)),
        Case("mean-long", lambda x: x.mean(-1), (Tensor((5, 3001)),)),
    ],
    "window": [
        Case("max-pool", pool(kernel_size=3, stride=2, padding=1), (Tensor((3, 37, 19, 23)),)),
        Case("avg-pool", lambda x: F.avg_pool2d(x, 2), (Tensor((2, 5, 30, 26)),)),
        Case("max-lines", pool(kernel_size=3, stride=1), (Tensor((1, 1, 41, 67)),)),
        Case("max-pool-1d", lambda x: F.max_pool1d(x, 4, 3), (Tensor((6, 11, 50)),)),
    ],
    "attention": [
        Case("attention", F.scaled_dot_product_attention,
             tuple(Tensor((2, 3, 45, 20)) for _ in range(3))),
        Case("attention-causal",
             lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
             tuple(Tensor((1, 2, 75, 33)) for _ in range(3))),
    ],
    "scan": [
        Case("cumsum-last", lambda x: x.cumsum(-1), (Tensor((35, 131)),)),
        Case("cumsum-first", lambda x: x.cumsum(0), (Tensor((67, 3, 29)),)),
        Case("cumsum-int", lambda x: x.cumsum(1), (Tensor((5, 301, 9), I64),)),
    ],
    "sort": [
        Case("sort", lambda x: x.sort(-1).values, (Tensor((41, 27)),)),
        Case("topk", lambda x: x.topk(3, dim=0), (Tensor((19, 35)),)),
    ],
}
ALL = [pytest.param(kind, case, machine, id=f"{kind}-{case.name}-{machine}")
       for kind, cases in CASES.items() for case in cases for machine in MACHINES]
#: One machine per case, in turn, and two cases per kind.
SAMPLE = [p for i, p in enumerate(ALL) if i % len(MACHINES) == i // len(MACHINES) % len(MACHINES)
          and p.values[1] in CASES[p.values[0]][:2]]


def text_of(case: Case) -> str:
    texts = []
    call_as_one_graph(case.function, case.make_inputs(), {}, backend.capturing(texts.append))
    return texts[0]


def schedules_of(text: str, machine: str, limit: int) -> dict[str, list[dict]]:
    """By kernel, the heuristic's schedule and the `limit` best others."""
    listed = json.loads(_tilewright.list_schedules(text, "model", machine, limit))
    return {kernel["name"]: [m["schedule"] for m in kernel["measured"]]
            for kernel in listed["kernels"]}


def spread(schedules: list, count: int) -> list:
    """At most `count` of the schedules, the first and the last among them."""
    if len(schedules) <= count:
        return schedules
    return [schedules[round(i * (len(schedules) - 1) / (count - 1))] for i in range(count)]


@pytest.mark.parametrize("kind, case, machine", ALL if FULL else SAMPLE)
def test_every_schedule_computes_the_same(kind, case, machine):
    text = text_of(case)
    kernels = {name: spread(schedules, 24 if FULL else 3)
               for name, schedules in schedules_of(text, machine, 1000).items()
               if schedules[0]["kind"] == kind}
    assert kernels, "the case has a kernel of its kind"
    tolerance = max(TOLERANCE.get(x.dtype, 1e-4) for x in case.inputs)
    for i in range(max(len(schedules) for schedules in kernels.values())):
        rules = [{"kernel": name, "schedule": schedules[i % len(schedules)]}
                 for name, schedules in kernels.items()]
        mapping = {"tilewright_mapping": 1, "schedules": rules}
        try:
            program = tilewright.compile(text, machine=machine, mapping=mapping)
        except tilewright.UsageError as error:
            # The scratchpad allocator counts what the estimate of bytes leaves out.
            assert "bytes per lane" in str(error), f"{error}\n{json.dumps(rules)}"
            continue
        try:
            result = program.run(program.random_inputs(0), timing="none", verify=True,
                                 sanitize=True, rtol=tolerance, atol=tolerance)
        except tilewright.Error as error:
            raise AssertionError(f"{error}\n{json.dumps(rules)}") from error
        used = {kernel.name: json.loads(kernel.schedule) for kernel in result.report.kernels}
        assert {rule["kernel"]: rule["schedule"] for rule in rules}.items() <= used.items()


def subtile_cases(lanes: int) -> dict[str, tuple]:
    """By name a function, its inputs, and schedules with subtiles: k is 5 blocks of `lanes`,
    the last of them not full."""
    k, n = 5 * lanes - 3, 2 * lanes + 5
    x, w = Tensor((37, k)), Tensor((k, n))
    whole, steps, columns = [40, 3 * lanes, 5 * lanes], [40, lanes, 2 * lanes], [40, lanes, 5 * lanes]

    def tiles(tile, first, last=(1, 1), order=(0, 1, 2)):
        return {"streams": "lhs", "tile": tile, "loop_order": order, "first_subtiles": first,
                "last_subtiles": last}
    return {
        "one-tile": (torch.matmul, (x, w),
                     [tiles(whole, (5, 5)), tiles(whole, (2, 3)), tiles(whole, (1, 2))]),
        "steps": (torch.matmul, (x, w), [tiles(steps, (2, 2), (2, 2)), tiles(steps, (1, 1), (1, 2)),
                                         tiles(steps, (2, 1), (2, 1), (1, 0, 2))]),
        "columns": (torch.matmul, (x, w), [tiles(columns, (5, 3), (1, 5)),
                                           tiles([16, 3 * lanes, 5 * lanes], (3, 5), (5, 1))]),
        "transposed-bf16": (lambda x, w: x @ w.T,
                            (Tensor((37, k), torch.bfloat16), Tensor((n, k), torch.bfloat16)),
                            [tiles(columns, (2, 2), (1, 2))]),
        "epilogue": (lambda x, w, b, r: torch.relu(x @ w + b) + r,
                     (x, w, Tensor((n,)), Tensor((37, n))),
                     [tiles(whole, (5, 5)), tiles(columns, (1, 5), (1, 2)),
                      tiles([24, 3 * lanes, 5 * lanes], (5, 1), (3, 1))]),
        "bmm": (torch.matmul, (Tensor((3, 37, k)), Tensor((3, k, 7))),
                [tiles([40, lanes, 5 * lanes], (5, 5), (5, 5)),
                 tiles([40, lanes, 3 * lanes], (3, 1), (1, 3))]),
        "reduced": (lambda x, w: (x @ w).amax(0), (x, w),
                    [tiles([16, lanes, 5 * lanes], (2, 5), (5, 1), (1, 0, 2))]),
        "conv": (lambda x, w: F.conv2d(x, w, padding=1),
                 (Tensor((1, 3 * lanes - 1, 6, 5)), Tensor((lanes + 3, 3 * lanes - 1, 3, 3))),
                 [{"tile": [48, 2 * lanes, 3 * lanes], "first_subtiles": (3, 3)},
                  {"tile": [48, lanes, 3 * lanes], "first_subtiles": (3, 2), "last_subtiles": (1, 3)},
                  {"tile": [48, lanes, 2 * lanes], "first_subtiles": (2, 1),
                   "last_subtiles": (2, 2)}]),
    }


SUBTILES = [pytest.param(name, machine, id=f"{name}-{machine}") for name in subtile_cases(8)
            for machine in MACHINES]


@pytest.mark.parametrize("name, machine", SUBTILES if FULL else
                         [p for i, p in enumerate(SUBTILES) if i % 3 == i // 3 % 3])
def test_subtiles_compute_the_same(name, machine):
    function, inputs, schedules = subtile_cases({"tpuv3": 128, "small32": 32, "small8": 8}[machine])[name]
    case = Case(name, function, inputs)
    tolerance = max(TOLERANCE.get(x.dtype, 1e-4) for x in case.inputs)
    if name == "conv":
        tolerance = 1e-3
    for schedule in schedules:
        rules = [{"kernel": "*", "schedule": schedule}]
        program = tilewright.compile(text_of(case), machine=machine,
                                     mapping={"tilewright_mapping": 1, "schedules": rules})
        result = program.run(program.random_inputs(0), timing="tile", verify=True, sanitize=True,
                             rtol=tolerance, atol=tolerance)
        used = json.loads(result.report.kernels[0].schedule)
        assert {**used, **json.loads(json.dumps(schedule))} == used


def model(x, w):
    return torch.softmax(torch.relu(x @ w), -1)


@pytest.fixture(scope="module")
def inputs():
    generator = torch.Generator().manual_seed(3)
    return torch.randn(70, 33, generator=generator), torch.randn(33, 90, generator=generator)


@pytest.fixture(scope="module")
def tuning(inputs):
    progress = []
    tuned = tilewright.tune(model, inputs, machine="small8", candidates=3,
                            progress=lambda done, of: progress.append((done, of)))
    assert all(0 < done <= of for done, of in progress)
    return tuned


def test_tuning_is_never_worse_and_its_mapping_reproduces_it(tuning, inputs, tmp_path):
    assert {kernel.schedule["kind"] for kernel in tuning.kernels} == {"contraction", "rows"}
    assert all(kernel.cycles <= kernel.heuristic_cycles for kernel in tuning.kernels)
    assert "all launches" in str(tuning)
    tuning.save(tmp_path / "tuned.json")
    for mapping in (tuning.mapping, str(tmp_path / "tuned.json")):
        report = tilewright.simulate(model, inputs, machine="small8", mapping=mapping)
        assert {k.name: json.loads(k.schedule) for k in report.kernels} \
            == {k.name: k.schedule for k in tuning.kernels}
    # The first kernel finds an idle machine, as it did in the tuner; the next one finds
    # stores of the first that are still on their way to DRAM.
    first, second = report.kernels
    alone = {k.name: k.cycles for k in tuning.kernels}
    assert first.cycles == pytest.approx(alone[first.name], rel=0.05)
    assert second.cycles >= alone[second.name]
    assert report.cycles <= tilewright.simulate(model, inputs, machine="small8").cycles


def test_tuning_of_a_pattern(inputs):
    tuning = tilewright.tune(model, inputs, machine="small8", candidates=1, kernels="*matmul*")
    assert len(tuning.kernels) == 1 and "matmul" in tuning.kernels[0].name
    with pytest.raises(tilewright.UsageError, match="no kernel matches 'matmul'"):
        tilewright.tune(model, inputs, machine="small8", kernels="matmul")
    with pytest.raises(tilewright.UsageError, match="pattern of kernels"):
        tilewright.tune(model, inputs, machine="small8", kernels="[")


def test_tuning_can_be_interrupted(inputs):
    def progress(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tilewright.tune(model, inputs, machine="small8", candidates=200, progress=progress)


@pytest.mark.parametrize("rule, message", [
    ({"kernel": "*", "schedule": {"lane_dim": 9}},
     "mapping 'given', schedules[0]: the schedule given for kernel 'kernel_0_matmul' cannot be used"),
    ({"kernel": "*matmul*", "schedule": {"lane_dim": 9}},
     "a schedule of kind 'contraction' has no key 'lane_dim'"),
    ({"kernel": "*matmul*", "schedule": {"streams": "left"}},
     'streams: "left" is not possible for this kernel (possible: "lhs", "rhs")'),
    ({"kernel": "*matmul*", "schedule": {"kind": "rows"}},
     "kind: the schedule is of kind 'rows', the kernel of kind 'contraction'"),
    ({"kernel": "kernel_1*", "schedule": {"lane_dim": 1}},
     "lane_dim: 1 is not possible for this kernel (possible: 0)"),
    ({"kernel": "kernel_1*", "schedule": {"vector_dim": 1, "tile": [8, 16]}},
     "tile: extent of dimension 1 is 16: this kernel needs whole rows (90)"),
    ({"kernel": "kernel_1*", "schedule": {"vector_dim": 1, "tile": [8, 60000]}},
     "bytes per lane, machine 'small8' has 28,672"),
])
def test_refusals_name_the_key_and_what_is_possible(rule, message, inputs):
    with pytest.raises(tilewright.UsageError) as refusal:
        tilewright.simulate(model, inputs, machine="small8",
                            mapping={"tilewright_mapping": 1, "schedules": [rule]})
    assert message in str(refusal.value)

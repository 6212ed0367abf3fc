#===- test_family_matmul.py - Products of matrices -------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""matmul, addmm, bmm, mv, dot, outer and einsum: every element type, extents of one,
odd, prime, and a tile's edge +-1, operands of any layout, and what is fused around a
product."""

import pytest
import torch
from families import Case, Tensor, check, cross
from torch.nn import functional

FLOATS = (torch.float32, torch.float16, torch.bfloat16)
INTEGERS = (torch.int16, torch.int32, torch.int64)

#: (M, K, N). 128, 32 and 8 are the machines' array edges.
SHAPES = [(1, 1, 1), (1, 129, 1), (7, 1, 13), (5, 127, 3), (33, 31, 65), (129, 8, 127),
          (257, 64, 9), (16, 300, 40)]


def _matmul(a, b):
    return a @ b


def _products():
    for m, k, n in SHAPES:
        for dtype in FLOATS + INTEGERS:
            yield Case(f"mm-{m}x{k}x{n}-{str(dtype)[6:]}", _matmul,
                       (Tensor((m, k), dtype), Tensor((k, n), dtype)))
    for dtype in (torch.float32, torch.int32):
        yield Case(f"mm-over-nothing-{str(dtype)[6:]}", lambda a, b: a @ b + 1,
                   (Tensor((5, 0), dtype), Tensor((0, 9), dtype)))
    yield Case("mm-int32-wraps", _matmul, (Tensor((9, 40), torch.int32, -2**31, 2**31 - 1),
                                           Tensor((40, 11), torch.int32, -2**31, 2**31 - 1)))
    yield Case("mm-int8-to-int32", torch._int_mm,
               (Tensor((24, 32), torch.int8, -128, 128), Tensor((32, 40), torch.int8, -128, 128)))


def _layouts():
    def transposed_left(a, b):
        return a.t() @ b

    def transposed_right(a, b):
        return a @ b.t()

    def transposed_both(a, b):
        return a.t() @ b.t()

    def transposed_result(a, b):
        return (a @ b).t() + 1

    def sliced(a, b):
        return a[1:, ::2] @ b[:, 3:]

    for m, k, n in ((33, 47, 20), (8, 129, 1)):
        for dtype in (torch.float32, torch.bfloat16):
            kind = f"{m}x{k}x{n}-{str(dtype)[6:]}"
            yield Case(f"mm-tn-{kind}", transposed_left, (Tensor((k, m), dtype), Tensor((k, n), dtype)))
            yield Case(f"mm-nt-{kind}", transposed_right, (Tensor((m, k), dtype), Tensor((n, k), dtype)))
            yield Case(f"mm-tt-{kind}", transposed_both, (Tensor((k, m), dtype), Tensor((n, k), dtype)))
            yield Case(f"mm-result-t-{kind}", transposed_result,
                       (Tensor((m, k), dtype), Tensor((k, n), dtype)))
    yield Case("mm-sliced", sliced, (Tensor((18, 30)), Tensor((15, 21))))


def _addmm():
    m, k, n = 19, 35, 50
    for bias in ((n,), (m, n), (m, 1), (1, n), (1, 1), (1,)):
        for alpha, beta in ((1, 1), (2, 0.5)):
            yield Case(f"addmm-{'x'.join(map(str, bias))}-{alpha}-{beta}",
                       lambda c, a, b, alpha=alpha, beta=beta:
                       torch.addmm(c, a, b, alpha=alpha, beta=beta),
                       (Tensor(bias), Tensor((m, k)), Tensor((k, n))))


def _batches():
    for left, right in (((3, 5, 7), (3, 7, 9)), ((3, 5, 7), (7, 9)), ((2, 3, 17, 8), (2, 3, 8, 33)),
                        ((2, 1, 5, 40), (1, 3, 40, 6)), ((4, 1, 9), (4, 9, 1)), ((1, 6, 5), (5,)),
                        ((31,), (2, 31, 4))):
        name = "-".join("x".join(map(str, s)) for s in (left, right))
        for dtype in (torch.float32, torch.float16, torch.int32):
            yield Case(f"bmm-{name}-{str(dtype)[6:]}", _matmul,
                       (Tensor(left, dtype), Tensor(right, dtype)))
    yield Case("baddbmm", torch.baddbmm, (Tensor((3, 1, 9)), Tensor((3, 5, 7)), Tensor((3, 7, 9))))
    for equation, left, right in (("bijk,bjl->bikl", (2, 3, 4, 5), (2, 4, 6)),
                                  ("ijk,kl->lji", (3, 9, 17), (17, 10)),
                                  ("bhqd,bhkd->bhqk", (2, 3, 10, 8), (2, 3, 12, 8)),
                                  ("ab,ab->a", (13, 21), (13, 21)),
                                  ("abc,cbd->ad", (4, 5, 6), (6, 5, 7)),
                                  ("i,j->ij", (20,), (33,))):
        yield Case(f"einsum-{equation}", lambda a, b, e=equation: torch.einsum(e, a, b),
                   (Tensor(left), Tensor(right)))


def _vectors():
    for n in (1, 7, 129, 1000):
        yield Case(f"dot-{n}", torch.dot, (Tensor((n,)), Tensor((n,))))
        yield Case(f"mv-{n}", torch.mv, (Tensor((33, n)), Tensor((n,))))
        yield Case(f"outer-{n}", torch.outer, (Tensor((n,)), Tensor((65,))))


def _fused():
    a, b = Tensor((37, 53)), Tensor((53, 29))
    yield Case("mm-prologues", lambda a, b: torch.exp(a * 0.1) @ torch.sigmoid(b), (a, b))
    yield Case("mm-prologue-broadcast", lambda a, b, c: (a * c) @ b, (a, b, Tensor((53,))))
    yield Case("mm-gelu-residual", lambda a, b, c: functional.gelu(a @ b) + c,
               (a, b, Tensor((37, 29))))
    yield Case("mm-row-and-column", lambda a, b, c, d: (a @ b + c) * d,
               (a, b, Tensor((29,)), Tensor((37, 1))))
    yield Case("mm-cast", lambda a, b: (a.half() @ b.half()).float() * 2, (a, b), tolerance=1e-2)
    yield Case("mm-mixed", lambda a, b: a.float() @ b, (Tensor((20, 30), torch.bfloat16),
                                                       Tensor((30, 11))))
    yield Case("mm-causal", lambda a, b: torch.tril(a @ b), (Tensor((40, 16)), Tensor((16, 40))))
    for m, n in ((40, 37), (5, 300), (300, 5), (1, 7)):
        factors = Tensor((m, 16)), Tensor((16, n))
        yield Case(f"mm-tril-{m}x{n}", lambda a, b: torch.tril(a @ b, 1), factors)
        yield Case(f"mm-triu-of-t-{m}x{n}", lambda a, b: torch.triu((a @ b).t(), -2), factors)
    yield Case("mm-positions", lambda a, b: torch.where(
        torch.arange(7)[:, None, None] * 3 > torch.arange(5)[:, None], a @ b,
        torch.arange(53.0)), (Tensor((7, 5, 19)), Tensor((19, 53))))
    yield Case("bmm-positions", lambda a, b: torch.tril(a @ b) * torch.arange(3.0)[:, None, None],
               (Tensor((3, 37, 19)), Tensor((3, 19, 53))))
    yield Case("mm-softmax", lambda a, b: torch.softmax(a @ b, -1), (a, b))
    yield Case("mm-row-sum", lambda a, b: (a @ b).sum(1), (a, b))
    yield Case("mm-column-max", lambda a, b: (a @ b).amax(0), (a, b))
    yield Case("linear-relu", lambda x, w, b: torch.relu(functional.linear(x, w, b)),
               (Tensor((2, 9, 33)), Tensor((17, 33)), Tensor((17,))))


def _reduced():
    """Reductions of all rows or all columns, which run in the product's kernel."""
    for m, k, n in ((1, 5, 9), (37, 53, 29), (9, 8, 300), (300, 17, 9), (1000, 20, 130)):
        factors = Tensor((m, k)), Tensor((k, n))
        for dim in (0, 1):
            name = f"{m}x{k}x{n}-along-{dim}"
            yield Case(f"mm-sum-{name}", lambda a, b, d=dim: (a @ b).sum(d), factors,
                       tolerance=1e-3)
            yield Case(f"mm-max-{name}", lambda a, b, d=dim: (a @ b).amax(d), factors)
            yield Case(f"mm-relu-min-{name}",
                       lambda a, b, c, d=dim: torch.exp(0.1 * (a @ b) + c).amin(d),
                       (*factors, Tensor((n,))))
    batch = Tensor((3, 37, 19)), Tensor((3, 19, 53))
    yield Case("bmm-row-sum", lambda a, b: (a @ b).sum(-1), batch)
    yield Case("bmm-column-min", lambda a, b: (a @ b).amin(1), batch)
    yield Case("bmm-transposed-sum", lambda a, b: (a @ b).transpose(1, 2).sum(1), batch)
    yield Case("mm-sum-kept", lambda a, b: (a @ b).sum(1, keepdim=True) * 2,
               (Tensor((37, 53)), Tensor((53, 29))))
    yield Case("mm-sum-of-squares", lambda a, b: ((a @ b) * (a @ b)).sum(0),
               (Tensor((37, 13)), Tensor((13, 29))), tolerance=1e-3)
    yield Case("mm-weighted-sum", lambda a, b, c: ((a @ b) + c).sum(0),
               (Tensor((37, 13)), Tensor((13, 29)), Tensor((37, 29))))
    yield Case("mm-of-both", lambda a, b: (a @ b).sum(),
               (Tensor((37, 13)), Tensor((13, 29))), tolerance=1e-3)
    for dtype in (torch.float16, torch.bfloat16, torch.int32):
        yield Case(f"mm-max-{str(dtype)[6:]}", lambda a, b: (a @ b).amax(0),
                   (Tensor((41, 21), dtype), Tensor((21, 35), dtype)))
    yield Case("conv-1x1-channel-max", lambda x, w: functional.conv2d(x, w).amax(1),
               (Tensor((2, 20, 7, 9)), Tensor((33, 20, 1, 1))))


CASES = [*_products(), *_layouts(), *_addmm(), *_batches(), *_vectors(), *_fused(), *_reduced()]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=24))
def test_matmul(case, machine):
    check(case, machine)

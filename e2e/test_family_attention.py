#===- test_family_attention.py - Scaled dot product attention --------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Attention as PyTorch's op and written by hand: lengths ragged and of one key
more or less than a tile, masks of every broadcast shape, groups of heads, decoding.
Each case is one kernel, unless it says otherwise."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F
from families import Case, Tensor, check, cross

import tilewright

f32, f16, bf16 = torch.float32, torch.float16, torch.bfloat16


def sdpa(**options):
    def attention(q, k, v, mask=None):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, **options)
    return attention


def by_hand(q, k, v, mask=None):
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return torch.softmax(scores if mask is None else scores + mask, -1) @ v


def eager(q, k, v, mask=None):
    """As model libraries write it: heads repeated for the group, softmax in f32."""
    def repeat(x):
        b, h, s, d = x.shape
        n = q.shape[1] // h
        return x[:, :, None].expand(b, h, n, s, d).reshape(b, h * n, s, d)

    scores = torch.matmul(q, repeat(k).transpose(2, 3)) * q.shape[-1] ** -0.5
    scores = scores if mask is None else scores + mask
    weights = torch.softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype)
    return torch.matmul(weights, repeat(v)).transpose(1, 2).contiguous()


def fused_projection(heads, causal):
    """Query, key and value are slices of one tensor [batch, length, 3 x width]."""
    def attention(x):
        b, s, width = x.shape
        q, k, v = (t.view(b, s, heads, -1).transpose(1, 2) for t in x.split(width // 3, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return y.transpose(1, 2).reshape(b, s, width // 3)
    return attention


def columns(q, k, v):
    """The softmax along the first of the two dimensions of the scores."""
    p = torch.softmax(k @ q.transpose(-1, -2) / 8, -2)
    return v.transpose(-1, -2) @ p


def tensors(b, h, g, q, kv, d, dv, dtype=f32):
    return (Tensor((b, h * g, q, d), dtype), Tensor((b, h, kv, d), dtype),
            Tensor((b, h, kv, dv), dtype))


def name(b, h, g, q, kv, d, dv):
    return f"{b}x{h}x{g}-{q}x{kv}-{d}x{dv}"


# batch, heads of keys, heads per group, queries, keys, head size, size of values
SHAPES = ((1, 1, 1, 1, 2, 3, 1), (2, 3, 1, 7, 5, 8, 8), (1, 2, 1, 37, 53, 20, 24),
          (1, 1, 1, 129, 127, 64, 64), (1, 2, 1, 33, 257, 33, 17), (2, 1, 1, 8, 8, 96, 128))
GROUPS = ((1, 2, 2, 9, 21, 16, 16), (2, 2, 3, 5, 33, 20, 12), (1, 1, 4, 17, 64, 8, 8))
DECODE = ((1, 2, 1, 1, 257, 64, 64), (1, 2, 4, 1, 1000, 32, 32), (2, 1, 7, 1, 129, 20, 20))


def cases():
    yield from (Case(f"sdpa-{name(*s)}", sdpa(), tensors(*s)) for s in SHAPES)
    yield from (Case(f"causal-{name(*s)}", sdpa(is_causal=True), tensors(*s)) for s in SHAPES)
    yield from (Case(f"hand-{name(*s)}", by_hand, tensors(*s)) for s in SHAPES)
    for s, masked in itertools.product(SHAPES[1:5], ("qk", "bqk", "bk", "hqk", "k")):
        b, h, _, q, kv, _, _ = s
        shape = {"qk": (q, kv), "bqk": (b, 1, q, kv), "bk": (b, 1, 1, kv), "hqk": (1, h, q, kv),
                 "k": (kv,)}[masked]
        mask = torch.randn(shape, generator=torch.Generator().manual_seed(1))
        yield Case(f"bias-{masked}-{name(*s)}", by_hand, (*tensors(*s), mask))
        yield Case(f"float-{masked}-{name(*s)}", sdpa(), (*tensors(*s), mask.expand(
            *[1] * (4 - len(shape)), *shape) if len(shape) < 2 else mask))
        if masked != "k":
            yield Case(f"bool-{masked}-{name(*s)}", sdpa(), (*tensors(*s), mask > -0.5))
    for s in (*GROUPS, *DECODE):
        yield Case(f"gqa-{name(*s)}", sdpa(enable_gqa=True), tensors(*s))
        yield Case(f"repeat-{name(*s)}", eager, tensors(*s))
    for s in GROUPS:
        yield Case(f"gqa-causal-{name(*s)}", sdpa(enable_gqa=True, is_causal=True), tensors(*s))
    for s, dtype in itertools.product((SHAPES[2], SHAPES[4], GROUPS[1]), (f16, bf16)):
        label = str(dtype).split(".")[1]
        yield Case(f"{label}-{name(*s)}", sdpa(enable_gqa=True), tensors(*s, dtype))
        yield Case(f"{label}-eager-{name(*s)}", eager, tensors(*s, dtype))
    for causal in (False, True):
        yield Case(f"fused-{causal}", fused_projection(3, causal), (Tensor((2, 19, 3 * 3 * 12)),))
    yield Case("columns", columns, [Tensor((3, 65, 40))] * 3)
    yield Case("scaled", sdpa(scale=0.3), tensors(*SHAPES[1]))


def attention_kernels(report):
    return [kernel for kernel in report.kernels if "attention" in kernel.name]


@pytest.mark.parametrize("case, machine", cross(list(cases()), quick=14))
def test_attention(case, machine):
    report = check(case, machine)
    assert len(attention_kernels(report)) == 1
    copies = [kernel.name for kernel in report.kernels if "copy" in kernel.name]
    assert not copies, "a key's head is read by its group, not copied for it"


def masked_rows(dtype=torch.bool):
    """Row 2 of 5 has no key at all, row 3 only the last one."""
    mask = torch.ones(1, 1, 5, 33, dtype=torch.bool)
    mask[..., 2, :] = False
    mask[..., 3, :32] = False
    return mask if dtype == torch.bool else torch.zeros(mask.shape).masked_fill(~mask, -math.inf)


@pytest.mark.parametrize("function, mask, expected", [
    (sdpa(), masked_rows(), 0.0), (sdpa(), masked_rows(f32), 0.0),
    (by_hand, masked_rows(f32), math.nan)], ids=["bool", "float", "plain"])
def test_rows_without_keys(function, mask, expected):
    """0 where PyTorch's op says so, NaN where the formula does."""
    case = Case("masked rows", function, (*tensors(1, 2, 1, 5, 33, 8, 8), mask))
    report = check(case, "small8")
    assert len(attention_kernels(report)) == 1
    row = report.outputs[:, :, 2]
    assert torch.equal(row, torch.full_like(row, expected)) or \
        (math.isnan(expected) and row.isnan().all())


def test_large_scores_and_nan():
    q, k, v = (t.make(torch.Generator().manual_seed(2)) for t in tensors(1, 1, 1, 9, 40, 8, 8))
    check(Case("large", by_hand, (200 * q, 200 * k, v)), "small8")
    k[..., 7, 3] = math.nan
    q[..., 4, 0] = math.inf
    check(Case("nan", by_hand, (q, k, v)), "small8")


def test_returned_weights_are_not_fused():
    def attention(q, k, v):
        weights = torch.softmax(q @ k.transpose(-1, -2), -1)
        return weights @ v, weights

    report = check(Case("weights", attention, tensors(1, 2, 1, 9, 17, 8, 8)), "small8")
    assert not attention_kernels(report)


def test_scores_stay_in_the_scratchpad():
    """Query, key, values and the result move once each."""
    inputs = tensors(1, 4, 1, 128, 256, 64, 64)
    report = check(Case("traffic", sdpa(), inputs), "tpuv3")
    least = sum(4 * math.prod(t.shape) for t in inputs) + 4 * 4 * 128 * 64
    assert least <= report.dram_bytes <= 1.02 * least

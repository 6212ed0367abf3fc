#===- test_decompositions.py - Ops that torch-mlir does not lower ------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Each decomposition gives what eager PyTorch gives, leaves nothing of the op behind,
and gets through torch-mlir."""

import math
import warnings

import pytest
import torch
from torch import nn
from torch.func import functionalize
from torch.fx.experimental.proxy_tensor import make_fx
from torch.nn import functional

from tilewright import backend, decompositions, importer
from tilewright.decompositions import forms

NAN, INF = math.nan, math.inf


def normal(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


def integers(high, *shape):
    return torch.randint(0, high, shape, generator=torch.Generator().manual_seed(2))


def triangle(*shape):
    """Of [..., n, n] from a shape [..., n], with a dominant diagonal."""
    return (normal(*shape, shape[-1]) * 0.3 + torch.eye(shape[-1]) * 2).tril()


def values(*numbers, dtype=torch.float32):
    return torch.tensor(numbers, dtype=dtype)


SPECIAL = values(0.0, -0.0, 1.0, -1.0, 0.3, -2.5, 1e-30, -1e20, INF, -INF, NAN)
TIES = values([3, 1, 3, NAN], [2, 2, 2, 2], [NAN, 5, NAN, 1], [0, -1, -1, 0])

CASES = {
    "histc": (lambda x: torch.histc(x, 10, -2, 2), normal(50)),
    "histc-edges": (lambda x: torch.histc(x, 4, 0, 4),
                    values(0, 0.5, 1, 2, 3.999, 4, 4.1, -0.1, NAN)),
    "histc-range-of-data": (lambda x: torch.histc(x, 7), normal(5, 9)),
    "histc-one-value": (lambda x: torch.histc(x, 5), values(2, 2, 2)),
    "histc-experts": (lambda x: torch.histc(x.float(), 8, 0, 7), integers(8, 64)),
    "searchsorted": (lambda s, x: torch.searchsorted(s, x), normal(9).sort()[0], normal(3, 4)),
    "searchsorted-right": (lambda s, x: torch.searchsorted(s, x, right=True),
                           values(0, 1, 1, 2), values(1, 0, 3, -1, NAN)),
    "searchsorted-rows": (lambda s, x: torch.searchsorted(s, x, out_int32=True),
                          normal(3, 9).sort()[0], normal(3, 4)),
    "searchsorted-sorter": (lambda s, x: torch.searchsorted(s, x, sorter=s.argsort()),
                            normal(9), normal(4)),
    "searchsorted-number": (lambda s: torch.searchsorted(s, 0.5), normal(9).sort()[0]),
    "sort-stable": (lambda x: torch.sort(x, dim=-1, stable=True)[0], integers(3, 5, 40)),
    "sort-u8": (lambda x: torch.sort(x)[0], integers(255, 4, 9).to(torch.uint8)),
    "topk-u8": (lambda x: torch.topk(x, 3)[0], integers(255, 4, 9).to(torch.uint8)),
    "triangular": (lambda a, b: torch.linalg.solve_triangular(a, b, upper=False),
                   triangle(2, 13), normal(2, 13, 5)),
    "triangular-unit": (lambda a, b: torch.linalg.solve_triangular(
        a * 0.2, b, upper=False, unitriangular=True), triangle(1, 16), normal(1, 16, 3)),
    "triangular-upper": (lambda a, b: torch.linalg.solve_triangular(a.mT, b, upper=True,
                                                                    left=False),
                         triangle(7), normal(2, 7)),
    "triangular-one": (lambda a, b: torch.linalg.solve_triangular(a, b, upper=True),
                       triangle(1), normal(1, 2)),
    "avg-pool-beyond": (lambda x: functional.avg_pool2d(x, 320, ceil_mode=True),
                        normal(1, 8, 3, 1)),
    "avg-pool-beyond-padding": (lambda x: functional.avg_pool2d(
        x, (9, 3), (9, 2), (1, 1), ceil_mode=True), normal(1, 3, 3, 6)),
    "avg-pool-beyond-not-counted": (lambda x: functional.avg_pool2d(
        x, (9, 3), (9, 2), (1, 1), ceil_mode=True, count_include_pad=False), normal(1, 3, 3, 6)),
    "max-pool-beyond": (lambda x: functional.max_pool2d(x, (9, 3), (9, 2), (1, 1), (2, 1),
                                                        ceil_mode=True), normal(1, 3, 13, 6)),
    "max-pool-beyond-solid": (lambda x: functional.max_pool3d(x, (2, 9, 3), (2, 9, 2),
                                                              ceil_mode=True),
                              normal(1, 3, 4, 5, 6)),
    "median": (lambda x: torch.median(x), normal(5, 7)),
    "median-rows": (lambda x: torch.median(x, -1), normal(5, 8)),
    "median-nan": (lambda x: torch.median(x, -1).values, TIES),
    "mode": (lambda x: torch.mode(x, -1), integers(4, 6, 9)),
    "mode-keepdim": (lambda x: torch.mode(x, 0, keepdim=True), integers(3, 6, 9)),
    "cummax": (lambda x: torch.cummax(x, -1), integers(5, 3, 17)),
    "cummax-nan": (lambda x: torch.cummax(x, -1), TIES),
    "cummin": (lambda x: torch.cummin(x, 0), normal(19, 3)),
    "cummin-nan": (lambda x: torch.cummin(x, -1), TIES),
    "topk-unsorted": (lambda x: torch.topk(x, 3, sorted=False)[0].sort()[0], normal(4, 9)),
    "roll": (lambda x: torch.roll(x, 3), normal(5, 7)),
    "roll-negative": (lambda x: torch.roll(x, (1, -2), (0, 1)), normal(5, 7)),
    "roll-beyond": (lambda x: torch.roll(x, 12, 1), normal(5, 7)),
    "roll-nothing": (lambda x: torch.roll(x, 7, 1) + 1, normal(5, 7)),
    "diagonal-scatter": (torch.diagonal_scatter, normal(5, 5), normal(5)),
    "diagonal-scatter-above": (lambda x, s: torch.diagonal_scatter(x, s, 2), normal(4, 7),
                               normal(4)),
    "diagonal-scatter-below": (lambda x, s: torch.diagonal_scatter(x, s, -1, 2, 0),
                               normal(7, 2, 4), normal(2, 3)),
    "fmod": (lambda x: torch.fmod(x, 0.7), SPECIAL),
    "fmod-moderate": (lambda x: torch.fmod(x, -0.7), normal(40) * 100),
    "fmod-integer": (lambda x: torch.fmod(x, -3), integers(9, 20) - 4),
    "fmod-promotes": (lambda x: torch.fmod(x, 1.5), integers(9, 20) - 4),
    "all-dims": (lambda x: torch.all(x > 0, dim=(0, 2)), integers(5, 3, 40, 2)),
    "signbit": (torch.signbit, SPECIAL[:-1]),
    "copysign": (torch.copysign, normal(10), SPECIAL[:-1]),
    "copysign-number": (lambda x: torch.copysign(x, -0.0), SPECIAL),
    "maximum": (torch.maximum, SPECIAL, SPECIAL.flip(0)),
    "maximum-promotes": (torch.maximum, normal(4, 1), integers(3, 5)),
    "minimum": (torch.minimum, SPECIAL, SPECIAL.flip(0)),
    "hypot": (torch.hypot, SPECIAL, SPECIAL.flip(0)),
    "hypot-large": (torch.hypot, values(1e30, 3), values(1e30, 4)),
    "angle": (torch.angle, SPECIAL),
    "erfc": (torch.erfc, torch.cat([SPECIAL, torch.linspace(-5, 9, 57)])),
    "erfinv": (torch.erfinv,
               torch.cat([values(1, -1, 2, NAN), torch.linspace(-0.9999, 0.9999, 57)])),
    "cdist": (torch.cdist, normal(5, 7), normal(6, 7)),
    "cdist-1": (lambda x, y: torch.cdist(x, y, p=1), normal(2, 5, 7), normal(2, 6, 7)),
    "cdist-inf": (lambda x, y: torch.cdist(x, y, p=INF), normal(5, 7), normal(6, 7)),
    "cdist-3": (lambda x, y: torch.cdist(x, y, p=3.0), normal(5, 7), normal(6, 7)),
    "pdist": (torch.pdist, normal(6, 5)),
    "addmv": (lambda x, m, v: torch.addmv(x, m, v, beta=2, alpha=0.5), normal(5), normal(5, 7),
              normal(7)),
    "addmv-beta-0": (lambda x, m, v: torch.addmv(x, m, v, beta=0), values(NAN, INF, 1),
                     normal(3, 7), normal(7)),
    "mm-i8": (lambda x, y: x @ y, integers(127, 5, 7).to(torch.int8),
              integers(127, 7, 9).to(torch.int8)),
    "bmm-u8": (lambda x, y: x @ y, integers(255, 2, 5, 7).to(torch.uint8),
               integers(255, 2, 7, 9).to(torch.uint8)),
    "grouped-mm-rows": (lambda x, w, o: functional.grouped_mm(x, w, offs=o),
                        normal(16, 8).bfloat16(), normal(4, 8, 16).bfloat16(),
                        values(3, 3, 9, 16, dtype=torch.int32)),
    "grouped-mm-columns": (lambda x, w, o: functional.grouped_mm(x, w, offs=o),
                           normal(4, 16, 8).bfloat16(), normal(8, 16).bfloat16(),
                           values(3, 3, 9, 16, dtype=torch.int32)),
    "grouped-mm-depth": (lambda x, w, o: functional.grouped_mm(x, w, offs=o),
                         normal(8, 16).bfloat16(), normal(16, 24).bfloat16(),
                         values(8, 16, dtype=torch.int32)),
    "embedding-bag-sum": (lambda w, i, o: functional.embedding_bag(i, w, o, mode="sum"),
                          normal(6, 5), integers(6, 10), values(0, 3, 3, 8, dtype=torch.int64)),
    "embedding-bag-mean": (lambda w, i: functional.embedding_bag(i, w), normal(6, 5),
                           integers(6, 2, 4)),
    "embedding-bag-max": (lambda w, i, o: functional.embedding_bag(i, w, o, mode="max"),
                          normal(6, 5), integers(6, 10), values(0, 3, 3, 8, dtype=torch.int64)),
    "embedding-bag-weights": (lambda w, i, s: functional.embedding_bag(
        i, w, mode="sum", per_sample_weights=s), normal(6, 5), integers(6, 2, 4), normal(2, 4)),
}
GAMMA = torch.cat([torch.linspace(-9.3, 20, 60), values(1e-30, -1e-10, 1e10, 1e30, 3e38, -1e10,
                                                        INF, -INF, NAN, 0.0, -3.0)])
BESSEL = torch.cat([torch.linspace(-60, 60, 57), values(0.0, 1e-30, 89, INF, NAN)])
TIED_IMAGE, IMAGE = integers(3, 2, 5, 13, 14).float(), normal(2, 5, 13, 14)
NAN_IMAGE = torch.where(integers(9, 2, 5, 13, 14) == 0, NAN, IMAGE)
CASES |= {
    "digamma": (torch.digamma, GAMMA),
    "trigamma": (lambda x: torch.polygamma(1, x), torch.linspace(0.01, 30, 57)),
    "trigamma-reflected": (lambda x: torch.polygamma(1, x), values(-0.5, -1.25, -2.7, 0.3)),
    "lgamma": (torch.lgamma, GAMMA),
    "mvlgamma": (lambda x: torch.mvlgamma(x, 2), torch.linspace(2, 30, 40)),
    "i0": (torch.i0, BESSEL),
    "i0e": (torch.special.i0e, BESSEL),
    "i1": (torch.special.i1, BESSEL),
    "i1e": (torch.special.i1e, BESSEL),
    "erfcx": (torch.special.erfcx, torch.cat([SPECIAL, torch.linspace(-9, 50, 57)])),
    "log-ndtr": (torch.special.log_ndtr, torch.linspace(-20, 9, 57)),
    "fmod-large": (torch.fmod, values(1e10, -1e20, 3e38, 5, 7.5, -7.5, 1e9, INF, 3, NAN),
                   values(3, 0.7, 0.1, INF, 0, 2, 1e-5, 2, NAN, 2)),
    "remainder-large": (torch.remainder, values(1e10, -1e20, 3e38, 7.5, -7.5, 1e9, INF),
                        values(3, 0.7, 0.1, 0, 2, -1e-5, 2)),
    "max-pool-indices": (lambda x: functional.max_pool2d(x, 3, 2, 1, return_indices=True), IMAGE),
    "max-pool-indices-ties": (lambda x: functional.max_pool2d(
        x, (2, 3), (1, 2), (1, 0), return_indices=True), TIED_IMAGE),
    "max-pool-indices-nan": (lambda x: functional.max_pool2d(x, 3, 2, 1, return_indices=True),
                             NAN_IMAGE),
    "max-pool-indices-infinite": (lambda x: functional.max_pool2d(
        x, 3, 2, 1, return_indices=True), torch.full((1, 2, 5, 5), -INF)),
    "max-pool-indices-ceil": (lambda x: functional.max_pool2d(x, 3, 2, 1, 2, True, True), IMAGE),
    "max-pool-indices-1d": (lambda x: functional.max_pool1d(x, 3, 2, 1, return_indices=True),
                            normal(2, 5, 13)),
    "max-pool-indices-3d": (lambda x: functional.max_pool3d(x, 2, 2, 1, return_indices=True),
                            normal(1, 2, 5, 6, 7)),
    "max-unpool": (lambda x: functional.max_unpool2d(
        *functional.max_pool2d(x, 2, return_indices=True), 2), normal(1, 3, 8, 10)),
    "max-unpool-3d": (lambda x: functional.max_unpool3d(
        *functional.max_pool3d(x, 2, return_indices=True), 2), normal(1, 2, 4, 6, 8)),
    "adaptive-max": (lambda x: functional.adaptive_max_pool2d(x, (5, 3)), IMAGE),
    "adaptive-max-indices": (lambda x: functional.adaptive_max_pool2d(
        x, (5, 3), return_indices=True), IMAGE),
    "adaptive-max-3d": (lambda x: functional.adaptive_max_pool3d(x, (2, 3, 4)),
                        normal(1, 2, 5, 7, 6)),
    "adaptive-average-3d": (lambda x: functional.adaptive_avg_pool3d(x, (2, 3, 1)),
                            normal(1, 2, 5, 6, 7)),
    "scatter-mean": (lambda x, i, s: x.scatter_reduce(0, i, s, "mean"), normal(7, 5),
                     integers(7, 9, 5), normal(9, 5)),
    "scatter-mean-without": (lambda x, i, s: x.scatter_reduce(0, i, s, "mean",
                                                              include_self=False),
                             normal(7, 5), integers(7, 9, 5), normal(9, 5)),
    "scatter-mean-integers": (lambda x, i, s: x.scatter_reduce(0, i, s, "mean"),
                              integers(19, 7, 5) - 9, integers(7, 9, 5), integers(19, 9, 5) - 9),
    "scatter-from-behind": (lambda x, i, s: x.scatter(-1, i, s), normal(5, 7),
                            integers(7, 5, 7).argsort(-1), normal(5, 7)),
    "scatter-value-from-behind": (lambda x, i: x.scatter(-1, i, 2.5), normal(5, 7),
                                  integers(7, 5, 3)),
    "scatter-add-from-behind": (lambda x, i, s: x.scatter_add(-2, i, s), normal(5, 7),
                                integers(5, 9, 7), normal(9, 7)),
    "scatter-max-from-behind": (lambda x, i, s: x.scatter_reduce(-1, i, s, "amax"), normal(5, 7),
                                integers(7, 5, 9), normal(5, 9)),
    "index-reduce": (lambda x, i, s: x.index_reduce(1, i, s, "mean"), normal(5, 7),
                     integers(7, 9), normal(5, 9)),
    "index-reduce-max": (lambda x, i, s: x.index_reduce(0, i, s, "amax"), normal(7, 5),
                         integers(7, 9), normal(9, 5)),
    "hardtanh-integers": (functional.hardtanh, integers(9, 5, 7) - 4),
    "scatter-booleans": (lambda x, i: (x.scatter_add(1, i, x), x.scatter_reduce(0, i % 4, x, "prod"),
                                       x.index_add(0, i[0] % 4, x[:1].expand(7, 7)),
                                       x.index_put((i[0] % 4,), x[0], accumulate=True)),
                         normal(4, 7) > 0, torch.arange(28).view(4, 7) * 5 % 7),
    "scatter-add-named": (lambda x, i, s: x.scatter(0, i, s, reduce="add"), normal(7, 5),
                          integers(7, 9, 5), normal(9, 5)),
    "scatter-product-of-a-number": (lambda x, i: x.scatter(0, i, 3.0, reduce="multiply"),
                                    normal(7, 5), integers(7, 2, 5)),
    "take": (torch.take, normal(3, 4), integers(12, 2, 3)),
    "put": (lambda x, i, s: x.put(i, s, accumulate=True), normal(3, 4), values(1, 1, 5).long(),
            normal(3)),
    "index-put-mask": (lambda x, m, v: torch.index_put(x, (m,), v), normal(5, 3),
                       values(1, 0, 1, 1, 0).bool(), normal(3, 3)),
    "index-put-mask-number": (lambda x, m, v: torch.index_put(x, (m,), v, True), normal(5, 3),
                              integers(2, 5, 3).bool(), normal()),
    "index-put-mask-behind": (lambda x, m, v: torch.ops.aten.index_put(x, [None, m], v), normal(5, 3),
                              values(0, 1, 1).bool(), normal(5, 2)),
    "masked-scatter": (torch.masked_scatter, normal(5), integers(2, 4, 5).bool(), normal(20)),
    "as-strided-scatter": (lambda x, s: torch.as_strided_scatter(x, s, (2, 3), (3, 1), 2),
                           normal(4, 4), normal(2, 3)),
    "new-empty-strided": (lambda x: x.new_empty_strided((2, 3), (1, 2)).fill_(2) + x[0],
                          normal(3)),
    "empty-permuted": (lambda x: torch.empty_permuted((2, 3), (1, 0)).fill_(2) + x, normal(3)),
    "gcd": (torch.gcd, integers(99, 5, 7) - 50, integers(40, 7) - 20),
    "lcm": (torch.lcm, integers(99, 5, 7) - 50, integers(40, 7) - 20),
    "square-of-integers": (lambda x: x ** 3 + torch.square(x), integers(9, 5, 7) - 4),
    "variance-of-narrow-floats": (lambda x: (x.var(0), *torch.var_mean(x, 1)),
                                  normal(5, 7).bfloat16()),
    "shifts-by-numbers": (lambda x: (torch.bitwise_right_shift(x, 2), torch.bitwise_left_shift(x, 1),
                                     torch.bitwise_right_shift(-100, x),
                                     torch.bitwise_left_shift(3, x)), integers(9, 5, 7)),
    "logcumsumexp": (lambda x: torch.logcumsumexp(x, -1), normal(3, 17) * 1e3),
    "nanmedian": (torch.nanmedian, TIES),
    "nanmedian-rows": (lambda x: torch.nanmedian(x, 1, keepdim=True)[0], TIES),
    "embedding-renorm": (lambda w, i: functional.embedding(i, w.clone(), max_norm=0.7),
                         normal(5, 4), integers(5, 6)),
    "addbmm": (lambda x, a, b: torch.addbmm(x, a, b, beta=0.5, alpha=2), normal(3, 5),
               normal(4, 3, 2), normal(4, 2, 5)),
    "addmv-integers": (lambda x, a, b: torch.addmv(x, a, b, beta=0.5, alpha=2.5),
                       integers(9, 3), integers(9, 3, 5), integers(9, 5)),
    "dist": (lambda x, y: torch.dist(x, y, 3), normal(3, 4), normal(4)),
    "antialias-linear": (lambda x: functional.interpolate(x, (3, 5), mode="bilinear",
                                                          antialias=True), normal(2, 3, 8, 7)),
    "antialias-cubic": (lambda x: functional.interpolate(x, (11, 3), mode="bicubic",
                                                         antialias=True, align_corners=True),
                        normal(1, 2, 8, 7)),
    "sample-volume": (lambda x, g: functional.grid_sample(x, g, align_corners=False),
                      normal(2, 3, 4, 5, 3), normal(2, 2, 3, 2, 3)),
    "sample-volume-reflected": (lambda x, g: functional.grid_sample(
        x, g, padding_mode="reflection", align_corners=True),
        normal(1, 2, 4, 5, 3), normal(1, 2, 3, 2, 3)),
    "sample-volume-nearest": (lambda x, g: functional.grid_sample(
        x, g, "nearest", "border", align_corners=False),
        normal(1, 2, 4, 5, 3), normal(1, 2, 3, 2, 3)),
    "sample-narrow-floats": (lambda x, g: functional.grid_sample(x, g, align_corners=False).float(),
                             normal(2, 3, 5, 4).bfloat16(), torch.full((2, 3, 3, 2), 0.5).bfloat16()),
    "clamps": (lambda x, y: (x.clamp(-1, 1), x.clamp(min=y), x.clamp_max(y), x.clamp_min(y),
                             x.clamp_min(0.5), x.clamp_max(0.5), functional.hardtanh(x),
                             functional.hardsigmoid(x)), SPECIAL, SPECIAL.flip(0)),
    "quotients-of-bytes": (lambda x, y: (torch.div(x, y, rounding_mode="floor"),
                                         torch.div(x, 7, rounding_mode="trunc")),
                           integers(255, 5, 7).to(torch.uint8),
                           (integers(9, 7) + 1).to(torch.uint8)),
    "bytes-and-numbers": (lambda x: (x % 7, x * 3), integers(99, 5, 7).to(torch.int8)),
    "shift-operators": (lambda x, y: (x >> y, x << y, x >> 2, x << 1), integers(99, 5, 7),
                        integers(9, 7)),
    "modified-bessel": (lambda x: torch.special.modified_bessel_i0(x)
                        + torch.special.modified_bessel_i1(x), SPECIAL),
    "batch-norm-with-update": (lambda x, w: torch.ops.aten._batch_norm_with_update_functional(
        x, w, w, torch.zeros_like(w), torch.ones_like(w), 0.1, 1e-5)[0], normal(4, 3, 5),
        normal(3)),
    "transposed-conv-groups": (lambda x, w: functional.conv_transpose2d(
        x, w, stride=2, padding=1, output_padding=1, groups=2), normal(2, 4, 5, 3),
        normal(4, 3, 3, 2)),
    "transposed-conv-depthwise": (lambda x, w: functional.conv_transpose1d(
        x, w, dilation=2, groups=4), normal(2, 4, 5), normal(4, 1, 3)),
    "conv-without-batch": (lambda x, w: functional.conv2d(x, w, padding=1), normal(4, 5, 6),
                           normal(3, 4, 3, 3)),
    "pools-without-batch": (lambda x: (functional.avg_pool2d(x, 2),
                                       functional.max_pool2d(x, 2, return_indices=True),
                                       functional.adaptive_avg_pool2d(x, 3),
                                       functional.adaptive_max_pool2d(x, 3)), normal(2, 6, 6)),
    "pools-of-volumes-without-batch": (lambda x: (functional.avg_pool3d(x, 2),
                                                  functional.max_pool3d(x, 2),
                                                  functional.adaptive_avg_pool3d(x, 2),
                                                  functional.adaptive_max_pool3d(x, 2)),
                                       normal(2, 4, 4, 4)),
    "max-pool-3d-integers": (lambda x: functional.max_pool3d(x, 2), integers(99, 1, 2, 4, 4, 4)),
    "pad-negative": (lambda x: functional.pad(x, (-1, 2, 1, -2), value=0.5), normal(5, 6)),
    "fmax-fmin-broadcast": (lambda x, y: (torch.fmax(x, y), torch.fmin(x, y)), normal(5, 1),
                            normal(3)),
    "copies-of-views": (lambda x: (
        torch.view_copy(x, (6, 2)), torch.permute_copy(x, (1, 0)),
        torch.narrow_copy(x, 0, 1, 2), torch.select_copy(x, 1, 1), torch.slice_copy(x, 1, 0, 4, 2),
        *torch.split_copy(x, 2), *torch.unbind_copy(x), torch.detach_copy(x),
        torch.as_strided_copy(x, (2, 2), (4, 1), 1)), normal(3, 4)),
    "numbers": (lambda x: (
        x.amax(0), x.amin(0), x.argmax(), x.argmin(0), x.bool().all(0), x.bool().any(0),
        x.cumprod(0), x.cumsum(0), x.kthvalue(1), x.logcumsumexp(0), x.max(0), x.min(0), x.prod(0),
        x.sort(0), x.topk(1, 0), x.softmax(0), x.log_softmax(0), x.gather(0, torch.zeros(1, dtype=torch.int64)),
        x.cumsum(0, dtype=torch.int32), x.index_reduce(0, torch.zeros(1, dtype=torch.int64), x,
                                                      "mean")), normal()),
    "running-converted": (lambda x: (x.cumsum(1, dtype=torch.int64),
                                     x.cumprod(1, dtype=torch.float32)), integers(5, 3, 4).int()),
}
TOLERANCE = {"triangular": 1e-5, "triangular-unit": 1e-5, "triangular-upper": 1e-5,
             "modified-bessel": 1e-5, "logcumsumexp": 1e-5, "antialias-linear": 1e-5,
             "antialias-cubic": 1e-5, "sample-narrow-floats": 1e-2, "sample-volume": 1e-5, "sample-volume-reflected": 1e-5,
             "transposed-conv-groups": 1e-5, "transposed-conv-depthwise": 1e-5,
             "conv-without-batch": 1e-5, "addbmm": 1e-5, "batch-norm-with-update": 1e-5,
             "digamma": 1e-5, "trigamma": 1e-5, "trigamma-reflected": 1e-5, "lgamma": 1e-5,
             "mvlgamma": 1e-5, "i0": 1e-5, "i1": 1e-5, "i0e": 1e-5, "i1e": 1e-5,
             "erfcx": 1e-5, "log-ndtr": 1e-5, "erfc": 1e-6, "erfinv": 1e-5, "grouped-mm-rows": 1e-2, "grouped-mm-columns": 1e-2,
             "grouped-mm-depth": 1e-2}


def decomposed(function, inputs):
    """The functional graph of decomposed ops, and what it computes in PyTorch."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = make_fx(functionalize(lambda *x: function(*x)), tracing_mode="fake",
                        decomposition_table=decompositions.table(),
                        _allow_non_fake_inputs=True)(*inputs)
        return graph, graph(*inputs)


@pytest.mark.parametrize("name", CASES)
def test_equals_eager_and_imports(name):
    function, *inputs = CASES[name]
    expected = function(*inputs)
    graph, result = decomposed(function, inputs)
    tolerance = TOLERANCE.get(name, 1e-6)
    torch.testing.assert_close(result, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    left = {n.target for n in graph.graph.nodes} & set(decompositions.TABLE)
    left -= KEPT | set(forms.REARRANGED)
    assert not left, f"not decomposed: {left}"
    assert importer.import_graph(graph).text


#: Decomposed in some forms only.
KEPT = {torch.ops.aten.mm.default, torch.ops.aten.bmm.default, torch.ops.aten.topk.default,
        torch.ops.aten.sort.default, torch.ops.aten.minimum.default, torch.ops.aten.fmod.Tensor,
        torch.ops.aten.max_pool2d_with_indices.default, torch.ops.aten.avg_pool2d.default,
        torch.ops.aten.avg_pool3d.default,
        torch.ops.aten.max_pool3d_with_indices.default, torch.ops.aten.scatter.src,
        torch.ops.aten.scatter.value, torch.ops.aten.scatter_add.default,
        torch.ops.aten.scatter_reduce.two, torch.ops.aten.pow.Tensor_Scalar,
        torch.ops.aten.index_put.default, torch.ops.aten.maximum.default,
        torch.ops.aten.mul.Tensor, torch.ops.aten.remainder.Tensor,
        torch.ops.aten.remainder.Scalar, torch.ops.aten.clamp.default,
        torch.ops.aten.clamp_min.default,
        torch.ops.aten.clamp_max.default, torch.ops.aten.clamp.Tensor,
        torch.ops.aten.clamp_min.Tensor, torch.ops.aten.clamp_max.Tensor,
        torch.ops.aten.div.Tensor_mode, torch.ops.aten.div.Scalar_mode,
        torch.ops.aten.hardsigmoid.default, torch.ops.aten.var.correction, torch.ops.aten.var_mean.correction}


def test_every_decomposition_has_a_case():
    tested = set()
    for function, *inputs in CASES.values():
        with torch.no_grad():
            traced = make_fx(lambda *x, function=function: function(*x))(*inputs)
        tested |= {n.target for n in traced.graph.nodes}
    aten = torch.ops.aten
    others = {aten._native_multi_head_attention.default,
              aten._transformer_encoder_layer_fwd.default,
              aten.embedding_bag.default, aten.embedding_bag.padding_idx,
              aten._embedding_bag.default, aten._embedding_bag_forward_only.default,
              aten.empty_strided.default, aten.mkldnn_rnn_layer.default,
              aten._upsample_lanczos2d_aa.default, aten.embedding_renorm.default,
              aten.mul.Scalar, aten.div.Scalar_mode}
    assert set(decompositions.TABLE) - tested <= others


KEYS = torch.arange(6)[None, :] >= torch.tensor([[6], [4]])
MASKS = {
    "none": {},
    "lengths": {"src_mask": torch.ones(6, 6, dtype=torch.bool).triu(1)},
    "keys": {"src_key_padding_mask": KEYS},
    "both": {"src_mask": torch.ones(6, 6, dtype=torch.bool).triu(1),
             "src_key_padding_mask": KEYS},
    "float": {"src_mask": torch.full((6, 6), -INF).triu(1)},
}


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("mask", MASKS)
def test_encoder_layer(mask, norm_first, activation):
    torch.manual_seed(3)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, norm_first=norm_first,
                                       activation=activation).eval()
    x = normal(2, 6, 8)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            expected = layer(x, **MASKS[mask])  # by the plain layers
        finally:
            torch.backends.mha.set_fastpath_enabled(True)
    names = list(MASKS[mask])
    graph, result = decomposed(
        lambda x, *masks: layer(x, **dict(zip(names, masks, strict=True))),
        [x, *MASKS[mask].values()])
    torch.testing.assert_close(result, expected, rtol=1e-5, atol=1e-5)
    assert importer.import_graph(graph).text


@pytest.mark.parametrize("average", [True, False])
def test_multi_head_attention_weights(average):
    torch.manual_seed(3)
    attention = nn.MultiheadAttention(8, 2, batch_first=True).eval()
    x = normal(2, 6, 8)

    def model(x):
        return attention(x, x, x, average_attn_weights=average)

    with torch.no_grad():
        expected = model(x)
    graph, result = decomposed(model, [x])
    torch.testing.assert_close(result, expected, rtol=1e-5, atol=1e-5)
    assert importer.import_graph(graph).text


LAYERS = {
    "lstm": lambda: nn.LSTM(5, 4, 2, batch_first=True),
    "lstm-bidirectional": lambda: nn.LSTM(5, 4, bidirectional=True),
    "lstm-no-bias": lambda: nn.LSTM(5, 4, bias=False),
}


@pytest.mark.parametrize("name", LAYERS)
def test_recurrent_layer(name):
    torch.manual_seed(3)
    layer = LAYERS[name]().eval()
    x = normal(3, 4, 5)
    with torch.no_grad():
        expected = layer(x)
    graph, result = decomposed(layer, [x])
    torch.testing.assert_close(result, expected, rtol=1e-5, atol=1e-5)
    assert importer.import_graph(graph).text


REFUSED = {
    "nonzero": (lambda x: torch.nonzero(x), r"aten\.nonzero.*depends on data at .*test_decomp"),
    "masked-select": (lambda x: x[x > 0], r"depends on data"),
    "unique": (lambda x: torch.unique(x), r"aten\._unique2.*depends on data"),
    "random": (lambda x: x + torch.rand(3), r"aten\.rand draws random numbers at .*test_decomp"),
    "dropout": (lambda x: functional.dropout(x, 0.5, True), r"draws random numbers"),
    "complex": (lambda x: torch.log10(x * 1j).abs(), r"aten\.log10 at .*no rule for this op of"),
    "inverse": (lambda x: torch.linalg.inv(x @ x.T), r"aten\.linalg_inv_ex"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_op_and_line(name):
    function, message = REFUSED[name]
    with pytest.raises(backend.UnsupportedError, match=message):
        torch.compile(function, fullgraph=True, dynamic=False,
                      backend="tilewright")(normal(3, 3))

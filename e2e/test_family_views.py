#===- test_family_views.py - Data movement that becomes access -------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Owns views: reshapes, permutations, repeats, slices, concatenations, paddings,
flips, rolls, resampling and borders, before elementwise ops, reductions and products. Each
quotient and remainder of an index that they cause has to become strides, or a copy."""

import pytest
import torch
import torch.nn.functional as F
from families import Case, Tensor, check, cross


def case(name, function, *shapes, dtype=torch.float32):
    return Case(f"{name}-{'x'.join(map(str, shapes[0]))}", function,
                tuple(Tensor(shape, dtype) for shape in shapes))


REPEATS = [
    made for shape in ((4, 8), (3, 5), (1, 7), (9, 33)) for made in (
        case("repeat", lambda x: x.repeat(1, 2) + 1, shape),
        case("repeat_rows", lambda x: x.repeat(3, 1) + 1, shape),
        case("interleave", lambda x: x.repeat_interleave(2, 1) + 1, shape),
        case("interleave_rows", lambda x: x.repeat_interleave(3, 0) + 1, shape),
        case("two_radices", lambda a, b: a.repeat_interleave(2, 1) + b.repeat(1, 2), shape, shape),
        case("repeat_sum", lambda x: x.repeat(1, 3).sum(1), shape),
        case("repeat_norm", lambda x: F.layer_norm(x.repeat(1, 2), (2 * x.shape[1],)), shape),
        case("repeat_product", lambda x, w: x.repeat(1, 2) @ w.repeat_interleave(2, 0), shape,
             (shape[1], 5)),
    )]

RESHAPES = [
    case("permute_reshape", lambda x: x.permute(0, 2, 1).reshape(2, -1) + 1, (2, 3, 4)),
    case("permute_reshape", lambda x: x.permute(0, 2, 1).reshape(2, -1) + 1, (2, 9, 17)),
    case("heads", lambda x: x.reshape(2, 3, 2, 4).permute(0, 2, 1, 3).reshape(2, 24) + 1,
         (2, 6, 4)),
    case("merge_heads", lambda x, w: x.permute(0, 2, 1, 3).reshape(2, 5, 21) @ w, (2, 3, 5, 7),
         (21, 9)),
    case("cross", lambda x, y: x.t().reshape(8, 3) + y, (4, 6), (8, 1)),
    case("cross_softmax", lambda x: F.softmax(x.t().reshape(8, 3), 1), (4, 6)),
    case("cross_norm", lambda x: F.layer_norm(x.t().reshape(8, 3), (3,)), (4, 6)),
    case("cross_product", lambda x, w: x.t().reshape(8, 3) @ w, (4, 6), (3, 5)),
    case("cross_integers", lambda x: x.t().reshape(8, 3) * 2, (4, 6), dtype=torch.int32),
    case("permuted_rows", lambda x: x.permute(2, 0, 1).reshape(x.shape[2], -1).sum(1), (2, 3, 6)),
    case("stack", lambda a, b: torch.stack([a, b], 2).reshape(3, 10) * 2, (3, 5), (3, 5)),
    case("group_norm", lambda x: F.group_norm(x, 3), (2, 6, 4, 4)),
    case("group_norm", lambda x: F.group_norm(x, 3), (1, 9, 3, 5)),
    case("instance_norm", F.instance_norm, (2, 3, 4, 5)),
    case("channel_shuffle", lambda x: F.channel_shuffle(x, 3) + 1, (2, 6, 3, 3)),
    case("permute5", lambda x: x.permute(4, 3, 2, 1, 0) + 1, (2, 3, 4, 5, 6)),
    case("permute5_narrow", lambda x: x.permute(4, 1, 3, 0, 2) + 1, (3, 1, 2, 5, 7),
         dtype=torch.float16),
    case("permute6", lambda x: x.permute(5, 3, 1, 0, 2, 4) + 1, (2, 3, 4, 5, 2, 3)),
    *(case(f"pixel_shuffle{r}", lambda x, r=r: F.pixel_shuffle(x, r) + 1, shape)
      for r, shape in ((2, (1, 8, 4, 4)), (3, (2, 9, 3, 5)))),
    *(case(f"pixel_unshuffle{r}", lambda x, r=r: F.pixel_unshuffle(x, r) + 1, shape)
      for r, shape in ((2, (1, 2, 8, 8)), (3, (2, 1, 9, 6)))),
    case("windows", lambda x: x.view(1, 2, 4, 2, 4, 3).permute(0, 1, 3, 2, 4, 5)
         .reshape(4, 16, 3) + 1, (1, 8, 8, 3)),
    case("window_product", lambda x, w: x.view(1, 4, 7, 4, 7, 12).permute(0, 1, 3, 2, 4, 5)
         .reshape(16, 49, 12) @ w, (1, 28, 28, 12), (12, 5)),
    case("window_norm", lambda x, r: r + F.layer_norm(
        x.view(1, 4, 4, 7, 7, 12).permute(0, 1, 3, 2, 4, 5).reshape(1, 28, 28, 12), (12,)),
         (16, 49, 12), (1, 28, 28, 12)),
    case("rolled_windows", lambda x: torch.roll(x, (-2, -2), (1, 2)).view(1, 2, 4, 2, 4, 3)
         .permute(0, 1, 3, 2, 4, 5).reshape(4, 16, 3) + 1, (1, 8, 8, 3)),
]

PARTS = [
    case("cat", lambda a, b: torch.cat([a, b], 1) * 2, (3, 5), (3, 2)),
    case("cat_rows", lambda a, b, c: torch.cat([a, b, c], 0) + 1, (1, 9), (7, 9), (4, 9)),
    case("cat_computed", lambda a, b: torch.cat([a.exp(), a @ b, a.sum(1, keepdim=True)], 1),
         (5, 6), (6, 3)),
    case("rotate_half", lambda x: torch.cat([-x[..., 4:], x[..., :4]], -1) * 2, (2, 3, 8)),
    case("strided", lambda x: x[:, 1::2] + 1, (5, 7)),
    case("strided_cat", lambda x: torch.cat([x[:, ::2], x[:, 1::2]], 1), (5, 8)),
    case("strided_sum", lambda x: x[::2, 1:].sum(1), (7, 9)),
    case("select", lambda x: x[:, 2] + x[:, 3], (4, 5, 6)),
    case("pad", lambda x: F.pad(x, (1, 2, 3, 0), value=1.5) * 2, (5, 6)),
    case("pad_norm", lambda x: F.layer_norm(F.pad(x, (0, 3)), (8,)), (4, 5)),
    case("circular", lambda x: F.pad(x, (1, 2, 3, 1), mode="circular"), (1, 2, 5, 6)),
    *(case(f"flip{dims}", lambda x, dims=dims: x.flip(*dims) + 1, shape)
      for dims in ((0,), (1,), (0, 1)) for shape in ((5, 7), (33, 129))),
    case("flip_sum", lambda x: (x.flip(1) * torch.arange(7.0)).sum(1), (5, 7)),
    case("flip_product", lambda x, w: x.flip(1) @ w, (5, 7), (7, 3)),
    case("roll", lambda x: torch.roll(x, (-1, 2), (0, 1)), (6, 8)),
    case("roll_flat", lambda x: torch.roll(x, 3, 1) + 1, (3, 7)),
    case("nearest", lambda x: F.interpolate(x, scale_factor=2, mode="nearest") + 1, (1, 2, 3, 5)),
    case("diagonal", lambda x: torch.diagonal(x) + 1, (5, 5)),
    case("unfold_rows", lambda x: x.unfold(1, 3, 2) + 1, (4, 9)),
    case("unfold", lambda x: F.unfold(x, 3), (1, 2, 5, 6)),
    case("unfold_product", lambda x, w: w @ F.unfold(x, 3)[0], (1, 2, 5, 6), (4, 18)),
    case("triu", lambda x: torch.triu(x, 1), (5, 6)),
    case("tril", lambda x: torch.tril(x, -1) + 1, (9, 5)),
    # Coordinates of tiles that go around the lanes several times, in blocks of several.
    *(case("coordinates", lambda x: x + torch.arange(x.shape[-1]), shape)
      for shape in ((4999,), (3, 2049), (129, 257))),
    case("expand", lambda x, y: x.expand(4, 5).reshape(20) + y, (4, 1), (20,)),
    case("same_twice", lambda x: x + x.t() + x.flip(0), (6, 6)),
]


def _position_cases():
    """Reads at positions that only loops determine, which torch.arange makes."""
    n = torch.arange
    yield case("shifted", lambda x: x[(n(8) + 3) % 8].exp(), (8, 5))
    yield case("shifted_columns", lambda x: x[:, (n(37) + 30) % 37] + 1, (5, 37))
    yield case("shifted_product", lambda x, w: x[:, (n(16) + 5) % 16] @ w, (7, 16), (16, 9))
    yield case("shifted_quotient", lambda x: x[(n(12) + 2) // 4].exp(), (12, 3))
    yield case("one_operand_two_radices", lambda x: x[n(12) // 4, n(12) // 6].exp(), (3, 2))
    yield case("one_operand_sum", lambda x, y: (x[n(12) // 4, n(12) // 6] * y).sum(1), (3, 2), (5, 12))
    yield case("one_operand_product", lambda x, w: x[n(12) // 4, n(12) // 6][None] @ w, (3, 2), (12, 5))
    yield case("multiple", lambda x: x[(n(12) * 5) % 12].exp(), (12, 3))
    yield case("multiple_quotient", lambda x: x[(n(12) * 5 + 2) // 7].exp(), (12, 3))
    yield case("sum_of_loops", lambda x: x[(n(5)[:, None] + n(7)) % 5].exp(), (5, 3))


POSITIONS = list(_position_cases())


SIZES = ((1, 3, 7, 9), (2, 5, 4, 33))
RESAMPLED = [
    *(case(f"bilinear{size}{'_corners' if corners else ''}",
           lambda x, size=size, corners=corners: F.interpolate(
               x, size=size, mode="bilinear", align_corners=corners), shape)
      for shape in SIZES for size in ((14, 18), (4, 5), (11, 13), (1, 1), (9, 3))
      for corners in (False, True)),
    *(case(f"bilinear_by{factor}{'_corners' if corners else ''}",
           lambda x, factor=factor, corners=corners: F.interpolate(
               x, scale_factor=factor, mode="bilinear", align_corners=corners), shape)
      for shape in SIZES for factor in (2, 1.5, 0.4) for corners in (False, True)),
    *(case(f"{mode}{size}", lambda x, size=size, mode=mode: F.interpolate(x, size=size, mode=mode)
           + 1, shape)
      for shape in SIZES for size in ((14, 18), (4, 5), (11, 13), (1, 1))
      for mode in ("nearest", "nearest-exact", "area")),
    *(case(f"bicubic{size}", lambda x, size=size: F.interpolate(x, size=size, mode="bicubic"),
           SIZES[0]) for size in ((14, 18), (4, 5))),
    *(case(f"linear{size}", lambda x, size=size: F.interpolate(x, size=size, mode="linear"),
           (2, 3, 13)) for size in (26, 5)),
    case("trilinear", lambda x: F.interpolate(x, size=(5, 6, 7), mode="trilinear"),
         (1, 2, 3, 4, 5)),
]

BORDERS = [
    *(case(f"{mode}{amounts}", lambda x, mode=mode, amounts=amounts: F.pad(x, amounts, mode=mode)
           * 2, shape)
      for shape in SIZES for mode in ("reflect", "replicate", "circular")
      for amounts in ((1, 1, 1, 1), (2, 0, 3, 1), (0, 3, 0, 0))),
    *(case(f"{mode}_rows", lambda x, mode=mode: F.pad(x, (2, 1), mode=mode) + 1, (2, 3, 17))
      for mode in ("reflect", "replicate", "circular")),
    *(case(f"{mode}_solid", lambda x, mode=mode: F.pad(x, (2, 1, 1, 0, 1, 2), mode=mode) + 1,
           (1, 2, 4, 5, 6)) for mode in ("reflect", "replicate", "circular")),
    case("reflect_conv", lambda x, w: F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), w),
         (1, 3, 7, 9), (4, 3, 3, 3)),
    case("replicate_sum", lambda x: F.pad(x, (2, 1), mode="replicate").sum(2), (2, 3, 17)),
    *(case(f"roll{shifts}{dims}", lambda x, s=shifts, d=dims: torch.roll(x, s, d) + 1,
           (5, 7, 9))
      for shifts, dims in ((3, None), (-4, 1), (9, 2), (100, 0), ((1, -2), (0, 2)),
                           ((1, 1), (1, 1)), (0, -1), (2, -1))),
]


@pytest.mark.parametrize("case, machine", cross(REPEATS, quick=6))
def test_repeats(case, machine):
    check(case, machine)


@pytest.mark.parametrize("case, machine", cross(RESHAPES, quick=8))
def test_reshapes(case, machine):
    check(case, machine)


@pytest.mark.parametrize("case, machine", cross(POSITIONS, quick=4))
def test_positions(case, machine):
    check(case, machine)


@pytest.mark.parametrize("case, machine", cross(PARTS, quick=8))
def test_parts(case, machine):
    check(case, machine)


@pytest.mark.parametrize("case, machine", cross(RESAMPLED, quick=6))
def test_resampled(case, machine):
    check(case, machine)


@pytest.mark.parametrize("case, machine", cross(BORDERS, quick=6))
def test_borders(case, machine):
    check(case, machine)

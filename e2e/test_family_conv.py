#===- test_family_conv.py - Convolutions -----------------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Convolutions of one to three dimensions: stride, dilation, padding, groups, depthwise,
transposed, kernels of every shape, images of any layout, every element type, and what is
fused around them."""

import pytest
import torch
from families import Case, Tensor, check, cross
from torch.nn import functional

TOLERANCE = {torch.float32: 1e-3, torch.float16: 1e-2, torch.bfloat16: 1e-2}


def _case(name, function, *shapes, dtype=torch.float32):
    return Case(name, function, tuple(Tensor(s, dtype) for s in shapes), TOLERANCE.get(dtype))


def _conv(dims, **options):
    function = getattr(functional, f"conv{dims}d")
    return lambda *tensors: function(*tensors, **options)


def _two_dimensional():
    # (batch, channels, height, width), (filters, kernel height, kernel width)
    images = [((1, 3, 16, 16), (5, 3, 3)), ((2, 17, 9, 11), (8, 3, 3)), ((1, 33, 7, 7), (20, 1, 1)),
              ((1, 8, 14, 13), (4, 7, 7)), ((3, 20, 5, 8), (130, 2, 3)), ((1, 129, 8, 8), (16, 3, 3))]
    for image, (filters, height, width) in images:
        weights = (filters, image[1], height, width)
        for stride in (1, 2, (2, 3)):
            for padding in (0, 1, (0, 2)):
                for dilation in (1, 2):
                    if (height - 1) * dilation >= image[2]:
                        continue
                    name = f"conv2d-{'x'.join(map(str, image))}-{filters}x{height}x{width}-s{stride}" \
                           f"-p{padding}-d{dilation}".replace(" ", "")
                    yield _case(name, _conv(2, stride=stride, padding=padding, dilation=dilation),
                                image, weights)
    for dtype in (torch.float16, torch.bfloat16, torch.int32):
        yield _case(f"conv2d-{str(dtype)[6:]}", _conv(2, padding=1), (2, 19, 10, 9), (7, 19, 3, 3),
                    dtype=dtype)
    yield _case("conv2d-same", _conv(2, padding="same"), (1, 20, 12, 9), (6, 20, 4, 3))
    yield _case("conv2d-kernel-is-image", _conv(2), (3, 18, 6, 5), (9, 18, 6, 5))
    yield _case("conv2d-wide-padding", _conv(2, padding=3), (1, 16, 6, 5), (9, 16, 4, 4))
    yield _case("conv2d-one-column", _conv(2, padding=(1, 0)), (1, 16, 30, 1), (9, 16, 3, 1))
    yield _case("conv2d-patches-16", _conv(2, stride=16), (1, 3, 48, 64), (24, 3, 16, 16))
    yield _case("conv2d-patches-32", _conv(2, stride=32), (2, 3, 64, 64), (16, 3, 32, 32))
    yield _case("conv2d-stem", _conv(2, stride=2, padding=3), (1, 3, 37, 37), (10, 3, 7, 7))
    yield _case("conv2d-large-kernel", _conv(2, padding=15), (1, 9, 20, 20), (4, 9, 31, 31))


def _batches():
    """Several images in a tile: around lines, or inside of them."""
    for batch, channels, height, width in ((3, 20, 5, 5), (8, 17, 7, 7), (9, 16, 4, 6), (20, 33, 3, 3)):
        image = (batch, channels, height, width)
        for stride, padding, dilation in ((1, 1, 1), (2, 1, 1), (2, 0, 1), (1, 2, 2)):
            name = f"conv2d-batch{'x'.join(map(str, image))}-s{stride}-p{padding}-d{dilation}"
            options = {"stride": stride, "padding": padding, "dilation": dilation}
            yield _case(name, _conv(2, **options), image, (10, channels, 3, 3))
        yield _case(f"depthwise-batch{'x'.join(map(str, image))}",
                    _conv(2, padding=1, stride=2, groups=channels), image, (channels, 1, 3, 3))
    yield _case("conv1d-batch", _conv(1, padding=2, stride=2), (17, 18, 12), (9, 18, 5))
    yield _case("conv3d-batch", _conv(3, padding=1), (8, 17, 3, 4, 5), (6, 17, 3, 3, 3))
    yield _case("conv2d-batch-groups", _conv(2, padding=1, groups=2), (16, 34, 5, 6), (12, 17, 3, 3))
    yield _case("conv2d-batch-residual",
                lambda x, w, b, r: torch.relu(functional.conv2d(x, w, b, padding=1) + r),
                (11, 20, 6, 6), (12, 20, 3, 3), (12,), (11, 12, 6, 6))
    yield _case("conv2d-batch-coordinates",
                lambda x, w: functional.conv2d(x, w, padding=1)
                * torch.arange(10)[:, None, None, None] + torch.arange(5)[:, None]
                + 2 * torch.arange(6), (10, 20, 5, 6), (12, 20, 3, 3))


def _other_dimensions():
    for stride, padding, dilation in ((1, 0, 1), (2, 1, 1), (3, 4, 2)):
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        name = f"s{stride}-p{padding}-d{dilation}"
        yield _case(f"conv1d-{name}", _conv(1, **options), (2, 18, 31), (9, 18, 5))
        yield _case(f"conv1d-long-{name}", _conv(1, **options), (1, 40, 1000), (3, 40, 5))
        yield _case(f"conv3d-{name}", _conv(3, **options), (1, 17, 7, 9, 8), (6, 17, 3, 3, 3))
    yield _case("conv3d-patches", _conv(3, stride=(2, 4, 4)), (1, 3, 4, 12, 8), (10, 3, 2, 4, 4))


def _groups():
    for groups, channels, filters in ((2, 8, 6), (3, 51, 9), (5, 5, 10), (40, 40, 40), (129, 129, 129)):
        for stride in (1, 2):
            yield _case(f"conv2d-groups{groups}-{channels}-{filters}-s{stride}",
                        _conv(2, groups=groups, padding=1, stride=stride),
                        (2, channels, 9, 10), (filters, channels // groups, 3, 3))
    yield _case("depthwise-5x5-dilated", _conv(2, groups=33, padding=4, dilation=2),
                (1, 33, 14, 14), (33, 1, 5, 5))
    yield _case("depthwise-7x7", _conv(2, groups=20, padding=3), (1, 20, 16, 16), (20, 1, 7, 7))
    # As speech encoders embed positions: groups of a transposed product.
    yield _case("conv1d-groups-of-product", lambda x, v, w: functional.conv1d(
        (x @ v).transpose(1, 2), w, groups=4, padding=4), (2, 34, 16), (16, 48), (48, 12, 8))
    yield _case("depthwise-1d", _conv(1, groups=24, padding=3), (2, 24, 40), (24, 1, 4))
    for dtype in (torch.float16, torch.bfloat16, torch.int32):
        yield _case(f"depthwise-{str(dtype)[6:]}", _conv(2, groups=12, padding=1),
                    (1, 12, 9, 9), (12, 1, 3, 3), dtype=dtype)


def _transposed():
    for dims, image, weights in ((1, (2, 9, 11), (9, 5, 3)), (2, (1, 10, 6, 7), (10, 6, 3, 3))):
        for stride in (1, 2):
            yield _case(f"conv-transpose{dims}d-s{stride}",
                        lambda *t, d=dims, s=stride:
                        getattr(functional, f"conv_transpose{d}d")(*t, stride=s, padding=1),
                        image, weights)


def _fused():
    image, weights = (2, 20, 9, 9), (12, 20, 3, 3)
    yield _case("conv2d-bias-relu", lambda x, w, b: torch.relu(functional.conv2d(x, w, b, padding=1)),
                image, weights, (12,))
    yield _case("conv2d-residual",
                lambda x, w, r: functional.relu6(functional.conv2d(x, w, padding=1) + r),
                image, weights, (2, 12, 9, 9))
    yield _case("conv2d-batch-norm",
                lambda x, w, s, b: torch.sigmoid(functional.conv2d(x, w, stride=2)
                                                 * s[:, None, None] + b[:, None, None]),
                image, weights, (12,), (12,))
    yield _case("conv2d-of-relu", lambda x, w: functional.conv2d(torch.relu(x), w, padding=1),
                image, weights)
    yield _case("conv2d-channels-last",
                lambda x, w: functional.conv2d(x.permute(0, 3, 1, 2), w, padding=1).permute(0, 2, 3, 1)
                + 1, (2, 9, 9, 20), weights)
    yield _case("depthwise-bias-relu6",
                lambda x, w, b: functional.relu6(functional.conv2d(x, w, b, padding=1, groups=20)),
                image, (20, 1, 3, 3), (20,))
    # The result's coordinates: columns, lines, channels, images.
    def at_positions(result):
        return torch.triu(result, 1) * torch.arange(1.0, 1 + result.shape[1])[:, None, None]

    for kind, image, weights, groups in (("3x3", (2, 20, 11, 13), (12, 20, 3, 3), 1),
                                         ("1x1", (2, 20, 11, 13), (12, 20, 1, 1), 1),
                                         ("tall", (1, 17, 40, 5), (9, 17, 3, 3), 1),
                                         ("groups", (2, 20, 11, 13), (12, 5, 3, 3), 4),
                                         ("depthwise", (2, 12, 11, 13), (12, 1, 3, 3), 12)):
        yield _case(f"conv2d-positions-{kind}",
                    lambda x, w, g=groups: at_positions(functional.conv2d(x, w, groups=g)),
                    image, weights)


CASES = [*_two_dimensional(), *_batches(), *_other_dimensions(), *_groups(), *_transposed(), *_fused()]


@pytest.mark.parametrize("case, machine", cross(CASES, quick=20))
def test_conv(case, machine):
    check(case, machine)

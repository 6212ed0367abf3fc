#===- test_family_complex.py - Complex numbers, Fourier transforms -----------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Complex tensors as inputs, constants, in between and as outputs, and Fourier
transforms of even, odd, prime and long lengths."""

import pytest
import torch
from families import Case, Tensor, check, cross
from torch import fft
from torch.nn import functional

import tilewright


def case(name, function, *inputs):
    return Case(name, function, inputs, 1e-4)


def real(*shape):
    return Tensor(shape)


def pairs(*shape):
    return Tensor(shape, torch.complex64)


def rotated(x, angles):
    """Rotary position embeddings as Llama 4 and DeepSeek V2 write them."""
    turns = torch.polar(torch.ones_like(angles), angles)
    return torch.view_as_real(torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2)) * turns)


def spectrum(x):
    return torch.stft(x, 16, 4, window=torch.hann_window(16), return_complex=True)


ARITHMETIC = [
    case("rotary", lambda x, a: rotated(x, a).flatten(2), real(2, 5, 8), real(5, 4)),
    case("mixed", lambda z, x: (z * x + 1j * z - x / (z.abs() + 1)).conj(), pairs(3, 5),
         real(3, 5)),
    case("division", lambda z, w: (z / w, 2 / w), pairs(3, 4), pairs(3, 4)),
    case("powers", lambda z: (z ** 2, z ** 3, torch.sqrt(z)), pairs(3, 4)),
    case("functions", lambda z: (torch.exp(z), torch.log(z), torch.tanh(z), torch.angle(z),
                                 torch.sgn(z)), pairs(3, 4)),
    case("sums", lambda z: (z.sum(0), z.mean(), z.prod(1), z.cumsum(1)), pairs(3, 4)),
    case("views", lambda z: (z.T, z.reshape(-1)[3:5], torch.roll(z, 1, 0),
                             functional.pad(z, (1, 2)), z[torch.tensor([1, 0, 2])]), pairs(3, 4)),
    case("parts", lambda z: z.real * z.imag, pairs(3, 7)),
    case("joined", lambda z, x: torch.cat([z, x.to(torch.complex64)]), pairs(3, 4), real(2, 4)),
    case("selected", lambda z, x: torch.where(x > 0, z, 0), pairs(3, 4), real(3, 4)),
    case("compared", lambda z: (z == z.clone(), z != 1), pairs(3, 4)),
    case("constant", lambda x: x * torch.tensor([1 + 2j, 3j]), pairs(4, 2)),
    case("filled", lambda x: torch.zeros(3, 4, dtype=torch.complex64) + x, real(3, 4)),
    case("in-place", lambda z: z.clone().mul_(2).add_(1j), pairs(2, 3)),
    case("product", lambda z, w: z @ w.mH, pairs(3, 4), pairs(5, 4)),
    case("einsum", lambda z, w: torch.einsum("bij,bjk->bki", z, w), pairs(2, 3, 4),
         pairs(2, 4, 5)),
    case("linear", functional.linear, pairs(3, 4), pairs(5, 4), pairs(5)),
    case("convolution", functional.conv1d, pairs(1, 3, 9), pairs(5, 3, 2)),
    case("real-of-complex", lambda z: z.to(torch.float32) + 1, pairs(3, 4)),
]

FOURIER = [
    *(case(f"{name}-{shape}-{norm}", lambda x, f=getattr(fft, name), n=norm: f(x, norm=n),
           make(*shape))
      for name, make in (("fft", pairs), ("ifft", pairs), ("rfft", real), ("irfft", pairs))
      for shape in ((3, 8), (2, 15), (5, 13), (1, 2)) for norm in ("backward", "ortho")),
    case("one", lambda z: fft.fft(z), pairs(3, 1)),
    case("first-axis", lambda z: fft.fft(z, dim=0), pairs(6, 5)),
    case("several-axes", lambda x: fft.fftn(x, dim=(1, 2)).real, real(2, 9, 8)),
    case("there-and-back", lambda x: fft.irfft2(fft.rfft2(x) * 0.5, s=(6, 9)), real(2, 6, 9)),
    case("odd-result", lambda z: fft.irfft(z, n=11), pairs(3, 6)),
    case("padded", lambda x: fft.rfft(x, n=20), real(3, 13)),
    case("shifted", lambda x: fft.fftshift(fft.fft2(x)).abs(), real(2, 5, 6)),
    case("hermitian", lambda z: fft.hfft(z, n=9), pairs(2, 5)),
    case("long", lambda x: fft.irfft(fft.rfft(x)), real(2, 1000)),
    case("long-prime", lambda x: fft.irfft(fft.rfft(x), n=521), real(1, 521)),
    case("autocorrelation", lambda q, k: fft.irfft(fft.rfft(q) * fft.rfft(k).conj(), n=23),
         real(2, 23), real(2, 23)),
    case("spectrogram", lambda x: spectrum(x).abs(), real(2, 64)),
    case("vocoder", lambda x: torch.istft(spectrum(x), 16, 4, window=torch.hann_window(16)),
         real(1, 64)),
    case("narrow", lambda x: fft.rfft(x.float()).abs(), Tensor((2, 9), torch.float16)),
]


@pytest.mark.parametrize("case, machine", cross(ARITHMETIC, quick=7))
def test_arithmetic(case, machine):
    check(case, machine)


@pytest.mark.parametrize("case, machine", cross(FOURIER, quick=6))
def test_fourier(case, machine):
    check(case, machine)


@pytest.mark.parametrize("machine", ("small8",))
def test_no_rule(machine):
    with pytest.raises(tilewright.UnsupportedError, match=r"aten\.\w+ at .*test_family_complex.*"
                       r"no rule for this op of complex numbers; write it with torch.real"):
        tilewright.simulate(lambda z: torch.log10(z), torch.ones(3, dtype=torch.complex64),
                            machine=machine)

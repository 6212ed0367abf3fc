#===- test_family_opdb.py - PyTorch's own list of ops ------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Every op of the database that PyTorch tests itself with, on its own sample inputs,
gives what eager PyTorch gives, or is refused for the reason that the table says: an op
that is refused and not in the table fails, and so does one in the table that compiles.

`make test` runs one sample of a few ops, `make test-full` samples of all ops in all
types."""

import re
from fnmatch import fnmatch

import pytest
import torch
from conftest import FULL
from families import TOLERANCE
from torch.utils import _pytree as pytree

import tilewright
from tilewright import backend

#: Types, and how many samples of each.
SAMPLES = {torch.float32: 2, torch.int64: 1, torch.bool: 1, torch.bfloat16: 1} if FULL \
    else {torch.float32: 1, torch.int64: 1}

#: Ops of one sample in `make test`: a few of every kind.
QUICK = (
    "add", "atan2", "broadcast_to", "constant_pad_nd", "fmax", "index_put", "logcumsumexp",
    "nn.functional.conv_transpose2d", "nn.functional.cross_entropy", "_upsample_bilinear2d_aa",
    "scatter", "take", "nonzero", "special.bessel_j0",
)

#: Other numbers than PyTorch's, tensors of no defined content, or no tensors at all: not
#: what this compares. Complex numbers, decompositions of matrices and sparse tensors are
#: refused as a whole (test_backend.py).
NOT_SWEPT = (
    "fft.*", "linalg.*", "sparse.*", "*complex*", "cholesky*", "geqrf", "lu*", "ormqr", "qr",
    "svd*", "pca_lowrank", "pinverse", "stft", "istft", "triangular_solve", "jiterator_*",
    "cdouble", "cfloat", "chalf", "polar", "view_as_*", "logdet", "matrix_exp", "to_sparse",
    "norm.nuc", "cauchy", "exponential", "geometric", "log_normal", "normal*", "uniform",
    "argsort", "rand*", "multinomial", "bernoulli", "empty*", "new_empty*", "bmm.triton_optimized",
)
SWEPT = ("linalg.cross", "linalg.diagonal", "linalg.vecdot", "linalg.multi_dot", "linalg.vander",
         "linalg.vector_norm", "linalg.norm", "linalg.matrix_norm")

#: Ops that say which of equal elements they took: any may be.
TIES = ("kthvalue", "topk", "sort", "msort", "median", "nanmedian", "mode",
        "masked.median")

#: Why ops are refused (a pattern of the message), and which.
REFUSED = {
    r"torch-mlir cannot lower (aten|torch_nn)": (
        "__rpow__", "_segment_reduce.lengths", "_segment_reduce.offsets", "frexp", "histogram",
        "histogramdd", "igamma", "igammac", "nextafter", "pow", "special.airy_ai",
        "special.bessel_j0", "special.bessel_j1", "special.bessel_y0", "special.bessel_y1",
        "special.chebyshev_polynomial_t", "special.chebyshev_polynomial_u",
        "special.chebyshev_polynomial_v", "special.chebyshev_polynomial_w",
        "special.hermite_polynomial_h", "special.hermite_polynomial_he",
        "special.laguerre_polynomial_l", "special.legendre_polynomial_p",
        "special.modified_bessel_k0", "special.modified_bessel_k1", "special.ndtri",
        "special.scaled_modified_bessel_k0",
        "special.scaled_modified_bessel_k1", "special.shifted_chebyshev_polynomial_t",
        "special.shifted_chebyshev_polynomial_u", "special.shifted_chebyshev_polynomial_v",
        "special.shifted_chebyshev_polynomial_w", "special.spherical_bessel_j0", "special.zeta",
    ),
    r"depends on data|dependent on the data|data-dependent|Dynamic shape|unbacked": (
        "allclose", "argwhere", "bincount", "combinations", "corrcoef", "cov", "equal",
        "masked_select", "narrow", "nn.functional.ctc_loss", "nn.functional.gaussian_nll_loss",
        "nn.functional.one_hot", "nonzero", "tensor_split", "unique", "unique_consecutive",
    ),
    r"double-precision": (
        "double", "float_power", "log_softmax.with_dtype", "nn.functional.softmin.with_dtype",
        "softmax.with_dtype", "to",
    ),
    r"of 64-bit integers": (
        "nn.functional.conv1d", "nn.functional.conv2d", "nn.functional.conv3d",
        "nn.functional.conv_transpose1d", "nn.functional.conv_transpose2d",
        "nn.functional.conv_transpose3d",
    ),
    r"draws random numbers": (
        "nn.functional.fractional_max_pool2d", "nn.functional.fractional_max_pool3d",
        "nn.functional.rrelu",
    ),
    r"skipped|torch-mlir cannot lower (aten|torch_nn)": (
        "nn.functional.linear_cross_entropy.chunked",
        "nn.functional.linear_cross_entropy.chunked_none",
    ),
    r"resize_": (
        "resize_", "resize_as_",
    ),
    r"only 8 bits are supported": (
        "hash_tensor",
    ),
    r"depends on data|dependent on the data|data-dependent|Dynamic shape|unbacked|double-precision": (
        "item",
    ),
}


def reason_of(name: str) -> str | None:
    return next((reason for reason, names in REFUSED.items() if name in names), None)


def is_swept(name: str) -> bool:
    return any(fnmatch(name, p) for p in SWEPT) or not any(fnmatch(name, p) for p in NOT_SWEPT)


def database() -> dict:
    from torch.testing._internal import common_methods_invocations as invocations

    # Sets seeds in a way that torch.compile cannot trace; nothing random compiles.
    invocations.wrapper_set_seed = lambda op, *args, **kwargs: op(*args, **kwargs)
    return {op.full_name: op for op in invocations.op_db}


def samples_of(op, dtype) -> list:
    torch.manual_seed(0)
    samples = list(op.sample_inputs("cpu", dtype, requires_grad=False))
    step = max(len(samples) / SAMPLES[dtype], 1)
    return [samples[int(i * step)] for i in range(min(SAMPLES[dtype], len(samples)))]


class Call:
    """An op on a sample, as a function of the sample's tensors."""

    def __init__(self, op, sample):
        arguments = ((sample.input, *sample.args), dict(sample.kwargs))
        self.op = op.get_op()
        self.leaves, self.structure = pytree.tree_flatten(arguments)
        self.tensors = [x for x in self.leaves if isinstance(x, torch.Tensor)]

    def __call__(self, *tensors):
        given = iter(tensors)
        leaves = [next(given) if isinstance(x, torch.Tensor) else x for x in self.leaves]
        args, kwargs = pytree.tree_unflatten(leaves, self.structure)
        return self.op(*args, **kwargs)

    def inputs(self) -> list[torch.Tensor]:
        return [x.clone(memory_format=torch.preserve_format) for x in self.tensors]

    def has_ties(self) -> bool:
        return any(x.unique().numel() < x.numel() for x in self.tensors)


def compiled(call: Call, tolerance: float):
    torch._dynamo.reset()
    options = {"machine": "small8", "verify": True, "sanitize": True, "timing": "none",
               "rtol": max(tolerance, 1e-4), "atol": max(tolerance, 1e-4)}
    function = torch.compile(lambda *tensors: call(*tensors), fullgraph=True, dynamic=False,
                             backend=backend.recording(options, lambda report: None))
    return function(*call.inputs())


def refusal(name: str, call: Call) -> str | None:
    """Checks the call's results; or the message that refuses it."""
    try:
        expected = pytree.tree_leaves(call(*call.inputs()))
    except Exception:
        return None  # a sample that eager PyTorch does not take
    values = [x for x in (*call.tensors, *expected) if isinstance(x, torch.Tensor)]
    if any(x.dtype.is_complex for x in values):
        return None
    tolerance = max((TOLERANCE.get(x.dtype, 0.0) for x in values), default=0.0)
    try:
        actual = pytree.tree_leaves(compiled(call, tolerance))
    except (tilewright.UnsupportedError, torch._dynamo.exc.Unsupported,
            torch._dynamo.exc.UserError, torch._dynamo.exc.InternalTorchDynamoError) as error:
        return str(error)
    if name in TIES and call.has_ties():
        actual, expected = actual[:1], expected[:1]
    assert len(actual) == len(expected)
    try:
        assert_close(actual, expected)
    except AssertionError:
        if torch.bfloat16 not in {x.dtype for x in call.tensors}:
            raise
        # PyTorch rounds in between: what it computes in f32 decides.
        wide = [x.float() if x.dtype == torch.bfloat16 else x for x in call.inputs()]
        exact = pytree.tree_leaves(call(*wide))[:len(actual)]
        assert_close(actual, [e.to(a.dtype) for e, a in zip(exact, actual, strict=True)])
    return None


def assert_close(actual, expected) -> None:
    for ours, theirs in zip(actual, expected, strict=True):
        allowed = TOLERANCE.get(getattr(theirs, "dtype", None), 0.0)
        torch.testing.assert_close(ours, theirs, rtol=allowed, atol=allowed, equal_nan=True)


@pytest.mark.parametrize("name", sorted(filter(is_swept, database())) if FULL else QUICK)
def test_opdb(name):
    op = database()[name]
    reason = reason_of(name)
    refusals = []
    with torch.no_grad():
        for dtype in [d for d in SAMPLES if d in op.dtypes][:None if FULL else 1]:
            for sample in samples_of(op, dtype):
                message = refusal(name, Call(op, sample))
                if message is not None:
                    refusals.append(f"{dtype}: {message}")
    unexpected = [r for r in refusals if reason is None or not re.search(reason, r)]
    assert not unexpected, f"{name} is refused: {unexpected[0]}"
    assert refusals or reason is None or not FULL, f"{name} compiles: take it out of the table"


def test_table_names_ops():
    """What is in the table exists, once, and is swept."""
    names = [name for names in REFUSED.values() for name in names]
    assert len(set(names)) == len(names)
    assert [n for n in names if n not in database() or not is_swept(n)] == []

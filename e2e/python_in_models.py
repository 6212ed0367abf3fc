#===- python_in_models.py - Models that do more than compute ----------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
"""Models with statements of Python beside tensors. They stand outside of the test modules,
where pytest rewrites assertions to what torch.compile does not trace."""

import logging

logger = logging.getLogger(__name__)


def asserting(x, lengths):
    assert lengths.max().item() <= 5
    assert (lengths > 0).all(), "no empty ones"
    return x + lengths.sum()


def logged(x):
    logger.warning("so it goes")
    return x + 1

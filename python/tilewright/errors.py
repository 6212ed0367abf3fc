#===- errors.py - The error taxonomy as exceptions -------------------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""One exception class per kind of failure (include/tilewright/Support/Error.h).
Each also derives from the built-in exception of the same meaning."""


class Error(Exception):
    """Base of all failures reported by Tilewright."""


class UsageError(Error, ValueError):
    """A bad argument: option, machine, file, input tensor."""


class UnsupportedError(Error, NotImplementedError):
    """A valid model that cannot be compiled (yet); names op and location."""


class ProgramError(Error, RuntimeError):
    """The simulator found undefined behaviour in a compiled program."""


class MismatchError(Error, RuntimeError):
    """Verification: results differ from the reference."""


class InternalError(Error, RuntimeError):
    """A defect of Tilewright itself."""


class GraphBreakWarning(UserWarning):
    """torch.compile split the model: the code in between runs on the host."""

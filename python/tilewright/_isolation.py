#===- _isolation.py - Attempts that cannot take the process along ------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===------------------------------------------------------------------------===#
"""Owns attempts in a forked process: what crashes or hangs there is an outcome here, as
an exception is. Only text comes back."""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import time
import warnings
from collections.abc import Callable


def attempt(action: Callable[[], list[str]], limit_seconds: float) -> list[str] | str:
    """What `action` returns in a process of its own, or the sentence that says how it
    ended instead."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")   # threads of PyTorch do not reach the child
        child = os.fork()
    if child == 0:
        _run(action, writer)
    os.close(writer)
    try:
        text = _read(reader, time.monotonic() + limit_seconds)
        if text is None:
            os.kill(child, signal.SIGKILL)
    finally:
        os.close(reader)
        _, status = os.waitpid(child, 0)
    if text is None:
        return f"not done within {limit_seconds:g} s"
    if text:
        return json.loads(text)
    if os.WIFSIGNALED(status):
        return f"the process crashed ({signal.Signals(os.WTERMSIG(status)).name})"
    return f"the process ended with exit code {os.waitstatus_to_exitcode(status)}"


def _run(action: Callable[[], list[str]], writer: int) -> None:
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        faulthandler.disable()
        with os.fdopen(writer, "w") as pipe:
            pipe.write(json.dumps(action()))
        code = 0
    finally:
        os._exit(code)


def _read(reader: int, deadline: float) -> str | None:
    """All that is written until the other end closes; None after the deadline."""
    data = b""
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return None
        piece = os.read(reader, 1 << 16)
        if not piece:
            return data.decode()
        data += piece

"""Keeps keys in memory out of files: no core dump, no reading by other processes of the same user.

Comes in: nothing. Goes out: this process with `PR_SET_DUMPABLE` off. Always holds: it is called
before the first key is read (security.md, row 2).
"""

from __future__ import annotations

import ctypes
import os
import resource

_PR_SET_DUMPABLE = 4  # prctl(2)


def forbid_dumps() -> None:
    """Turn core dumps and tracing off for this process; raises `OSError` when the kernel won't."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))

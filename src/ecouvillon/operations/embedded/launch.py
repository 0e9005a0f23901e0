"""Run one of the server's programs as the server's user.

Comes in: a place, a program and its arguments. Goes out: the process. Always holds: it has nothing
of ours but its log: not our terminal, environment, folder or open files.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ecouvillon.operations.embedded.place import Place
from ecouvillon.operations.embedded.programs import programs

_PR_SET_PDEATHSIG = 1


def launch(
    place: Place, program: str, *arguments: str, tied: bool = False
) -> subprocess.Popen[bytes]:
    """Start `program`; call it with the place's mutex held.

    A `tied` one gets SIGINT from the kernel when the thread that started it is gone, even by
    `kill -9`. Output goes to the log: pipes would be inherited by the server and never end.
    """
    with _log(place) as log:
        return subprocess.Popen(  # noqa: S603 - programs of the wheel, arguments of ours
            [str(programs(place) / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            start_new_session=True,
            umask=0o077,
            user=None if place.user is None else place.user.pw_uid,
            group=None if place.user is None else place.user.pw_gid,
            extra_groups=None if place.user is None else [],
            preexec_fn=_dying_with_us() if tied else None,  # noqa: PLW1509 - see there
        )


@contextmanager
def _log(place: Place) -> Iterator[int]:
    """The server's log, opened by us: the server's user may have no way to it."""
    log = os.open(place.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield log
    finally:
        os.close(log)


def _dying_with_us() -> Callable[[], None]:
    # Loaded before the fork: between fork and exec nothing may be imported or locked, since another
    # thread of ours may hold the lock for ever there.
    prctl = ctypes.CDLL(None).prctl
    us = os.getpid()

    def after_fork() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != us:  # we were killed before the kernel knew
            os._exit(1)

    return after_fork

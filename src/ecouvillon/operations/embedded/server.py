"""Start the server, see whether it lives, stop it.

Comes in: a place. Goes out: a server that answers. Always holds: whoever calls holds the mutex of
the place, except to ask whether it lives. What counts as alive is the process that runs on our data
directory, never a number in a file: where nobody reaps (containers), a killed server stays a zombie
under its number, and after a restart its number may be somebody else's.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from psycopg import pq

from ecouvillon.errors import Unavailable
from ecouvillon.operations.embedded import settings
from ecouvillon.operations.embedded.place import SOCKET_NAME, Place, give
from ecouvillon.operations.embedded.programs import programs

_PR_SET_PDEATHSIG = 1
_ATTEMPTS = 20
_RECOVERY_SECONDS = 600
_STOP_SECONDS = 60


class Server:
    """The server at one place.

    A `tied` server is our child and is shut down by the kernel when we die, even by `kill -9`;
    the thread that starts it must live as long as it. Otherwise the server outlives us.
    """

    def __init__(self, place: Place, *, tied: bool = False) -> None:
        self.place = place
        self.tied = tied
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def started_tied(self) -> bool:
        """Whether the server is our child, and so ends with us."""
        return self._child is not None

    def alive(self) -> bool:
        """Whether a server runs on our data; it may not answer yet."""
        return _postmaster(self.place) is not None

    def ensure(self) -> None:
        """Start the server unless it answers; raises `Unavailable` when it can't be started."""
        deadline = time.monotonic() + _RECOVERY_SECONDS
        attempts = 0
        while (answer := _ping(self.place)) is not pq.Ping.OK:
            if time.monotonic() > deadline or attempts == _ATTEMPTS:
                raise Unavailable(
                    f"The database does not start: see {self.place.logs / 'postgres.log'}."
                )
            # A server that refuses is starting, recovering or stopping: it will answer or go away.
            if answer is not pq.Ping.REJECT and not self.alive():
                attempts += 1
                self._start()
            time.sleep(0.02 if attempts < 2 else 0.5)  # noqa: PLR2004 - then it is not a blip

    def stop(self) -> None:
        """Stop the server: clients are cut off, what was committed stays."""
        for how in (signal.SIGINT, signal.SIGQUIT):  # fast, then immediate
            if self._signalled(how):
                break
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _signalled(self, how: signal.Signals) -> bool:
        deadline = time.monotonic() + _STOP_SECONDS
        if (pid := _postmaster(self.place)) is not None:
            os.kill(pid, how)
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _start(self) -> None:
        if self._child is not None:
            self._child.wait()
            self._child = None
        for stale in (
            self.place.data / "postmaster.pid",
            self.place.socket / f"{SOCKET_NAME}.lock",
        ):
            stale.unlink(missing_ok=True)
        settings.write(self.place, self.place.data)
        folder = programs(self.place)
        data = str(self.place.data)
        with _log(self.place) as log:
            if self.tied:
                self._child = _launch(self.place, log, [folder / "postgres", "-D", data], tied=True)
                while _ping(self.place) is pq.Ping.NO_RESPONSE and self._child.poll() is None:
                    time.sleep(0.01)
            else:
                waiting = ["-w", "-t", str(_RECOVERY_SECONDS)]
                command = [folder / "pg_ctl", "-D", data, *waiting, "start"]
                _launch(self.place, log, command).wait()


def initialise(place: Place) -> None:
    """Make an empty cluster; a half-made one, left by a killed process, is swept away."""
    for left in place.root.glob("data-*"):
        shutil.rmtree(left)
    partial = Path(tempfile.mkdtemp(prefix="data-", dir=place.root))
    give(place, partial)
    locale = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    cluster = ["-D", str(partial), "-U", "postgres", "--auth=reject"]
    with _log(place) as log:
        if (
            _launch(place, log, [programs(place) / "initdb", *cluster, *locale], tied=True).wait()
            != 0
        ):
            raise Unavailable(f"The database can't be made: see {place.logs / 'postgres.log'}.")
    settings.write(place, partial)
    partial.rename(place.data)


def _ping(place: Place) -> pq.Ping:
    where = f"host='{_quoted(place.socket)}' port=5432 user=postgres dbname=postgres"
    return pq.Ping(pq.PGconn.ping(where.encode()))


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace("'", "\\'")


def _postmaster(place: Place) -> int | None:
    """The process that serves our data, None without one; a zombie has no command line."""
    try:
        pid = int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if os.fsencode(place.data) in command else None


@contextmanager
def _log(place: Place) -> Iterator[int]:
    """The server's log, opened by us: the server's user may have no way to it."""
    log = os.open(place.logs / "postgres.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield log
    finally:
        os.close(log)


def _launch(
    place: Place, log: int, command: Sequence[Path | str], *, tied: bool = False
) -> subprocess.Popen[bytes]:
    """Run a program as the server's user, apart from our terminal, environment and folder.

    Its output goes to a file: captured pipes would be inherited by the server and never end.
    """
    user: pwd.struct_passwd | None = place.user
    return subprocess.Popen(  # noqa: S603 - programs of the wheel, arguments of ours
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        start_new_session=True,
        umask=0o077,
        user=None if user is None else user.pw_uid,
        group=None if user is None else user.pw_gid,
        extra_groups=None if user is None else [],
        preexec_fn=_dying_with_us() if tied else None,  # noqa: PLW1509 - see there
    )


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

"""Start the server, see whether it lives, stop it.

Comes in: a place. Goes out: a server that answers. Always holds: whoever calls holds the mutex of
the place, except to ask whether it lives. What counts as alive is the process that runs on our data
directory, never a number in a file: where nobody reaps (containers), a killed server stays a zombie
under its number, and after a restart its number may be somebody else's.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from psycopg import pq

from ecouvillon.errors import Unavailable
from ecouvillon.operations.embedded import settings
from ecouvillon.operations.embedded.launch import launch
from ecouvillon.operations.embedded.place import SOCKET_NAME, Place, give

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
    def ends_with_us(self) -> bool:
        """Whether the server is our child."""
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
                raise Unavailable(f"The database does not start: see {self.place.log}.")
            # A server that refuses is starting, recovering or stopping: it will answer or go away.
            if answer is not pq.Ping.REJECT and not self.alive():
                attempts += 1
                self._start()
            # Processes of a killed server may hold its memory for a moment: then it takes a second
            # attempt, and more only if something is wrong.
            time.sleep(0.02 if attempts <= 1 else 0.5)

    def stop(self) -> None:
        """Stop the server: clients are cut off, what was committed stays."""
        for how in (signal.SIGINT, signal.SIGQUIT):  # PostgreSQL's fast and immediate shutdown
            if self._signalled(how):
                break
        self._reap()

    def _signalled(self, how: signal.Signals) -> bool:
        deadline = time.monotonic() + _STOP_SECONDS
        if (pid := _postmaster(self.place)) is not None:
            os.kill(pid, how)
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _reap(self) -> None:
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _start(self) -> None:
        self._reap()
        for stale in (
            self.place.data / "postmaster.pid",
            self.place.socket / f"{SOCKET_NAME}.lock",
        ):
            stale.unlink(missing_ok=True)
        configured = f"--config-file={settings.write(self.place)}"
        data = str(self.place.data)
        if self.tied:
            self._child = launch(self.place, "postgres", "-D", data, configured, tied=True)
            while _ping(self.place) is pq.Ping.NO_RESPONSE and self._child.poll() is None:
                time.sleep(0.01)
        else:
            # pg_ctl hands the server over to init, and waits until it answers or has died.
            patience = ("-w", "-t", str(_RECOVERY_SECONDS))
            options = ("-o", shlex.quote(configured))
            launch(self.place, "pg_ctl", "start", "-D", data, *patience, *options).wait()


def initialise(place: Place) -> None:
    """Make an empty cluster; a half-made one, left by a killed process, is swept away."""
    for left in place.root.glob("data-*"):
        shutil.rmtree(left)
    partial = Path(tempfile.mkdtemp(prefix="data-", dir=place.root))
    give(place, partial)
    cluster = ("-D", str(partial), "-U", "postgres", "--auth=reject", "-E", "UTF8")
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    if launch(place, "initdb", *cluster, *locale, tied=True).wait() != 0:
        raise Unavailable(f"The database can't be made: see {place.log}.")
    partial.rename(place.data)


def _ping(place: Place) -> pq.Ping:
    socket = str(place.socket).replace("\\", "\\\\").replace("'", "\\'")
    where = f"host='{socket}' port=5432 user=postgres dbname=postgres"
    return pq.Ping(pq.PGconn.ping(where.encode()))


def _postmaster(place: Place) -> int | None:
    """The process that serves our data, None without one; a zombie has no command line."""
    try:
        pid = int((place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if os.fsencode(place.data) in command else None

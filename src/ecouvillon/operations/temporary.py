"""An installation that is gone afterwards, for tests and `demo --once`.

Comes in: nothing; every `ECOUVILLON_*_URL` is ignored. Goes out: the settings of a prepared
installation with its server running. Always holds: no file stays, nor a server, also after
`kill -9`: the kernel ends the server with us, and the next one sweeps the files that we left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecouvillon.config import Config
from ecouvillon.operations import embedded, installation

_PREFIX = "ecouvillon-temporary-"
# What one is made of; the demo's national system keeps its own beside the installation.
_PARTS = {"home", "keys", "national-simulator"}


@contextmanager
def temporary() -> Iterator[Config]:
    """A fresh, prepared installation with its embedded server, removed on leaving.

    Call it from a thread that lives as long as the server is wanted.
    """
    _sweep()
    with _folder() as folder:
        config = Config(
            home=folder / "home",
            keys=folder / "keys",
            database_url=None,
            keystore_url=None,
            admin_url=None,
        )
        installation.create(config)
        with embedded.running(config, tied=True):
            installation.prepare(config)
            yield config


@contextmanager
def _folder() -> Iterator[Path]:
    """A private folder, locked for life; it gets its name only when locked, so none is swept."""
    unnamed = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}"))
    lock = os.open(unnamed, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = unnamed.rename(unnamed.with_name(unnamed.name[1:]))
        try:
            yield folder
        finally:
            _remove(folder)
    finally:
        os.close(lock)


def _sweep() -> None:
    """Remove what killed processes of ours left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if folder.stat().st_uid != os.geteuid():
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whatever else somebody keeps under such a name is not ours to remove.
            if {path.name for path in folder.iterdir()} <= _PARTS:
                _remove(folder)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)


def _remove(folder: Path) -> None:
    server = folder / "home" / "postgres"
    if server.is_symlink():  # root's server lies elsewhere
        shutil.rmtree(server.readlink(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)

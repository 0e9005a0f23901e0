"""The secrets of an installation: made once, one file per role, each process reads only its own.

Comes in: the settings. Goes out: `keys/<installation id>/<role>.json`. Always holds: folder 0700,
files 0600, outside `home`; a secret that is there is never replaced, and a file is whole or absent.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from pathlib import Path

from ecouvillon.config import Config, Role
from ecouvillon.errors import Misconfigured
from ecouvillon.operations.roles import ROLES

_BYTES = 32


def make(config: Config) -> None:
    """Make the missing secrets; the caller keeps others from doing so meanwhile.

    Raises `Misconfigured` when they would lie below `home`, or their folder is open to others.
    """
    if config.keys.resolve().is_relative_to(config.home.resolve()):
        raise Misconfigured(
            f"Keys must not lie beside the data that they open: {config.keys} is below "
            f"{config.home}. Set ECOUVILLON_KEYS to a folder elsewhere."
        )
    for folder in (config.keys, config.secrets):
        _private(folder)
    for role in ROLES:
        path = config.secrets / f"{role}.json"
        if not path.exists():
            write(path, json.dumps(_fresh(role)))


def write(path: Path, text: str) -> None:
    """Write a file of mode 0600 that is whole or absent, whatever happens meanwhile."""
    partial_fd, partial = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # 0600
    with os.fdopen(partial_fd, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(partial).rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too, survives a power cut
    finally:
        os.close(folder)


def _fresh(role: Role) -> dict[str, str]:
    fresh = {"password": secrets.token_urlsafe(_BYTES)}
    if role == "web":
        fresh["django"] = secrets.token_urlsafe(2 * _BYTES)
    return fresh


def _private(folder: Path) -> None:
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    if folder.stat().st_mode & 0o077:
        raise Misconfigured(f"{folder} is open to others: type `chmod 700 {folder}`.")

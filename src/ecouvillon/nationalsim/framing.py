"""MLLP frames: bytes of a connection in, whole messages out.

A frame is 0x0B, the message, 0x1C 0x0D (HL7 v2 Transport, MLLP release 1). Always holds: nothing
is skipped in silence, since a byte outside a frame means that the two sides have lost each other;
and a connection keeps at most one frame of bounded size in memory.
"""

from __future__ import annotations

from collections.abc import Iterator

START = b"\x0b"
END = b"\x1c\r"
LARGEST_FRAME = 1024 * 1024  # bytes


class BrokenFrame(Exception):
    """The other side does not speak MLLP, or its frame is larger than 1 MiB."""


class Frames:
    """Cuts the bytes of one connection into messages."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The messages that `chunk` completes, without their frames; raises `BrokenFrame`."""
        searched = max(len(self._held) - 1, 0)  # the end may be split between two chunks
        self._held += chunk
        while self._held:
            if not self._held.startswith(START):
                raise BrokenFrame("bytes outside a frame")
            end = self._held.find(END, searched)
            if (len(self._held) if end < 0 else end) > LARGEST_FRAME:
                raise BrokenFrame("frame too large")
            if end < 0:
                return
            message = bytes(self._held[len(START) : end])
            del self._held[: end + len(END)]
            searched = 0
            yield message


def framed(message: bytes) -> bytes:
    """`message` in its frame."""
    return START + message + END

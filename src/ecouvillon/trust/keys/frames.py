"""How requests and answers travel: a length of 4 bytes, big-endian, then that much MessagePack.

Comes in: bytes of a stream. Goes out: one value, or a typed refusal. Always holds: nothing longer
than `MAX_FRAME` is read or kept, and nothing is built from it but plain values.
A request is `{"op": name, …}`, an answer `{"ok": value}` or `{"error": code}`; ids are 16 bytes.
"""

from __future__ import annotations

import struct
from io import BufferedIOBase
from typing import Any

import msgpack  # type: ignore[import-untyped]  # ships no type information

from ecouvillon.trust.keys.refusals import KeyRefused, Refusal

MAX_FRAME = 1 << 20
_LENGTH = struct.Struct(">I")


def pack(value: object) -> bytes:
    """The frame of `value`; raises `KeyRefused` when it is longer than a frame may be."""
    body: bytes = msgpack.packb(value)
    if len(body) > MAX_FRAME:
        raise KeyRefused(Refusal.TOO_LARGE)
    return _LENGTH.pack(len(body)) + body


def read(stream: BufferedIOBase) -> Any:
    """The next value of `stream`, arrays as tuples.

    Raises `EOFError` when the other side has closed, `KeyRefused` for a frame that is too long or
    is not MessagePack. After either there is no telling where the next frame starts.
    """
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > MAX_FRAME:
        raise KeyRefused(Refusal.TOO_LARGE)
    try:
        return msgpack.unpackb(_exactly(stream, length), use_list=False)
    except (ValueError, msgpack.UnpackException):
        raise KeyRefused(Refusal.MALFORMED) from None


def _exactly(stream: BufferedIOBase, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data

"""How a document becomes bytes: canonical JSON, padded to a size class.

JSON with sorted keys and no spaces, so that equal documents are equal bytes; then a length and
zeros up to the class, so that a ciphertext tells nothing finer than its class.
"""

from __future__ import annotations

import json
from typing import Any

SMALLEST_CLASS = 512  # bytes; each class is twice the one before


def encode(content: dict[str, Any], *, longest: dict[str, Any] | None = None) -> bytes:
    """The padded bytes of `content`, in the size class that `longest` needs too."""
    text = _canonical(content)
    needed = max(len(text), 0 if longest is None else len(_canonical(longest))) + 4
    size = SMALLEST_CLASS
    while size < needed:
        size *= 2
    return (len(text).to_bytes(4, "big") + text).ljust(size, b"\0")


def decode(padded: bytes) -> dict[str, Any]:
    """The document in `padded`."""
    length = int.from_bytes(padded[:4], "big")
    document: dict[str, Any] = json.loads(padded[4 : 4 + length])
    return document


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

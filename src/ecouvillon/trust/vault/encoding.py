"""How a document becomes bytes: canonical JSON, padded to a size class.

JSON with sorted keys and no spaces, so that equal documents are equal bytes; then a length and
zeros up to the class, so that a ciphertext tells nothing finer than its class.
"""

from __future__ import annotations

import json
from typing import Any

SMALLEST_CLASS = 512  # bytes; each class is twice the one before


def encode(document: dict[str, Any], *, at_least: int = 0) -> bytes:
    """The padded bytes of `document`.

    `at_least`: the longest that its content could have been, in bytes, where a size class crossed
    by one value and not by another would tell them apart.
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    size = SMALLEST_CLASS
    while size < max(len(text), at_least) + 4:
        size *= 2
    return (len(text).to_bytes(4, "big") + text).ljust(size, b"\0")


def decode(padded: bytes) -> dict[str, Any]:
    """The document in `padded`."""
    length = int.from_bytes(padded[:4], "big")
    document: dict[str, Any] = json.loads(padded[4 : 4 + length])
    return document

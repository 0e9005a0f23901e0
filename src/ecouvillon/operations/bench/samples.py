"""Requests as a pharmacy's software sends them, prebuilt as bytes: only their key is new each time.

Comes in: where and as whom to send. Goes out: an endless supply of requests. Always holds: the
patient is invented, every field is filled, and no two requests have the same key.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from ecouvillon.operations.bench.stage import Stage

BATCH = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked, and how the right answer is known: `status`, and `proof` once a result."""

    path: str
    body: bytes
    status: bytes
    proof: bytes
    results: int


def single() -> Kind:
    """One screening with its result."""
    return Kind("/api/v1/screenings", _bytes(screening()), b"201", b'"visit_number"', 1)


def batch() -> Kind:
    """`BATCH` of them in one request."""
    items = [screening() for _ in range(BATCH)]
    return Kind("/api/v1/screenings/batch", _bytes(items), b"200", b'"visit_number"', BATCH)


def requests(stage: Stage, kind: Kind) -> Iterator[bytes]:
    """Requests of this kind without end, each with a key of its own."""
    before = (
        f"POST {kind.path} HTTP/1.1\r\nHost: 127.0.0.1:{stage.port}\r\n"
        f"Authorization: Bearer {stage.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(kind.body)}\r\nIdempotency-Key: {uuid4().hex}-"
    ).encode()
    after = b"\r\n\r\n" + kind.body
    for number in itertools.count():
        yield b"%b%09d%b" % (before, number, after)


def screening() -> dict[str, Any]:
    """The body of one screening: an invented patient whose result is known."""
    now = datetime.now(UTC)
    return {
        "external_id": "A-1042",
        "sharing_consent": True,
        "patient": {
            "birth_name": "MARTIN",
            "used_name": None,
            "first_names": ["Camille"],
            "sex": "female",
            "birth_date": "1984-02-29",
            "birth_place": "75056",
            "nir": "284027505600164",
            "email": "camille@example.org",
            "phone": "+33612345678",
            "address": {
                "lines": ["1 rue de la Paix"],
                "postal_code": "75002",
                "city": "Paris",
                "country": "FR",
            },
        },
        "test": {
            "kit": {
                "device": "1232",
                "lot": "L42",
                "expiry": (now + timedelta(days=365)).date().isoformat(),
                "reader_lot": None,
            },
            "sampled_at": (now - timedelta(minutes=20)).isoformat(),
            "read_at": (now - timedelta(minutes=5)).isoformat(),
            "performer_rpps": "10001234565",
        },
        "results": [{"loinc": "94558-4", "value": "negative"}],
    }


def _bytes(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()

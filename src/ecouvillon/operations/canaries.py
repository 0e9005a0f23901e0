"""Looks for what must not be there: known values, in every way that a program may write them.

Comes in: values that only their owner should know, each with a name, and bytes to look through (a
dump, files, logs). Goes out: the names of what was found and how it was written, never the values.
Always holds: a value too short to be told from chance is refused, so that "0 hits" means something.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import quopri
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

# Bytes; a shorter one may turn up in random data, once encoded, by itself.
SHORTEST = 10
_CHUNK = 1024 * 1024


def needles(values: Mapping[str, str | bytes]) -> dict[str, bytes]:
    """What to look for: `values` by name, in every encoding, as `name, encoding` → bytes.

    A text is also looked for in upper and lower case, decomposed (NFD) and in the escapes of JSON,
    HTML, URLs and mails; a value of bytes as it is, in hexadecimal, base64, reversed and hashed.
    Raises `ValueError` for a value of less than `SHORTEST` bytes.
    """
    found: dict[str, bytes] = {}
    for name, value in values.items():
        raw = value if isinstance(value, bytes) else value.encode()
        if len(raw) < SHORTEST:
            raise ValueError(f"{name} is too short to be looked for")
        ways = dict(_of_bytes(raw))
        if isinstance(value, str):
            ways |= _of_text(value)
        seen: set[bytes] = set()
        for way, needle in ways.items():
            if needle not in seen:
                seen.add(needle)
                found[f"{name}, {way}"] = needle
    return found


def search(haystack: bytes | Iterable[bytes], wanted: Mapping[str, bytes]) -> list[str]:
    """Which of `wanted` are in `haystack`, by name; also across the borders of its pieces."""
    pieces = (haystack,) if isinstance(haystack, bytes) else haystack
    overlap = max((len(needle) for needle in wanted.values()), default=1) - 1
    left = dict(wanted)
    found: list[str] = []
    rest = b""
    for piece in pieces:
        # Databases keep files of zeros in stock; of a run of them its beginning is enough.
        window = rest + (piece if piece.strip(b"\0") else piece[:overlap])
        hits = [name for name, needle in left.items() if needle in window]
        for name in hits:
            del left[name]
        found += hits
        rest = window[-overlap:] if overlap else b""
    return found


def search_files(root: Path, wanted: Mapping[str, bytes]) -> dict[Path, list[str]]:
    """Which of `wanted` are in the files below `root` or in their names; only files with hits.

    Symbolic links are followed at `root` only; sockets and pipes are not opened.
    """
    hits: dict[Path, list[str]] = {}
    # A database server's files are for a good part copies of one another.
    known: dict[bytes, list[str]] = {}
    for path in root.resolve().rglob("*"):
        found = search(bytes(path), wanted)
        if path.is_file() and not path.is_symlink():
            digest = _digest(path)
            if digest not in known:
                known[digest] = search(_pieces(path), wanted)
            found = [*found, *known[digest]]
        if found:
            hits[path] = found
    return hits


def _digest(path: Path) -> bytes:
    whole = hashlib.sha256()
    for piece in _pieces(path):
        whole.update(piece)
    return whole.digest()


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece
    except FileNotFoundError:
        return  # a running server renames and removes its files


def _of_bytes(raw: bytes) -> Iterator[tuple[str, bytes]]:
    yield "as it is", raw
    yield "reversed", raw[::-1]
    yield "hexadecimal", raw.hex().encode()
    yield "upper-case hexadecimal", raw.hex().upper().encode()
    for alphabet, encode in (
        ("base64", base64.b64encode),
        ("URL-safe base64", base64.urlsafe_b64encode),
    ):
        for offset in range(3):
            # Of bytes that begin anywhere in a group of three, the characters that they alone
            # decide: the first and the last may share bits with a neighbour.
            encoded = encode(b"\0" * offset + raw).rstrip(b"=")
            start = (0, 2, 3)[offset]
            end = (offset + len(raw)) * 8 // 6
            yield f"{alphabet} from byte {offset} of 3", encoded[start:end]
    yield "base32", base64.b32encode(raw)[: len(raw) * 8 // 5]
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        digest = hashlib.new(name, raw, usedforsecurity=False)
        yield f"{name}", digest.digest()
        yield f"{name} in hexadecimal", digest.hexdigest().encode()
        yield f"{name} in base64", base64.b64encode(digest.digest()).rstrip(b"=")


def _of_text(value: str) -> dict[str, bytes]:
    return {
        "UTF-16 little-endian": value.encode("utf-16-le"),
        "UTF-16 big-endian": value.encode("utf-16-be"),
        "UTF-32 little-endian": value.encode("utf-32-le"),
        "Latin-1": value.encode("latin-1", "ignore"),
        "upper case": value.upper().encode(),
        "lower case": value.lower().encode(),
        "decomposed": unicodedata.normalize("NFD", value).encode(),
        "JSON escapes": json.dumps(value)[1:-1].encode(),
        "HTML escapes": html.escape(value).encode(),
        "HTML numbers": value.encode("ascii", "xmlcharrefreplace"),
        "URL escapes": quote(value, safe="").encode(),
        "quoted-printable": quopri.encodestring(value.encode()).rstrip(),
        "Python escapes": value.encode("unicode_escape"),
        "SHA-256 of the lower case": hashlib.sha256(value.lower().encode()).hexdigest().encode(),
        "SHA-256 of the upper case": hashlib.sha256(value.upper().encode()).hexdigest().encode(),
    }

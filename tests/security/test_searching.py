"""The search for canaries finds them: otherwise its silence would prove nothing."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.operations.canaries import SHORTEST, needles, search, search_files

VALUE = "Zoé-<Canari> d’Hély"
WANTED = needles({"name": VALUE})

WAYS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda v: v.encode(),
    "UTF-16LE": lambda v: v.encode("utf-16-le"),
    "UTF-16BE": lambda v: v.encode("utf-16-be"),
    "UTF-32LE": lambda v: v.encode("utf-32-le"),
    "lower case": lambda v: v.lower().encode(),
    "upper case": lambda v: v.upper().encode(),
    "reversed": lambda v: v.encode()[::-1],
    "hexadecimal": lambda v: v.encode().hex().encode(),
    "upper-case hexadecimal": lambda v: v.encode().hex().upper().encode(),
    "PostgreSQL's bytea": lambda v: b"\\x" + v.encode().hex().encode(),
    "base64": lambda v: base64.b64encode(v.encode()),
    "base64 after one byte": lambda v: base64.b64encode(b"a" + v.encode() + b"tail"),
    "base64 after two bytes": lambda v: base64.b64encode(b"ab" + v.encode() + b"tail"),
    "URL-safe base64": lambda v: base64.urlsafe_b64encode(v.encode()),
    "base32": lambda v: base64.b32encode(v.encode()),
    "JSON": lambda v: json.dumps({"name": v}).encode(),
    "JSON in UTF-8": lambda v: json.dumps({"name": v}, ensure_ascii=False).encode(),
    "HTML": lambda v: html.escape(v).encode(),
    "a URL": lambda v: quote(v).encode(),
    "MD5": lambda v: hashlib.md5(v.encode()).digest(),  # noqa: S324 - what a thief might meet
    "MD5 in hexadecimal": lambda v: hashlib.md5(v.encode()).hexdigest().encode(),  # noqa: S324
    "SHA-1": lambda v: hashlib.sha1(v.encode()).digest(),  # noqa: S324
    "SHA-256": lambda v: hashlib.sha256(v.encode()).digest(),
    "SHA-256 in hexadecimal": lambda v: hashlib.sha256(v.encode()).hexdigest().encode(),
    "SHA-256 in base64": lambda v: base64.b64encode(hashlib.sha256(v.encode()).digest()),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_value_is_found_however_it_was_written(way: str) -> None:
    assert search(b"before " + WAYS[way](VALUE) + b" after", WANTED) != []


def test_a_value_is_looked_for_in_more_than_a_dozen_ways() -> None:
    assert len(WANTED) >= 30
    assert len(set(WANTED.values())) == len(WANTED)


@pytest.mark.parametrize("way", WAYS)
def test_what_lies_across_two_pieces_is_found(way: str) -> None:
    whole = b"before " + WAYS[way](VALUE) + b" after"
    for cut in range(len(whole)):
        assert search([whole[:cut], whole[cut:]], WANTED) != []


@pytest.mark.parametrize("way", ["UTF-16LE", "UTF-32LE", "UTF-8"])
def test_a_value_before_and_after_a_run_of_zeros_is_found(way: str) -> None:
    value, zeros = WAYS[way](VALUE), b"\0" * 1000
    for cut in range(len(value) + 1):
        assert search([value[:cut], value[cut:] + zeros], WANTED) != []
    assert search([value.rstrip(b"\0"), zeros, zeros], WANTED) != []
    assert search([zeros, zeros, value], WANTED) != []


@given(st.binary(max_size=200))
def test_random_bytes_hold_nothing(haystack: bytes) -> None:
    assert search(haystack, WANTED) == []


@given(st.binary(min_size=SHORTEST, max_size=60), st.binary(max_size=7), st.binary(max_size=7))
def test_any_bytes_are_found_in_base64_of_anything_around_them(
    value: bytes, before: bytes, after: bytes
) -> None:
    wanted = needles({"value": value})
    assert search(base64.b64encode(before + value + after), wanted) != []
    assert search((before + value + after).hex().encode(), wanted) != []


def test_a_name_of_a_hit_never_holds_the_value() -> None:
    (hit, *_) = search(VALUE.encode(), WANTED)
    assert hit == "name, as it is"


@pytest.mark.parametrize("value", ["123456789", b"123456789", ""])
def test_a_value_too_short_to_tell_is_refused(value: str | bytes) -> None:
    with pytest.raises(ValueError, match="too short"):
        needles({"value": value})


def test_files_are_searched_with_their_names_and_folders(tmp_path: Path) -> None:
    wanted = needles({"plain": "canary-0001", "named": "canary-0002"})
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_bytes(b"\0" * 100 + b"canary-0001")
    (tmp_path / "canary-0002.pdf").write_bytes(b"")
    (tmp_path / "deep" / "copy").write_bytes(b"\0" * 100 + b"canary-0001")
    (tmp_path / "clean").write_bytes(b"nothing")
    found = search_files(tmp_path, wanted)
    assert {path.name: hits for path, hits in found.items()} == {
        "file": ["plain, as it is"],
        "copy": ["plain, as it is"],
        "canary-0002.pdf": ["named, as it is"],
    }

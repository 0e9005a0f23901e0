from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import Api, screening
from tests.installation import Installed

from ecouvillon.screening.patient import Kit, Performer, Reading
from ecouvillon.screening.recording import first_version, result_document
from ecouvillon.terminology.result import ResultValue
from ecouvillon.trust.keys.client import Unwrapping, client
from ecouvillon.trust.keys.refusals import KeyRefused
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.encoding import SMALLEST_CLASS, decode, encode
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import Damaged, open_documents
from ecouvillon.trust.vault.seal import Document, seal

WHO = {"birth_name": "MARTIN", "first_names": ["Camille"]}
LOINCS = ("94558-4", "80382-5", "80383-3")


def pharmacist(tenant: UUID) -> Actor:
    return Actor("person", uuid4(), tenant, uuid4(), "127.0.0.1")


def sealed(tenant: UUID, kind: str = "identity") -> VaultDocument:
    (row,) = seal(tenant, [Document(uuid4(), kind, 1, WHO)])
    return row


def moved(row: VaultDocument, **changes: Any) -> VaultDocument:
    names = ("tenant", "record", "kind", "version", "key", "body")
    return VaultDocument(**{name: getattr(row, name) for name in names} | changes)


def test_what_was_sealed_is_what_is_opened(api: Api) -> None:
    row = sealed(api.tenant)
    assert open_documents(pharmacist(api.tenant), "care", [row]) == [WHO]


def test_no_byte_of_a_document_is_in_its_ciphertext(api: Api) -> None:
    row = sealed(api.tenant)
    assert b"MARTIN" not in row.body
    assert b"Camille" not in row.body


def test_two_seals_of_one_document_have_nothing_in_common(api: Api) -> None:
    first, second = sealed(api.tenant), sealed(api.tenant)
    assert first.key != second.key
    assert first.body[:12] != second.body[:12]
    assert first.body[12:] != second.body[12:]


@pytest.mark.parametrize("place", ["tenant", "record", "kind", "version"])
def test_a_ciphertext_that_was_moved_does_not_open_even_with_its_key(
    api: Api, stranger: Api, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    row = sealed(api.tenant)
    elsewhere: dict[str, Any] = {
        "tenant": stranger.tenant,
        "record": uuid4(),
        "kind": "contact",
        "version": 2,
    }
    (key,) = client().unwrap("care", [Unwrapping(row.tenant, row.key, row.kind, uuid4())])

    class Generous:
        """Gives the right key, whatever the place: only the ciphertext itself can refuse."""

        def unwrap(self, *_: object) -> list[bytes]:
            return [key]

    monkeypatch.setattr("ecouvillon.trust.vault.open.client", Generous)
    actor = pharmacist(elsewhere["tenant"] if place == "tenant" else api.tenant)
    assert open_documents(pharmacist(api.tenant), "care", [row]) == [WHO]
    with pytest.raises(Damaged):
        open_documents(actor, "care", [moved(row, **{place: elsewhere[place]})])


@pytest.mark.parametrize("place", ["tenant", "kind"])
def test_the_key_of_a_moved_ciphertext_is_refused(api: Api, stranger: Api, place: str) -> None:
    row = sealed(api.tenant)
    there: dict[str, Any] = {"tenant": stranger.tenant, "kind": "contact"}
    with pytest.raises(KeyRefused):
        open_documents(pharmacist(api.tenant), "care", [moved(row, **{place: there[place]})])


@pytest.mark.parametrize("at", [0, 11, 12, 200, -1])
def test_a_ciphertext_with_one_bit_changed_does_not_open(api: Api, at: int) -> None:
    row = sealed(api.tenant)
    body = bytearray(row.body)
    body[at] ^= 1
    with pytest.raises(Damaged) as refused:
        open_documents(pharmacist(api.tenant), "care", [moved(row, body=bytes(body))])
    assert "MARTIN" not in str(refused.value)


def test_two_ciphertexts_that_changed_places_do_not_open(api: Api) -> None:
    first, second = sealed(api.tenant), sealed(api.tenant)
    swapped = moved(first, key=second.key, body=second.body)
    with pytest.raises(Damaged):
        open_documents(pharmacist(api.tenant), "care", [swapped])


@pytest.mark.parametrize("purpose", ["forward", "notify", "statistics", ""])
def test_a_purpose_that_is_not_of_the_web_process_opens_nothing(api: Api, purpose: str) -> None:
    with pytest.raises(KeyRefused):
        open_documents(pharmacist(api.tenant), purpose, [sealed(api.tenant)])


def test_all_results_have_one_size(api: Api) -> None:
    reading = Reading(
        kit=Kit("1232", "L42", date(2027, 3, 31)),
        performer=Performer("10001234565"),
        sampled_at=datetime.fromisoformat("2026-11-23T10:05:00+01:00"),
        read_at=datetime.fromisoformat("2026-11-23T10:20:00+01:00"),
        values=(),
    )
    version = first_version(api.tenant, uuid4())
    readings = [
        replace(reading, values=tuple(zip(LOINCS, values, strict=True)))
        for values in product(ResultValue, repeat=3)
    ]
    assert len(readings) == 64
    rows = seal(api.tenant, [result_document(version, one) for one in readings])
    assert len({len(row.body) for row in rows}) == 1
    texts = {encode(one.document())[:4] for one in readings}
    assert len(texts) == 1, "even within its padding the length tells the result"


def test_what_the_database_holds_of_a_positive_and_a_negative_result_has_one_size(
    api: Api, installed: Installed
) -> None:
    for value in ("positive", "negative", "indeterminate"):
        api.submit(screening(value))
    with installed.connection_as(None) as superuser:
        sizes = superuser.execute(
            "SELECT kind, count(DISTINCT octet_length(body)), count(*) FROM vault_document"
            " WHERE tenant = %s GROUP BY kind",
            [api.tenant],
        ).fetchall()
    assert sorted(sizes) == [("identity", 1, 3), ("result", 1, 3)]


@given(st.dictionaries(st.text(), st.text()))
def test_any_document_is_read_back_and_fills_its_class(content: dict[str, str]) -> None:
    padded = encode(content)
    assert decode(padded) == content
    size = len(padded)
    assert size >= SMALLEST_CLASS
    assert size & (size - 1) == 0, "a class is a power of two"
    assert size == SMALLEST_CLASS or size // 2 < int.from_bytes(padded[:4], "big") + 4


@pytest.mark.parametrize(("length", "size"), [(0, 512), (508, 512), (509, 1024), (1020, 1024)])
def test_a_document_takes_the_smallest_class_that_holds_it(length: int, size: int) -> None:
    overhead = len('{"a":""}')
    assert len(encode({"a": "x" * (length - overhead if length else 0)})) == size


def test_equal_documents_are_equal_bytes_whatever_their_order() -> None:
    assert encode({"a": 1, "b": "é"}) == encode({"b": "é", "a": 1})

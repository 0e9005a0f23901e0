from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from tests.cast import Api, at_once, screening
from tests.installation import Installed
from tests.pathway.links import WRONG, Handed, attempts, entries, hand

from ecouvillon import config
from ecouvillon.errors import NotFound, Unavailable
from ecouvillon.exits.delivery.links import links
from ecouvillon.pathway import unlock as module
from ecouvillon.pathway.unlock import NothingToRead, Unlocked, WrongCode, unlock
from ecouvillon.screening.models import TakeBack, Version
from ecouvillon.terminology.result import ResultValue
from ecouvillon.trust.isolation.change import ask, change
from ecouvillon.trust.keys.client import client
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents
from ecouvillon.trust.vault.seal import Document, seal

ORIGIN = "192.0.2.7"


def values(found: object) -> list[ResultValue]:
    assert isinstance(found, Unlocked)
    return [value for _, value in found.reading.values]


def identity_of(link: Handed) -> list[VaultDocument]:
    (rows,) = ask(
        (
            "SELECT tenant, record, kind, version, key, body FROM vault_document"
            " WHERE record = %b AND kind = 'identity'",
            (link.screening,),
        ),
        tenants=[link.tenant],
    )
    names = ("tenant", "record", "kind", "version", "key", "body")
    return [VaultDocument(**dict(zip(names, row, strict=True))) for row in rows]


def add_version(
    api: Api,
    link: Handed,
    kind: str,
    value: str,
    name: str,
    *,
    leaves_in: timedelta = timedelta(0),
) -> None:
    """A later version, with an identity and a result of its own."""
    first = unlock(link.token, link.code, ORIGIN)
    assert isinstance(first, Unlocked)
    identity = first.identity.document() | {"birth_name": name}
    result = first.reading.document() | {"values": {"94558-4": value}}
    with change(api.tenant) as writing:
        writing.add(
            [
                Version(
                    tenant=api.tenant,
                    id=uuid4(),
                    screening=link.screening,
                    number=2,
                    kind=kind,
                    identity=2,
                    result=2,
                    leaves_at=timezone.now() + leaves_in,
                )
            ]
        )
        writing.add(
            seal(
                api.tenant,
                [
                    Document(link.screening, "identity", 2, identity),
                    Document(link.screening, "result", 2, result),
                ],
            )
        )


@contextmanager
def key_service_silent(installed: Installed) -> Iterator[None]:
    """The process looks for the key service where none listens."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ECOUVILLON_KEY_SOCKET_DIR", str(installed.sockets / "none"))
        config.load.cache_clear()
        try:
            yield
        finally:
            patch.undo()
            config.load.cache_clear()


@contextmanager
def ledger_full(installed: Installed, link: Handed) -> Iterator[None]:
    """The ledger takes no entry of this screening: the disk is full (SQLSTATE 53100)."""
    with installed.connection_as(None) as connection:
        connection.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'no space left' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON ledger_entry FOR EACH ROW"
            f" WHEN (NEW.record = '{link.screening}') EXECUTE FUNCTION full_disk()".encode()
        )
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION full_disk CASCADE")


def test_link_and_code_open_the_patient_s_result(api: Api) -> None:
    link = hand(api, "positive")
    found = unlock(link.token, link.code, ORIGIN)
    assert isinstance(found, Unlocked)
    assert found.identity.birth_name == "MARTIN"
    assert found.pharmacy == api.pharmacy.name
    assert values(found) == [ResultValue.POSITIVE]
    assert found.corrected_at is None


def test_a_code_opens_as_a_hand_types_it(api: Api) -> None:
    link = hand(api)
    typed = f" {link.code[:4]} - {link.code[-4:]} ".lower().replace("0", "o").replace("1", "l")
    assert isinstance(unlock(link.token, typed, ORIGIN), Unlocked)


def test_a_right_code_gives_its_attempt_back(api: Api, installed: Installed) -> None:
    link = hand(api)
    for _ in range(15):
        assert isinstance(unlock(link.token, link.code, ORIGIN), Unlocked)
    assert attempts(installed, link) == 0


def test_a_wrong_code_costs_an_attempt_and_is_written_down(api: Api, installed: Installed) -> None:
    link = hand(api)
    answer = unlock(link.token, WRONG, ORIGIN)
    assert answer == WrongCode(left=9, pharmacy=api.pharmacy.name)
    assert attempts(installed, link) == 1
    assert entries(installed, link)[-1] == ("link", "wrong code")


@pytest.mark.parametrize("typed", ["7K4M", "", "7K4M2XQPP", "UUUUUUUU", "é" * 8, "🙂" * 8])
def test_what_can_be_no_code_costs_an_attempt_too(
    api: Api, installed: Installed, typed: str
) -> None:
    link = hand(api)
    assert unlock(link.token, typed, ORIGIN) == WrongCode(9, api.pharmacy.name)


def test_after_ten_wrong_codes_a_link_is_dead_even_for_the_right_one(api: Api) -> None:
    link = hand(api)
    left = [unlock(link.token, WRONG, ORIGIN) for _ in range(10)]
    assert [one.left for one in left if isinstance(one, WrongCode)] == list(range(9, -1, -1))
    with pytest.raises(NotFound):
        unlock(link.token, link.code, ORIGIN)


def test_of_two_hundred_guesses_at_once_ten_are_evaluated(
    api: Api, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = hand(api)
    evaluated: list[str] = []
    compare = module.hmac.compare_digest

    def counting(code: str, ours: str) -> bool:
        evaluated.append(code)
        return compare(code, ours)

    def guess() -> str:
        try:
            return type(unlock(link.token, WRONG, ORIGIN)).__name__
        except NotFound:
            return "NotFound"

    monkeypatch.setattr(module.hmac, "compare_digest", counting)
    # In batches: the server of the tests takes a hundred connections.
    answers = [one for _ in range(4) for one in at_once([guess] * 50)]
    assert len(evaluated) == 10
    assert answers.count("WrongCode") == 10
    assert answers.count("NotFound") == 190
    with pytest.raises(NotFound):
        unlock(link.token, link.code, ORIGIN)
    assert entries(installed, link).count(("link", "wrong code")) == 10


def test_the_attempt_is_committed_before_the_code_is_derived(
    api: Api, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = hand(api)
    seen: list[int] = []
    derive = type(client()).links

    def looking(self: object, items: object) -> object:
        seen.append(attempts(installed, link))
        return derive(self, items)  # type: ignore[arg-type]

    monkeypatch.setattr(type(client()), "links", looking)
    unlock(link.token, link.code, ORIGIN)
    assert seen == [1]


def test_an_unknown_token_is_not_found_and_leaves_no_entry(installed: Installed) -> None:
    with installed.connection_as(None) as connection:
        count = "SELECT count(*) FROM ledger_entry"
        before = connection.execute(count).fetchone()
        with pytest.raises(NotFound):
            unlock(bytes(16), WRONG, ORIGIN)
        assert connection.execute(count).fetchone() == before


def test_a_link_opens_its_own_pharmacy_s_result_only(api: Api, stranger: Api) -> None:
    ours, theirs = hand(api, "positive"), hand(stranger, "negative")
    assert isinstance(unlock(theirs.token, ours.code, ORIGIN), WrongCode)
    assert values(unlock(theirs.token, theirs.code, ORIGIN)) == [ResultValue.NEGATIVE]
    assert values(unlock(ours.token, ours.code, ORIGIN)) == [ResultValue.POSITIVE]


def test_of_two_versions_the_latest_is_shown_with_its_identity(api: Api) -> None:
    link = hand(api, "positive")
    add_version(api, link, "correction", "N", "DURAND")
    found = unlock(link.token, link.code, ORIGIN)
    assert isinstance(found, Unlocked)
    assert found.identity.birth_name == "DURAND"
    assert values(found) == [ResultValue.NEGATIVE]
    assert found.corrected_at is not None


def test_a_version_that_can_still_be_taken_back_is_not_shown(api: Api) -> None:
    link = hand(api, "positive")
    add_version(api, link, "correction", "N", "DURAND", leaves_in=timedelta(minutes=1))
    assert values(unlock(link.token, link.code, ORIGIN)) == [ResultValue.POSITIVE]


def test_a_version_that_was_taken_back_is_not_shown(api: Api) -> None:
    link = hand(api, "positive")
    add_version(api, link, "correction", "N", "DURAND")
    with change(api.tenant) as writing:
        writing.add([TakeBack(tenant=api.tenant, id=uuid4(), screening=link.screening, version=2)])
    assert values(unlock(link.token, link.code, ORIGIN)) == [ResultValue.POSITIVE]


def test_a_cancelled_result_is_not_shown_any_more(api: Api) -> None:
    link = hand(api, "positive")
    add_version(api, link, "cancellation", "P", "MARTIN")
    found = unlock(link.token, link.code, ORIGIN)
    assert found == NothingToRead(api.pharmacy.name, cancelled=True)


def test_a_link_made_before_the_result_says_that_there_is_none_yet(api: Api) -> None:
    registered = api.submit({"patient": screening()["patient"]}).json()
    rows, (opened,) = links(api.tenant, [UUID(registered["id"])])
    with change(api.tenant) as writing:
        writing.add(rows)
    token = bytes.fromhex(opened.url.rpartition("/")[2])
    found = unlock(token, opened.code, ORIGIN)
    assert found == NothingToRead(api.pharmacy.name, cancelled=False)


def test_a_destroyed_result_is_not_found(api: Api, installed: Installed) -> None:
    link = hand(api)
    with installed.connection_as(None) as connection:
        connection.execute(
            "DELETE FROM vault_document WHERE record = %s AND kind = 'result'", [link.screening]
        )
    with pytest.raises(NotFound):
        unlock(link.token, link.code, ORIGIN)


def test_each_opening_is_in_the_ledger_under_the_link_with_its_purpose(
    api: Api, installed: Installed
) -> None:
    link = hand(api)
    unlock(link.token, link.code, ORIGIN)
    with installed.connection_as(None) as connection:
        found = connection.execute(
            "SELECT action, purpose, actor = (SELECT id FROM link WHERE screening = %(it)s),"
            " opening IS NOT NULL FROM ledger_entry"
            " WHERE record = %(it)s AND actor_kind = 'link' ORDER BY action",
            {"it": link.screening},
        ).fetchall()
    assert found == [
        ("opened identity", "deliver", True, True),
        ("opened result", "deliver", True, True),
    ]


def test_the_patient_s_address_is_kept_as_a_mac_only(api: Api, installed: Installed) -> None:
    link = hand(api)
    unlock(link.token, link.code, ORIGIN)
    unlock(link.token, WRONG, ORIGIN)
    with installed.connection_as(None) as connection:
        found = connection.execute(
            "SELECT DISTINCT d.origin FROM ledger_detail d JOIN ledger_entry e"
            " ON (e.tenant, e.request) = (d.tenant, d.request)"
            " WHERE e.record = %s AND e.actor_kind = 'link'",
            [link.screening],
        ).fetchall()
    (mac,) = client().mac([(api.tenant, "origin", ORIGIN.encode())])
    assert found == [(mac.hex(),)]


def test_what_the_ledger_says_of_the_record_is_shown_one_line_a_request(api: Api) -> None:
    link = hand(api)
    unlock(link.token, WRONG, ORIGIN)
    found = unlock(link.token, link.code, ORIGIN)
    assert isinstance(found, Unlocked)
    assert [(line.actor_kind, line.action, line.purpose) for line in found.ledger[:2]] == [
        ("link", "opened", "deliver"),
        ("link", "wrong code", None),
    ]
    assert {line.action for line in found.ledger[2:]} == {"screening registered", "result recorded"}


def test_a_name_in_a_list_is_told_apart_from_an_opening(api: Api) -> None:
    link = hand(api)
    (document,) = identity_of(link)
    staff = Actor("person", uuid4(), api.tenant, uuid4(), "192.0.2.1")
    open_documents(staff, "care", [document], action="listed")
    found = unlock(link.token, link.code, ORIGIN)
    assert isinstance(found, Unlocked)
    assert [line.action for line in found.ledger[:2]] == ["opened", "listed"]


def test_nothing_is_opened_when_the_ledger_refuses_the_entry(
    api: Api, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = hand(api)
    unwrapped: list[object] = []
    monkeypatch.setattr(type(client()), "unwrap", lambda *asked: unwrapped.append(asked))
    with ledger_full(installed, link), pytest.raises(Unavailable):
        unlock(link.token, link.code, ORIGIN)
    assert unwrapped == []


def test_a_silent_key_service_costs_no_attempt(api: Api, installed: Installed) -> None:
    link = hand(api)
    with key_service_silent(installed), pytest.raises(Unavailable):
        unlock(link.token, WRONG, ORIGIN)
    assert attempts(installed, link) == 0
    assert isinstance(unlock(link.token, link.code, ORIGIN), Unlocked)

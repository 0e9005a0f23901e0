"""The ledger has it first, or it does not happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests import cast
from tests.cast import Api, patient, reading, rows_of, screening
from tests.installation import Installed, acting_as

from ecouvillon.errors import Unavailable
from ecouvillon.trust.isolation.change import change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.open import open_documents
from ecouvillon.trust.vault.seal import Document, seal

REFUSALS = {
    "the grant is gone": "REVOKE INSERT ON ledger_entry FROM ecouvillon_web",
    "the table is gone": "ALTER TABLE ledger_entry RENAME TO ledger_entry_gone",
    "a trigger raises": "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'no'; END $$; CREATE TRIGGER no BEFORE INSERT ON ledger_entry"
    " FOR EACH ROW EXECUTE FUNCTION no()",
    "the details' table refuses": "REVOKE INSERT ON ledger_detail FROM ecouvillon_web",
}


@pytest.fixture
def spoilt(installed: Installed) -> Iterator[str]:
    """A database of this test's own, in which this process is `web`."""
    with installed.copied() as name, acting_as("web", installed, name):
        yield name


def entries(installed: Installed, tenant: UUID, database: str | None = None) -> list[Any]:
    with installed.connection_as(None, database=database) as connection:
        return connection.execute(
            "SELECT request, record, action, actor_kind, actor, purpose, opening"
            " FROM ledger_entry WHERE tenant = %s AND actor_kind <> 'operator'",
            [tenant],
        ).fetchall()


def person(tenant: UUID) -> Actor:
    return Actor("person", uuid4(), tenant, uuid4(), "127.0.0.1")


def sealed(tenant: UUID) -> list[Any]:
    documents = [Document(uuid4(), "identity", 1, {"birth_name": "MARTIN"}) for _ in range(3)]
    rows = seal(tenant, documents)
    with change(tenant) as writing:
        writing.add(rows)
    return rows


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_when_the_entry_can_not_be_written_a_result_is_refused_and_nothing_is_kept(
    installed: Installed, spoilt: str, refusal: str
) -> None:
    api = cast.newcomer(installed, database=spoilt)
    with installed.connection_as(None, database=spoilt) as superuser:
        superuser.execute(refusal.encode())
    answer = api.submit(screening("positive"))
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert set(answer.json()) == {"type", "title", "status"}
    with installed.connection_as(None, database=spoilt) as superuser:
        for table in ("screening", "version", "vault_document", "link", "request"):
            assert superuser.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,)  # noqa: S608


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_when_the_entry_can_not_be_written_nothing_is_opened(
    installed: Installed, spoilt: str, refusal: str
) -> None:
    api = cast.newcomer(installed, database=spoilt)
    rows = sealed(api.tenant)
    with installed.connection_as(None, database=spoilt) as superuser:
        superuser.execute(refusal.encode())
    with pytest.raises(Unavailable):
        open_documents(person(api.tenant), "care", rows)


def test_a_submitted_result_has_exactly_one_entry_for_each_act(
    installed: Installed, api: Api
) -> None:
    made = api.submit(screening(), key="one").json()
    api.submit(screening(), key="two")
    found = entries(installed, api.tenant)
    acts = Counter((request, record, action) for request, record, action, *_ in found)
    assert set(acts.values()) == {1}
    mine = {row[2]: row for row in found if str(row[1]) == made["id"]}
    assert mine.keys() == {"screening registered", "result recorded"}
    for row in mine.values():
        assert row[3:] == ("client", api.credentials.client_id, None, None)
    assert len({row[0] for row in found}) == 2


def test_a_batch_and_a_later_result_have_their_entries(installed: Installed, api: Api) -> None:
    batch = [{"patient": patient()}, screening(), {"patient": patient(sex="?")}]
    found = api.post("/api/v1/screenings/batch", batch).json()["items"]
    api.post(f"/api/v1/screenings/{found[0]['screening']['id']}/results", reading())
    acts = Counter(row[2] for row in entries(installed, api.tenant))
    assert acts == {"screening registered": 2, "result recorded": 2}


def test_a_repeated_or_refused_request_adds_no_entry(installed: Installed, api: Api) -> None:
    sent = screening()
    made = api.submit(sent, key="one").json()
    before = rows_of(installed, api.tenant)
    api.submit(sent, key="one")
    api.submit({"patient": patient(sex="?")})
    api.post(f"/api/v1/screenings/{made['id']}/results", reading())
    assert rows_of(installed, api.tenant) == before


def test_where_a_request_came_from_is_kept_once(installed: Installed, api: Api) -> None:
    api.post("/api/v1/screenings/batch", [screening()] * 3)
    with installed.connection_as("auditor") as auditor:
        rows = auditor.execute(
            "SELECT DISTINCT e.request, d.origin FROM ledger_entry e"
            " JOIN ledger_detail d USING (tenant, request)"
            " WHERE tenant = %s AND actor_kind = 'client'",
            [api.tenant],
        ).fetchall()
    assert [origin for _, origin in rows] == ["127.0.0.1"]


def test_an_opening_has_its_entry_before_the_key_is_asked_for(
    installed: Installed, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sealed(api.tenant)
    seen: list[int] = []

    class Silent:
        def unwrap(self, *_: object) -> list[bytes]:
            seen.append(len(entries(installed, api.tenant)))
            raise Unavailable

    monkeypatch.setattr("ecouvillon.trust.vault.open.client", Silent)
    with pytest.raises(Unavailable):
        open_documents(person(api.tenant), "care", rows)
    assert seen == [3]


def test_each_opening_names_who_what_and_why_and_its_id_once(
    installed: Installed, api: Api
) -> None:
    rows = sealed(api.tenant)
    actor = person(api.tenant)
    opened = open_documents(actor, "care", rows)
    assert opened == [{"birth_name": "MARTIN"}] * 3
    found = entries(installed, api.tenant)
    assert {row[1] for row in found} == {row.record for row in rows}
    for row in found:
        assert row[:1] + row[2:6] == (actor.request, "opened identity", "person", actor.id, "care")
    assert len({row[6] for row in found}) == 3
    with installed.connection_as("keyowner") as key_store:
        recorded = key_store.execute(
            "SELECT id FROM opening WHERE tenant = %s", [api.tenant]
        ).fetchall()
    assert {row[6] for row in found} == {id_ for (id_,) in recorded}


def test_nothing_is_opened_inside_another_transaction(installed: Installed, api: Api) -> None:
    rows = sealed(api.tenant)
    with pytest.raises(RuntimeError), change(api.tenant) as writing:  # noqa: PT012
        writing.fetch("SELECT 1")
        open_documents(person(api.tenant), "care", rows)
    assert entries(installed, api.tenant) == []


def test_no_entry_holds_what_a_patient_is_called(installed: Installed, api: Api) -> None:
    api.submit(screening("positive", external_id="DOSSIER-CANARI"))
    with installed.connection_as(None) as superuser:
        text = str(
            superuser.execute(
                "SELECT e::text FROM ledger_entry e WHERE tenant = %(t)s"
                " UNION ALL SELECT d::text FROM ledger_detail d WHERE tenant = %(t)s",
                {"t": api.tenant},
            ).fetchall()
        )
    for word in ("MARTIN", "Camille", "positive", "1984", "CANARI", "10001234565"):
        assert word not in text

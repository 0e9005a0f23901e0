"""The thief looks for the right bytes, and finds what is there to be found."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from tests.cast import Api
from tests.installation import Installed, acting_as

from ecouvillon.operations import canaries
from ecouvillon.operations.demo import patient
from ecouvillon.operations.demo.theft import Loot
from ecouvillon.terminology.nir import Nir
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents

_SEALED = """
SELECT tenant, record, kind, version, key, body FROM vault_document
WHERE tenant = ANY (tenants()) AND record = %s AND kind = 'result'
"""


def test_the_bytes_that_the_thief_looks_for_are_those_that_were_sealed(
    installed: Installed, api: Api
) -> None:
    body = patient.screening()
    answer = api.post("/api/v1/screenings", body)
    assert answer.status_code == 201, answer.content
    with acting_as("worker", installed):
        ((row,),) = ask((_SEALED, (UUID(answer.json()["id"]),)), tenants=[api.tenant])
        names = ("tenant", "record", "kind", "version", "key", "body")
        document = VaultDocument(**dict(zip(names, row, strict=True)))
        actor = Actor("job", None, INSTALLATION, uuid4(), "test")
        (content,) = open_documents(actor, "forward", [document])
    wanted = patient.canonical_result(body)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert wanted["result"] == text.encode()
    assert wanted["values of the result"] in text.encode()


def test_all_that_the_thief_looks_for_is_long_enough_to_mean_something() -> None:
    for value in patient.SECRETS.values():
        assert len(value) >= 10


def test_what_is_sought_is_what_the_pharmacy_sends() -> None:
    sent = json.dumps(patient.screening(), ensure_ascii=False)
    for name, value in patient.SECRETS.items():
        assert value in sent or name == "phone as dialled"


def test_the_nir_of_the_invented_patient_can_pass_and_be_nobodys() -> None:
    assert Nir.parse(patient.NIR).number[5:10] == "99999"


@pytest.mark.parametrize("name", patient.SECRETS)
def test_a_dump_that_gives_a_secret_away_in_hexadecimal_is_a_hit(name: str) -> None:
    dump = (
        b"COPY public.leak (x) FROM stdin;\n\\\\x" + patient.SECRETS[name].encode().hex().encode()
    )
    assert any(hit.startswith(name) for hit in Loot(dump).hits(patient.SECRETS))
    assert canaries.search(b"nothing", canaries.needles(patient.SECRETS)) == []


def test_the_rows_of_a_record_are_shown_and_no_others() -> None:
    dump = (
        b"COPY public.screening (tenant, id, day) FROM stdin;\n"
        b"t\tone\t2026-11-24\nt\ttwo\t2026-11-24\n\\.\n\n"
        b"COPY public.link (tenant, id, screening) FROM stdin;\nt\tl\tone\n\\.\n"
    )
    assert Loot(dump).rows("screening", "one") == [["t", "one", "2026-11-24"]]

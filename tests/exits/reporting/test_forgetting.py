"""What forwarding no longer needs is destroyed: row and key, and not a moment too early."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from tests.cast import Api, patient, screening
from tests.exits.reporting.conftest import Line, documents
from tests.installation import acting_as

from ecouvillon.exits.reporting.jobs import forget_forwarded
from ecouvillon.trust.keys.client import Unwrapping, client
from ecouvillon.trust.keys.refusals import KeyRefused, Refusal
from ecouvillon.trust.vault.models import VaultDocument


def with_nir(api: Api) -> UUID:
    """A screening of somebody who agreed and gave their NIR."""
    body = screening(
        sharing_consent=True, patient=patient(nir="284027505600164", phone="+33612345678")
    )
    return UUID(api.submit(body).json()["id"])


def forget(national: Line) -> None:
    """The job, as the worker runs it."""
    with acting_as("worker", national.installed):
        forget_forwarded(timestamp=0)


def refused(national: Line, document: VaultDocument) -> Refusal | None:
    """Why the key service does not unwrap the key of this document any more."""
    item = Unwrapping(document.tenant, document.key, document.kind, uuid4())
    with acting_as("worker", national.installed):
        try:
            client().unwrap("forward", [item])
        except KeyRefused as error:
            return error.code
    return None


def test_an_answered_message_is_destroyed_with_its_key(api: Api, line: Callable[..., Line]) -> None:
    national = line()
    api.submit(screening())
    national.drain()
    (id_,) = national.rows("id")
    (message,) = documents(national, id_, "message")
    assert refused(national, message) is None
    forget(national)

    assert documents(national, id_, "message") == []
    assert refused(national, message) is Refusal.UNKNOWN_KEY


def test_a_message_in_doubt_is_kept(api: Api, line: Callable[..., Line]) -> None:
    national = line("ar=1")
    api.submit(screening())
    national.drain()
    forget(national)

    (id_,) = national.rows("id")
    (message,) = documents(national, id_, "message")
    assert refused(national, message) is None


def test_a_nir_is_destroyed_once_every_destination_that_needs_it_has_it(
    api: Api, line: Callable[..., Line]
) -> None:
    first, second, without = line(needs_nir=True), line(needs_nir=True), line()
    made = with_nir(api)
    first.drain()
    forget(first)
    (nir,) = documents(first, made, "nir")
    assert refused(first, nir) is None

    second.drain()
    forget(second)
    assert documents(first, made, "nir") == []
    assert refused(first, nir) is Refusal.UNKNOWN_KEY
    assert without.states() == ["pending"]


@pytest.mark.parametrize("fault", ["ae=1", "ar=1", "drop=1"])
def test_a_nir_is_kept_while_its_message_is_rejected_or_in_doubt(
    api: Api, line: Callable[..., Line], fault: str
) -> None:
    national = line(fault, needs_nir=True)
    made = with_nir(api)
    national.drain()
    forget(national)

    assert len(documents(national, made, "nir")) == 1


def test_the_other_documents_of_the_screening_stay(api: Api, line: Callable[..., Line]) -> None:
    national = line(needs_nir=True)
    made = with_nir(api)
    national.drain()
    forget(national)

    for kind in ("identity", "contact", "result"):
        assert len(documents(national, made, kind)) == 1, kind


def test_forgetting_that_broke_off_after_the_keys_is_finished_by_the_next_run(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line()
    api.submit(screening())
    national.drain()
    (id_,) = national.rows("id")
    (message,) = documents(national, id_, "message")
    with acting_as("worker", national.installed):
        client().shred([(message.tenant, message.key)])
    forget(national)

    assert documents(national, id_, "message") == []


def test_more_than_a_batch_is_forgotten_in_one_run(
    api: Api, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecouvillon.exits.reporting.jobs.BATCH", 2)
    national = line()
    for _ in range(5):
        api.submit(screening())
    national.drain()
    forget(national)

    for id_ in national.rows("id"):
        assert documents(national, id_, "message") == []

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.cast import Api, at_once
from tests.installation import Installed
from tests.pathway.counter import (
    COMBINED,
    GTIN,
    PHARMACIST,
    Counter,
    asked,
    counter,
    let_pass,
    rows,
    state,
)

from ecouvillon.errors import Forbidden, Invalid, NotFound, WrongState
from ecouvillon.exits.delivery.links import shown_again
from ecouvillon.exits.reporting.models import Destination
from ecouvillon.exits.reporting.routing import Route
from ecouvillon.pathway.read import Answering, Read, TimingReason, fail_kit, read_cassette
from ecouvillon.pathway.unlock import NothingToRead, Unlocked, unlock
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.screening.patient import Reading
from ecouvillon.terminology.result import ResultValue
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents


@pytest.fixture
def ours(api: Api) -> Counter:
    return counter(api)


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except WrongState:
        return "told"
    return "done"


def recorded(installed: Installed, ours: Counter, screening: object) -> Reading:
    query = "SELECT tenant, record, kind, version, key, body FROM vault_document"
    ((tenant, record, kind, version, key, body),) = rows(
        installed, f"{query} WHERE record = %s AND kind = 'result'", screening
    )
    sealed = VaultDocument(
        tenant=tenant, record=record, kind=kind, version=version, key=key, body=body
    )
    (content,) = open_documents(ours.actor, "care", [sealed])
    return Reading.of(content)


def opened(installed: Installed, ours: Counter, screening: object) -> object:
    """What the patient sees with link and code."""
    ((link,),) = rows(installed, "SELECT id FROM link WHERE screening = %s", screening)
    (shown,) = shown_again(ours.tenant, [link])
    token = bytes.fromhex(shown.url.rpartition("/")[2])
    return unlock(token, shown.code, "192.0.2.1")


def test_a_combined_cassette_is_recorded_line_by_line(ours: Counter, installed: Installed) -> None:
    screening = ours.started(*COMBINED)

    ours.read(screening, "negative", "positive", "negative", "indeterminate")

    reading = recorded(installed, ours, screening)
    assert dict(reading.values)["80382-5"] is ResultValue.POSITIVE
    assert dict(reading.values)["72885-7"] is ResultValue.INDETERMINATE
    assert reading.performer == PHARMACIST.performer
    assert (reading.kit.lot, reading.identity_status.value) == ("L42", "VALI")
    assert state(installed, screening) == "resulted"


def test_nothing_leaves_and_the_patient_sees_nothing_within_the_minute(
    ours: Counter, installed: Installed, destination: Callable[..., Destination]
) -> None:
    screening, there = ours.started(), destination()
    read = Read(screening, 1, (("94558-4", ResultValue.NEGATIVE),), None)

    read_cassette(
        ours.actor, read, PHARMACIST, asked(), [Route(there.id, there.name, needs_nir=False)]
    )

    query = "SELECT state, next_at > now() + interval '50 s' FROM transmission WHERE screening = %s"
    assert rows(installed, query, screening) == [("pending", True)]
    assert isinstance(opened(installed, ours, screening), NothingToRead)


def test_the_patient_reads_it_once_the_minute_is_over(
    ours: Counter, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecouvillon.pathway.read.undo_time", lambda: -timedelta(seconds=1))
    screening = ours.started()

    ours.read(screening)

    assert isinstance(opened(installed, ours, screening), Unlocked)


def test_of_two_people_who_read_one_cassette_the_second_is_told(ours: Counter) -> None:
    screening = ours.started()

    told = at_once([lambda: outcome(lambda: ours.read(screening))] * 2)

    assert sorted(told) == ["done", "told"]


def test_the_same_form_twice_is_one_result(ours: Counter, installed: Installed) -> None:
    screening, form = ours.started(), asked()

    assert at_once([lambda: outcome(lambda: ours.read(screening, form=form))] * 2) == [
        "done",
        "done",
    ]
    assert len(rows(installed, "SELECT FROM version WHERE screening = %s", screening)) == 1


def test_a_visit_without_a_running_clock_is_not_read(ours: Counter) -> None:
    with pytest.raises(WrongState):
        ours.read(ours.walk_in())


def test_the_visit_of_another_pharmacy_is_not_found(ours: Counter, stranger: Api) -> None:
    with pytest.raises(NotFound):
        ours.read(counter(stranger).started())


def test_values_of_another_kit_are_refused(ours: Counter, installed: Installed) -> None:
    screening = ours.started(*COMBINED)

    with pytest.raises(Invalid):
        ours.read(screening, "negative")
    assert state(installed, screening) == "sampled"


def test_a_kit_read_too_early_needs_a_reason_which_is_kept_sealed(
    ours: Counter, installed: Installed
) -> None:
    screening = ours.started(window=(600, 900))

    with pytest.raises(Invalid) as refused:
        ours.read(screening)
    assert refused.value.problems[0].pointer == "/timing_reason"
    ours.read(screening, reason=TimingReason.CLOCK_LATE)

    assert recorded(installed, ours, screening).timing_reason == "clock_late"


def test_a_kit_read_too_late_needs_a_reason(ours: Counter, installed: Installed) -> None:
    screening = ours.started(window=(0, 60))
    let_pass(installed, screening, 61)

    with pytest.raises(Invalid):
        ours.read(screening)
    ours.read(screening, reason=TimingReason.NOBODY_FREE)


def test_a_preparer_answers_for_nothing(ours: Counter) -> None:
    read = Read(ours.started(), 1, (("94558-4", ResultValue.NEGATIVE),), None)

    with pytest.raises(Forbidden):
        read_cassette(ours.actor, read, Answering(PHARMACIST.performer, Role.PREPARER), asked(), [])


def test_an_invalid_kit_is_done_again_in_the_same_visit_and_both_are_kept(
    ours: Counter, installed: Installed
) -> None:
    screening = ours.started()

    fail_kit(ours.actor, screening, 1, asked())
    assert state(installed, screening) == "registered"
    ours.start(screening, gtin=GTIN, lot="L43")
    ours.read(screening, number=2)

    query = (
        "SELECT number, lot, failed_at IS NULL FROM kit_use WHERE screening = %s ORDER BY number"
    )
    assert rows(installed, query, screening) == [(1, "L42", False), (2, "L43", True)]
    assert recorded(installed, ours, screening).kit.lot == "L43"


def test_a_page_that_shows_the_invalid_kit_does_not_read_the_next_one(ours: Counter) -> None:
    screening = ours.started()
    fail_kit(ours.actor, screening, 1, asked())
    ours.start(screening)

    with pytest.raises(WrongState):
        ours.read(screening, number=1)

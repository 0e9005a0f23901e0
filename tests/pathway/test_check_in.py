from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from tests.cast import Api, at_once
from tests.installation import Installed
from tests.pathway.counter import Counter, asked, counter, rows

from ecouvillon.errors import NotFound, WrongState
from ecouvillon.pathway.check_in import OnFile, amend, on_file
from ecouvillon.screening.patient import Contact


@pytest.fixture
def ours(api: Api) -> Counter:
    return counter(api)


def renamed(found: OnFile, name: str) -> OnFile:
    identity = replace(found.registration.identity, birth_name=name)
    return replace(found, registration=replace(found.registration, identity=identity))


def test_what_is_put_right_is_a_new_version_and_the_old_one_is_kept(
    ours: Counter, installed: Installed
) -> None:
    visit = ours.walk_in("MARTIN")
    before = on_file(ours.actor, visit)

    amend(ours.actor, visit, renamed(before, "MARTINEZ"), asked(), [])

    after = on_file(ours.actor, visit)
    assert (after.version, after.registration.identity.birth_name) == (2, "MARTINEZ")
    query = "SELECT count(*) FROM vault_document WHERE record = %s AND kind = 'identity'"
    assert rows(installed, query, visit) == [(2,)]


def test_a_contact_that_is_said_again_goes_on(ours: Counter) -> None:
    visit = ours.walk_in()
    before = on_file(ours.actor, visit)
    contact = Contact("camille@example.org", None)
    reachable = replace(before.registration, contact=contact)

    amend(ours.actor, visit, replace(before, registration=reachable), asked(), [])

    found = on_file(ours.actor, visit).registration.contact
    assert found is not None
    assert found.email == "camille@example.org"


def test_of_two_people_who_amend_the_second_is_told(ours: Counter) -> None:
    visit = ours.walk_in()
    before = on_file(ours.actor, visit)

    def act(name: str) -> str:
        try:
            amend(ours.actor, visit, renamed(before, name), asked(), [])
        except WrongState:
            return "told"
        return "done"

    assert sorted(at_once([lambda: act("UN"), lambda: act("DEUX")])) == ["done", "told"]


def test_the_same_form_twice_amends_once(ours: Counter) -> None:
    visit, form = ours.walk_in(), asked()
    before = on_file(ours.actor, visit)

    for _ in range(2):
        amend(ours.actor, visit, renamed(before, "MARTINEZ"), form, [])

    assert on_file(ours.actor, visit).version == 2


def test_what_has_a_result_is_corrected_not_amended(ours: Counter) -> None:
    visit = ours.started()
    before = on_file(ours.actor, visit)
    ours.read(visit)

    with pytest.raises(WrongState):
        amend(ours.actor, visit, renamed(before, "MARTINEZ"), asked(), [])


def test_a_running_clock_does_not_hinder_it(ours: Counter) -> None:
    visit = ours.started()

    amend(ours.actor, visit, renamed(on_file(ours.actor, visit), "MARTINEZ"), asked(), [])

    assert on_file(ours.actor, visit).version == 2


def test_the_patient_of_another_pharmacy_is_not_found(ours: Counter, stranger: Api) -> None:
    theirs = counter(stranger)
    visit = theirs.walk_in()
    known = on_file(theirs.actor, visit)

    for screening in (visit, uuid4()):
        with pytest.raises(NotFound):
            on_file(ours.actor, screening)
        with pytest.raises(NotFound):
            amend(ours.actor, screening, known, asked(), [])

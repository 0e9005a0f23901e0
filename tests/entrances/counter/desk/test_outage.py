"""The bar at the counter while somebody outside does not answer."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from tests.cast import Api, rows_of, screening
from tests.installation import Installed
from tests.pathway.counter import let_pass
from tests.staff import Browser

from ecouvillon.exits.reporting.models import Destination

WORDS = {
    "fr": ("ne répond plus depuis", "Continuez, rien n’est perdu", "1 envoi attend"),
    "en": ("has not answered since", "Go on, nothing is lost", "1 result waits"),
}


@pytest.mark.parametrize("language", WORDS)
def test_an_outage_says_to_go_on_in_both_languages_and_writes_nothing(
    pharmacist: Browser,
    api: Api,
    installed: Installed,
    destination: Callable[..., Destination],
    language: str,
) -> None:
    destination()
    visit = api.post("/api/v1/screenings", screening()).json()["id"]
    let_pass(installed, UUID(visit), 60)
    before = rows_of(installed, api.tenant)
    answer = pharmacist.get("/counter/outage", **{"Accept-Language": language})
    for words in WORDS[language]:
        assert words in answer.content.decode()
    assert rows_of(installed, api.tenant) == before


def test_while_all_is_well_there_is_no_bar(pharmacist: Browser) -> None:
    assert pharmacist.get("/counter/outage").status_code == 204


def test_the_queue_asks_for_the_bar(pharmacist: Browser) -> None:
    assert 'data-outage="/counter/outage"' in pharmacist.get("/counter/").content.decode()

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from tests.cast import Api
from tests.installation import Installed

from ecouvillon.exits.reporting.models import Transmission
from ecouvillon.screening.models import Screening
from ecouvillon.trust.isolation.change import ask, change


def test_what_is_not_given_has_its_default() -> None:
    row = Transmission(tenant=uuid4(), state="pending")
    assert row.state == "pending"
    assert row.leased_until is None
    assert row.destination is None


def test_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError):
        Screening(tenant=uuid4(), colour="blue")


def test_two_rows_share_nothing() -> None:
    first, second = Screening(visit=1), Screening(visit=2)
    assert (first.visit, second.visit) == (1, 2)
    assert first._state is not second._state


def test_a_row_that_was_written_is_loaded_with_its_default(installed: Installed, api: Api) -> None:
    row = Screening(
        tenant=api.tenant, id=uuid4(), day=date(2026, 11, 24), visit=1, state="registered"
    )
    with change(api.tenant) as writing:
        writing.add([row])
    query = "SELECT visit, created_at IS NOT NULL FROM screening WHERE id = %s"
    assert ask((query, (row.id,)), tenants=[api.tenant]) == [[(1, True)]]

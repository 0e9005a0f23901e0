"""Destroying keys: for good, by whom it may, no faster than allowed."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from tests.trust.keys.log_lines import captured

from ecouvillon.trust.keys.client import KeyClient, Unwrapping
from ecouvillon.trust.keys.refusals import KeyRefused

from .conftest import Rows

TENANT = uuid4()


def leased(web: KeyClient, kind: str, number: int = 1) -> list[UUID]:
    return [key.id for key in web.lease(TENANT, {kind: number})[kind]]


def test_a_destroyed_key_opens_nothing_any_more(web: KeyClient, admin: KeyClient) -> None:
    [key_id] = leased(web, "result")
    assert admin.shred([(TENANT, key_id)]) == 1
    with pytest.raises(KeyRefused, match="unknown-key"):
        web.unwrap("care", [Unwrapping(TENANT, key_id, "result", uuid4())])


def test_destroying_twice_is_destroying_once(web: KeyClient, admin: KeyClient, rows: Rows) -> None:
    [key_id] = leased(web, "result")
    assert admin.shred([(TENANT, key_id)]) == 1
    assert admin.shred([(TENANT, key_id)]) == 0
    [row] = rows.execute("SELECT id, tenant, kind, caller FROM destroyed_key")
    assert row == (key_id, TENANT, "result", "admin")


def test_the_worker_destroys_nirs_and_messages(web: KeyClient, worker: KeyClient) -> None:
    keys = leased(web, "nir") + leased(web, "message")
    assert worker.shred([(TENANT, key) for key in keys]) == 2


@pytest.mark.parametrize("kind", ["identity", "contact", "result", "reason"])
def test_the_worker_destroys_nothing_else(
    kind: str, web: KeyClient, worker: KeyClient, rows: Rows
) -> None:
    keys = leased(web, "nir") + leased(web, kind)
    with captured() as logged, pytest.raises(KeyRefused, match="wrong-kind"):
        worker.shred([(TENANT, key) for key in keys])
    assert logged[0]["alarm"]
    assert rows.execute("SELECT count(*) FROM wrapped_key").fetchone() == (2,)


def test_another_tenant_s_key_is_not_destroyed(
    web: KeyClient, admin: KeyClient, rows: Rows
) -> None:
    [key_id] = leased(web, "result")
    with pytest.raises(KeyRefused, match="unknown-key"):
        admin.shred([(uuid4(), key_id)])
    assert rows.execute("SELECT count(*) FROM wrapped_key").fetchone() == (1,)


def test_a_thousand_destructions_in_a_loop_are_stopped(
    web: KeyClient, admin: KeyClient, rows: Rows
) -> None:
    keys = leased(web, "result", 1000)
    for start in range(0, 500, 50):
        assert admin.shred([(TENANT, key) for key in keys[start : start + 50]]) == 50
    for start in range(500, 1000, 50):
        with pytest.raises(KeyRefused, match="too-many"):
            admin.shred([(TENANT, key) for key in keys[start : start + 50]])
    assert rows.execute("SELECT count(*) FROM wrapped_key").fetchone() == (500,)


def test_destructions_are_allowed_again_a_minute_later(
    web: KeyClient, admin: KeyClient, rows: Rows
) -> None:
    keys = leased(web, "result", 501)
    admin.shred([(TENANT, key) for key in keys[:500]])
    with pytest.raises(KeyRefused, match="too-many"):
        admin.shred([(TENANT, keys[500])])
    rows.execute("UPDATE destroyed_key SET at = at - interval '61 seconds'")
    assert admin.shred([(TENANT, keys[500])]) == 1

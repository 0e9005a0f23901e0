"""Leases: stored before they are handed out, capped, confirmed, swept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.trust.keys.log_lines import captured

from ecouvillon.trust.keys.client import KeyClient, Unwrapping
from ecouvillon.trust.keys.refusals import KeyRefused

from .conftest import Rows

TENANT = uuid4()


def test_a_lease_gives_as_many_keys_of_each_kind_as_asked_for(web: KeyClient) -> None:
    keys = web.lease(TENANT, {"identity": 3, "result": 2})
    assert {kind: len(k) for kind, k in keys.items()} == {"identity": 3, "result": 2}


def test_leased_keys_are_32_bytes_and_all_different(web: KeyClient) -> None:
    keys = [k for kind in web.lease(TENANT, {"identity": 50, "nir": 50}).values() for k in kind]
    assert {len(k.key) for k in keys} == {32}
    assert len({k.key for k in keys}) == len({k.id for k in keys}) == 100


def test_a_leased_key_is_stored_for_its_tenant_and_only_wrapped(web: KeyClient, rows: Rows) -> None:
    [key] = web.lease(TENANT, {"result": 1})["result"]
    [(tenant, kind, wrapped)] = rows.execute(
        "SELECT tenant, kind, wrapped FROM wrapped_key WHERE id = %s", [key.id]
    )
    assert (tenant, kind) == (TENANT, "result")
    assert key.key not in wrapped


def test_a_leased_key_opens_again_as_the_same_key(web: KeyClient) -> None:
    [key] = web.lease(TENANT, {"result": 1})["result"]
    assert web.unwrap("care", [Unwrapping(TENANT, key.id, "result", uuid4())]) == [key.key]


def test_the_largest_lease_is_2048_keys(web: KeyClient) -> None:
    assert len(web.lease(TENANT, {"identity": 1024, "result": 1024})["result"]) == 1024
    with pytest.raises(KeyRefused, match="too-many"):
        web.lease(TENANT, {"identity": 1024, "result": 1025})


def test_a_lease_of_nothing_or_of_an_unknown_kind_is_refused(web: KeyClient) -> None:
    with pytest.raises(KeyRefused, match="too-many"):
        web.lease(TENANT, {})
    with pytest.raises(KeyRefused, match="wrong-kind"):
        web.lease(TENANT, {"everything": 1})


def test_no_key_shows_in_a_repr_or_in_the_log(web: KeyClient) -> None:
    with captured() as logged:
        [key] = web.lease(TENANT, {"result": 1})["result"]
        web.unwrap("care", [Unwrapping(TENANT, key.id, "result", uuid4())])
        with pytest.raises(KeyRefused) as refused:
            web.unwrap("care", [Unwrapping(uuid4(), key.id, "result", uuid4())])
    shown = repr(key) + repr(logged) + repr(refused.value)
    assert len(logged) == 1
    assert repr(key.key) not in shown
    assert key.key.hex() not in shown


def test_only_unconfirmed_keys_of_leases_long_over_are_swept(
    web: KeyClient, worker: KeyClient, rows: Rows
) -> None:
    used, unused = web.lease(TENANT, {"result": 2})["result"]
    assert worker.confirm([used.id]) == 1
    rows.execute("UPDATE lease SET at = at - interval '2 days'")
    rows.execute("UPDATE lease SET expires_at = expires_at - interval '25 hours'")
    [fresh] = web.lease(TENANT, {"result": 1})["result"]
    assert worker.sweep(datetime.now(UTC)) == 1
    left = {key for (key,) in rows.execute("SELECT id FROM wrapped_key")}
    assert left == {used.id, fresh.id}
    assert unused.id not in left


def test_a_sweep_spares_a_lease_for_a_day_after_its_end(
    web: KeyClient, worker: KeyClient, rows: Rows
) -> None:
    web.lease(TENANT, {"result": 1})
    rows.execute("UPDATE lease SET at = at - interval '2 days'")
    rows.execute("UPDATE lease SET expires_at = expires_at - interval '23 hours'")
    assert worker.sweep(datetime.now(UTC)) == 0
    rows.execute("UPDATE lease SET expires_at = expires_at - interval '2 hours'")
    assert worker.sweep(datetime.now(UTC)) == 1


def test_a_sweep_spares_leases_that_the_worker_has_not_confirmed_up_to(
    web: KeyClient, worker: KeyClient, rows: Rows
) -> None:
    web.lease(TENANT, {"result": 1})
    rows.execute("UPDATE lease SET at = at - interval '9 days'")
    rows.execute("UPDATE lease SET expires_at = expires_at - interval '3 days'")
    assert worker.sweep(datetime.now(UTC) - timedelta(days=4)) == 0
    assert worker.sweep(datetime.now(UTC)) == 1


def test_a_key_is_confirmed_once(web: KeyClient, worker: KeyClient) -> None:
    [key] = web.lease(TENANT, {"result": 1})["result"]
    assert worker.confirm([key.id, uuid4()]) == 1
    assert worker.confirm([key.id]) == 0

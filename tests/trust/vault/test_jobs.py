"""The key service learns which keys are used, and sweeps only those that never were."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.cast import Api, screening
from tests.installation import Installed, acting_as

from ecouvillon.trust.keys.client import client
from ecouvillon.trust.vault.jobs import confirm_keys, sweep_keys


def run(installed: Installed) -> None:
    """Both jobs, as the worker runs them."""
    with acting_as("worker", installed):
        confirm_keys(timestamp=0)
        sweep_keys(timestamp=0)


def sealed(api: Api, installed: Installed, age: str) -> list[UUID]:
    """The keys of a screening's documents, sealed so long ago."""
    made = api.submit(screening()).json()["id"]
    with installed.connection_as(None) as connection:
        rows = connection.execute(
            "UPDATE vault_document SET sealed_at = now() - %s::interval WHERE record = %s"
            " RETURNING key",
            [age, made],
        ).fetchall()
    return [key for (key,) in rows]


def in_store(installed: Installed, keys: list[UUID]) -> dict[UUID, bool]:
    """The keys that exist still, and whether each is confirmed."""
    with installed.connection_as("keys") as store:
        rows = store.execute(
            "SELECT id, confirmed_at IS NOT NULL FROM wrapped_key WHERE id = ANY (%s)", [keys]
        ).fetchall()
    return dict(rows)


def leases_ended(installed: Installed, keys: list[UUID], ago: str) -> None:
    """The leases of these keys were over so long ago."""
    with installed.connection_as(None, database="ecouvillon_keystore") as store:
        store.execute(
            "UPDATE lease SET at = '2000-01-01', expires_at = now() - %s::interval"
            " WHERE id IN (SELECT lease FROM wrapped_key WHERE id = ANY (%s))",
            [ago, keys],
        )


def start_over(installed: Installed) -> None:
    """Nothing was ever confirmed."""
    with installed.connection_as(None) as connection:
        connection.execute("DELETE FROM key_confirmation")


def test_the_keys_of_committed_documents_are_confirmed(api: Api, installed: Installed) -> None:
    start_over(installed)
    keys = sealed(api, installed, "20 minutes")
    assert set(in_store(installed, keys).values()) == {False}
    run(installed)

    assert in_store(installed, keys) == dict.fromkeys(keys, True)


def test_what_may_still_be_committed_is_left_for_the_next_time(
    api: Api, installed: Installed
) -> None:
    start_over(installed)
    keys = sealed(api, installed, "14 minutes")
    run(installed)
    assert set(in_store(installed, keys).values()) == {False}

    with installed.connection_as(None) as connection:
        connection.execute(
            "UPDATE vault_document SET sealed_at = sealed_at - interval '2 minutes'"
            " WHERE key = ANY (%s)",
            [keys],
        )
        connection.execute("UPDATE key_confirmation SET until = until - interval '2 minutes'")
    run(installed)
    assert in_store(installed, keys) == dict.fromkeys(keys, True)


def test_sweeping_spares_used_keys_and_destroys_those_that_never_were(
    api: Api, installed: Installed
) -> None:
    start_over(installed)
    used = sealed(api, installed, "2 days")
    with acting_as("worker", installed):
        unused = [key.id for key in client().lease(api.tenant, {"message": 2})["message"]]
    leases_ended(installed, [*used, *unused], "30 hours")
    run(installed)

    assert in_store(installed, used) == dict.fromkeys(used, True)
    assert in_store(installed, unused) == {}


def test_nothing_is_swept_before_everything_up_to_then_is_confirmed(
    api: Api, installed: Installed
) -> None:
    """A worker that was down for days must not make us take used keys for unused ones."""
    start_over(installed)
    used = sealed(api, installed, "3 days")
    leases_ended(installed, used, "2 days")
    with installed.connection_as(None) as connection:
        connection.execute(
            "INSERT INTO key_confirmation (id, until) VALUES (1, now() - interval '4 days')"
        )
    with acting_as("worker", installed):
        sweep_keys(timestamp=0)

    assert in_store(installed, used) == dict.fromkeys(used, False)


def test_without_any_confirmation_nothing_is_swept(api: Api, installed: Installed) -> None:
    start_over(installed)
    keys = sealed(api, installed, "2 days")
    leases_ended(installed, keys, "2 days")
    with acting_as("worker", installed):
        sweep_keys(timestamp=0)

    assert set(in_store(installed, keys)) == set(keys)


def test_more_keys_than_one_call_takes_are_confirmed(
    api: Api, installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_over(installed)
    monkeypatch.setattr("ecouvillon.trust.vault.jobs.BATCH", 1)
    keys = sealed(api, installed, "20 minutes")
    run(installed)

    assert in_store(installed, keys) == dict.fromkeys(keys, True)


def test_a_clock_that_once_was_ahead_costs_no_key(api: Api, installed: Installed) -> None:
    start_over(installed)
    keys = sealed(api, installed, "2 days")
    with installed.connection_as(None) as connection:
        connection.execute(
            "INSERT INTO key_confirmation (id, until) VALUES (1, now() + interval '1 day')"
        )
    leases_ended(installed, keys, "30 hours")
    with acting_as("worker", installed):
        sweep_keys(timestamp=0)
    assert in_store(installed, keys).keys() == set(keys)
    run(installed)
    assert in_store(installed, keys) == dict.fromkeys(keys, True)

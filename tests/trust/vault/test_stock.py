from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.cast import Api, at_once, patient, rows_of, screening
from tests.installation import Installed

from ecouvillon import config
from ecouvillon.config import Config
from ecouvillon.errors import Unavailable
from ecouvillon.trust.keys import server
from ecouvillon.trust.keys.client import LeasedKey
from ecouvillon.trust.vault import stock
from ecouvillon.trust.vault.stock import MARGIN, Stock

TENANT = UUID(int=1)


class Leasing:
    """Counts what is asked of the key service, and answers with keys of a given lease."""

    def __init__(self, seconds: float = 600.0) -> None:
        self.asked: list[dict[str, int]] = []
        self.seconds = seconds

    def lease(self, _: UUID, counts: Mapping[str, int]) -> dict[str, list[LeasedKey]]:
        self.asked.append(dict(counts))
        until = time.monotonic() + self.seconds
        return {
            kind: [LeasedKey(uuid4(), b"k" * 32, until) for _ in range(count)]
            for kind, count in counts.items()
        }


@pytest.fixture
def leasing(monkeypatch: pytest.MonkeyPatch) -> Leasing:
    service = Leasing()
    monkeypatch.setattr(stock, "client", lambda: service)
    return service


def test_a_bundle_begins_at_one_and_doubles_to_256(leasing: Leasing) -> None:
    ours = Stock()
    for _ in range(1000):
        ours.take(TENANT, ["result"])
    bundles = [asked["result"] for asked in leasing.asked]
    assert bundles == [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256]


def test_one_call_leases_all_the_kinds_that_are_short(leasing: Leasing) -> None:
    Stock().take(TENANT, ["identity", "contact", "result", "result"])
    assert leasing.asked == [{"identity": 1, "contact": 1, "result": 2}]


def test_the_stock_of_a_pharmacy_is_its_own(leasing: Leasing) -> None:
    ours = Stock()
    for tenant in (TENANT, UUID(int=2)):
        for _ in range(2):
            ours.take(tenant, ["result"])
    assert len(leasing.asked) == 4


def test_keys_come_in_the_order_of_the_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {kind: LeasedKey(uuid4(), b"k" * 32, time.monotonic() + 600) for kind in "ab"}

    class Named:
        def lease(self, _: UUID, counts: Mapping[str, int]) -> dict[str, list[LeasedKey]]:
            return {kind: [keys[kind]] for kind in counts}

    monkeypatch.setattr(stock, "client", Named)
    assert Stock().take(TENANT, ["b", "a"]) == [keys["b"], keys["a"]]


def test_a_key_near_the_end_of_its_lease_is_not_begun(leasing: Leasing) -> None:
    ours = Stock()
    leasing.seconds = MARGIN - 1
    ours.take(TENANT, ["result", "result"])  # taken at once, whatever their lease
    ours.take(TENANT, ["result"])
    asked = len(leasing.asked)
    leasing.seconds = 600
    taken = ours.take(TENANT, ["result"])
    assert len(leasing.asked) == asked + 1
    assert taken[0].expires_at_monotonic > time.monotonic() + MARGIN


def test_no_key_is_handed_out_twice_to_threads_of_one_process(installed: Installed) -> None:
    ours, tenant = Stock(), uuid4()
    taken = at_once(
        [lambda: [key for _ in range(20) for key in ours.take(tenant, ["result", "result"])]] * 8
    )
    keys = [key for some in taken for key in some]
    assert len(keys) == 320
    assert len({key.id for key in keys}) == 320
    assert len({key.key for key in keys}) == 320


@pytest.fixture
def other_service(
    installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Config]:
    """Where a key service of this test's own listens, while the test lets it."""
    monkeypatch.setenv("ECOUVILLON_KEY_SOCKET_DIR", str(tmp_path))
    config.load.cache_clear()
    yield config.load()
    monkeypatch.undo()
    config.load.cache_clear()


def test_without_the_key_service_a_result_is_refused_and_can_be_sent_again(
    api: Api, other_service: Config, installed: Installed
) -> None:
    before = rows_of(installed, api.tenant)
    sent = screening("positive")
    refused = api.submit(sent, key="one")
    assert refused.status_code == 503
    assert refused["Retry-After"]
    assert set(refused.json()) == {"type", "title", "status"}
    assert rows_of(installed, api.tenant) == before
    with server.listening(other_service):
        assert api.submit(sent, key="one").status_code == 201
    assert rows_of(installed, api.tenant)["screening"] == 1


def test_a_key_service_that_stops_and_comes_back_is_found_again(
    api: Api, other_service: Config, installed: Installed
) -> None:
    for number in range(2):
        with server.listening(other_service):
            for _ in range(3):
                assert api.submit({"patient": patient()}).status_code == 201
        assert api.submit({"patient": patient()}).status_code == 503
        assert rows_of(installed, api.tenant)["screening"] == 3 * (number + 1)


def test_without_the_key_service_what_is_in_stock_still_seals_and_then_it_is_unavailable(
    other_service: Config,
) -> None:
    ours, tenant = Stock(), uuid4()
    with server.listening(other_service):
        for _ in range(2):
            ours.take(tenant, ["result"])  # the second bundle has two keys: one is left
    assert len(ours.take(tenant, ["result"])) == 1
    with pytest.raises(Unavailable):
        ours.take(tenant, ["result"])
    with server.listening(other_service):
        assert len(ours.take(tenant, ["result"])) == 1

"""What the national system keeps on disk, and what it makes of it at the next start."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.nationalsim.messages import CORRECTED, DELETED, connected, replaced, report

from ecouvillon.nationalsim.journal import UnusableStore
from ecouvillon.nationalsim.system import NationalSystem


def tell(store: Path, *messages: list[str]) -> list[str]:
    with NationalSystem(store=store) as system, connected(system.port) as client:
        return [client.ask(message).code for message in messages]


def test_what_was_taken_in_survives_a_restart_and_is_not_doubled(tmp_path: Path) -> None:
    store = tmp_path / "store"
    tell(store, report("FIRST"), report("SECOND", order="ORDER2"))
    with NationalSystem(store=store) as system, connected(system.port) as client:
        assert list(system.results()) == ["ORDER1", "ORDER2"]
        assert client.ask(report("FIRST")).code == "AA"
        assert system.duplicates == 1
        other = report("FIRST", order="ORDER3")
        assert client.ask(other).errors == [("MSH^1^10", "205")]
    assert len(store.read_text().splitlines()) == 2


def test_corrections_and_deletions_are_applied_again_in_their_order(tmp_path: Path) -> None:
    store = tmp_path / "store"
    tell(store, report("A"), report("B", story=CORRECTED), report("C", story=DELETED))
    with NationalSystem(store=store) as system:
        assert system.results() == {}
    assert tell(store, report("D", story=CORRECTED)) == ["AA"]


def test_a_result_read_back_is_the_result_that_was_taken_in(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with NationalSystem(store=store) as system, connected(system.port) as client:
        client.ask(report())
        before = system.results()
    with NationalSystem(store=store) as system:
        assert system.results() == before


def test_the_store_holds_only_what_was_taken_in_and_is_for_its_owner_only(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.touch(mode=0o644)
    assert tell(store, replaced(report("BAD"), "|19840229|", "||"), report("GOOD")) == ["AE", "AA"]
    assert [json.loads(line)["control_id"] for line in store.read_text().splitlines()] == ["GOOD"]
    assert store.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kept", [1, 10, 40, -1])
def test_a_line_torn_by_a_crash_is_forgotten_and_its_message_comes_again(
    tmp_path: Path, kept: int
) -> None:
    store = tmp_path / "store"
    tell(store, report("FIRST"), report("SECOND", order="ORDER2"))
    first, second = store.read_bytes().splitlines(keepends=True)
    store.write_bytes(first + second[:kept])
    with NationalSystem(store=store) as system, connected(system.port) as client:
        assert list(system.results()) == ["ORDER1"]
        assert client.ask(report("SECOND", order="ORDER2")).code == "AA"
        assert system.duplicates == 0
    assert len(store.read_text().splitlines()) == 2


@pytest.mark.parametrize("content", ["dear diary", "dear diary\n", "{}\n", "[1]\n", "1\n"])
def test_a_file_that_is_not_a_store_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    store = tmp_path / "diary"
    store.write_text(content)
    store.chmod(0o644)
    with pytest.raises(UnusableStore):
        NationalSystem(store=store)
    assert store.read_text() == content
    assert store.stat().st_mode & 0o777 == 0o644


def test_two_systems_do_not_share_a_store(tmp_path: Path) -> None:
    with NationalSystem(store=tmp_path / "store"), pytest.raises(UnusableStore):
        NationalSystem(store=tmp_path / "store")
    with NationalSystem(store=tmp_path / "store"):
        pass


def test_a_store_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnusableStore):
        NationalSystem(store=tmp_path / "missing" / "store")


def test_what_cannot_be_written_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    with NationalSystem(store=store) as system, connected(system.port) as client:

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            assert client.ask(report()).code == "AR"
        assert system.results() == {}
        assert store.read_bytes() == b""
        assert client.ask(report()).code == "AA"
        assert system.duplicates == 0

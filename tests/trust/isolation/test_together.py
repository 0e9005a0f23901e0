from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from tests.cast import Api, rows_of
from tests.installation import Installed

from ecouvillon.errors import Unavailable
from ecouvillon.screening.models import Screening
from ecouvillon.trust.isolation.change import change
from ecouvillon.trust.isolation.prepared import ConnectionLost
from ecouvillon.trust.isolation.together import Together


class Writer:
    """Records what is written together; its first write waits until the test lets it go."""

    def __init__(self, refuse: Callable[[Sequence[str]], None] = lambda _: None) -> None:
        self.groups: list[list[str]] = []
        self.at_work, self.let_go = threading.Event(), threading.Event()
        self._refuse = refuse

    def __call__(self, parts: Sequence[str]) -> None:
        first = not self.groups
        self.groups.append(list(parts))
        if first:
            self.at_work.set()
            assert self.let_go.wait(30)
        self._refuse(parts)


def outcomes(writer: Writer, late: Sequence[str]) -> dict[str, BaseException | None]:
    """What becomes of "first" and of `late`, who come while "first" is being written."""
    together: Together[str] = Together(writer)
    found: dict[str, BaseException | None] = {}

    def commit(part: str) -> None:
        try:
            together.commit(part)
            found[part] = None
        except (ValueError, ConnectionLost) as error:
            found[part] = error

    threads = [threading.Thread(target=commit, args=("first",))]
    threads[0].start()
    assert writer.at_work.wait(30)
    for number, part in enumerate(late, start=1):
        threads.append(threading.Thread(target=commit, args=(part,)))
        threads[-1].start()
        while len(together._waiting) < number:
            pass
    writer.let_go.set()
    for thread in threads:
        thread.join(30)
    return found


def refuse_bad(parts: Sequence[str]) -> None:
    if "bad" in parts:
        raise ValueError("refused")


def lose_groups(parts: Sequence[str]) -> None:
    if len(parts) > 1:
        raise ConnectionLost


def test_who_finds_nobody_at_work_goes_at_once_and_who_comes_meanwhile_goes_together() -> None:
    writer = Writer()
    assert outcomes(writer, ["a", "b", "c"]) == {"first": None, "a": None, "b": None, "c": None}
    assert writer.groups == [["first"], ["a", "b", "c"]]


@pytest.mark.parametrize("late", [["bad", "a", "b"], ["a", "bad", "b"]])
def test_what_is_refused_fails_alone(late: list[str]) -> None:
    found = outcomes(Writer(refuse_bad), late)
    assert isinstance(found.pop("bad"), ValueError)
    assert found == {"first": None, "a": None, "b": None}


def test_a_lost_connection_is_told_to_all_that_went_together() -> None:
    writer = Writer(lose_groups)
    found = outcomes(writer, ["a", "b"])
    assert found.pop("first") is None
    assert {type(error) for error in found.values()} == {ConnectionLost}
    assert writer.groups == [["first"], ["a", "b"]], "it may be committed: it is not tried again"


def test_after_a_failure_the_next_is_written() -> None:
    together: Together[str] = Together(refuse_bad)
    with pytest.raises(ValueError, match="refused"):
        together.commit("bad")
    together.commit("good")


def test_of_many_threads_only_the_one_with_a_refused_row_fails(
    installed: Installed, api: Api, stranger: Api
) -> None:
    def row(owner: Api, visit: int) -> Screening:
        day = date(2026, 11, 24)
        return Screening(tenant=owner.tenant, id=uuid4(), day=day, visit=visit, state="resulted")

    rows = [row(api, visit) for visit in (1, 2, 3, 4)] + [row(stranger, 1), row(stranger, 2)]
    foreign, twin = row(stranger, 3), row(api, 100)
    with change(api.tenant) as writing:
        writing.add([row(api, 100)])
    before = rows_of(installed, api.tenant), rows_of(installed, stranger.tenant)
    refused: list[Screening] = []
    start = threading.Barrier(len(rows) + 2)

    def write(one: Screening) -> None:
        start.wait(30)
        try:
            with change(api.tenant if one is foreign else one.tenant) as writing:
                writing.add([one])
        except (psycopg.IntegrityError, Unavailable):
            refused.append(one)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(one,)) for one in (*rows, foreign, twin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(id, refused)) == sorted(map(id, (foreign, twin)))
    ours, theirs = rows_of(installed, api.tenant), rows_of(installed, stranger.tenant)
    assert ours["screening"] - before[0]["screening"] == 4
    assert theirs["screening"] - before[1]["screening"] == 2

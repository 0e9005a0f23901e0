"""The loop around a destination: how often it is asked, and that nothing ends it."""

from __future__ import annotations

import logging

import pytest

from ecouvillon.errors import Unavailable
from ecouvillon.exits.reporting.drain import BATCH, Drained
from ecouvillon.exits.reporting.models import Destination
from ecouvillon.operations import work

NATIONAL = Destination(name="national", paused_at=None)


class Stop:
    """An event that is never set, and tells how long somebody waited for it."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return False


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], list[int], Stop]:
    """What each round meets with; how many messages each asked for; the waits between them."""
    meets: list[object] = []
    asked: list[int] = []

    def drain(_: Destination, most: int) -> Drained:
        asked.append(most)
        met = meets.pop(0)
        if isinstance(met, Exception):
            raise met
        assert isinstance(met, Drained)
        return met

    monkeypatch.setattr(work, "drain", drain)
    # After the last round it is paused, which ends the loop.
    monkeypatch.setattr(work, "destinations", lambda: [NATIONAL] if meets else [])
    monkeypatch.setattr(work.connection, "close", lambda: None)
    return meets, asked, Stop()


Rounds = tuple[list[object], list[int], Stop]


def run(rounds: Rounds, *meets: object) -> tuple[list[int], list[float]]:
    rounds[0].extend(meets)
    work._drain("national", rounds[2])  # type: ignore[arg-type]
    return rounds[1], rounds[2].waits


def test_a_silent_destination_is_asked_with_one_message_ever_more_rarely(rounds: Rounds) -> None:
    asked, waits = run(rounds, *[Drained.SILENT] * 12)

    assert asked == [BATCH, *[1] * 11]
    for number, wait in enumerate(waits):
        longest = min(2**number, work.LONGEST_SILENCE)
        assert longest / 2 <= wait <= longest


def test_one_answer_is_enough_to_send_everything_again(rounds: Rounds) -> None:
    asked, waits = run(rounds, Drained.SILENT, Drained.ANSWERED, Drained.ANSWERED)

    assert asked == [BATCH, 1, BATCH]
    assert len(waits) == 1


def test_an_empty_queue_says_nothing_about_a_silent_destination(rounds: Rounds) -> None:
    asked, _ = run(rounds, Drained.SILENT, Drained.NOTHING_DUE, Drained.SILENT)

    assert asked == [BATCH, 1, 1]


def test_a_destination_that_stays_silent_is_an_alert(
    rounds: Rounds, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        run(rounds, *[Drained.SILENT] * work.ALERT_ROUNDS)

    assert [record.msg for record in caplog.records] == ["destination silent"]


@pytest.mark.parametrize("error", [Unavailable(), ValueError("what was typed")])
def test_whatever_interrupts_a_round_the_next_one_comes(
    rounds: Rounds, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    asked, waits = run(rounds, error, Drained.ANSWERED)

    assert asked == [BATCH, BATCH]
    assert len(waits) == 1
    assert [record.msg for record in caplog.records] == ["drain interrupted"]


def test_notices_are_tried_as_destinations_are_and_their_silence_is_an_alert(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    meets: list[Drained | Exception] = [Drained.SILENT] * work.ALERT_ROUNDS
    meets += [Unavailable(), Drained.ANSWERED, Drained.NOTHING_DUE]
    asked: list[int] = []

    class Ending(Stop):
        def is_set(self) -> bool:
            return not meets

    def notify(most: int) -> Drained:
        asked.append(most)
        met = meets.pop(0)
        if isinstance(met, Exception):
            raise met
        return met

    monkeypatch.setattr(work, "notify", notify)
    monkeypatch.setattr(work.connection, "close", lambda: None)
    work._notify(Ending())  # type: ignore[arg-type]

    ones = work.ALERT_ROUNDS + 1
    assert asked == [work.MAILS_A_ROUND, *[1] * ones, work.MAILS_A_ROUND]
    assert [record.msg for record in caplog.records] == [
        "mail server silent",
        "notices interrupted",
    ]

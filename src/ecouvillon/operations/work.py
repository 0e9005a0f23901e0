"""The worker process: loops that drain the queues, and procrastinate for what has a schedule.

The outbox rows are the queue: a loop looks every half second when it is idle, since a notification
inside a result's transaction costs 40 % and more of the rate (measured). Always holds: whatever
fails is tried again, for as long as the process lives; SIGTERM finishes what is under way.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.db import connection

from ecouvillon import config
from ecouvillon.errors import EcouvillonError
from ecouvillon.exits.delivery.notify import MAILS_A_ROUND, notify
from ecouvillon.exits.outbox import Drained, backoff
from ecouvillon.exits.reporting.destinations import destinations
from ecouvillon.exits.reporting.drain import BATCH, drain
from ecouvillon.operations.schedule import run_schedule

_log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5
# Whoever is silent is asked with one message, this rarely at the most.
LONGEST_SILENCE = 60.0
ALERT_ROUNDS = 5


def work() -> None:
    """Works until SIGTERM; what is under way is finished first."""
    stop = threading.Event()
    loops = [threading.Thread(target=_drain_all, args=(stop,), name="drains")]
    if config.load().smtp_url is not None:
        loops.append(threading.Thread(target=_notify, args=(stop,), name="notices"))
    for loop in loops:
        loop.start()
    try:
        asyncio.run(_until_asked(stop))
    finally:
        stop.set()
        for loop in loops:
            loop.join()


async def _until_asked(stop: threading.Event) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    schedule = asyncio.create_task(run_schedule(ended))
    await ended.wait()
    stop.set()
    await schedule


def _drain_all(stop: threading.Event) -> None:
    """One loop a destination, so that a slow one holds up no other."""
    loops: dict[str, threading.Thread] = {}
    while not stop.wait(IDLE_SECONDS):
        try:
            active = [d for d in destinations() if d.paused_at is None]
        except EcouvillonError as error:
            _log.error("destinations unknown", extra={"reason": type(error).__name__})
            continue
        for destination in active:
            name = destination.name
            if name not in loops or not loops[name].is_alive():
                loops[name] = threading.Thread(target=_drain, args=(name, stop), name=name)
                loops[name].start()
    for thread in loops.values():
        thread.join()
    connection.close()


def _drain(name: str, stop: threading.Event) -> None:
    """Drains one destination until it is paused or the worker ends."""

    def one_round(most: int) -> Drained | None:
        found = [d for d in destinations() if d.name == name and d.paused_at is None]
        return drain(found[0], most) if found else None

    events = _Events("drain interrupted", "destination silent", {"destination": name})
    _go_round(stop, one_round, BATCH, events)


def _notify(stop: threading.Event) -> None:
    """Sends notices until the worker ends."""
    events = _Events("notices interrupted", "mail server silent", {})
    _go_round(stop, notify, MAILS_A_ROUND, events)


class _Events(NamedTuple):
    """What the log says of a loop."""

    interrupted: str
    silent: str
    about: Mapping[str, str]


def _go_round(
    stop: threading.Event,
    one_round: Callable[[int], Drained | None],
    batch: int,
    events: _Events,
) -> None:
    """Drains a queue, `batch` rows a round, until a round says None or the worker ends."""
    silent = 0
    try:
        while not stop.is_set():
            try:
                drained = one_round(1 if silent else batch)
            except Exception as error:  # noqa: BLE001 - a loop that ended would send no more
                _log.error(
                    events.interrupted,
                    extra={**events.about, "reason": type(error).__name__},
                    exc_info=not isinstance(error, EcouvillonError),
                )
                stop.wait(2 * IDLE_SECONDS)
                continue
            if drained is None:
                return
            if drained is Drained.NOTHING_DUE:
                stop.wait(IDLE_SECONDS)
            elif drained is Drained.ANSWERED:
                silent = 0
            else:
                silent += 1
                if silent >= ALERT_ROUNDS:
                    _log.error(events.silent, extra={**events.about, "attempts": silent})
                stop.wait(backoff(silent, LONGEST_SILENCE))
    finally:
        connection.close()

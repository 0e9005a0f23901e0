"""The worker process: loops that drain each destination, and procrastinate for what has a schedule.

The outbox rows are the queue: a loop looks every half second when it is idle, since a notification
inside a result's transaction costs 40 % and more of the rate (measured).
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading

import procrastinate
from django.db import connection
from procrastinate.contrib.django import app

from ecouvillon.errors import EcouvillonError
from ecouvillon.exits.reporting.destinations import destinations
from ecouvillon.exits.reporting.drain import drain
from ecouvillon.operations import logs

_log = logging.getLogger(__name__)

IDLE_SECONDS = 0.5


def work() -> None:
    """Works until SIGTERM; what is under way is finished first."""
    stop = threading.Event()
    drains = threading.Thread(target=_drain_all, args=(stop,), name="drains")
    drains.start()
    try:
        asyncio.run(_scheduled(stop))
    finally:
        stop.set()
        drains.join()


async def _scheduled(stop: threading.Event) -> None:
    worker_app: procrastinate.App = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with worker_app.open_async():
        running = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=1, install_signal_handlers=False, listen_notify=False
            )
        )
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        logs.ready("worker", "")
        asked_to_end = asyncio.create_task(ended.wait())
        await asyncio.wait({running, asked_to_end}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


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


def _drain(name: str, stop: threading.Event) -> None:
    """Drains one destination until it is paused or the worker ends."""
    try:
        while not stop.is_set():
            try:
                found = [d for d in destinations() if d.name == name and d.paused_at is None]
                if not found:
                    return
                if drain(found[0]) == 0:
                    stop.wait(IDLE_SECONDS)
            except EcouvillonError as error:
                _log.error(
                    "drain interrupted", extra={"destination": name, "reason": type(error).__name__}
                )
                stop.wait(2 * IDLE_SECONDS)
    finally:
        connection.close()

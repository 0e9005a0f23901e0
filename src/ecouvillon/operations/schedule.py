"""What has a schedule: procrastinate's periodic jobs, kept running whatever happens to them.

Comes in: the event that ends the process. Always holds: a database that went away is waited for; a
job that a killed worker left behind is run again, or closed where its next run is queued already.
"""

from __future__ import annotations

import asyncio
import logging

import procrastinate
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from ecouvillon.operations import logs

_log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
# A worker says every 10 s that it lives; this long without is dead (procrastinate's own default).
DEAD_SECONDS = 30.0


async def run_schedule(ended: asyncio.Event) -> None:
    """Runs periodic jobs until `ended` is set; says `ready` when it does for the first time."""
    announced = False
    while not ended.is_set():
        try:
            scheduler: procrastinate.App = app.with_connector(
                app.connector.get_worker_connector()  # type: ignore[attr-defined]
            )
            async with scheduler.open_async():
                if not announced:
                    logs.ready("worker", "")
                    announced = True
                await _run(scheduler, ended)
        except Exception as error:  # noqa: BLE001 - whatever it was, the schedule must go on
            # The driver's message may quote what was sent: only its type is told.
            _log.error("schedule interrupted", extra={"reason": type(error).__name__})
        await _wait(ended, AGAIN_SECONDS)


async def _run(scheduler: procrastinate.App, ended: asyncio.Event) -> None:
    running = asyncio.create_task(
        scheduler.run_worker_async(
            concurrency=1,
            install_signal_handlers=False,
            listen_notify=False,
            # Every one runs again soon: only those that failed are worth remembering.
            delete_jobs="successful",
        )
    )
    reviving = asyncio.create_task(_revive_for_ever(scheduler))
    ending = asyncio.create_task(ended.wait())
    done, open_ = await asyncio.wait(
        {running, reviving, ending}, return_when=asyncio.FIRST_COMPLETED
    )
    for task in open_:
        task.cancel()  # the worker finishes the job under way first
    await asyncio.gather(*open_, return_exceptions=True)
    for task in done:
        task.result()


async def _revive_for_ever(scheduler: procrastinate.App) -> None:
    while True:
        await revive(scheduler)
        await asyncio.sleep(DEAD_SECONDS)


async def revive(scheduler: procrastinate.App) -> None:
    """Queues the jobs of dead workers again: what they did is safe to do twice."""
    jobs = scheduler.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=DEAD_SECONDS):
        try:
            await jobs.retry_job(job)
        except procrastinate.exceptions.UniqueViolation:
            # Its queueing lock is taken: the next run is queued already.
            await jobs.finish_job(job, status=Status.FAILED, delete_job=False)


async def _wait(ended: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(ended.wait(), seconds)
    except TimeoutError:
        return

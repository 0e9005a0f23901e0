"""Jobs that a killed worker left behind are run again, or closed where the next one waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from procrastinate import App, PsycopgConnector
from tests.installation import Installed

from ecouvillon.operations.schedule import revive

_INSERT = (
    "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status, queueing_lock)"
    " VALUES ('confirm', 'default', '{}', %s, 'confirm') RETURNING id"
)


@pytest.fixture
def jobs(installed: Installed) -> Iterator[psycopg.Connection[Any]]:
    """The superuser's view of the jobs; none is left afterwards."""
    with installed.connection_as(None) as connection:
        yield connection
        connection.execute("DELETE FROM procrastinate_jobs")


def revived(installed: Installed) -> None:
    """What a worker does now and then."""

    async def once() -> None:
        scheduler = App(connector=PsycopgConnector(conninfo=installed.where("worker")))
        async with scheduler.open_async():
            await revive(scheduler)

    asyncio.run(once())


def status(jobs: psycopg.Connection[Any], id_: int) -> str:
    (found,) = jobs.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [id_])
    return str(found[0])


def left_behind(jobs: psycopg.Connection[Any]) -> int:
    """A job that nobody runs any more: its worker is gone."""
    ((id_,),) = jobs.execute(_INSERT, ["doing"])
    return int(id_)


def test_a_job_of_a_dead_worker_is_queued_again(
    installed: Installed, jobs: psycopg.Connection[Any]
) -> None:
    lost = left_behind(jobs)
    revived(installed)

    assert status(jobs, lost) == "todo"


def test_a_job_of_a_dead_worker_is_closed_when_its_next_run_is_queued(
    installed: Installed, jobs: psycopg.Connection[Any]
) -> None:
    lost = left_behind(jobs)
    ((following,),) = jobs.execute(_INSERT, ["todo"])
    revived(installed)

    assert (status(jobs, lost), status(jobs, following)) == ("failed", "todo")


def test_a_job_of_a_worker_that_lives_is_left_alone(
    installed: Installed, jobs: psycopg.Connection[Any]
) -> None:
    ((worker,),) = jobs.execute(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id"
    )
    running = left_behind(jobs)
    jobs.execute("UPDATE procrastinate_jobs SET worker_id = %s", [worker])
    revived(installed)

    assert status(jobs, running) == "doing"

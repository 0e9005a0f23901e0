"""A part that is away: 503 and nothing else, and everything goes on by itself when it is back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.faults.house import House
from tests.faults.process import PATIENCE
from tests.faults.stream import body


def until(true: Callable[[], object]) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def state_of(house: House, screening: str) -> str:
    ((state,),) = house.sql("SELECT state FROM transmission WHERE screening = %s", screening)
    return str(state)


def assert_unavailable(answer: tuple[int, str, Any]) -> None:
    """A problem that a program can read, and nothing of how we are built."""
    status, kind, problem = answer
    assert (status, kind) == (503, "application/problem+json")
    assert problem["status"] == 503
    for inside in ("Traceback", "psycopg", "File ", "socket", "postgres"):
        assert inside not in str(problem)


def test_without_the_key_service_a_result_is_refused_and_the_same_request_succeeds_later(
    house: House,
) -> None:
    key, sent = uuid4().hex, body()
    before = house.sql("SELECT count(*) FROM screening")
    assert house.processes["keys"].stop() == 0
    assert_unavailable(house.post(sent, key))
    assert house.sql("SELECT count(*) FROM screening") == before

    house.start("keys")
    status, _, answer = house.post(sent, key)
    assert status == 201
    until(lambda: state_of(house, answer["id"]) == "acknowledged")


def test_without_the_database_a_result_is_refused_and_the_same_request_succeeds_later(
    house: House,
) -> None:
    key, sent = uuid4().hex, body()
    with house.without_database():
        assert_unavailable(house.post(sent, key))
        assert_unavailable(house.post(sent, key))

    status, _, answer = house.post(sent, key)
    assert status == 201
    until(lambda: state_of(house, answer["id"]) == "acknowledged")


def test_the_worker_outlives_the_database_and_runs_its_schedule_again(house: House) -> None:
    worker = house.processes["worker"].pid_or_none()
    with house.without_database():
        time.sleep(6)  # longer than procrastinate looks away
    house.sql(
        "INSERT INTO procrastinate_jobs (task_name, queue_name, args)"
        " VALUES ('ecouvillon.trust.vault.jobs.confirm_keys', 'default', '{\"timestamp\": 0}')"
    )

    until(lambda: not _open_jobs(house))
    assert house.processes["worker"].pid_or_none() == worker


def test_a_job_that_a_killed_worker_left_is_run_again(house: House) -> None:
    house.processes["worker"].kill()
    house.sql(
        "INSERT INTO procrastinate_jobs (task_name, queue_name, args, status)"
        " VALUES ('ecouvillon.trust.vault.jobs.confirm_keys', 'default', '{\"timestamp\": 0}',"
        " 'doing')"
    )
    house.start("worker")

    until(lambda: not _open_jobs(house))


def test_a_worker_that_is_asked_to_end_finishes_what_is_under_way(house: House) -> None:
    house.faults("slow=1:2")
    _, _, answer = house.post(body(), uuid4().hex)
    until(lambda: state_of(house, answer["id"]) == "sent")
    assert house.processes["worker"].stop() == 0

    assert state_of(house, answer["id"]) == "acknowledged"
    house.start("worker")


def test_results_wait_for_a_national_system_that_is_away_and_go_by_themselves(
    house: House,
) -> None:
    house.processes["national"].kill()
    _, _, answer = house.post(body(), uuid4().hex)
    time.sleep(1)
    assert state_of(house, answer["id"]) == "pending"

    house.start("national")
    until(lambda: state_of(house, answer["id"]) == "acknowledged")
    assert answer["id"] in house.results()


def test_what_was_answered_shows_no_stack_trace_and_the_logs_neither(house: House) -> None:
    assert "Traceback" not in house.logs()


def _open_jobs(house: House) -> list[tuple[Any, ...]]:
    return house.sql("SELECT id FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")

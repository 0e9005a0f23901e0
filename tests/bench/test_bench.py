"""The bench judges itself: what it compares is the same work, and it counts right answers only."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import repeat
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ecouvillon.operations import embedded
from ecouvillon.operations.bench import processor, samples, yardstick
from ecouvillon.operations.bench.capture import Column, Written, written
from ecouvillon.operations.bench.failure import BenchFailed
from ecouvillon.operations.bench.lines import LINES
from ecouvillon.operations.bench.load import load
from ecouvillon.operations.bench.report import figures, table
from ecouvillon.operations.bench.rounds import Comparison, compare
from ecouvillon.operations.bench.samples import Kind
from ecouvillon.operations.bench.stage import Stage, stage

TENANT = uuid4()


@pytest.fixture(scope="module")
def running() -> Iterator[Stage]:
    with stage() as made:
        yield made


def counts(on: Stage) -> dict[str, int]:
    """How many rows each table of the tenant has."""
    where = embedded.superuser_conninfo(on.config, "ecouvillon")
    with psycopg.connect(make_conninfo(**where)) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'tenant'"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # type: ignore[index] # noqa: S608
            for (name,) in tables
        }


def more(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - n for name, n in before.items() if after[name] > n}


def test_the_yardstick_writes_what_a_request_writes(running: Stage) -> None:
    def record() -> UUID:
        sent = load(
            running.port, 1, 0, samples.single(), samples.requests(running, samples.single())
        )
        assert sent.results == 1
        where = embedded.superuser_conninfo(running.config, "ecouvillon")
        with psycopg.connect(make_conninfo(**where)) as connection:
            row = connection.execute(
                "SELECT id FROM screening ORDER BY created_at DESC LIMIT 1"
            ).fetchone()
        assert row is not None
        return UUID(str(row[0]))

    record()  # the first takes its numbers and keys one by one
    before = counts(running)
    first = record()
    by_request = more(before, counts(running))
    rows = written(running.config, first)
    assert {one.table: len(one.rows) for one in rows} == by_request
    script = yardstick.script(running.tenant, rows, written(running.config, record()))
    before = counts(running)
    yardstick.transactions(running.config, script, 2, 1)
    by_yardstick = more(before, counts(running))
    transactions = by_yardstick["screening"]
    assert by_yardstick == {name: n * transactions for name, n in by_request.items()}


def test_each_line_is_measured_beside_the_yardstick(running: Stage) -> None:
    said: list[str] = []
    measured = compare(running, LINES, rounds=1, seconds=1, say=said.append)
    assert [c.line.name for c in measured] == ["single-8", "single-32", "batch-100"]
    assert all(c.ratios[0] > 0 and c.cost_ratios[0] > 0 for c in measured)
    assert len(said) == 2 * len(LINES)
    assert json.loads(json.dumps(figures(measured)))["lines"][0]["goal"] == 0.45


def test_a_ratio_is_of_one_round_and_the_median_is_held_against_the_goal() -> None:
    line = next(line for line in LINES if line.name == "single-8")
    measured = Comparison(
        line, [50, 10, 45], [100, 100, 90], [0.01, 0.02, 0.03], [0.002] * 3, [0.001] * 3
    )
    assert measured.ratios == [0.5, 0.1, 0.5]
    assert measured.cost_ratios == [0.5, 0.5, 0.5]
    assert measured.reached
    assert "reached" in table([measured])
    assert not Comparison(line, [40.0], [100.0], [0.01], [0.002], [0.001]).reached
    assert "not reached" in table([Comparison(line, [40.0], [100.0], [0.01], [0.002], [0.001])])


def test_the_processor_time_of_a_process_counts_when_it_has_ended_too() -> None:
    before = processor.used()
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    subprocess.run([sys.executable, "-c", burn], check=True)
    assert processor.used() - before >= 0.45


def test_only_what_is_keyed_and_differs_is_new_in_each_transaction() -> None:
    columns = [
        Column("tenant", "uuid", True),
        Column("id", "uuid", True),
        Column("salt", "bytea", False),
        Column("visit", "integer", True),
        Column("purpose", "text", False),
    ]
    first = [Written("entry", columns, [(TENANT, uuid4(), b"\x01", 1, "it's")])]
    second = [Written("entry", columns, [(TENANT, uuid4(), b"\x02", 2, "it's")])]
    assert (
        f"('{TENANT}'::uuid, gen_random_uuid(), '\\x01'::bytea, :number, 'it''s'::text)"
        in yardstick.script(TENANT, first, second)
    )


def test_an_id_in_several_places_is_the_same_there() -> None:
    def record() -> list[Written]:
        parent = uuid4()
        column = [Column("screening", "uuid", True)]
        return [Written("a", column, [(parent,)]), Written("b", column, [(parent,)])]

    script = yardstick.script(TENANT, record(), record())
    assert "gen_random_uuid() AS id0 \\gset" in script
    assert script.count("(:id0::uuid)") == 2


def test_rows_that_differ_in_number_are_no_yardstick() -> None:
    column = [Column("id", "uuid", True)]
    one, two = [Written("a", column, [(1,)])], [Written("a", column, [(1,), (2,)])]
    with pytest.raises(BenchFailed):
        yardstick.script(TENANT, one, two)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 Unavailable\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nno",
        b"",
    ],
)
def test_an_answer_that_is_not_right_ends_the_bench(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def once() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=once)
        thread.start()
        kind = Kind("/", b"", b"201", b"ok", 1)
        with pytest.raises(BenchFailed):
            load(server.getsockname()[1], 1, 0, kind, repeat(b"GET / HTTP/1.1\r\n\r\n"))
        thread.join(30)

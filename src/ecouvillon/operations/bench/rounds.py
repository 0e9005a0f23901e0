"""Alternates the contestants in one run and compares them round by round.

Comes in: a stage, how many rounds of how many seconds. Goes out: a `Comparison` for each line of
work. Always holds: API and yardstick of a line run one right after the other, in turns as to who is
first; a ratio is of one round, so that what the machine does meanwhile meets both.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from uuid import UUID

from ecouvillon.operations.bench import processor, samples, yardstick
from ecouvillon.operations.bench.capture import written
from ecouvillon.operations.bench.failure import BenchFailed
from ecouvillon.operations.bench.lines import Line
from ecouvillon.operations.bench.load import Load, load
from ecouvillon.operations.bench.stage import Stage

WARM_UP_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the rounds of a line measured: one figure a round in each list."""

    line: Line
    results: list[float] = field(default_factory=list)
    transactions: list[float] = field(default_factory=list)
    latency_p99: list[float] = field(default_factory=list)
    # Processor seconds of a result and of a yardstick transaction, clients and server included.
    result_cost: list[float] = field(default_factory=list)
    transaction_cost: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Results per yardstick transaction, round by round."""
        return [r / t for r, t in zip(self.results, self.transactions, strict=True)]

    @property
    def cost_ratios(self) -> list[float]:
        """Results per yardstick transaction for the same processor time, round by round."""
        return [t / r for r, t in zip(self.result_cost, self.transaction_cost, strict=True)]

    @property
    def reached(self) -> bool | None:
        """Whether the median reaches the goal; None where there is no goal yet."""
        return None if self.line.goal is None else median(self.ratios) >= self.line.goal


def compare(
    stage: Stage, lines: Iterable[Line], rounds: int, seconds: int, say: Callable[[str], None]
) -> list[Comparison]:
    """Measures `lines`, telling `say` what is being done; raises `BenchFailed`."""
    transaction = yardstick.script(
        stage.tenant,
        written(stage.config, _record(stage)),
        written(stage.config, _record(stage)),
    )
    contests = [_Contest(stage, line, transaction) for line in lines]
    for contest in contests:
        say(f"warming up {contest.line.name}")
        contest.api(WARM_UP_SECONDS)
        contest.pgbench(WARM_UP_SECONDS)
    for number in range(rounds):
        for contest in contests:
            say(f"round {number + 1} of {rounds}: {contest.line.name}")
            contest.measure(seconds, api_first=number % 2 == 0)
    return [contest.comparison for contest in contests]


class _Contest:
    """The API and the yardstick at one line of work."""

    def __init__(self, stage: Stage, line: Line, transaction: str) -> None:
        kind = samples.batch() if line.batch else samples.single()
        self.line = line
        self.comparison = Comparison(line)
        self._stage, self._kind, self._transaction = stage, kind, transaction
        self._requests: Iterator[bytes] = samples.requests(stage, kind)

    def api(self, seconds: float) -> Load:
        return load(self._stage.port, self.line.clients, seconds, self._kind, self._requests)

    def pgbench(self, seconds: int) -> float:
        return yardstick.transactions(
            self._stage.config, self._transaction, self.line.clients, seconds
        )

    def measure(self, seconds: int, *, api_first: bool) -> None:
        turns = [self._measure_api, self._measure_pgbench]
        for turn in turns if api_first else reversed(turns):
            turn(seconds)

    def _measure_api(self, seconds: int) -> None:
        before = processor.used()
        sent = self.api(seconds)
        self.comparison.result_cost.append((processor.used() - before) / sent.results)
        self.comparison.results.append(sent.rate)
        self.comparison.latency_p99.append(sent.latencies[int(len(sent.latencies) * 0.99)])

    def _measure_pgbench(self, seconds: int) -> None:
        before = processor.used()
        rate = self.pgbench(seconds)
        # What pgbench needs to start and to plan is in it: a few milliseconds of seconds.
        self.comparison.transaction_cost.append((processor.used() - before) / (rate * seconds))
        self.comparison.transactions.append(rate)


def _record(stage: Stage) -> UUID:
    """Records one screening by the API, as every request of the bench does."""
    connection = http.client.HTTPConnection("127.0.0.1", stage.port, timeout=30)
    connection.connect()
    kind = samples.single()
    assert connection.sock is not None  # noqa: S101 - just connected
    connection.sock.sendall(next(samples.requests(stage, kind)))
    answer = http.client.HTTPResponse(connection.sock)
    answer.begin()
    body = json.loads(answer.read())
    connection.close()
    if answer.status != http.HTTPStatus.CREATED:
        raise BenchFailed(f"the API answered {answer.status}")
    return UUID(body["id"])

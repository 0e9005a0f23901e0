"""Sends prebuilt requests over kept connections and counts the right answers.

Comes in: requests and a number of clients. Goes out: how many were answered in which time. Always
holds: each client waits for its answer before it asks again, as pgbench's clients do; any other
answer than the right one ends the bench. One loop over sockets without threads: it shares the
machine's processors with what it measures.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from ecouvillon.operations.bench.failure import BenchFailed
from ecouvillon.operations.bench.samples import Kind

ANSWER_SECONDS = 30
_HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """How many results were confirmed in how many seconds; `latencies` (s) of requests, sorted."""

    results: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Results a second."""
        return self.results / self.seconds


class _Client:
    """One kept connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._length = 0
        self._received = bytearray()
        self.asked_at = 0.0

    def ask(self, request: bytes) -> None:
        self._received.clear()
        self._length = 0
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def answered(self, kind: Kind) -> bool:
        """Takes what has come; whether the answer is whole, and right."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise BenchFailed("the web process closed a connection")
        self._received += part
        if not self._length:
            end = self._received.find(_HEADERS_END)
            if end < 0:
                return False
            self._length = end + len(_HEADERS_END) + _content_length(self._received[:end])
        if len(self._received) < self._length:
            return False
        if self._received[9:12] != kind.status or self._received.count(kind.proof) != kind.results:
            raise BenchFailed(f"the API answered {self._received[9:12].decode()}")
        return True


def load(port: int, clients: int, seconds: float, kind: Kind, requests: Iterator[bytes]) -> Load:
    """Keeps `clients` busy for `seconds`, then waits for the last answers.

    Raises `BenchFailed` when an answer is not the right one or does not come.
    """
    latencies: list[float] = []
    with ExitStack() as stack:
        poll = stack.enter_context(select.epoll())
        busy = {}
        for _ in range(clients):
            client = _Client(port)
            stack.enter_context(client.socket)
            busy[client.socket.fileno()] = client
            poll.register(client.socket, select.EPOLLIN)
        begun = time.perf_counter()
        for client in busy.values():
            client.ask(next(requests))
        while busy:
            events = poll.poll(ANSWER_SECONDS)
            if not events:
                raise BenchFailed("the API does not answer")
            for descriptor, _ in events:
                client = busy[descriptor]
                if not client.answered(kind):
                    continue
                now = time.perf_counter()
                latencies.append(now - client.asked_at)
                if now - begun < seconds:
                    client.ask(next(requests))
                else:
                    del busy[descriptor]
        elapsed = time.perf_counter() - begun
    return Load(len(latencies) * kind.results, elapsed, sorted(latencies))


def _content_length(headers: bytearray) -> int:
    _, _, after = headers.lower().partition(b"content-length:")
    return int(after.partition(b"\r\n")[0])

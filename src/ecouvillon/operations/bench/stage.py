"""What is measured: a temporary installation with one pharmacy, one client and one destination.

Comes in: nothing. Goes out: a `Stage` with its processes running on loopback. Always holds: each
process has its own role as in any installation, nothing is switched off, and no worker runs: what
is measured is the way in. All is gone afterwards.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any
from uuid import UUID, uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from ecouvillon.config import Config
from ecouvillon.operations import embedded
from ecouvillon.operations.bench.failure import BenchFailed
from ecouvillon.operations.process import end_with_parent
from ecouvillon.operations.temporary import temporary

READY_SECONDS = 60
FINESS = "750000018"


@dataclass(frozen=True, slots=True)
class Stage:
    """A running installation; `token` may write screenings of the pharmacy `tenant`."""

    config: Config
    port: int
    tenant: UUID
    token: str = field(repr=False)


@contextmanager
def stage() -> Iterator[Stage]:
    """Sets everything up and removes it; raises `BenchFailed` when a process does not start."""
    with temporary() as config, ExitStack() as stack:
        own = _environment(config)
        _run(own, "migrate")
        pharmacy = _run(
            own, "pharmacy", "create", "--name", "Pharmacie du banc", "--finess", FINESS
        )
        client = _run(own, "client", "create", "--pharmacy", pharmacy["id"], "--name", "bench")
        _add_destination(config)
        guest = _environment(config) | embedded.environment(config)
        stack.enter_context(_process(guest, "keys", "serve"))
        url = stack.enter_context(_process(guest, "serve", "--port", "0"))
        port = int(url.rpartition(":")[2])
        yield Stage(config, port, UUID(pharmacy["id"]), _token(port, client))


def _environment(config: Config) -> dict[str, str]:
    """This process's environment with this installation, and no setting of another one."""
    others = {name: value for name, value in os.environ.items() if "ECOUVILLON_" not in name}
    return others | {"ECOUVILLON_HOME": str(config.home), "ECOUVILLON_KEYS": str(config.keys)}


def _command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("ecouvillon")), *arguments]


def _run(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own command
        _command(*arguments, "--json"), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchFailed(f"`ecouvillon {' '.join(arguments[:2])}` failed: {done.stderr.strip()}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _add_destination(config: Config) -> None:
    # It needs the NIR, as national systems do, so that a result has all its documents.
    with psycopg.connect(make_conninfo(**config.conninfo("operator"))) as connection:
        connection.execute(
            "INSERT INTO destination (id, name, protocol, url, needs_nir, without_consent)"
            " VALUES (%s, 'national', 'hl7-mllp', 'mllp://127.0.0.1:2575', true, 'pseudonymise')",
            [uuid4()],
        )


@contextmanager
def _process(environment: dict[str, str], *arguments: str) -> Iterator[str]:
    """A process of the installation while the block runs; gives the address that it answers at."""
    with subprocess.Popen(  # noqa: S603 - our own command
        _command(*arguments),
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - one system call, no lock of another thread
    ) as process:
        try:
            assert process.stderr is not None  # noqa: S101 - PIPE, for mypy
            ready: SimpleQueue[str] = SimpleQueue()
            reader = threading.Thread(target=_read, args=(process.stderr, ready), daemon=True)
            reader.start()
            try:
                yield ready.get(timeout=READY_SECONDS)
            except Empty:
                raise BenchFailed(f"`ecouvillon {' '.join(arguments)}` did not start.") from None
        finally:
            process.terminate()
            process.wait()
            reader.join()


def _read(lines: IO[str], ready: SimpleQueue[str]) -> None:
    """Reads what a process says to its end, so that it never waits; passes its errors on."""
    for line in lines:
        if '"ready"' in line:
            ready.put(json.loads(line)["url"])
        elif '"error"' in line:
            sys.stderr.write(line)


def _token(port: int, client: dict[str, Any]) -> str:
    basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        "POST",
        "/api/oauth/token",
        "grant_type=client_credentials",
        {
            "Authorization": f"Basic {basic}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise BenchFailed(f"the token endpoint answered {answer.status}")
    token: str = json.loads(body)["access_token"]
    return token

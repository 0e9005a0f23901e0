"""A whole installation of real processes, each of which can be killed and started again."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg.conninfo import make_conninfo
from tests.faults.process import PATIENCE, Process, without_ours

from ecouvillon.config import Config
from ecouvillon.nationalsim import control_client
from ecouvillon.operations import embedded
from ecouvillon.operations.embedded.sharing import mutex
from ecouvillon.operations.temporary import temporary


class House:
    """The processes and what they hold; made by `house`."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.config = config
        self.port, national = _free_port(), _free_port()
        self.national_url = f"mllp://127.0.0.1:{national}"
        self.store, self._control = folder / "store.jsonl", folder / "control"
        # With the URLs no process keeps the server: the test does, and starts it when it died.
        self.environment = without_ours(embedded.environment(config))
        simulator = (
            *("national-simulator", "--mllp", str(national)),
            *("--store", str(self.store), "--control", str(self._control)),
        )
        self.processes = {
            process.name: process
            for process in (
                Process("keys", ("keys", "serve"), folder / "keys.log"),
                Process("national", simulator, folder / "national.log"),
                Process("worker", ("work",), folder / "worker.log"),
                Process("web", ("serve", "--port", str(self.port)), folder / "web.log"),
            )
        }
        self.token = ""

    def start(self, *names: str) -> None:
        """Start these processes, or all, and wait until they can be used."""
        some = [self.processes[name] for name in names or self.processes]
        for process in some:
            process.start(self.environment)
            if process.name == "keys":
                process.wait_ready()
        for process in some:
            process.wait_ready()

    def stop(self) -> dict[str, int]:
        """SIGTERM to all that run; their exit codes."""
        running = [p for p in reversed(self.processes.values()) if p.pid_or_none() is not None]
        return {process.name: process.stop() for process in running}

    def command(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        program = "from ecouvillon.operations.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments, "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def post(self, body: object, key: str) -> tuple[int, str, Any]:
        """One POST: status, type and body of the answer. Raises OSError when there is none."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        return self.request("POST", "/api/v1/screenings", json.dumps(body), headers)

    def request(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[int, str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            kind = answer.headers.get_content_type()
            return answer.status, kind, json.loads(text) if "json" in kind else text

    def results(self) -> dict[str, Any]:
        """What the national system holds now."""
        found = control_client.ask(self._control, "results", timeout=PATIENCE)
        return dict(found["results"])

    def faults(self, spec: str) -> None:
        """What the national system does wrong next."""
        control_client.ask(self._control, "faults", spec=spec)

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the superuser reads or changes."""
        where = make_conninfo(**embedded.superuser_conninfo(self.config, "ecouvillon"))
        with psycopg.connect(where, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def kill_database(self) -> None:
        """`kill -9` of the server; who keeps it (this test) starts it again."""
        os.kill(self._postmaster(), signal.SIGKILL)

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """The server is gone, and nobody may start it."""
        with mutex(self._postgres):
            self.kill_database()
            yield
        self.wait_for_database()

    def wait_for_database(self) -> None:
        """Wait until the server answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.sql("SELECT 1")
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def logs(self) -> str:
        """All that any process ever said."""
        return "".join(process.log.read_text() for process in self.processes.values())

    @property
    def _postgres(self) -> Path:
        return (self.config.home / "postgres").resolve()

    def _postmaster(self) -> int:
        return int((self._postgres / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


@contextmanager
def house() -> Iterator[House]:
    """A house with one pharmacy, its program's token and one destination, everything running."""
    with temporary() as config, tempfile.TemporaryDirectory(prefix="faults-") as folder:
        made = House(config, Path(folder))
        _migrate(config)
        try:
            made.start("keys")
            pharmacy = made.command(
                *("pharmacy", "create", "--name", "Pharmacie du Marché", "--finess", "750000018")
            )
            client = made.command(
                *("client", "create", "--pharmacy", pharmacy["id"], "--name", "logiciel")
            )
            made.command(
                *("destination", "add", "--name", "national", "--protocol", "hl7-mllp"),
                *("--url", made.national_url, "--needs-nir"),
            )
            made.start("national", "worker", "web")
            made.token = _token(made, client)
            yield made
        finally:
            made.stop()


def _token(house: House, client: dict[str, str]) -> str:
    form = urlencode({"grant_type": "client_credentials", **client})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    _, _, answer = house.request("POST", "/api/oauth/token", form, headers)
    return str(answer["access_token"])


def _migrate(config: Config) -> None:
    # Without the URLs: only who may make roles can migrate, which is the embedded server's user.
    own = {"ECOUVILLON_HOME": str(config.home), "ECOUVILLON_KEYS": str(config.keys)}
    program = "from ecouvillon.operations.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", program, "migrate"],
        env=without_ours(own),
        check=True,
        capture_output=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""`national-simulator` as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from tests.nationalsim.messages import connected, encoded, report

from ecouvillon.nationalsim.commands import national_simulator
from ecouvillon.nationalsim.control_client import ask

PROGRAM = "from ecouvillon.nationalsim.commands import national_simulator as run; run()"


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The simulator and its port; killed at the end when it still runs."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            ready = json.loads(process.stderr.readline())
            assert (ready["event"], ready["process"]) == ("ready", "national-simulator")
            url = urlsplit(ready["url"])
            assert (url.scheme, url.hostname) == ("mllp", "127.0.0.1")
            assert url.port is not None
            yield process, url.port
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_with_connections_open(
    number: signal.Signals, tmp_path: Path
) -> None:
    control = tmp_path / "control"
    with running("--faults", "slow=1:60", "--control", str(control)) as (process, port):
        with connected(port) as client:
            client.send(report())
            while ask(control, "status")["received"] == 0:
                pass
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")
        assert out == "CONTROL1  AA\n"
        assert not control.exists()


def test_json_prints_one_line_for_each_message_as_it_is_received() -> None:
    with running("--json", "--faults", "none=1") as (process, port), connected(port) as client:
        assert process.stdout is not None
        client.send(report("FIRST"))
        first = json.loads(process.stdout.readline())
        raw = encoded(report("FIRST")).decode()
        assert first == {"control_id": "FIRST", "ack": None, "raw": raw}
        client.ask(report("SECOND", order="ORDER2"))
        second = json.loads(process.stdout.readline())
        assert (second["control_id"], second["ack"]) == ("SECOND", "AA")


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    with running("--store", store) as (process, port), connected(port) as client:
        assert client.ask(report()).code == "AA"
        process.kill()
    control = tmp_path / "control"
    with running("--store", store, "--control", str(control)) as (_, port):
        with connected(port) as client:
            assert client.ask(report()).code == "AA"
        assert ask(control, "status")["duplicates"] == 1
        assert list(ask(control, "results")["results"]) == ["ORDER1"]


def test_a_hostile_control_id_does_not_steer_the_terminal() -> None:
    with running() as (process, port), connected(port) as client:
        client.ask(report("\x1b[2J"))
        assert process.stdout is not None
        assert process.stdout.readline() == "\\x1b[2J  AE\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--faults", "ae=1,lazy=1"], "'lazy=1'"),
        (["--host", "0.0.0.0"], "loopback"),  # noqa: S104
        (["--mllp", "70000"], "70000"),
        (["--store", "/nowhere/store"], "/nowhere/store"),
        (["--http", "1"], "--http"),
    ],
)
def test_a_bad_option_is_named_and_nothing_starts(options: list[str], said: str) -> None:
    outcome = CliRunner().invoke(national_simulator, options)
    assert outcome.exit_code != 0
    assert said in outcome.output
    assert "Traceback" not in outcome.output

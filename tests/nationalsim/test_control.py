"""The control socket."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.nationalsim.messages import Client, connected, report

from ecouvillon.nationalsim.control import Control, UnusableSocket
from ecouvillon.nationalsim.control_client import ControlRefused, ask
from ecouvillon.nationalsim.system import NationalSystem


@pytest.fixture
def control(system: NationalSystem, tmp_path: Path) -> Iterator[Path]:
    with Control(tmp_path / "control", system):
        yield tmp_path / "control"


def test_another_process_cuts_and_restores_the_system(
    system: NationalSystem, control: Path, client: Client
) -> None:
    assert ask(control, "cut") == {}
    assert client.answer() is None
    assert ask(control, "status")["cut"] is True
    assert ask(control, "restore") == {}
    with connected(system.port) as again:
        assert again.ask(report()).code == "AA"


def test_another_process_sets_faults_and_reads_what_is_held(
    system: NationalSystem, control: Path, client: Client
) -> None:
    ask(control, "faults", spec="ae=1,none=2")
    assert client.ask(report()).code == "AE"
    assert ask(control, "status") == {
        "url": system.url,
        "cut": False,
        "received": 1,
        "held": 0,
        "duplicates": 0,
        "faults": {"none": 2},
    }
    ask(control, "faults", spec="")
    client.ask(report())
    results = ask(control, "results")["results"]
    assert results["ORDER1"]["observations"] == {"94558-4": "260415000"}


def test_a_bad_command_is_refused_with_what_to_write(control: Path) -> None:
    with pytest.raises(ControlRefused, match="'lazy=1'"):
        ask(control, "faults", spec="lazy=1")
    with pytest.raises(ControlRefused, match="cut, restore"):
        ask(control, "explode")
    with pytest.raises(ControlRefused, match="JSON"):
        ask(control, "faults")


@pytest.mark.parametrize("line", [b"hello\n", b"[]\n", b"1\n", b"\xff\n", b'{"command": 1}\n'])
def test_a_bad_line_is_answered_and_the_conversation_goes_on(control: Path, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(control))
        with connection.makefile("rwb") as lines:
            lines.write(line + b'{"command": "status"}\n')
            lines.flush()
            answers = [json.loads(lines.readline())["ok"] for _ in range(2)]
    assert answers == [False, True]


def test_the_socket_is_for_its_owner_only_and_removed_at_the_end(
    system: NationalSystem, tmp_path: Path
) -> None:
    path = tmp_path / "control"
    with Control(path, system):
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()


def test_a_socket_left_by_a_killed_system_is_replaced(
    system: NationalSystem, tmp_path: Path
) -> None:
    path = tmp_path / "control"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with Control(path, system):
        assert ask(path, "status")["held"] == 0


def test_a_socket_in_use_and_a_file_are_left_alone(
    system: NationalSystem, control: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnusableSocket):
        Control(control, system)
    assert ask(control, "status")["held"] == 0
    (tmp_path / "diary").write_text("dear diary")
    with pytest.raises(UnusableSocket):
        Control(tmp_path / "diary", system)
    assert (tmp_path / "diary").read_text() == "dear diary"

"""The demo as a newcomer meets it: one command, real processes, nothing left afterwards."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.operations.demo.processes import (
    Process,
    arguments,
    demo,
    descendants,
    environment,
    holds,
    left_of,
    read_until,
)

from ecouvillon.config import Config

STEPS = [
    "database",
    "pharmacy",
    "processes",
    "registered",
    "sealed",
    "audited",
    "forwarded",
    "acknowledged",
    "opened",
    "stolen",
]

SWEEP = """
from ecouvillon.operations.temporary import temporary
with temporary():
    pass
"""


def _installation(folder: Path) -> dict[str, str]:
    return {"ECOUVILLON_HOME": str(folder / "home"), "ECOUVILLON_KEYS": str(folder / "keys")}


def _address(said: str) -> str:
    return said.rpartition("Open ")[2].split()[0]


def _get(url: str) -> str:
    with urllib.request.urlopen(url) as response:  # noqa: S310 - the demo's own address
        return str(response.read().decode())


def test_the_walk_passes_every_step_whatever_the_environment_names_and_leaves_nothing(
    folder: Path,
) -> None:
    done = subprocess.run(
        arguments("demo", "--once", "--json", "--port", "0"),
        env=environment(
            TMPDIR=str(folder),
            ECOUVILLON_DATABASE_URL="postgresql://127.0.0.1:1/not_ours",
            ECOUVILLON_KEYSTORE_URL="postgresql://127.0.0.1:1/not_ours",
            ECOUVILLON_PUBLIC_URL="https://not-ours.example",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert told["ok"] is True
    assert [step["name"] for step in told["steps"] if step["ok"]] == STEPS
    assert "0 hits" in told["steps"][-1]["summary"]
    assert list(folder.iterdir()) == []


def test_what_a_killed_passing_demo_left_on_disk_is_swept_by_the_next(folder: Path) -> None:
    with demo("--once", "--port", "0", TMPDIR=str(folder)) as process:
        read_until(process, "registered")
        family = descendants(process.pid)
        process.kill()
        assert left_of(family) == []
    assert list(folder.iterdir()) != []
    subprocess.run([sys.executable, "-c", SWEEP], env=environment(TMPDIR=str(folder)), check=True)
    assert list(folder.iterdir()) == []


def test_two_demos_stay_up_side_by_side_and_end_without_a_trace(folder: Path) -> None:
    first_home, second_home = (_installation(folder / name) for name in ("a", "b"))
    with demo(**first_home) as first, demo(**second_home) as second:
        addresses = [_address(read_until(one, "Ctrl-C ends them all")) for one in (first, second)]
        assert addresses[0] != addresses[1]
        for address in addresses:
            page = _get(address)
            assert "DEMO" in page
            assert "/r/" in page
            link = re.findall(r"/r/[0-9a-f]{32}", page)[0]
            assert holds(lambda a=address, s=link: s in _get(f"{a}demo/mails"))
        families = [descendants(one.pid) for one in (first, second)]
        refused = subprocess.run(
            arguments("demo"),
            env=environment(**first_home),
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1
        assert "already running" in refused.stderr

        first.kill()
        assert left_of(families[0]) == []
        assert "DEMO" in _get(addresses[1])

        second.send_signal(signal.SIGINT)
        assert second.wait() == 0
        assert not [one.command for one in families[1] if one.alive]

    # What was killed comes back with the same people, and ends when it is told to.
    with demo(**first_home) as again:
        said = read_until(again, "Ctrl-C ends them all")
        # After the walk and the dozen patients of the run before.
        assert re.search(r"visit A-0(1[4-9]|[2-9][0-9])", said)
        family = descendants(again.pid)
        again.terminate()
        assert again.wait() == 0
        assert not [one.command for one in family if one.alive]
    assert len(list(Config(**_paths(first_home)).secrets.glob("demo.json"))) == 1


def _paths(installation: dict[str, str]) -> dict[str, Path]:
    return {
        "home": Path(installation["ECOUVILLON_HOME"]),
        "keys": Path(installation["ECOUVILLON_KEYS"]),
    }


def _family_with(process: subprocess.Popen[str], command: str) -> list[Process]:
    return [one for one in descendants(process.pid) if command in one.command]


def test_a_demo_that_is_killed_while_it_begins_leaves_no_process(folder: Path) -> None:
    with demo(**_installation(folder)) as process:
        assert holds(lambda: _family_with(process, " migrate "))
        family = descendants(process.pid)
        process.kill()
        assert left_of(family) == []

    with demo(**_installation(folder)) as process:
        # The web server has processes of its own.
        assert holds(lambda: len(_family_with(process, "demo.web")) > 1)
        family = descendants(process.pid)
        process.kill()
        assert left_of(family) == []


def test_a_demo_that_is_stopped_before_its_walk_ends_says_so_by_its_exit_code(folder: Path) -> None:
    with demo(**_installation(folder)) as process:
        read_until(process, "database")
        family = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert not [one.command for one in family if one.alive]


@pytest.mark.parametrize("name", ["ECOUVILLON_DATABASE_URL", "ECOUVILLON_ADMIN_URL"])
def test_a_demo_that_would_stay_refuses_a_server_that_may_hold_real_people(
    folder: Path, name: str
) -> None:
    done = subprocess.run(
        arguments("demo"),
        env=environment(**_installation(folder), **{name: "postgresql://127.0.0.1:1/real"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert name in done.stderr
    assert not (folder / "home").exists()


def test_a_port_that_was_asked_for_and_is_taken_is_refused(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = subprocess.run(
            arguments("demo", "--port", str(other.getsockname()[1])),
            env=environment(**_installation(folder)),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "in use" in done.stderr


def test_a_step_that_fails_is_named_and_ends_the_demo_with_1(folder: Path) -> None:
    # Root's demo keeps its server elsewhere, but its logs lie in `home` for everybody.
    (folder / "home").mkdir()
    (folder / "home" / "logs").write_text("in the way")
    done = subprocess.run(
        arguments("demo", "--json"),
        env=environment(**_installation(folder)),
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert told["ok"] is False
    assert [step["name"] for step in told["steps"] if not step["ok"]] == ["database"]
    assert 'the step "database" failed' in done.stderr
    assert os.listdir(folder / "home")  # noqa: PTH208 - names only

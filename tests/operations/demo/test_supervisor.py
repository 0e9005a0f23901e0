"""The supervisor starts again what dies, and leaves nothing, not even what a child started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.operations.demo.processes import Process, descendants, holds

from ecouvillon.operations.demo.child import Program
from ecouvillon.operations.demo.failure import StepFailed
from ecouvillon.operations.demo.supervisor import Supervisor

READY = 'import sys; print(\'{"event": "ready"}\', file=sys.stderr, flush=True);'
SLEEP = "import time; time.sleep(600)"


def _program(tmp_path: Path, name: str, code: str) -> Program:
    return Program(name, (sys.executable, "-c", code), tmp_path / f"{name}.log")


def _named(code: str) -> list[Process]:
    return [one for one in descendants(os.getpid()) if code in one.command]


def test_a_process_that_is_killed_is_said_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor([_program(tmp_path, "one", READY + SLEEP)], said.append) as supervisor:
        supervisor.wait_until_ready()
        (first,) = _named(READY)
        os.kill(first.pid, 9)
        assert holds(lambda: said == ["one died and is started again"])
        assert holds(lambda: _named(READY) and _named(READY) != [first])
    assert _named(READY) == []


def test_what_a_killed_process_had_started_ends_before_it_is_started_again(tmp_path: Path) -> None:
    code = f"import subprocess; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]);"
    program = _program(tmp_path, "parent", READY + code + SLEEP)
    with Supervisor([program], lambda _: None) as supervisor:
        supervisor.wait_until_ready()
        assert holds(lambda: len(_named(SLEEP)) == 2)
        before = _named(SLEEP)
        (parent,) = _named(READY)
        os.kill(parent.pid, 9)
        assert holds(lambda: not [one for one in before if one.alive])
        assert holds(lambda: len(_named(SLEEP)) == 2)
    assert _named(SLEEP) == []


def test_a_process_that_does_not_start_is_named_with_its_last_words(tmp_path: Path) -> None:
    program = _program(tmp_path, "broken", "raise SystemExit('out of swabs')")
    with (
        Supervisor([program], lambda _: None) as supervisor,
        pytest.raises(StepFailed, match="broken does not start: out of swabs"),
    ):
        supervisor.wait_until_ready()


def test_processes_are_stopped_in_the_reverse_order_of_their_start(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    programs = [
        _program(
            tmp_path,
            name,
            "import signal, sys\n"
            f"def end(*_): open({str(trace)!r}, 'a').write({name!r}); sys.exit()\n"
            "signal.signal(signal.SIGTERM, end)\n"
            'print(\'{"event": "ready"}\', file=sys.stderr, flush=True)\n'
            "signal.pause()",
        )
        for name in ("a", "b", "c")
    ]
    with Supervisor(programs, lambda _: None) as supervisor:
        supervisor.wait_until_ready()
    assert trace.read_text() == "cba"

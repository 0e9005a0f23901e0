"""`keys serve` as a process of its own: ready, stopped, killed, started again."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from ecouvillon.config import Config
from ecouvillon.errors import Unavailable
from ecouvillon.operations import embedded
from ecouvillon.trust.keys.client import Unwrapping

from .conftest import client_of

TENANT = uuid4()
COMMAND = [sys.executable, "-c", "from ecouvillon.operations.keys import keys; keys()"]


def environment(settings: Config) -> dict[str, str]:
    own = {"ECOUVILLON_KEY_SOCKET_DIR": str(settings.sockets)}
    return os.environ | embedded.environment(settings) | own


@contextmanager
def running(settings: Config) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The process, once it has said that it is ready, and what it said."""
    with subprocess.Popen(
        [*COMMAND, "serve"],
        env=environment(settings),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            yield process, json.loads(process.stderr.readline())
        finally:
            process.kill()


def test_serve_says_ready_when_its_sockets_answer_and_stops_at_sigterm(settings: Config) -> None:
    with running(settings) as (process, ready):
        assert (ready["event"], ready["process"]) == ("ready", "keys")
        assert ready["url"] == f"unix:{settings.sockets}"
        assert client_of("web", settings).links([(TENANT, uuid4())])
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert not list(settings.sockets.glob("*.sock"))


def test_after_kill_9_a_new_service_opens_the_keys_that_were_handed_out(settings: Config) -> None:
    web = client_of("web", settings)
    with running(settings) as (process, _):
        keys = web.lease(TENANT, {"result": 100})["result"]
        process.kill()
        process.wait()
        with pytest.raises(Unavailable):
            web.unwrap("care", [Unwrapping(TENANT, keys[0].id, "result", uuid4())])
    with running(settings):
        documents = [Unwrapping(TENANT, key.id, "result", uuid4()) for key in keys]
        assert web.unwrap("care", documents) == [key.key for key in keys]


def test_the_service_leaves_no_core(settings: Config) -> None:
    with running(settings) as (process, _):
        assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)


def test_a_process_that_forbids_dumps_is_not_dumpable() -> None:
    script = (
        "import ctypes; from ecouvillon.trust.keys import memory; get = 3\n"
        "print(ctypes.CDLL(None).prctl(get)); memory.forbid_dumps()\n"
        "print(ctypes.CDLL(None).prctl(get))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.split() == [b"1", b"0"]


def test_status_prints_one_object(settings: Config) -> None:
    with running(settings):
        client_of("web", settings).lease(TENANT, {"result": 2})
        done = subprocess.run(
            [*COMMAND, "status", "--json"],
            env=environment(settings),
            capture_output=True,
            text=True,
            check=True,
        )
    found = json.loads(done.stdout)
    assert found["keys"] == [{"kind": "result", "master": found["master"], "number": 2}]

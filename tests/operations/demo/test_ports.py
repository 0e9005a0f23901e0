"""A port is taken by one demo at most, and never from another program."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from ecouvillon.errors import Misconfigured
from ecouvillon.operations.demo import ports


def _unused() -> int:
    port = ports.take_or_other(0)
    port.release()
    return port.number


def test_a_port_that_is_taken_is_not_given_to_a_second_demo_before_anything_listens_on_it() -> None:
    first = ports.take(_unused())
    try:
        with pytest.raises(Misconfigured, match="in use"):
            ports.take(first.number)
        other = ports.take_or_other(first.number)
        other.release()
        assert other.number != first.number
    finally:
        first.release()


def test_a_port_that_was_released_can_be_taken_again() -> None:
    number = _unused()
    ports.take(number).release()
    ports.take(number).release()


def test_a_port_dies_with_its_demo_even_by_kill_9() -> None:
    number = _unused()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from ecouvillon.operations.demo import ports;"
            f" port = ports.take({number}); print('held', flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Misconfigured):
        ports.take(number)
    holder.kill()
    holder.communicate()
    ports.take(number).release()


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])  # noqa: S104 - to meet others
def test_a_port_on_which_another_program_listens_is_not_taken(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as other:
        number = other.getsockname()[1]
        with pytest.raises(Misconfigured, match="in use"):
            ports.take(number)
        free = ports.take_or_other(number)
        free.release()
        assert free.number != number

"""What a visitor who came by SSH is told to type."""

from __future__ import annotations

import io
import os
import pwd

import pytest

from ecouvillon.config import Config
from ecouvillon.operations.demo import welcome
from ecouvillon.operations.demo.cast import Cast
from ecouvillon.operations.demo.report import Report


def told() -> str:
    out = io.StringIO()
    welcome.tell(Report(out), Config(), 8123, Cast("tenant", "client", "secret"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("connection", "line"),
    [
        ("192.0.2.9 50000 192.0.2.1 22", "ssh -L 8123:localhost:8123 {user}@192.0.2.1"),
        ("192.0.2.9 50000 192.0.2.1 2222", "ssh -p 2222 -L 8123:localhost:8123 {user}@192.0.2.1"),
        ("2001:db8::9 50000 2001:db8::1 22", "ssh -L 8123:localhost:8123 {user}@2001:db8::1"),
    ],
)
def test_a_demo_started_over_ssh_says_how_to_see_it_from_there(
    monkeypatch: pytest.MonkeyPatch, connection: str, line: str
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", connection)
    assert line.format(user=pwd.getpwuid(os.getuid()).pw_name) in told()


@pytest.mark.parametrize("connection", ["", "something else"])
def test_a_demo_started_at_the_machine_says_nothing_of_ssh(
    monkeypatch: pytest.MonkeyPatch, connection: str
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", connection)
    assert "ssh" not in told()

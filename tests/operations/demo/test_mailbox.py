"""The mailbox takes mails by SMTP and shows them, and keeps no file of them."""

from __future__ import annotations

import json
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.operations.demo.processes import environment

from ecouvillon.operations.demo.mailbox import mails


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "mailbox.sock"


@pytest.fixture
def port(socket: Path) -> Iterator[int]:
    """A mailbox of its own process."""
    module = "ecouvillon.operations.demo.mailbox"
    with subprocess.Popen(
        [sys.executable, "-P", "-m", module, "0", str(socket)],
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            ready = json.loads(process.stderr.readline())
            assert (ready["event"], ready["process"]) == ("ready", "mailbox")
            yield int(ready["url"].rpartition(":")[2])
        finally:
            process.terminate()


def send(port: int, subject: str) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(f"Ouvrez http://localhost/r/{subject}")
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(message, "demo@ecouvillon.example", ["camille@example.org"])


def test_what_came_is_shown_latest_first_and_lies_in_no_file(
    port: int, socket: Path, tmp_path: Path
) -> None:
    assert mails(socket) == []
    send(port, "première")
    send(port, "seconde")

    shown = mails(socket)
    assert shown is not None
    assert [mail["subject"] for mail in shown] == ["seconde", "première"]
    assert shown[0]["to"] == "camille@example.org"
    assert "http://localhost/r/seconde" in shown[0]["text"]
    assert [path.name for path in tmp_path.iterdir()] == ["mailbox.sock"]


def test_only_its_own_user_may_look(port: int, socket: Path) -> None:
    assert socket.stat().st_mode & 0o777 == 0o600


def test_without_a_mailbox_there_is_nothing_to_show(socket: Path) -> None:
    assert mails(socket) is None

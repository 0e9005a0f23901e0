"""Asks a national system in another process: the other end of `control`."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any


class ControlRefused(Exception):
    """The national system did not do what it was asked to, and says why."""


def ask(path: Path, command: str, *, timeout: float = 10.0, **arguments: str) -> dict[str, Any]:
    """The answer to one command, such as `ask(path, "faults", spec="ae=1")`; timeout in seconds.

    Raises `ControlRefused`, and OSError when nobody listens at `path` or answers in time.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(str(path))
        request = {"command": command, **arguments}
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as lines:
            line = lines.readline()
    if not line:
        raise ConnectionResetError("the national system closed the control socket")
    answer: dict[str, Any] = json.loads(line)
    if not answer.pop("ok"):
        raise ControlRefused(answer["error"])
    return answer

"""The control socket: another process cuts, restores and asks the national system.

Comes in: JSON lines on a Unix socket, such as `{"command": "faults", "spec": "ae=1"}`; commands are
cut, restore, faults, status and results. Goes out: a JSON line for each, with `ok`, and `error`
where it is false. Always holds: the socket is of mode 0600 and removed at the end.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ecouvillon.nationalsim.faults import InvalidFaults
from ecouvillon.nationalsim.system import NationalSystem

_LONGEST_LINE = 1024 * 1024


class UnusableSocket(Exception):
    """The control socket can't be made at this path."""


class Control:
    """Serves the control socket from a thread of its own; a context manager."""

    def __init__(self, path: Path, system: NationalSystem) -> None:
        """Raises `UnusableSocket`."""
        self._path = path
        _clear(path)
        mask = os.umask(0o177)
        try:
            self._server = _Server(path, system)
        except OSError as error:
            raise UnusableSocket(f"{path}: {error.strerror or error}") from None
        finally:
            os.umask(mask)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="national-control", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening and remove the socket."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, system: NationalSystem) -> None:
        self.system = system
        super().__init__(str(path), _Conversation)


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        while line := self.rfile.readline(_LONGEST_LINE):
            answer = _answer(self.server.system, line)
            try:
                self.wfile.write(json.dumps(answer).encode() + b"\n")
            except ConnectionError:
                return


def _answer(system: NationalSystem, line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
        command = request["command"]
        match command:
            case "cut":
                system.cut()
            case "restore":
                system.restore()
            case "faults":
                system.faults.set(request["spec"])
            case "status":
                return {"ok": True, **_status(system)}
            case "results":
                held = {order: result.as_json() for order, result in system.results().items()}
                return {"ok": True, "results": held}
            case _:
                return _refused("The commands are cut, restore, faults, status and results")
    except InvalidFaults as error:
        return _refused(str(error))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _refused('Write a JSON object a line, such as {"command": "status"}')
    return {"ok": True}


def _refused(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}


def _status(system: NationalSystem) -> dict[str, Any]:
    return {
        "url": system.url,
        "cut": system.is_cut,
        "received": len(system.received),
        "held": len(system.results()),
        "duplicates": system.duplicates,
        "faults": dict(Counter(fault.kind.value for fault in system.faults)),
    }


def _clear(path: Path) -> None:
    # A socket that nobody serves is left by a simulator that was killed; anything else isn't ours.
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            raise UnusableSocket(f"{path}: {error.strerror or error}") from None
    raise UnusableSocket(f"{path}: another simulator listens there")

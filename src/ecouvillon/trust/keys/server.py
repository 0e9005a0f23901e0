"""Listens on one Unix socket per caller and lets only that caller's uid speak.

Comes in: the settings. Goes out: sockets `web.sock`, `worker.sock`, `admin.sock`, a thread per
connection. Always holds: one service per socket directory; which socket a request came by, never
what it says, decides whose rights it has; a bug answers nothing and logs no value.
"""

from __future__ import annotations

import fcntl
import logging
import os
import pwd
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ecouvillon.config import Config
from ecouvillon.errors import Misconfigured
from ecouvillon.trust.keys import frames
from ecouvillon.trust.keys.provider import FileProvider
from ecouvillon.trust.keys.refusals import KeyRefused, Refusal
from ecouvillon.trust.keys.rights import CALLERS, Caller
from ecouvillon.trust.keys.service import KeyService
from ecouvillon.trust.keys.store.rows import KeyStore

_LONGEST_PATH = 107  # bytes of sun_path (unix(7)) without its NUL

log = logging.getLogger(__name__)


@contextmanager
def listening(config: Config) -> Iterator[None]:
    """Serve all callers until the block ends; then finish what is being answered, and stop.

    Raises `Misconfigured` (master key, sockets, uids, another service running) or `Unavailable`
    (the key store's database does not answer).
    """
    uids = _uids(config)
    with ExitStack() as stack:
        store = KeyStore(config.conninfo("keys"))
        stack.callback(store.close)
        service = KeyService(_provider(config, store), store)
        stack.enter_context(_only_service(config.sockets))
        for caller in CALLERS:
            path = config.sockets / f"{caller}.sock"
            stack.enter_context(_CallerServer(path, caller, uids[caller], service).serving())
        yield


def _provider(config: Config, store: KeyStore) -> FileProvider:
    used = store.masters()
    provider = FileProvider.load_or_create(config, keystore_is_empty=not used)
    if not used <= provider.masters:
        raise Misconfigured(
            f"The master key in {config.secrets} is not the one that this key store has been used "
            "with: restore the right one from its escrow, or set ECOUVILLON_KEYS to where it lies."
        )
    store.register(provider.current)
    return provider


def _uids(config: Config) -> dict[Caller, int]:
    """Who may speak on each socket; without a setting, only our own uid."""
    if not config.key_service_uids:
        return dict.fromkeys(CALLERS, os.getuid())
    pairs = [pair.partition("=") for pair in config.key_service_uids.split(",")]
    given = {name.strip(): uid.strip() for name, _, uid in pairs}
    if given.keys() != set(CALLERS) or not all(uid.isdecimal() for uid in given.values()):
        raise Misconfigured(
            "ECOUVILLON_KEY_SERVICE_UIDS must read web=UID,worker=UID,admin=UID with numbers."
        )
    return {caller: int(given[caller]) for caller in CALLERS}


@contextmanager
def _only_service(sockets: Path) -> Iterator[None]:
    """Hold the socket directory: a second service would take the sockets from under the first."""
    sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (sockets / "keys.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(
                f"A key service is already running on {sockets}: stop it first."
            ) from None
        yield


class _CallerServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = False  # closing the server waits for the answers under way
    request_queue_size = 128

    def __init__(self, path: Path, caller: Caller, uid: int, service: KeyService) -> None:
        if len(os.fsencode(path)) > _LONGEST_PATH:
            raise Misconfigured(
                f"{path} is too long for a socket: set ECOUVILLON_KEY_SOCKET_DIR to a short path."
            )
        self.path, self.caller, self.uid, self.service = path, caller, uid, service
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = False
        path.unlink(missing_ok=True)  # left over from a service that was killed
        super().__init__(str(path), _Connection)

    def server_bind(self) -> None:
        # The mode must be right before the first connection, hence the mask and not a chmod.
        mask = os.umask(0o177)
        try:
            super().server_bind()
        finally:
            os.umask(mask)
        if self.uid != os.geteuid():
            self._admit_group()

    def _admit_group(self) -> None:
        """Let the caller's group reach the socket: another uid can't open one of mode 0600."""
        try:
            os.chown(self.path, -1, pwd.getpwuid(self.uid).pw_gid)
        except (KeyError, PermissionError):
            raise Misconfigured(
                f"ECOUVILLON_KEY_SERVICE_UIDS: uid {self.uid} of {self.caller} must be a user of "
                "this machine, and the key service's user a member of that user's group."
            ) from None
        self.path.chmod(0o660)

    @contextmanager
    def serving(self) -> Iterator[None]:
        thread = threading.Thread(target=self.serve_forever, name=f"keys-{self.caller}")
        thread.start()
        try:
            yield
        finally:
            self.socket.shutdown(socket.SHUT_RDWR)  # ends the wait for the next one at once
            self.shutdown()
            thread.join()
            with self._lock:
                self._stopping = True
                for connection in self._open:
                    connection.shutdown(socket.SHUT_RD)
            self.server_close()
            self.path.unlink(missing_ok=True)

    @contextmanager
    def holding(self, connection: socket.socket) -> Iterator[None]:
        """Remember `connection` while it is served, so that stopping ends its wait."""
        with self._lock:
            self._open.add(connection)
            if self._stopping:
                connection.shutdown(socket.SHUT_RD)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - inherited
        if not isinstance(sys.exc_info()[1], ConnectionError):
            log.exception("request failed", extra={"caller": self.caller})


class _Connection(socketserver.StreamRequestHandler):
    server: _CallerServer

    def handle(self) -> None:
        with self.server.holding(self.connection):
            uid = _peer_uid(self.connection)
            if uid != self.server.uid:
                log.error(
                    "stranger refused",
                    extra={"alarm": True, "caller": self.server.caller, "uid": uid},
                )
                self._refuse(Refusal.STRANGER)
                return
            try:
                while True:
                    self._answer(frames.read(self.rfile))
            except EOFError:
                return
            except KeyRefused as refused:
                log.error(
                    "frame refused",
                    extra={"alarm": True, "caller": self.server.caller, "code": refused.code},
                )
                self._refuse(refused.code)

    def _answer(self, frame: object) -> None:
        self.wfile.write(frames.pack(self.server.service.answer(self.server.caller, frame)))

    def _refuse(self, code: Refusal) -> None:
        self.wfile.write(frames.pack({"error": code.value}))


def _peer_uid(connection: socket.socket) -> int:
    """The uid of the process at the other end, as the kernel saw it connect (unix(7))."""
    ucred = struct.Struct("3i")
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, ucred.size)
    _, uid, _ = ucred.unpack(found)
    return int(uid)

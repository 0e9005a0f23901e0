"""What reaches the sockets: callers, strangers, garbage, and a connection's ends."""

from __future__ import annotations

import os
import pwd
import socket
import stat
import struct
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgpack  # type: ignore[import-untyped]  # ships no type information
import pytest
from tests.trust.keys.log_lines import captured

from ecouvillon.config import Config
from ecouvillon.errors import Misconfigured, Unavailable
from ecouvillon.trust.keys import frames, server
from ecouvillon.trust.keys.client import KeyClient, Unwrapping
from ecouvillon.trust.keys.refusals import KeyRefused

from .conftest import client_of

TENANT = uuid4()


def sent(path: Path, data: bytes) -> Any:
    """The answer to raw bytes."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answers:
            return frames.read(answers)


def framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


@pytest.mark.parametrize(
    ("caller", "ask"),
    [
        ("web", lambda c: c.confirm([uuid4()])),
        ("web", lambda c: c.shred([(TENANT, uuid4())])),
        ("web", lambda c: c.status()),
        ("worker", lambda c: c.status()),
        ("admin", lambda c: c.lease(TENANT, {"result": 1})),
        ("admin", lambda c: c.mac([(TENANT, "phone", b"1")])),
        ("admin", lambda c: c.links([(TENANT, uuid4())])),
        ("admin", lambda c: c.unwrap("care", [Unwrapping(TENANT, uuid4(), "result", uuid4())])),
    ],
)
def test_an_operation_on_another_caller_s_socket_is_refused_and_alarmed(
    caller: Any, ask: Callable[[KeyClient], object], service: Config
) -> None:
    with captured() as logged, pytest.raises(KeyRefused, match="wrong-socket"):
        ask(client_of(caller, service))
    assert logged[0]["alarm"]


def test_a_process_of_another_uid_is_refused_and_alarmed(
    service: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_peer_uid", lambda _: os.getuid() + 1)
    with captured() as logged, pytest.raises(KeyRefused, match="stranger"):
        client_of("web", service).lease(TENANT, {"result": 1})
    assert [line["event"] for line in logged if line.get("alarm")] == ["stranger refused"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_each_socket_listens_to_the_user_of_its_caller_and_to_no_other(
    settings: Config,
) -> None:
    nobody = pwd.getpwnam("nobody")
    uids = f"web={nobody.pw_uid},worker=0,admin=0"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        strict = settings.model_copy(
            update={"key_service_uids": uids, "key_socket_dir": Path(folder)}
        )
        with server.listening(strict):
            web, worker = Path(folder) / "web.sock", Path(folder) / "worker.sock"
            assert (web.stat().st_gid, web.stat().st_mode & 0o777) == (nobody.pw_gid, 0o660)
            with pytest.raises(KeyRefused, match="stranger"):
                KeyClient(web).links([(TENANT, uuid4())])
            assert KeyClient(worker).links([(TENANT, uuid4())])
            assert connected_as(nobody, web) == b'"malformed"'
            assert connected_as(nobody, worker) == b"PermissionError"


def connected_as(user: pwd.struct_passwd, path: Path) -> bytes:
    """What a process of `user` gets for an empty frame: the refusal's code, or the error."""
    script = (
        "import socket, sys\n"
        "peer = socket.socket(socket.AF_UNIX)\n"
        "try: peer.connect(sys.argv[1])\n"
        "except OSError as error: sys.exit(print(type(error).__name__))\n"
        "peer.sendall(bytes(4))\n"
        "peer.shutdown(socket.SHUT_WR)\n"
        "answer = b''.join(iter(lambda: peer.recv(99), b''))\n"
        "print('\"malformed\"' if b'malformed' in answer else answer)\n"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-c", script, str(path)],  # the venv may lie in a private home
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        env={},
        capture_output=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_caller_s_uid_that_is_no_user_is_refused_at_the_start(settings: Config) -> None:
    uids = f"web=4000000000,worker={os.getuid()},admin={os.getuid()}"
    wrong = settings.model_copy(update={"key_service_uids": uids})
    with pytest.raises(Misconfigured, match="must be a user"), server.listening(wrong):
        pass


@pytest.mark.parametrize("uids", ["web=1", "web=1,worker=2,admin=root", "1,2,3"])
def test_a_wrong_list_of_uids_is_refused_at_the_start(uids: str, settings: Config) -> None:
    wrong = settings.model_copy(update={"key_service_uids": uids})
    with pytest.raises(Misconfigured, match="KEY_SERVICE_UIDS"), server.listening(wrong):
        pass


def test_the_sockets_admit_their_owner_only(service: Config) -> None:
    for caller in ("web", "worker", "admin"):
        mode = (service.sockets / f"{caller}.sock").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_a_frame_that_is_too_long_is_refused_unread(service: Config) -> None:
    path = service.sockets / "web.sock"
    assert sent(path, struct.pack(">I", frames.MAX_FRAME + 1)) == {"error": "too-large"}


def test_the_client_does_not_send_what_is_too_long(web: KeyClient) -> None:
    with pytest.raises(KeyRefused, match="too-large"):
        web.mac([(TENANT, "phone", b"1" * frames.MAX_FRAME)])


def test_more_items_than_a_call_may_have_are_refused(web: KeyClient) -> None:
    with pytest.raises(KeyRefused, match="too-many"):
        web.links([(TENANT, uuid4())] * 4097)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"GET / HTTP/1.1",
        b"\x91" * 5000,
        msgpack.packb([1, 2, 3]),
        msgpack.packb({"op": "sign"}),
        msgpack.packb({"op": ["mac"]}),
        msgpack.packb({"op": "mac", "items": []}),
        msgpack.packb({"op": "mac", "items": [(b"short", "phone", b"1")]}),
        msgpack.packb({"op": "mac", "items": [(b"t" * 16, "phone", "text")]}),
        msgpack.packb({"op": "lease", "tenant": b"t" * 16, "counts": {"result": -1}}),
        msgpack.packb({"op": "lease", "tenant": b"t" * 16, "counts": {"result": True}}),
        msgpack.packb({"op": "links", "items": [(b"t" * 16, b"l" * 16)], "more": 1}),
    ],
)
def test_garbage_is_refused_and_the_service_goes_on(
    body: bytes, service: Config, web: KeyClient
) -> None:
    assert sent(service.sockets / "web.sock", framed(body)) == {"error": "malformed"}
    assert web.links([(TENANT, uuid4())])


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), 1e300])
def test_an_impossible_instant_sweeps_nothing(wrong: float, service: Config) -> None:
    frame = framed(msgpack.packb({"op": "sweep", "confirmed_until": wrong}))
    assert sent(service.sockets / "worker.sock", frame) == {"error": "malformed"}


def test_a_client_that_leaves_in_the_middle_of_a_frame_harms_nobody(
    service: Config, web: KeyClient
) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(service.sockets / "web.sock"))
        connection.sendall(struct.pack(">I", 100) + b"half")
    assert web.links([(TENANT, uuid4())])


def test_every_operation_goes_on_after_the_service_was_restarted(settings: Config) -> None:
    web = client_of("web", settings)
    with server.listening(settings):
        [key] = web.lease(TENANT, {"result": 1})["result"]
    with server.listening(settings):
        # An opening isn't repeated, but here it was never sent: the old connection is seen closed.
        document = Unwrapping(TENANT, key.id, "result", uuid4())
        assert web.unwrap("care", [document]) == [key.key]


def test_a_stopped_service_is_unavailable(settings: Config) -> None:
    web = client_of("web", settings)
    with server.listening(settings):
        web.links([(TENANT, uuid4())])
    with pytest.raises(Unavailable):
        web.links([(TENANT, uuid4())])
    with pytest.raises(Unavailable):
        web.unwrap("care", [Unwrapping(TENANT, uuid4(), "result", uuid4())])


def answering(path: Path, *answers: bytes) -> socket.socket:
    """A socket that takes a connection per answer, reads a request, answers and closes."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return listener


def test_an_operation_cut_off_before_its_answer_is_asked_once_more(tmp_path: Path) -> None:
    path = tmp_path / "cut.sock"
    with answering(path, b"", frames.pack({"ok": 7})):
        assert KeyClient(path).confirm([uuid4()]) == 7


def test_an_opening_cut_off_before_its_answer_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "cut.sock"
    with answering(path, b"", frames.pack({"ok": [b"key"]})), pytest.raises(Unavailable):
        KeyClient(path).unwrap("care", [Unwrapping(TENANT, uuid4(), "result", uuid4())])


def test_a_late_answer_is_not_taken_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecouvillon.trust.keys.client.ANSWER_SECONDS", 0.2)
    path = tmp_path / "late.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            first, _ = listener.accept()
            with first:
                first.recv(65536)
                first.sendall(frames.pack({"ok": 1}))
                first.recv(65536)  # not answered in time
                if first.recv(65536):
                    first.sendall(frames.pack({"ok": 2}))
            second, _ = listener.accept()
            with second:
                second.recv(65536)
                second.sendall(frames.pack({"ok": 3}))

        threading.Thread(target=serve, daemon=True).start()
        client = KeyClient(path)
        assert client.confirm([uuid4()]) == 1
        with pytest.raises(Unavailable):
            client.confirm([uuid4()])
        assert client.confirm([uuid4()]) == 3


def test_a_second_service_on_the_same_sockets_is_refused(service: Config, web: KeyClient) -> None:
    with pytest.raises(Misconfigured, match="already running"), server.listening(service):
        pass
    assert web.links([(TENANT, uuid4())])


def test_a_socket_path_that_is_too_long_names_the_mend(settings: Config, tmp_path: Path) -> None:
    deep = settings.model_copy(update={"key_socket_dir": tmp_path / ("d" * 100)})
    with pytest.raises(Misconfigured, match="KEY_SOCKET_DIR"), server.listening(deep):
        pass

"""Whom the mail server's connection trusts, how it signs in, and which settings are refused."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from tests.cast import Api
from tests.exits.certificates import server_context
from tests.exits.delivery.conftest import Handler, Post, serving, submitted
from tests.installation import Installed

from ecouvillon import config
from ecouvillon.errors import Misconfigured
from ecouvillon.exits.outbox import Drained

SetUp = Callable[[str], None]


@dataclass
class Far:
    """A mail server behind TLS, and the settings that lead to it."""

    post: Post
    mail_settings: SetUp
    certificate: Path

    @contextlib.contextmanager
    def serving(self, scheme: str, host: str = "127.0.0.1", **options: Any) -> Iterator[Post]:
        """The server while it runs, as `scheme` and `host` reach it."""
        tls = server_context(self.certificate)
        if scheme == "smtps":
            options |= {"ssl_context": tls}
        else:
            options |= {"tls_context": tls, "require_starttls": True}
        with serving(self.post.handler, **options) as port:
            self.mail_settings(f"{scheme}://{host}:{port}")
            yield self.post


@pytest.fixture
def far(installed: Installed, mail_settings: SetUp, certificate: Path) -> Far:
    """A mail server that nobody trusts yet."""
    return Far(Post(installed, Handler()), mail_settings, certificate)


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate is one that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def codes(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Why there was no connection."""
    return [r.code for r in caplog.records if r.name.startswith("ecouvillon")]  # type: ignore[attr-defined]


SCHEMES = pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])


@SCHEMES
@pytest.mark.usefixtures("trusted")
def test_a_mail_goes_through_tls_to_a_server_that_is_trusted(
    api: Api, far: Far, scheme: str
) -> None:
    with far.serving(scheme) as post:
        submitted(api)
        assert post.notify() is Drained.ANSWERED
    assert len(post.got) == 1


@SCHEMES
def test_a_server_with_an_unknown_certificate_hears_nothing_of_a_patient(
    api: Api, far: Far, caplog: pytest.LogCaptureFixture, scheme: str
) -> None:
    with far.serving(scheme) as post:
        submitted(api)
        assert post.notify() is Drained.SILENT
    assert (post.got, post.rows("state, attempts")) == ([], [("pending", 0)])
    assert codes(caplog) == ["untrusted"]


@SCHEMES
@pytest.mark.usefixtures("trusted")
def test_a_server_with_the_certificate_of_another_host_hears_nothing_of_a_patient(
    api: Api, far: Far, caplog: pytest.LogCaptureFixture, scheme: str
) -> None:
    with far.serving(scheme, "localhost") as post:
        submitted(api)
        assert post.notify() is Drained.SILENT
    assert (post.got, post.rows("state, attempts")) == ([], [("pending", 0)])
    assert codes(caplog) == ["untrusted"]


def test_a_server_that_offers_no_tls_hears_nothing_of_a_patient(
    api: Api, far: Far, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(far.post.handler) as port:
        far.mail_settings(f"smtp+starttls://127.0.0.1:{port}")
        submitted(api)
        assert far.post.notify() is Drained.SILENT
    assert far.post.got == []
    assert codes(caplog) == ["untrusted"]


def test_a_plain_server_elsewhere_hears_nothing_of_a_patient(
    api: Api, post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Elsewhere(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("192.0.2.1", 25)

    def elsewhere(address: tuple[str, int], *_: object) -> socket.socket:
        plain = Elsewhere(socket.AF_INET, socket.SOCK_STREAM)
        plain.connect(address)
        return plain

    submitted(api)
    monkeypatch.setattr(socket, "create_connection", elsewhere)
    assert post.notify() is Drained.SILENT
    assert (post.got, codes(caplog)) == ([], ["not_loopback"])


@pytest.fixture
def password(installed: Installed) -> Any:
    """Puts the mail server's password where the worker finds it."""
    path = installed.config.secrets / "worker.json"
    before = path.read_text()

    def put(word: str) -> None:
        path.write_text(json.dumps(json.loads(before) | {"smtp": word}))

    yield put
    path.write_text(before)


@pytest.mark.parametrize(("word", "sent"), [("right", 1), ("wrong", 0)])
@pytest.mark.usefixtures("trusted")
def test_a_server_that_asks_who_we_are_is_told_by_the_worker_s_secret(
    api: Api, far: Far, password: Callable[[str], None], word: str, sent: int
) -> None:
    def judge(_server: object, _session: object, _envelope: object, _how: str, said: Any) -> Any:
        return AuthResult(success=(said.login, said.password) == (b"us@host", b"right"))

    password(word)
    asking = {"authenticator": judge, "auth_required": True}
    with far.serving("smtp+starttls", "us%40host@127.0.0.1", **asking) as post:
        submitted(api)
        assert post.notify() is (Drained.ANSWERED if sent else Drained.SILENT)
    assert len(post.got) == sent


def test_a_missing_password_is_said_with_where_it_belongs(
    api: Api, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = config.load().smtp_url
    assert url is not None
    monkeypatch.setenv("ECOUVILLON_SMTP_URL", url.replace("//", "//us@"))
    submitted(api)

    with pytest.raises(Misconfigured, match=r"worker\.json"):
        post.notify()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://mail.example.org", "begins with"),
        ("smtp://mail.example.org", "without TLS"),
        ("smtp://192.0.2.1:25", "without TLS"),
        ("smtps://", "a host"),
        ("smtps://mail.example.org:0", "a port"),
        ("smtps://mail.example.org:99999", "a port"),
        ("smtps://mail.example.org/path", "only"),
        ("smtps://user:pass-word@mail.example.org", "worker.json"),
    ],
)
def test_a_bad_address_of_a_mail_server_is_refused_with_its_mend_and_without_being_quoted(
    mail_settings: SetUp, url: str, said: str
) -> None:
    mail_settings(url)
    with pytest.raises(Misconfigured, match=said) as refused:
        config.load()
    assert "ECOUVILLON_SMTP_URL" in str(refused.value)
    for part in ("mail.example.org", "192.0.2.1", "pass-word", "99999"):
        assert part not in str(refused.value)


@pytest.mark.parametrize("sender", ["", "results", "a b@example.org", "<a@example.org>", "é@x.org"])
def test_notices_need_a_plain_sender(
    mail_settings: SetUp, monkeypatch: pytest.MonkeyPatch, sender: str
) -> None:
    mail_settings("smtp://127.0.0.1:2525")
    monkeypatch.setenv("ECOUVILLON_MAIL_FROM", sender)
    config.load.cache_clear()
    with pytest.raises(Misconfigured, match="ECOUVILLON_MAIL_FROM"):
        config.load()

"""A real mail server on loopback, and the worker that sends notices to it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as MailProtocol  # noqa: N811 - a class
from aiosmtpd.smtp import Envelope, Session
from tests.cast import Api, patient, screening
from tests.installation import Installed, acting_as

from ecouvillon import config
from ecouvillon.exits.delivery.notify import MAILS_A_ROUND, notify
from ecouvillon.exits.outbox import Drained

SENDER = "results@pharmacy.example"
EMAIL = "camille@example.org"


@dataclass(frozen=True)
class Got:
    """A mail as the server took it; `peer` is the connection that it came by."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    peer: Any

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.content, policy=SMTP)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        return str(self.message.get_content())


@dataclass
class Handler:
    """What the server does: it takes all, unless a command has another answer."""

    got: list[Got] = field(default_factory=list)
    # The next answers to a command; a function is given the address or the content.
    answers: dict[str, list[str | Callable[[Any], str]]] = field(default_factory=dict)

    def _answer(self, command: str, said: object) -> str | None:
        left = self.answers.get(command)
        answer = left.pop(0) if left else None
        return answer(said) if callable(answer) else answer

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _: MailProtocol, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer("MAIL", address) or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _: MailProtocol, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        refused = self._answer("RCPT", address)
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: MailProtocol, session: Session, envelope: Envelope
    ) -> str:
        answer = self._answer("DATA", envelope.content)
        if answer == "drop":
            assert server.transport is not None
            server.transport.abort()
        if answer in (None, "drop"):
            assert envelope.mail_from is not None
            assert isinstance(envelope.content, bytes)
            to = tuple(envelope.rcpt_tos)
            self.got.append(Got(envelope.mail_from, to, envelope.content, session.peer))
        return answer or "250 OK"


@dataclass
class Post:
    """The mail server of a test, and the notices that are on their way to it."""

    installed: Installed
    handler: Handler

    @property
    def got(self) -> list[Got]:
        """All that the server took."""
        return self.handler.got

    def answer(self, command: str, *answers: str | Callable[[Any], str]) -> None:
        """The server's next answers to a command."""
        self.handler.answers[command] = list(answers)

    def notify(self, most: int = MAILS_A_ROUND) -> Drained:
        """One round of the worker."""
        with acting_as("worker", self.installed):
            return notify(most)

    def rows(self, columns: str) -> list[Any]:
        """These columns of all notices, oldest first; one column is not wrapped."""
        query = f"SELECT {columns} FROM notice ORDER BY created_at, id"  # noqa: S608
        return [row[0] if len(row) == 1 else row for row in self.sql(query)]

    def later(self) -> None:
        """Time passes: all waiting and all leases are over."""
        self.sql("UPDATE notice SET next_at = now(), leased_until = now() WHERE true RETURNING 1")

    def actions(self, record: UUID) -> list[str]:
        """What the ledger says that the worker did."""
        return [
            action
            for (action,) in self.sql(
                "SELECT action FROM ledger_entry WHERE record = %s AND actor_kind = 'job'"
                " ORDER BY at, action",
                record,
            )
        ]

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the superuser reads or changes."""
        with self.installed.connection_as(None) as connection:
            return connection.execute(query.encode(), parameters).fetchall()


@pytest.fixture
def mail_settings(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    """Sets up a mail server's address; no notice stays after the test."""

    def set_up(url: str) -> None:
        monkeypatch.setenv("ECOUVILLON_SMTP_URL", url)
        monkeypatch.setenv("ECOUVILLON_MAIL_FROM", SENDER)
        config.load.cache_clear()

    yield set_up
    monkeypatch.undo()
    config.load.cache_clear()
    with installed.connection_as(None) as connection:
        connection.execute("DELETE FROM notice")


@contextlib.contextmanager
def serving(handler: Handler, **options: Any) -> Iterator[int]:
    """A mail server on loopback; its port."""
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def post(installed: Installed, mail_settings: Callable[[str], None]) -> Iterator[Post]:
    """A mail server that is set up."""
    handler = Handler()
    with serving(handler) as port:
        mail_settings(f"smtp://127.0.0.1:{port}")
        yield Post(installed, handler)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def submitted(api: Api, *values: str, **traits: object) -> dict[str, Any]:
    """The answer to a screening with its result, of a patient with an e-mail address."""
    traits = {"email": EMAIL} | traits
    answer = api.submit(screening(*values, patient=patient(**traits)))
    assert answer.status_code == 201, answer.content
    return dict(answer.json())

"""The demo's mailbox: a mail server of the outside world that shows what patients got.

Comes in: mails by SMTP. Goes out: the latest of them, to whoever connects to a Unix socket. Always
holds: it listens on loopback; what it got stays in its memory, so that no file of the demo has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import deque
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP as MailProtocol  # noqa: N811 - a class
from aiosmtpd.smtp import Envelope, Session

from ecouvillon.operations import logs

_LATEST = 50


class _Mailbox:
    """What came, latest first."""

    def __init__(self) -> None:
        self._mails: deque[dict[str, str]] = deque(maxlen=_LATEST)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: MailProtocol, _session: Session, envelope: Envelope
    ) -> str:
        message = message_from_bytes(envelope.original_content or b"", policy=SMTP)
        if isinstance(message, EmailMessage):
            self._mails.appendleft(
                {
                    "to": ", ".join(envelope.rcpt_tos),
                    "sender": envelope.mail_from or "",
                    "subject": str(message["Subject"]),
                    "at": datetime.now().astimezone().isoformat(),
                    "text": str(message.get_content()),
                }
            )
        return "250 OK"

    async def show(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(json.dumps(list(self._mails)).encode())
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


def mails(path: Path) -> list[dict[str, Any]] | None:
    """The mails of the mailbox that shows them at `path`; None while it is not there."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(path))
            with connection.makefile("rb") as shown:
                found: list[dict[str, Any]] = json.loads(shown.read())
    except (OSError, ValueError):
        return None
    return found


async def _serve(port: int, path: Path) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    mailbox = _Mailbox()
    os.umask(0o177)
    shown = await asyncio.start_unix_server(mailbox.show, path)
    taken = await loop.create_server(
        lambda: MailProtocol(mailbox, hostname="localhost"), "127.0.0.1", port
    )
    port = taken.sockets[0].getsockname()[1]
    logs.ready("mailbox", f"smtp://127.0.0.1:{port}")
    await ended.wait()
    taken.close()
    shown.close()
    path.unlink(missing_ok=True)


def main(port: int, path: Path) -> None:
    """Serve until SIGTERM; port 0 takes a free one."""
    logs.configure()
    asyncio.run(_serve(port, path))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))

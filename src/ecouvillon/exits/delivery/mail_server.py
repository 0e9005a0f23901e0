"""The installation's mail server: one connection, and what its answers mean.

Comes in: the settings. Goes out: an outcome for each mail. Always holds: without TLS only to this
machine; with TLS only to a host whose certificate was verified, before a user, a password or an
address is said; no error carries an address, which is why none of smtplib's leaves this module.
"""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from urllib.parse import SplitResult, unquote, urlsplit

from ecouvillon.config import Config
from ecouvillon.errors import EcouvillonError, Misconfigured
from ecouvillon.exits.delivery.notice_queue import Outcome

# For connecting, and for each answer.
ANSWER_SECONDS = 10.0

_OK = 2  # first digit of a reply that says yes (RFC 5321, 4.2.1)
_NO = 5  # and of one that says never
_CLOSING = 421
_SUBMISSION = 587  # RFC 6409
# 5xx of RCPT that speak of us and not of the recipient: sign in first, a policy of the server
# (RFC 4954, 6; RFC 3463, 3.8), bad order of commands.
_OUR_FAULT = (503, 530, 535, 538)
_POLICY = b"5.7."


class MailServerLost(EcouvillonError):
    """The mail server can't be reached, hung up, or takes nothing from us; `code` says which.

    Codes: `unreachable`, `untrusted` (its certificate, or it has no TLS), `not_loopback`, `refused`
    (our user or our sender's address), `closed`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"No connection to the mail server: {code}")
        self.code = code


class MailServer:
    """One connection, for one thread."""

    def __init__(self, config: Config) -> None:
        """Connect and sign in; raises `MailServerLost`, `Misconfigured` without the password."""
        if config.smtp_url is None or config.mail_from is None:
            raise Misconfigured("No mail server is set up: set ECOUVILLON_SMTP_URL.")
        self.sender = config.mail_from
        url = urlsplit(config.smtp_url)
        self._smtp = _connected(url, config.public_host)
        if url.username:
            password = config.secret("worker").get("smtp")
            if password is None:
                self.close()
                raise Misconfigured("The mail server's password is missing: `smtp` in worker.json.")
            with self._losing("refused"):
                self._smtp.login(unquote(url.username), password)

    def close(self) -> None:
        """Hang up; harmless when done twice."""
        with contextlib.suppress(OSError):
            self._smtp.quit()
        self._smtp.close()

    def send(self, recipient: str, mail: bytes) -> Outcome:
        """Hand over one mail.

        Raises `MailServerLost`, after which it may or may not have been taken.
        """
        with self._losing("closed"):
            code, said = self._smtp.mail(self.sender)
            if code // 100 != _OK:
                self.close()
                raise MailServerLost("refused")
            code, said = self._smtp.rcpt(recipient)
            if code // 100 == _OK:
                code, said = self._data(mail)
                return Outcome.ACCEPTED if code // 100 == _OK else self._later(code)
            if code // 100 == _NO and code not in _OUR_FAULT and not said.startswith(_POLICY):
                self._smtp.rset()
                return Outcome.NO_SUCH_RECIPIENT
            return self._later(code)

    def _data(self, mail: bytes) -> tuple[int, bytes]:
        try:
            return self._smtp.data(mail)
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code, b""

    def _later(self, code: int) -> Outcome:
        if code == _CLOSING:
            self.close()
            raise MailServerLost("closed")
        self._smtp.rset()
        return Outcome.LATER

    @contextlib.contextmanager
    def _losing(self, code: str) -> Iterator[None]:
        try:
            yield
        except OSError:  # all of smtplib's own are such
            self._smtp.close()
            raise MailServerLost(code) from None


def _connected(url: SplitResult, our_name: str) -> smtplib.SMTP:
    host, tls = url.hostname or "", ssl.create_default_context()
    smtp: smtplib.SMTP | None = None
    try:
        if url.scheme == "smtps":
            port = url.port or smtplib.SMTP_SSL_PORT
            smtp = smtplib.SMTP_SSL(host, port, our_name, timeout=ANSWER_SECONDS, context=tls)
        else:
            smtp = smtplib.SMTP(host, url.port or _SUBMISSION, our_name, timeout=ANSWER_SECONDS)
        if url.scheme == "smtp+starttls":
            smtp.starttls(context=tls)
        elif url.scheme == "smtp":
            _stay_on_this_machine(smtp)
        smtp.ehlo_or_helo_if_needed()
        return smtp
    except (ssl.SSLCertVerificationError, smtplib.SMTPNotSupportedError):
        lost = MailServerLost("untrusted")
    except OSError:
        lost = MailServerLost("unreachable")
    except MailServerLost as stranger:
        lost = stranger
    if smtp is not None:
        smtp.close()
    raise lost from None


def _stay_on_this_machine(smtp: smtplib.SMTP) -> None:
    # After connecting: a name such as localhost is what the machine's files say it is.
    peer = smtp.sock.getpeername()[0] if smtp.sock else ""
    if not ipaddress.ip_address(peer).is_loopback:
        raise MailServerLost("not_loopback")

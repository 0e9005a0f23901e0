"""Telling patients that there is something to read: claim, open the contact, send, judge.

Always holds: the ledger says that a contact is opened before it is; nothing is open in the database
while the network is waited for; a mail server that can't be reached has nothing claimed or opened
for it; one notice that can't be made holds up no other; an address is in no row, log or error.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from ecouvillon import config
from ecouvillon.errors import StillRunning, Unavailable
from ecouvillon.exits.delivery.links import addresses
from ecouvillon.exits.delivery.mail_server import MailServer, MailServerLost
from ecouvillon.exits.delivery.notice_mail import deliverable, mail
from ecouvillon.exits.delivery.notice_queue import Claimed, Outcome, claim, due, put_back, settle
from ecouvillon.exits.outbox import Drained, patiently
from ecouvillon.screening.patient import Contact
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents

_log = logging.getLogger(__name__)

MAILS_A_ROUND = 32
# After so long the rest goes back: together with the slowest last mail it ends within the lease.
ROUND_SECONDS = 60.0


@dataclass(frozen=True, slots=True, repr=False)
class _Made:
    """A notice as it leaves; without a recipient `outcome` says what becomes of it."""

    notice: Claimed
    recipient: str | None
    mail: bytes = b""
    outcome: Outcome = Outcome.LATER


def notify(most: int = MAILS_A_ROUND) -> Drained:
    """Sends what is due, at most `most` notices.

    Raises `Unavailable` when database or key service does not answer: what was claimed is due
    again at once, or (when that can't be written) when its lease ends.
    """
    found = due(most)
    if not found:
        return Drained.NOTHING_DUE
    try:
        # Before anything is claimed: a long outage must not fill the ledger with openings.
        server = MailServer(config.load())
    except MailServerLost as lost:
        _log.warning("mail server unreachable", extra={"code": lost.code})
        return Drained.SILENT
    with contextlib.closing(server):
        claimed = claim(found)
        if not claimed:
            return Drained.NOTHING_DUE
        actor = Actor("job", None, INSTALLATION, uuid4(), "worker")
        return _send(actor, server, _made(actor, claimed, server.sender))


_CONTACTS = """
SELECT d.tenant, d.record, d.kind, d.version, d.key, d.body FROM vault_document d
WHERE d.tenant = ANY (tenants()) AND d.record = ANY (%b::uuid[]) AND d.kind = 'contact'
  -- A contact that was not said again with an amended identity is no longer used.
  AND d.version = (SELECT max(i.version) FROM vault_document i
                   WHERE i.tenant = d.tenant AND i.record = d.record AND i.kind = 'identity')
"""


def _made(actor: Actor, claimed: Sequence[Claimed], sender: str) -> list[_Made]:
    try:
        emails = _opened(actor, claimed)
        urls = addresses([(one.tenant, one.link) for one in claimed])
        return [
            _one(one, emails.get(one.id), url, sender)
            for one, url in zip(claimed, urls, strict=True)
        ]
    except (Unavailable, StillRunning):
        put_back(claimed)
        raise
    except Exception as error:  # noqa: BLE001 - it may be the fault of one contact
        if len(claimed) > 1:
            # One of them can't be made. Each alone, so that it holds up no other.
            return [made for one in claimed for made in _made(actor, [one], sender)]
        _log.error(
            "notice can't be made",
            extra={"record": claimed[0].id, "reason": type(error).__name__},
            exc_info=True,
        )
        settle(actor, claimed[0], Outcome.LATER)
        return []


def _opened(actor: Actor, claimed: Sequence[Claimed]) -> dict[UUID, str | None]:
    """The e-mail address that was left, by notice; none where no contact was."""
    (rows,) = ask(
        (_CONTACTS, ([one.screening for one in claimed],)),
        tenants=list({one.tenant for one in claimed}),
    )
    names = ("tenant", "record", "kind", "version", "key", "body")
    sealed = {row[1]: VaultDocument(**dict(zip(names, row, strict=True))) for row in rows}
    left = [one for one in claimed if one.screening in sealed]
    contents = open_documents(actor, "notify", [sealed[one.screening] for one in left])
    return {one.id: Contact.of(content).email for one, content in zip(left, contents, strict=True)}


def _one(notice: Claimed, email: str | None, url: str, sender: str) -> _Made:
    if email is None:
        return _Made(notice, None, outcome=Outcome.NOTHING_TO_SEND)
    recipient = deliverable(email)
    if recipient is None:
        return _Made(notice, None, outcome=Outcome.NO_SUCH_RECIPIENT)
    return _Made(notice, recipient, mail(notice, sender, recipient, url))


def _send(actor: Actor, server: MailServer, made: Sequence[_Made]) -> Drained:
    answered = not made
    until = time.monotonic() + ROUND_SECONDS
    for number, one in enumerate(made):
        if time.monotonic() > until:
            put_back([left.notice for left in made[number:]])
            break
        try:
            outcome = server.send(one.recipient, one.mail) if one.recipient else one.outcome
        except MailServerLost as lost:
            _log.warning("mail server lost", extra={"code": lost.code})
            _settle(actor, one.notice, Outcome.LATER)
            put_back([left.notice for left in made[number + 1 :]])
            return Drained.ANSWERED if answered else Drained.SILENT
        answered = True
        _settle(actor, one.notice, outcome)
    return Drained.ANSWERED


def _settle(actor: Actor, notice: Claimed, outcome: Outcome) -> None:
    patiently(functools.partial(settle, actor, notice, outcome))

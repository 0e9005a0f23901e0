"""What a browser is asked to sign, and what its answer is worth (WebAuthn level 3, chapter 7).

Comes in: for whom a passkey is made, or whose may answer; then the browser's answer and the ticket
that went with the question. Goes out: options for `navigator.credentials`, then a new credential or
the one that signed. Always holds: user verification is required, and checked on the server; the
origin is ours; the question is no older than 5 minutes by the database's clock, and answers once
(`passkeys.spend`).

Nothing is stored until an answer is right: the ticket, signed by us, is the question's memory, so
that asking for questions fills no table.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from django.core import signing
from fido2.cose import ES256, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ecouvillon import config
from ecouvillon.errors import EcouvillonError
from ecouvillon.trust.isolation.change import ask

# What an answer may be used for: one that was asked for at the lock opens no session.
Purpose = Literal["enrol", "join", "sign in", "unlock"]

_SALT = "ecouvillon.people.signin.ceremony"
_ALGORITHMS = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)
_LONGEST_ANSWER = 20_000  # characters; an answer with an attestation has some 2,000
_REQUIRED = UserVerificationRequirement.REQUIRED


class SignInRefused(EcouvillonError):
    """The answer proves nothing: wrong, too old, used before, or of a cloned key."""


@dataclass(frozen=True, slots=True)
class Question:
    """Options for `navigator.credentials`, and the ticket to send back with the answer."""

    options: dict[str, Any]
    ticket: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a question was asked for: `subject` says to whom, in ids."""

    state: dict[str, Any]
    asked_at: str
    purpose: Purpose
    subject: dict[str, str]

    @property
    def challenge(self) -> bytes:
        """The 32 random bytes that the answer must have signed."""
        return websafe_decode(str(self.state["challenge"]))


@dataclass(frozen=True, slots=True)
class Signature:
    """What an authenticator says with a right answer; `count` is 0 where it does not count."""

    credential: AttestedCredentialData
    count: int
    user: UUID | None = None


def ask_to_create(
    purpose: Purpose, subject: dict[str, str], person: UUID, email: str, name: str
) -> Question:
    """The question that makes a discoverable passkey for `person`."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=person.bytes, name=email, display_name=name),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_REQUIRED,
        challenge=os.urandom(32),
    )
    return Question(dict(options), _sign(state, purpose, subject))


def ask_to_sign(
    purpose: Purpose, subject: dict[str, str], credentials: Sequence[bytes] = ()
) -> Question:
    """The question that a passkey answers: any that the browser finds, or one of `credentials`."""
    options, state = _server().authenticate_begin(
        [
            PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=credential)
            for credential in credentials
        ]
        or None,
        user_verification=_REQUIRED,
        challenge=os.urandom(32),
    )
    return Question(dict(options), _sign(state, purpose, subject))


def read_ticket(text: str, *purposes: Purpose) -> Ticket:
    """The ticket that we signed for one of `purposes`; raises `SignInRefused` for any other."""
    try:
        ticket = Ticket(**signing.loads(text, salt=_SALT))
    except signing.BadSignature:
        raise SignInRefused from None
    if ticket.purpose not in purposes:
        raise SignInRefused
    return ticket


def created(ticket: Ticket, answer: object) -> Signature:
    """The credential that was made; raises `SignInRefused`."""
    try:
        data = _server().register_complete(ticket.state, _bounded(answer))
        credential = data.credential_data
    # Whatever a hostile answer breaks in the parser, it proves nothing.
    except Exception:  # noqa: BLE001
        raise SignInRefused from None
    if credential is None:
        raise SignInRefused
    return Signature(credential, data.counter)


def credential_named(answer: object) -> bytes:
    """The id of the credential that says it signed; raises `SignInRefused`."""
    try:
        return AuthenticationResponse.from_dict(_bounded(answer)).raw_id
    except Exception:  # noqa: BLE001 - as above
        raise SignInRefused from None


def signed(ticket: Ticket, answer: object, credential: bytes) -> Signature:
    """What `credential` signed; raises `SignInRefused` unless it did, for us and with its user."""
    try:
        known = AttestedCredentialData(credential)
        response = AuthenticationResponse.from_dict(_bounded(answer))
        _server().authenticate_complete(ticket.state, [known], response)
        handle = response.response.user_handle
        user = UUID(bytes=handle) if handle else None
    except Exception:  # noqa: BLE001 - as above
        raise SignInRefused from None
    return Signature(known, response.response.authenticator_data.counter, user)


def _bounded(answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict) or len(str(answer)) > _LONGEST_ANSWER:
        raise SignInRefused
    return answer


def _sign(state: Any, purpose: Purpose, subject: dict[str, str]) -> str:
    (((now,),),) = ask(("SELECT now()", ()))
    content = {
        "state": dict(state),
        "asked_at": now.isoformat(),
        "purpose": purpose,
        "subject": subject,
    }
    return signing.dumps(content, salt=_SALT)


def _server() -> Fido2Server:
    settings = config.load()
    # The configured host, never what a request claims (its Host header).
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=settings.public_host, name="Écouvillon"),
        verify_origin=_is_ours,
    )
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=algorithm)
        for algorithm in _ALGORITHMS
    ]
    return server


def _is_ours(origin: str) -> bool:
    public, said = urlsplit(config.load().public_url), urlsplit(origin)
    if public.hostname == "localhost":
        # One machine, where a port may be free or forwarded (`ssh -L`); it is no other's origin.
        return (said.scheme, said.hostname) == (public.scheme, public.hostname)
    return (said.scheme, said.netloc) == (public.scheme, public.netloc)

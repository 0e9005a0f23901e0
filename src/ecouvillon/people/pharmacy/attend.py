"""Being at the screen: signing in, choosing where and for whom, locking, unlocking, signing out.

Comes in: touches of a passkey, choices. Goes out: sessions, and their entries in the ledger. Always
holds: each is one transaction with its entry; a sign-in makes a new session and ends the one that
the browser had, so that nothing that was planted or left there lives on.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from ecouvillon.errors import Forbidden, NotFound
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.people.signin import ceremony, passkeys, sessions
from ecouvillon.people.signin.ceremony import Question, SignInRefused
from ecouvillon.people.signin.passkeys import Cloned, Touch
from ecouvillon.people.signin.sessions import Found, Opened
from ecouvillon.trust.isolation.change import Change, ask, change
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor
from ecouvillon.trust.ledger.entries import detail, entries, record


def ask_to_sign_in() -> Question:
    """The question that any passkey of ours answers."""
    return ceremony.ask_to_sign("sign in", {})


def sign_in(ticket_text: str, answer: object, origin: str, before: Found | None) -> Opened:
    """Signs in whose passkey it is; `before` is the browser's session until now, which ends.

    Raises `SignInRefused`, and `Forbidden` for somebody who works nowhere.
    """
    touch = passkeys.touched(ceremony.read_ticket(ticket_text, "sign in"), answer)
    return _opened(touch.person, origin, before, touch)


def sign_in_without_passkey(person: UUID, origin: str, before: Found | None) -> Opened:
    """Signs in somebody whom the caller vouches for; raises `Forbidden` for one who works nowhere.

    Only the demonstration calls it (its button is not part of any installation), and tests.
    """
    return _opened(person, origin, before, None)


_RPPS = """
SELECT rpps FROM membership WHERE tenant = ANY (tenants()) AND person = %s AND ended_at IS NULL
"""


def _opened(person: UUID, origin: str, before: Found | None, touch: Touch | None) -> Opened:
    (works,) = ask(("SELECT tenant FROM memberships_of(%s)", (person,)))
    # Of several pharmacies the person chooses one, on the next page.
    pharmacy: UUID | None = works[0][0] if len(works) == 1 else None
    actor = Actor("person", person, pharmacy or INSTALLATION, uuid4(), origin)
    try:
        with change(actor.tenant) as writing:
            if touch is not None:
                passkeys.spend(writing, touch)
            if not works:
                raise Forbidden
            opened = sessions.open_session(person, pharmacy, _own_number(writing, person, pharmacy))
            if before is not None:
                sessions.end(writing, before.id)
            writing.add([opened.row])
            writing.add(entries(actor, "signed in", [opened.row.id]))
            writing.add(detail(actor))
            return opened
    except Cloned as error:
        _note_clone(actor, error)
        raise


def _own_number(writing: Change, person: UUID, pharmacy: UUID | None) -> UUID | None:
    """A pharmacist answers for their own results unless they choose otherwise."""
    if pharmacy is None:
        return None
    rows = writing.fetch(_RPPS, (person,))
    return person if rows and rows[0][0] is not None else None


def _note_clone(actor: Actor, error: Cloned) -> None:
    record([*entries(actor, "cloned passkey refused", [error.touch.passkey]), *detail(actor)])


def choose_pharmacy(session: Found, pharmacy: UUID, origin: str) -> None:
    """Sets where the session works; raises `NotFound` where its person doesn't."""
    actor = Actor("person", session.person, pharmacy, uuid4(), origin)
    (works,) = ask(("SELECT tenant FROM memberships_of(%s)", (session.person,)))
    if (pharmacy,) not in works:
        raise NotFound
    with change(pharmacy) as writing:
        own = _own_number(writing, session.person, pharmacy)
        sessions.choose(writing, session.id, pharmacy, own)
        writing.add(entries(actor, "pharmacy chosen", [session.id]))
        writing.add(detail(actor))


_ANSWERS = """
SELECT m.id FROM membership m JOIN person p ON p.id = m.person AND p.is_active
WHERE m.tenant = ANY (tenants()) AND m.person = %s AND m.rpps IS NOT NULL
  AND m.joined_at IS NOT NULL AND m.ended_at IS NULL
"""


def choose_performer(staff: Staff, performer: UUID) -> None:
    """Sets who answers for the session's results; raises `NotFound` unless a pharmacist there."""
    with change(staff.actor.tenant) as writing:
        rows = writing.fetch(_ANSWERS, (performer,))
        if not rows:
            raise NotFound
        sessions.choose(writing, staff.session, staff.pharmacy.tenant, performer)
        writing.add(entries(staff.actor, "performer chosen", [rows[0][0]]))
        writing.add(detail(staff.actor))


def lock(session: Found, origin: str) -> None:
    """Locks the screen."""
    actor = _actor(session, origin)
    with change(actor.tenant) as writing:
        sessions.lock(writing, session.id)
        writing.add(entries(actor, "locked", [session.id]))
        writing.add(detail(actor))


def ask_to_unlock(session: Found) -> Question:
    """The question that only a passkey of the session's person answers."""
    known = passkeys.credentials_of(session.person)
    return ceremony.ask_to_sign("unlock", {"session": str(session.id)}, known)


def unlock(session: Found, ticket_text: str, answer: object, origin: str) -> None:
    """Unlocks the screen, or proves again that its person is there.

    Raises `SignInRefused`, also for another person's passkey and another session's question.
    """
    ticket = ceremony.read_ticket(ticket_text, "unlock")
    touch = passkeys.touched(ticket, answer)
    if touch.person != session.person or ticket.subject != {"session": str(session.id)}:
        raise SignInRefused
    actor = _actor(session, origin)
    try:
        with change(actor.tenant) as writing:
            passkeys.spend(writing, touch)
            sessions.unlock(writing, session.id)
            action = "unlocked" if session.locked else "presence proven"
            writing.add(entries(actor, action, [session.id]))
            writing.add(detail(actor))
    except Cloned as error:
        _note_clone(actor, error)
        raise


def sign_out(session: Found, origin: str) -> None:
    """Ends the session."""
    actor = _actor(session, origin)
    with change(actor.tenant) as writing:
        sessions.end(writing, session.id)
        writing.add(entries(actor, "signed out", [session.id]))
        writing.add(detail(actor))


def _actor(session: Found, origin: str) -> Actor:
    return Actor("person", session.person, session.pharmacy or INSTALLATION, uuid4(), origin)

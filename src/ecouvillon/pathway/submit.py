"""A program hands in patients, with their results where they are known already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import psycopg
from django.utils import timezone

from ecouvillon.errors import KeyReused
from ecouvillon.exits.delivery.links import Opened, links
from ecouvillon.exits.delivery.notices import notices
from ecouvillon.exits.reporting.models import Transmission, TransmissionState
from ecouvillon.exits.reporting.routing import Route, transmissions
from ecouvillon.pathway import request
from ecouvillon.pathway.answer import Answer, standing
from ecouvillon.pathway.minimise import minimised
from ecouvillon.screening.models import State, Version
from ecouvillon.screening.patient import Reading
from ecouvillon.screening.recording import first_version, result_document
from ecouvillon.screening.registration import Registration, documents, screenings
from ecouvillon.screening.visits import BLOCKS
from ecouvillon.terminology.visit_number import format_visit_number
from ecouvillon.trust.isolation.change import change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.seal import Document, seal


@dataclass(frozen=True, slots=True)
class Submission:
    """One patient handed in by a request; without `reading` it is a registration only."""

    asked: request.Asked
    registration: Registration
    reading: Reading | None


def submit(
    actor: Actor, submissions: Sequence[Submission], active: Sequence[Route]
) -> list[Answer | KeyReused]:
    """Registers the patients and records their results: all at once, each once, in order.

    A request that was carried out before is answered as it stands now, and the others are carried
    out without it. Raises `Unavailable` or `StillRunning`; then nothing happened.
    """
    asked = request.claims(actor.tenant, [one.asked for one in submissions])
    left = list(range(len(submissions)))
    answers: dict[int, Answer | KeyReused] = {}
    while left:
        try:
            answers |= zip(
                left,
                _commit(actor, [submissions[i] for i in left], [asked[i] for i in left], active),
                strict=True,
            )
            left = []
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name != "request_pkey":
                raise
            repeated = _repeated(actor, {i: asked[i] for i in left})
            answers |= repeated
            left = [i for i in left if i not in repeated]
    return [answers[i] for i in range(len(submissions))]


def _commit(
    actor: Actor,
    submissions: Sequence[Submission],
    asked: Sequence[request.Claim],
    active: Sequence[Route],
) -> list[Answer]:
    tenant = actor.tenant
    ids = [uuid4() for _ in submissions]
    recorded = [id_ for id_, one in zip(ids, submissions, strict=True) if one.reading]
    day = timezone.localdate()
    visits = BLOCKS.take(tenant, day, len(ids))
    to_seal: list[Document] = []
    versions: list[Version] = []
    leaving: list[Transmission] = []
    reachable: set[UUID] = set()
    not_kept: list[tuple[str, ...]] = []
    for id_, one in zip(ids, submissions, strict=True):
        registration, dropped = minimised(one.registration, active)
        not_kept.append(dropped)
        to_seal += documents(id_, registration)
        if registration.contact is not None:
            reachable.add(id_)
        if one.reading is not None:
            version = first_version(tenant, id_)
            versions.append(version)
            to_seal.append(result_document(version, one.reading))
            leaving += transmissions(version, active)
    link_rows, opened = links(tenant, recorded) if recorded else ([], [])
    by_screening = dict(zip(recorded, opened, strict=True))
    with change(tenant) as writing:
        for state, some in (
            (State.RESULTED, [i for i, one in enumerate(submissions) if one.reading]),
            (State.REGISTERED, [i for i, one in enumerate(submissions) if not one.reading]),
        ):
            writing.add(
                screenings(tenant, [ids[i] for i in some], day, [visits[i] for i in some], state)
            )
        writing.add(
            request.row(tenant, claim, id_, dropped)
            for claim, id_, dropped in zip(asked, ids, not_kept, strict=True)
        )
        writing.add(seal(tenant, to_seal))
        writing.add(versions)
        writing.add(leaving)
        writing.add(link_rows)
        writing.add(notices(writing, versions, reachable, link_rows))
        writing.add(entries(actor, "screening registered", ids))
        writing.add(entries(actor, "result recorded", recorded))
        writing.add(detail(actor))
    return [
        _answer(id_, visit, dropped, active if id_ in by_screening else (), by_screening.get(id_))
        for id_, visit, dropped in zip(ids, visits, not_kept, strict=True)
    ]


def _answer(
    id_: UUID,
    visit: int,
    not_kept: tuple[str, ...],
    active: Sequence[Route],
    opened: Opened | None,
) -> Answer:
    return Answer(
        id=id_,
        visit_number=format_visit_number(visit),
        state=(State.REGISTERED if opened is None else State.RESULTED).value,
        transmissions=tuple((route.name, TransmissionState.PENDING.value) for route in active),
        not_kept=not_kept,
        opened=opened,
    )


def _repeated(actor: Actor, asked: dict[int, request.Claim]) -> dict[int, Answer | KeyReused]:
    found = request.known(actor.tenant, list(asked.values()))
    before = {i: found[claim.key] for i, claim in asked.items() if claim.key in found}
    again = [one.screening for one in before.values() if isinstance(one, request.Known)]
    now = standing(actor.tenant, again, link_for=actor.id) if again else {}
    return {
        i: replace(now[one.screening], not_kept=one.not_kept)
        if isinstance(one, request.Known)
        else one
        for i, one in before.items()
    }

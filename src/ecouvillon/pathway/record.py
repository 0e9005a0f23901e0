"""The result of a screening that was registered before."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import psycopg

from ecouvillon.errors import KeyReused, WrongState
from ecouvillon.exits.delivery.links import first_links
from ecouvillon.exits.delivery.notices import notices
from ecouvillon.exits.reporting.routing import Route, transmissions
from ecouvillon.pathway import request
from ecouvillon.pathway.answer import Answer, standing
from ecouvillon.screening.models import Screening, State
from ecouvillon.screening.patient import Reading
from ecouvillon.screening.recording import lock, next_version, result_document
from ecouvillon.trust.isolation.change import change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.seal import seal


@dataclass(frozen=True, slots=True)
class Result:
    """What was read for one screening."""

    screening: UUID
    reading: Reading


def record_results(
    actor: Actor, results: list[Result], asked: list[request.Asked], active: list[Route]
) -> list[Answer]:
    """Records results of screenings that have none yet, all or nothing; `asked` one to one.

    Raises `NotFound`, `WrongState`, `KeyReused`, `Unavailable` or `StillRunning`; then nothing
    happened. The same requests again are answered as the screenings stand now.
    """
    tenant = actor.tenant
    claims = request.claims(tenant, asked)
    repeated = request.known(tenant, claims)
    if repeated:
        return _again(actor, [repeated.get(claim.key) for claim in claims])
    ids = [result.screening for result in results]
    try:
        with change(tenant) as writing:
            before = lock(writing, ids)
            versions = [next_version(tenant, before[id_]) for id_ in ids]
            writing.add(
                request.row(tenant, claim, id_) for claim, id_ in zip(claims, ids, strict=True)
            )
            writing.add(
                seal(
                    tenant,
                    [
                        result_document(version, result.reading)
                        for version, result in zip(versions, results, strict=True)
                    ],
                )
            )
            writing.add(versions)
            for version in versions:
                writing.add(transmissions(version, active))
            made = first_links(writing, tenant, ids)
            reachable = [id_ for id_ in ids if before[id_].reachable]
            writing.add(made)
            writing.add(notices(writing, versions, reachable, made))
            writing.set(Screening, ids, state=State.RESULTED.value)
            writing.add(entries(actor, "result recorded", ids))
            writing.add(detail(actor))
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name != "request_pkey":
            raise
        found = request.known(tenant, claims)
        return _again(actor, [found.get(claim.key) for claim in claims])
    except WrongState:
        # A twin of this request may have been carried out while we waited for the screening.
        found = request.known(tenant, claims)
        if not found:
            raise
        return _again(actor, [found.get(claim.key) for claim in claims])
    now = standing(tenant, ids, link_for=actor.id)
    return [now[id_] for id_ in ids]


def _again(actor: Actor, found: list[request.Known | KeyReused | None]) -> list[Answer]:
    known = [one for one in found if isinstance(one, request.Known)]
    if len(known) < len(found):
        raise KeyReused
    now = standing(actor.tenant, [one.screening for one in known], link_for=actor.id)
    return [now[one.screening] for one in known]

"""What a sender is answered: built from what was just written, or rebuilt from what stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ecouvillon.errors import NotFound
from ecouvillon.exits.delivery.links import Opened, shown_again
from ecouvillon.terminology.visit_number import format_visit_number
from ecouvillon.trust.isolation.change import ask


@dataclass(frozen=True, slots=True)
class Answer:
    """A screening as its sender may see it: states, never a patient's data."""

    id: UUID
    visit_number: str
    state: str
    transmissions: tuple[tuple[str, str], ...]  # destination's name, state
    not_kept: tuple[str, ...] = ()
    opened: Opened | None = None


_STANDING = """
SELECT s.id, s.visit, s.state, l.id,
  (SELECT array_agg(d.name ORDER BY d.name, t.version) FROM transmission t
   JOIN destination d ON d.id = t.destination
   WHERE t.tenant = s.tenant AND t.screening = s.id),
  (SELECT array_agg(t.state ORDER BY d.name, t.version) FROM transmission t
   JOIN destination d ON d.id = t.destination
   WHERE t.tenant = s.tenant AND t.screening = s.id)
FROM screening s LEFT JOIN link l ON l.tenant = s.tenant AND l.screening = s.id
  AND EXISTS (SELECT FROM ledger_entry e
    WHERE e.tenant = s.tenant AND e.record = s.id
      AND e.action = 'screening registered' AND e.actor = %b::uuid)
WHERE s.tenant = ANY (tenants()) AND s.id = ANY (%b::uuid[])
"""


def standing(
    tenant: UUID, screenings: Sequence[UUID], *, link_for: UUID | None = None
) -> dict[UUID, Answer]:
    """How these screenings stand now, and what opens those that the client `link_for` registered.

    Nobody else gets a link: who only corrects, or adds a result, must not read the patient.
    Raises `NotFound` when one does not exist in this pharmacy.
    """
    ((*rows,),) = ask((_STANDING, [link_for, list(screenings)]), tenants=[tenant])
    if len(rows) < len(set(screenings)):
        raise NotFound
    linked = [row[3] for row in rows if row[3] is not None]
    opened = dict(zip(linked, shown_again(tenant, linked), strict=True)) if linked else {}
    return {
        id_: Answer(
            id=id_,
            visit_number=format_visit_number(visit),
            state=state,
            transmissions=tuple(zip(names or (), states or (), strict=True)),
            opened=opened.get(link),
        )
        for id_, visit, state, link, names, states in rows
    }

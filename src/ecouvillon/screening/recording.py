"""Recording: versions of screenings, and looking at a screening before it gets one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon.errors import NotFound, WrongState
from ecouvillon.screening.models import State, Version
from ecouvillon.screening.patient import Reading
from ecouvillon.trust.isolation.change import Change
from ecouvillon.trust.vault.seal import Document


@dataclass(frozen=True, slots=True)
class Standing:
    """How a screening stands: what a next version builds on."""

    screening: UUID
    day: date
    visit: int
    state: State
    identity: int
    versions: int
    # The result document of the last version that was not taken back; None before the first.
    result: int | None
    # Whether a contact was given with the identity as it stands.
    reachable: bool


_LOCK = """
SELECT FROM screening WHERE tenant = ANY (tenants()) AND id = ANY (%b::uuid[])
ORDER BY id FOR UPDATE
"""
# Asked once the screenings are held: a statement that waits for a row still sees all other tables
# as they were when it began (PostgreSQL's manual, 13.2.1).
_STANDING = """
SELECT s.id, s.day, s.visit, s.state,
  (SELECT max(d.version) FROM vault_document d
   WHERE d.tenant = s.tenant AND d.record = s.id AND d.kind = 'identity'),
  (SELECT count(*) FROM version v WHERE v.tenant = s.tenant AND v.screening = s.id),
  (SELECT v.result FROM version v
   WHERE v.tenant = s.tenant AND v.screening = s.id AND NOT EXISTS (
     SELECT FROM take_back b
     WHERE b.tenant = v.tenant AND b.screening = v.screening AND b.version = v.number)
   ORDER BY v.number DESC LIMIT 1),
  EXISTS (SELECT FROM vault_document c
    WHERE c.tenant = s.tenant AND c.record = s.id AND c.kind = 'contact' AND c.version = (
      SELECT max(d.version) FROM vault_document d
      WHERE d.tenant = s.tenant AND d.record = s.id AND d.kind = 'identity'))
FROM screening s WHERE s.tenant = ANY (tenants()) AND s.id = ANY (%b::uuid[])
"""


def lock(change: Change, ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """The screenings, held until the change ends: the second person sees what the first did.

    Raises `NotFound` when one does not exist in this pharmacy.
    """
    change.fetch(_LOCK, [list(ids)])
    found = {
        row[0]: Standing(row[0], row[1], row[2], State(row[3]), *row[4:])
        for row in change.fetch(_STANDING, [list(ids)])
    }
    if len(found) < len(set(ids)):
        raise NotFound
    return found


def first_version(tenant: UUID, screening: UUID) -> Version:
    """The row of a screening's first version; it leaves at once."""
    return Version(
        tenant=tenant,
        id=uuid4(),
        screening=screening,
        number=1,
        kind=Version.Kind.ORIGINAL.value,
        identity=1,
        result=1,
        leaves_at=timezone.now(),
    )


def next_version(tenant: UUID, standing: Standing, leaves_at: datetime | None = None) -> Version:
    """The row of the first result of a screening that was only registered or sampled so far.

    It leaves at `leaves_at`, or at once.

    Raises `WrongState` when it has a result already, or was cancelled.
    """
    if standing.state not in (State.REGISTERED, State.SAMPLED):
        raise WrongState(standing.state.value)
    return Version(
        tenant=tenant,
        id=uuid4(),
        screening=standing.screening,
        number=standing.versions + 1,
        kind=Version.Kind.ORIGINAL.value,
        identity=standing.identity,
        result=standing.versions + 1,
        leaves_at=leaves_at or timezone.now(),
    )


def corrected_version(
    tenant: UUID,
    standing: Standing,
    *,
    identity_amended: bool,
    read_again: bool,
    leaves_at: datetime | None = None,
) -> Version:
    """The row that takes the place of a screening's last version; it leaves at `leaves_at` or now.

    Raises `WrongState` when there is nothing to correct.
    """
    version = _after(tenant, standing, Version.Kind.CORRECTION, leaves_at)
    version.identity += identity_amended
    if read_again:
        version.result = version.number
    return version


def cancelling_version(tenant: UUID, standing: Standing) -> Version:
    """The row that says that a screening's result is void; raises `WrongState` as above."""
    return _after(tenant, standing, Version.Kind.CANCELLATION, None)


def _after(
    tenant: UUID, standing: Standing, kind: Version.Kind, leaves_at: datetime | None
) -> Version:
    if standing.state is not State.RESULTED or standing.result is None:
        raise WrongState(standing.state.value)
    return Version(
        tenant=tenant,
        id=uuid4(),
        screening=standing.screening,
        number=standing.versions + 1,
        kind=kind.value,
        identity=standing.identity,
        result=standing.result,
        leaves_at=leaves_at or timezone.now(),
    )


def result_document(version: Version, reading: Reading) -> Document:
    """What is to be sealed of a version."""
    return Document(version.screening, "result", version.result, reading.document())

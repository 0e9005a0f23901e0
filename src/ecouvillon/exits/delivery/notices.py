"""Making notices with the results that they tell of, and calling back those that have not left.

Comes in: versions, and which patients left a contact. Goes out: rows that the worker sends from
(`notify`). Always holds: a notice leaves no earlier than its version; whether there is one depends
on the contact and the installation's mail server, never on the result.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon import config
from ecouvillon.exits.delivery.models import Link, Notice, NoticeState
from ecouvillon.screening.models import Version
from ecouvillon.trust.isolation.change import Change

_LINKS = """
SELECT screening, id FROM link
WHERE tenant = ANY (tenants()) AND screening = ANY (%b::uuid[]) ORDER BY created_at
"""


def notices(
    writing: Change, versions: Sequence[Version], reachable: Collection[UUID], made: Sequence[Link]
) -> list[Notice]:
    """A notice of each version whose screening is `reachable`, with its latest link.

    `made`: the links that this change makes. None where no mail server is set up.
    """
    told = [version for version in versions if version.screening in reachable]
    if not told or config.load().smtp_url is None:
        return []
    links = {link.screening: link.id for link in made}
    before = [version.screening for version in told if version.screening not in links]
    if before:
        links |= dict(writing.fetch(_LINKS, (before,)))
    return [
        Notice(
            tenant=version.tenant,
            id=uuid4(),
            screening=version.screening,
            link=links[version.screening],
            state=NoticeState.PENDING.value,
            next_at=version.leaves_at,
        )
        for version in told
    ]


# Held until the change ends, so that no worker claims what is being called back.
_PENDING = """
SELECT id, attempts FROM notice
WHERE tenant = ANY (tenants()) AND screening = %b AND state = 'pending'
ORDER BY id FOR UPDATE
"""


def call_back(writing: Change, screening: UUID) -> bool:
    """Closes the screening's notices that were not sent; whether none had begun to leave."""
    pending = writing.fetch(_PENDING, (screening,))
    writing.set(
        Notice,
        [id_ for id_, _ in pending],
        state=NoticeState.DONE.value,
        settled_at=timezone.now(),
        leased_until=None,
    )
    return not any(attempts for _, attempts in pending)

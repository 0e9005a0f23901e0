"""The auditor's page: the latest lines of the ledger; and the thief's, who took the database.

Comes in: the ledger, read with the rights of an auditor; a dump, taken as a superuser takes it.
Goes out: who did what, without anybody's name; what the thief sees. Always holds: the dump stays in
memory; names are sought in it, those of the demo and one that the visitor typed, and kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from psycopg.conninfo import make_conninfo

from ecouvillon import config
from ecouvillon.operations import canaries
from ecouvillon.operations.demo import patient, theft
from ecouvillon.operations.demo.cast import PHARMACY, Cast
from ecouvillon.operations.demo.tour.gate import demo_only
from ecouvillon.operations.demo.tour.people import BIRTH_NAMES

_LATEST = """
SELECT at, actor_kind, concat_ws(' · ', action, purpose), record FROM ledger_entry
ORDER BY at DESC, action LIMIT 40
"""
_GLIMPSE = 4  # rows of a table
_WIDTH = 56  # characters of a column


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger; of the record the beginning of its id."""

    at: datetime
    actor: str
    action: str
    record: str


@require_safe
@demo_only
def auditor(request: HttpRequest, cast: Cast) -> HttpResponse:
    """The latest entries on the demo's pharmacy."""
    where = make_conninfo(**config.load().conninfo("auditor"))
    with psycopg.connect(where) as connection:
        tenants = f"{{{cast.tenant}}}"
        connection.execute("SELECT set_config('ecouvillon.tenants', %s, true)", (tenants,))
        rows = connection.execute(_LATEST).fetchall()
    entries = [
        Entry(at, actor, action, record.hex[:8] if isinstance(record, UUID) else "")
        for at, actor, action, record in rows
    ]
    return render(request, "tour/auditor.html", {"entries": entries})


@require_POST
@demo_only
def steal(request: HttpRequest, cast: Cast) -> HttpResponse:
    """Dumps the database and searches it; `also` is one more name to look for."""
    loot = theft.steal(config.load())
    also = request.POST.get("also", "").strip()
    too_short = bool(also) and len(also.encode()) < canaries.SHORTEST
    wanted = patient.SECRETS | BIRTH_NAMES | ({"yours": also} if also and not too_short else {})
    return render(
        request,
        "tour/theft.html",
        {
            "kilobytes": len(loot.dump) // 1024,
            "sought": len(wanted),
            "hits": loot.hits(wanted),
            "too_short": too_short,
            # What is no secret must be found: else the search would prove nothing.
            "control": PHARMACY if loot.hits({"pharmacy": PHARMACY}) else "",
            "tables": [
                (table, [_shortened(row) for row in loot.rows(table, cast.tenant)[-_GLIMPSE:]])
                for table in ("vault_document", "screening")
            ],
        },
    )


def _shortened(row: list[str]) -> str:
    columns = [one[:_WIDTH] + "…" if len(one) > _WIDTH else one for one in row[1:]]
    return "  ".join(columns)

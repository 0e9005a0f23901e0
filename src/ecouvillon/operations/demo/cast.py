"""Who plays: a pharmacy, its software, and the national system as a destination.

Comes in: the installation, as its operator. Goes out: a `Cast`. Always holds: they are made once an
installation; the client's secret, shown once by nature, is kept with the other secrets.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from ecouvillon.config import Config
from ecouvillon.operations import secrets

PHARMACY = "Pharmacie des Tilleuls argentés"
_FINESS = "759999998"  # the department is Paris's, the number nobody's
_SOFTWARE = "Pharmacy software of the demo"
NATIONAL = "national-simulator"


@dataclass(frozen=True, slots=True)
class Cast:
    """What the walk needs to know; `link` and `code` are of the last patient of the demo."""

    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    link: str = ""
    code: str = field(default="", repr=False)


def remembered(config: Config) -> Cast | None:
    """The cast of an earlier run."""
    try:
        return Cast(**json.loads(_file(config).read_text()))
    except FileNotFoundError:
        return None


def remember(config: Config, cast: Cast, answer: dict[str, Any]) -> Cast:
    """The cast with the link and code that the walk was given, kept for the start page."""
    known = replace(cast, link=answer["link"], code=answer["code"])
    secrets.write(_file(config), json.dumps(asdict(known)))
    return known


def assemble(config: Config, national_port: int) -> Cast:
    """The cast, made where missing; Django is set up as `operator`."""
    from ecouvillon.operations.process import operator
    from ecouvillon.people.pharmacy.create import SCOPES, create_client, create_pharmacy, pharmacies
    from ecouvillon.terminology.finess import Finess

    _point_to(national_port)
    cast = remembered(config)
    known = {str(pharmacy.tenant): pharmacy for pharmacy in pharmacies()}
    if cast is not None and cast.tenant in known:
        return cast
    pharmacy = next((p for p in known.values() if p.name == PHARMACY), None)
    pharmacy = pharmacy or create_pharmacy(operator(), PHARMACY, Finess.parse(_FINESS))
    made = create_client(operator(), pharmacy, _SOFTWARE, SCOPES)
    cast = Cast(str(pharmacy.tenant), made.client_id.hex, made.client_secret)
    secrets.write(_file(config), json.dumps(asdict(cast)))
    return cast


def port_of_before() -> int:
    """Where the national system listened in an earlier run, 0 if there was none."""
    from ecouvillon.exits.reporting.destinations import destinations

    known = [d for d in destinations() if d.name == NATIONAL]
    return int(known[0].url.rpartition(":")[2]) if known else 0


def _point_to(port: int) -> None:
    """Have the destination, needing NIR and consent, at the port where the simulator listens."""
    from ecouvillon.exits.reporting.destinations import Wanted, add, destinations, resume
    from ecouvillon.exits.reporting.models import Destination, WithoutConsent
    from ecouvillon.operations.process import operator
    from ecouvillon.trust.isolation.change import change
    from ecouvillon.trust.ledger.actor import INSTALLATION
    from ecouvillon.trust.ledger.entries import detail, entries

    url = f"mllp://127.0.0.1:{port}"
    known = [d for d in destinations() if d.name == NATIONAL]
    if not known:
        add(operator(), Wanted(NATIONAL, "hl7-mllp", url, True, WithoutConsent.PSEUDONYMISE))
        return
    (destination,) = known
    if destination.paused_at is not None:  # tried out before; the walk would wait for ever
        resume(operator(), destination)
    if destination.url != url:
        actor = operator()
        with change(INSTALLATION) as writing:
            writing.set(Destination, [destination.id], url=url)
            writing.add(entries(actor, "destination moved", [destination.id]))
            writing.add(detail(actor))


def tenant(cast: Cast) -> UUID:
    """The pharmacy's id."""
    return UUID(cast.tenant)


def client(cast: Cast) -> UUID:
    """The id of the pharmacy's software."""
    return UUID(cast.client_id)


def _file(config: Config) -> Path:
    return config.secrets / "demo.json"

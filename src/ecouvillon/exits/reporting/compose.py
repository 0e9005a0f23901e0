"""Composing messages: opened documents become one report for each transmission, or nothing.

Comes in: claimed transmissions that were never sent. Goes out: for each its message, or why there
is nothing to send. Always holds: identity first, and only what the patient's consent and the
destination's rule let leave is opened after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon import config
from ecouvillon.exits.reporting import report as wire
from ecouvillon.exits.reporting.models import Destination, WithoutConsent
from ecouvillon.exits.reporting.oru import build
from ecouvillon.exits.reporting.queue import Claimed
from ecouvillon.screening.models import Version
from ecouvillon.screening.patient import Contact, Identity, Reading
from ecouvillon.terminology.ins import IdentityStatus
from ecouvillon.terminology.nir import Nir
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.rpps import Rpps
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents


class NothingToSend(StrEnum):
    """Why a transmission is done without a message; sealed, never a clear column."""

    WITHHELD = "withheld"
    INVALID = "invalid"
    # Cancelled, or corrected to invalid, before the destination knew of it.
    NEVER_KNOWN = "never_known"


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and the longest that it could have been with other results (for its padding)."""

    text: str = field(repr=False)
    longest: str = field(repr=False)


_DOCUMENTS = """
SELECT tenant, record, kind, version, key, body FROM vault_document
WHERE tenant = ANY (tenants()) AND record = ANY (%b::uuid[])
"""
_PHARMACIES = "SELECT tenant, name, finess FROM pharmacy WHERE tenant = ANY (tenants())"

Key = tuple[UUID, str, int]


def documents(tenants: Sequence[UUID], records: Sequence[UUID]) -> dict[Key, VaultDocument]:
    """The sealed documents of these records, by record, kind and version."""
    (rows,) = ask((_DOCUMENTS, [list(records)]), tenants=tenants)
    return {
        (record, kind, version): VaultDocument(
            tenant=tenant, record=record, kind=kind, version=version, key=key, body=body
        )
        for tenant, record, kind, version, key, body in rows
    }


def compose(
    actor: Actor, destination: Destination, claimed: Sequence[Claimed]
) -> dict[UUID, Message | NothingToSend]:
    """A message for each transmission, by its id.

    Opens identities, then what may leave, in two audited steps whatever the number.
    """
    tenants = list({one.tenant for one in claimed})
    sealed = documents(tenants, [one.screening for one in claimed])
    (rows,) = ask((_PHARMACIES, ()), tenants=tenants)
    pharmacies = {tenant: wire.Organisation(finess, name) for tenant, name, finess in rows}

    wanted = [(one.screening, "identity", one.identity) for one in claimed]
    identities = {
        key: Identity.of(content) for key, content in _opened(actor, sealed, wanted).items()
    }
    identity = {one.id: identities[one.screening, "identity", one.identity] for one in claimed}

    composed: dict[UUID, Message | NothingToSend] = {}
    leaving: list[Claimed] = []
    wanted = []
    for one in claimed:
        consents = identity[one.id].sharing_consent is True
        if not consents and destination.without_consent == WithoutConsent.WITHHOLD:
            composed[one.id] = NothingToSend.WITHHELD
            continue
        if one.kind is Version.Kind.CANCELLATION and not one.known:
            composed[one.id] = NothingToSend.NEVER_KNOWN
            continue
        leaving.append(one)
        wanted.append((one.screening, "result", one.result))
        if consents:
            # What was said with that identity; a patient may have neither.
            wanted.append((one.screening, "contact", one.identity))
            if destination.needs_nir:
                wanted.append((one.screening, "nir", one.identity))
    contents = _opened(actor, sealed, [key for key in wanted if key in sealed])
    for one in leaving:
        reading = Reading.of(contents[one.screening, "result", one.result])
        status, values = _what_to_say(one, reading)
        if status is None:
            composed[one.id] = NothingToSend.INVALID
            continue
        form = _form(
            one,
            identity[one.id],
            reading.identity_status,
            contents.get((one.screening, "contact", one.identity)),
            contents.get((one.screening, "nir", one.identity)),
        )
        composed[one.id] = _message(
            _report(
                one,
                destination,
                pharmacies[one.tenant],
                form,
                replace(reading, values=values),
                status=status,
            )
        )
    return composed


def _what_to_say(
    one: Claimed, reading: Reading
) -> tuple[wire.ReportStatus | None, tuple[tuple[str, ResultValue], ...]]:
    """How the destination is to take a reading; None when there is nothing to tell it.

    What it never acknowledged is new to it, whatever was corrected meanwhile. Invalid is no result:
    it is not sent, and takes back what was.
    """
    values = tuple(v for v in reading.values if v[1] is not ResultValue.INVALID)
    if one.kind is Version.Kind.CANCELLATION or not values:
        return (wire.ReportStatus.DELETION if one.known else None), reading.values
    return (wire.ReportStatus.CORRECTION if one.known else wire.ReportStatus.NEW), values


def _opened(
    actor: Actor, sealed: Mapping[Key, VaultDocument], wanted: Sequence[Key]
) -> dict[Key, dict[str, Any]]:
    keys = list(dict.fromkeys(wanted))
    contents = open_documents(actor, "forward", [sealed[key] for key in keys])
    return dict(zip(keys, contents, strict=True))


def _form(
    one: Claimed,
    identity: Identity,
    identity_status: IdentityStatus,
    contact: dict[str, Any] | None,
    nir: dict[str, Any] | None,
) -> wire.Identified | wire.Pseudonymised:
    if identity.sharing_consent is not True:
        return wire.Pseudonymised(str(uuid4()), identity.birth_date.year, identity.sex)
    reachable = Contact(None, None) if contact is None else Contact.of(contact)
    address = identity.address
    return wire.Identified(
        patient=str(one.screening),
        birth_name=identity.birth_name,
        first_names=identity.first_names,
        used_name=identity.used_name,
        sex=identity.sex,
        birth_date=identity.birth_date,
        birth_place=identity.birth_place,
        address=None
        if address is None
        else wire.Address(address.lines, address.postal_code, address.city, address.country),
        phone=reachable.phone,
        email=reachable.email,
        nir=None if nir is None else Nir.parse(nir["nir"]),
        identity_status=identity_status,
    )


def _report(
    one: Claimed,
    destination: Destination,
    sender: wire.Organisation,
    form: wire.Identified | wire.Pseudonymised,
    reading: Reading,
    *,
    status: wire.ReportStatus,
) -> wire.Report:
    performer, kit = reading.performer, reading.kit
    return wire.Report(
        control_id=one.control_id,
        made_at=timezone.now(),
        test=config.load().test_data,
        sender=sender,
        receiver=destination.name,
        screening=str(one.screening),
        form=form,
        performer=wire.Performer(Rpps.parse(performer.rpps), performer.family, performer.given),
        kit=wire.Kit(kit.device, kit.lot, kit.expiry, kit.reader_lot),
        sampled_at=reading.sampled_at,
        read_at=reading.read_at,
        observations=tuple(wire.Observation(loinc, value) for loinc, value in reading.values),
        status=status,
    )


def _message(report: wire.Report) -> Message:
    # "Not detected" is the longest of the values' words.
    longest = replace(
        report,
        observations=tuple(replace(one, value=ResultValue.NEGATIVE) for one in report.observations),
    )
    return Message(build(report).decode(), build(longest).decode())

"""The ledger's tables. Nothing here is ever changed: triggers and grants refuse it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ecouvillon.trust.isolation.row import Row


class LedgerEntry(Row):
    """One action of one actor on one record."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())
    # person, client, link, job or operator, and its id.
    actor_kind = models.TextField()
    actor = models.UUIDField(null=True)
    action = models.TextField()
    record = models.UUIDField(null=True)
    # The purpose and opening id of a reading; the key service records the same opening id once.
    purpose = models.TextField(null=True)
    opening = models.UUIDField(null=True)
    request = models.UUIDField()
    # Makes the entry's leaf in the tree a commitment that reveals nothing once details are dropped.
    salt = models.BinaryField()

    class Meta:
        db_table = "ledger_entry"


class LedgerDetail(Row):
    """What of a request may be dropped after the retention time: where it came from."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    request = models.UUIDField()
    # An address for staff, programs and the operator; for a patient's link a MAC of it, in hex.
    origin = models.TextField()

    class Meta:
        db_table = "ledger_detail"

"""Requests that were carried out: what makes a repeated one harmless."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ecouvillon.trust.isolation.row import Row


class Request(Row):
    """A request key (idempotency header, MSH-10, row or form nonce) and what it did."""

    pk = models.CompositePrimaryKey("tenant", "key")
    tenant = models.UUIDField()
    # MACs under keys of the tenant: neither key, nor body, nor the sender's id is readable here.
    key = models.BinaryField()
    fingerprint = models.BinaryField()
    external_id = models.BinaryField(null=True)
    screening = models.UUIDField()
    # What was sent and not kept, as JSON pointers separated by spaces.
    not_kept = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "request"


class HandOver(models.Model):
    """A version that was handed over on paper within its minute: it left then."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    screening = models.UUIDField()
    version = models.IntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "hand_over"


class Call(models.Model):
    """Somebody who may have seen a result that was corrected or cancelled: to be told by voice."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    screening = models.UUIDField()
    # The version that they have to hear of.
    version = models.IntegerField()
    created_at = models.DateTimeField(db_default=Now())
    made_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "call"

"""Requests that were carried out: what makes a repeated one harmless."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Request(models.Model):
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

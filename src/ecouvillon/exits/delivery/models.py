"""Links."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

LIFETIME_ATTEMPTS = 10


class Link(models.Model):
    """How a patient gets in. `token` is SHA-256 of the 128 random bits that the link shows."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    screening = models.UUIDField()
    token = models.BinaryField()
    # Wrong codes so far, and those being looked at; LIFETIME_ATTEMPTS end the link.
    attempts = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "link"

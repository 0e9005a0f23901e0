"""Links and notices."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ecouvillon.trust.isolation.row import Row

LIFETIME_ATTEMPTS = 10


class Link(Row):
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


class NoticeState(models.TextChoices):
    """How far a notice is."""

    PENDING = "pending"
    # The mail server took it.
    SENT = "sent"
    # There is no such address: somebody has to call.
    FAILED = "failed"
    # Nothing to send: no address, or what it told of was taken back or replaced before it left.
    DONE = "done"


class Notice(Row):
    """One message to a patient, that a version of their result is there; also the queue's own row.

    Whom it is for is in the sealed contact alone. Whatever the result was, the row is the same.
    """

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    screening = models.UUIDField()
    link = models.UUIDField()
    state = models.TextField(choices=NoticeState.choices)
    attempts = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    # First when the version may leave, then when it is tried again.
    next_at = models.DateTimeField()
    # Until when a worker holds it; a worker that died loses it then.
    leased_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notice"

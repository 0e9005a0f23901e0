"""Destinations and transmissions."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ecouvillon.trust.isolation.row import Row


class WithoutConsent(models.TextChoices):
    """What a destination gets of a patient who did not consent to identified data."""

    PSEUDONYMISE = "pseudonymise"
    WITHHOLD = "withhold"


class Destination(models.Model):
    """A system that receives results of all pharmacies; set up by the operator."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField(unique=True)
    protocol = models.TextField()
    url = models.TextField()
    needs_nir = models.BooleanField()
    without_consent = models.TextField(choices=WithoutConsent.choices)
    activated_at = models.DateTimeField(db_default=Now())
    paused_at = models.DateTimeField(null=True)
    # Why it was paused: by the operator, or by an AR of the destination.
    paused_because = models.TextField(null=True)

    class Meta:
        db_table = "destination"


class TransmissionState(models.TextChoices):
    """Where a version stands on its way to a destination."""

    PENDING = "pending"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    DONE = "done"


class Transmission(Row):
    """One version going to one destination; also the queue's own row."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    screening = models.UUIDField()
    version = models.IntegerField()
    destination = models.UUIDField()
    # MSH-10, made once: 20 base32 characters.
    control_id = models.TextField()
    state = models.TextField(choices=TransmissionState.choices)
    attempts = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    # First when the version may leave, then when it is tried again.
    next_at = models.DateTimeField()
    # Until when a worker holds it; a worker that died loses it then.
    leased_until = models.DateTimeField(null=True)
    # When it was answered for good; why it was rejected, or had nothing to send, is sealed.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "transmission"

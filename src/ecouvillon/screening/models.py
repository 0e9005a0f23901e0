"""Screenings, their versions and the counters of visit numbers."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class State(models.TextChoices):
    """Where a screening stands."""

    REGISTERED = "registered"
    SAMPLED = "sampled"
    RESULTED = "resulted"
    CANCELLED = "cancelled"


class Screening(models.Model):
    """One visit of one patient."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    # The pharmacy's day (Europe/Paris) and the number within it; see terminology.visit_number.
    day = models.DateField()
    visit = models.IntegerField()
    state = models.TextField(choices=State.choices)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "screening"


class Version(models.Model):
    """What was true of a screening at a time; its values are the `result` document `number`."""

    class Kind(models.TextChoices):
        ORIGINAL = "original"
        CORRECTION = "correction"
        CANCELLATION = "cancellation"

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    screening = models.UUIDField()
    number = models.IntegerField()
    kind = models.TextField(choices=Kind.choices)
    # The version of the identity document that it was said of.
    identity = models.IntegerField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "version"


class VisitNumber(models.Model):
    """How far the numbers of a pharmacy's day are given out."""

    pk = models.CompositePrimaryKey("tenant", "day")
    tenant = models.UUIDField()
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        db_table = "visit_number"

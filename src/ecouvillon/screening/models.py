"""Screenings, the kits used on them, their versions and the counters of visit numbers."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from ecouvillon.trust.isolation.row import Row


class State(models.TextChoices):
    """Where a screening stands."""

    REGISTERED = "registered"
    SAMPLED = "sampled"
    RESULTED = "resulted"
    CANCELLED = "cancelled"


class IdentityCheck(models.TextChoices):
    """On which document staff checked who is there (RNIV 1, 3.2: the first three are trusted)."""

    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    RESIDENCE_PERMIT = "residence_permit"
    NONE = "none"


class Screening(Row):
    """One visit of one patient."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    # The pharmacy's day (Europe/Paris) and the number within it; see terminology.visit_number.
    day = models.DateField()
    visit = models.IntegerField()
    state = models.TextField(choices=State.choices)
    # Null until check-in: who is there was not looked at yet.
    identity_check = models.TextField(choices=IdentityCheck.choices, null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "screening"


class KitUse(Row):
    """One cassette: a kit that was started for a screening, and its clock.

    A kit without control line is done again in the same visit: the next number. What is written
    here is what was true of the kit when it was used, whatever is paired later.
    """

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    screening = models.UUIDField()
    number = models.IntegerField()
    kit = models.UUIDField()
    gtin = models.TextField()
    device = models.TextField()
    name = models.TextField()
    # LOINC codes, separated by spaces, in the order in which they are read.
    analytes = models.TextField()
    lot = models.TextField()
    expiry = models.DateField()
    # Seconds after `started_at` between which the kit is read.
    reading_from = models.IntegerField()
    reading_until = models.IntegerField()
    # Who took the sample: a person.
    sampled_by = models.UUIDField()
    # The database's clock, as all clocks of the counter.
    started_at = models.DateTimeField(db_default=Now())
    # When it was seen that the control line is missing.
    failed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kit_use"


class Version(Row):
    """What was true of a screening at a time: an identity, and a result."""

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
    # The version of the result document; a cancellation and a mended identity keep the last one.
    result = models.IntegerField()
    recorded_at = models.DateTimeField(db_default=Now())
    # Until then it can be taken back, and neither destination nor patient gets it.
    leaves_at = models.DateTimeField()

    class Meta:
        db_table = "version"


class TakeBack(models.Model):
    """A version that was taken back within its minute: it stays, and counts for nothing."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    screening = models.UUIDField()
    version = models.IntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "take_back"


class VisitNumber(models.Model):
    """How far the numbers of a pharmacy's day are given out."""

    pk = models.CompositePrimaryKey("tenant", "day")
    tenant = models.UUIDField()
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        db_table = "visit_number"

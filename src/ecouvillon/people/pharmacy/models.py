"""Tenants, the people who work there, and their API clients."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Pharmacy(models.Model):
    """A pharmacy; its id is the tenant of all that it owns."""

    tenant = models.UUIDField(primary_key=True)
    name = models.TextField()
    # 9 characters (FINESS of the establishment).
    finess = models.TextField()
    slug = models.SlugField(unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "pharmacy"


class ApiClient(models.Model):
    """A program that acts for a pharmacy; `id` is the OAuth client id."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    name = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_client"


class Kit(models.Model):
    """What a GTIN on a box means: paired once by the pharmacy; a later pairing replaces it."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    # 14 digits.
    gtin = models.TextField()
    # The device's id in the European list.
    device = models.TextField()
    name = models.TextField()
    # LOINC codes, separated by spaces, in the order in which they are read.
    analytes = models.TextField()
    # Seconds after the start of the clock between which the kit is read.
    reading_from = models.IntegerField()
    reading_until = models.IntegerField()
    # The person who paired it; null where the operator did.
    paired_by = models.UUIDField(null=True)
    paired_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "kit"


class Role(models.TextChoices):
    """What a person is in a pharmacy; the rules of who may do what name these."""

    OWNER = "owner"
    PHARMACIST = "pharmacist"
    PREPARER = "preparer"


class Membership(models.Model):
    """A person in a pharmacy: invited, then at work, then gone; never deleted."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    person = models.UUIDField()
    role = models.TextField()
    # Who has one may answer for results.
    rpps = models.TextField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    joined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "membership"


class Invitation(models.Model):
    """An address that, with a code told apart, lets one person in, once."""

    pk = models.CompositePrimaryKey("tenant", "id")
    tenant = models.UUIDField()
    id = models.UUIDField()
    membership = models.UUIDField()
    token = models.BinaryField()
    # Argon2id of token and code.
    verifier = models.TextField()
    attempts = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitation"

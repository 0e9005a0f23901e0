"""Tenants and their API clients."""

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

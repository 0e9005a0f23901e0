"""The one table of ciphertexts, and how far their keys are confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models.functions import Now

from ecouvillon.trust.isolation.row import Row


class VaultDocument(Row):
    """A sealed document: version `version` of `kind` of `record`, under the key `key`."""

    pk = models.CompositePrimaryKey("tenant", "record", "kind", "version")
    tenant = models.UUIDField()
    record = models.UUIDField()
    kind = models.TextField()
    version = models.IntegerField()
    key = models.UUIDField()
    sealed_at = models.DateTimeField(db_default=Now())
    # nonce (12 bytes), ciphertext of the padded document, tag (16 bytes).
    body = models.BinaryField()

    class Meta:
        db_table = "vault_document"

    # Until when (monotonic seconds) a commit may use the key; only known where it was sealed.
    valid_until: float = float("inf")

    @classmethod
    def of(cls, columns: Sequence[Any]) -> VaultDocument:
        """The document in a row of a query: tenant, record, kind, version, key, body, in order."""
        names = ("tenant", "record", "kind", "version", "key", "body")
        return cls(**dict(zip(names, columns, strict=True)))


class KeyConfirmation(models.Model):
    """Until when the key service knows which keys are in use; one row, the worker's."""

    id = models.SmallIntegerField(primary_key=True)
    until = models.DateTimeField()

    class Meta:
        db_table = "key_confirmation"

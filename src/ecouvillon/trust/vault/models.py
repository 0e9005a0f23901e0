"""The one table of ciphertexts."""

from __future__ import annotations

from django.db import models


class VaultDocument(models.Model):
    """A sealed document: version `version` of `kind` of `record`, under the key `key`."""

    pk = models.CompositePrimaryKey("tenant", "record", "kind", "version")
    tenant = models.UUIDField()
    record = models.UUIDField()
    kind = models.TextField()
    version = models.IntegerField()
    key = models.UUIDField()
    # When the worker told the key service that the key is in use.
    confirmed = models.BooleanField(db_default=False)
    # nonce (12 bytes), ciphertext of the padded document, tag (16 bytes).
    body = models.BinaryField()

    class Meta:
        db_table = "vault_document"

    # Until when (monotonic seconds) a commit may use the key; only known where it was sealed.
    valid_until: float = float("inf")

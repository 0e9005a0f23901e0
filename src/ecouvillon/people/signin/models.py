"""Persons, their passkeys, their sessions, and the challenges that have served."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now


class Person(AbstractBaseUser):
    """Somebody who signs in; what they may do stands in their memberships of pharmacies."""

    # Nobody has a password, so there is no column that could hold one.
    password = None  # type: ignore[assignment]
    last_login = None
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    given_name = models.TextField(default="")
    family_name = models.TextField(default="")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[BaseUserManager[Any]] = BaseUserManager()

    class Meta:
        db_table = "person"


class Passkey(models.Model):
    """A public key of a person; the private one never leaves their device."""

    id = models.UUIDField(primary_key=True)
    person = models.UUIDField()
    # 1 is the first. Two invitations accepted at once can't both make it: the database has one.
    number = models.SmallIntegerField()
    credential_id = models.BinaryField()
    # AAGUID, id and COSE key as the authenticator attested them (WebAuthn level 3, 6.5.1).
    credential = models.BinaryField()
    sign_count = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "passkey"


class Session(models.Model):
    """A person at a screen. Holds ids and times only."""

    id = models.UUIDField(primary_key=True)
    # A MAC of the cookie's secret, under a key that the database does not hold.
    key_hash = models.BinaryField()
    person = models.UUIDField()
    # Where they work, and which pharmacist answers for results: chosen once a session.
    pharmacy = models.UUIDField(null=True)
    performer = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    verified_at = models.DateTimeField(db_default=Now())
    # NULL while open. What is idle is locked too, without a write.
    locked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "session"


class SpentChallenge(models.Model):
    """A challenge that was answered: its answer is worth nothing any more."""

    challenge = models.BinaryField(primary_key=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "spent_challenge"

"""The user model: a human, known by an e-mail address, without user name or password."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Person(AbstractBaseUser):
    """Somebody who signs in; what they may do stands in their memberships of pharmacies."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    name = models.TextField(default="")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[BaseUserManager[Any]] = BaseUserManager()

    class Meta:
        db_table = "person"

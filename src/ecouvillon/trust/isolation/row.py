"""The base of models whose rows a change writes: made from keywords, quickly.

Comes in: the columns by name. Goes out: an unsaved instance. Always holds: what is not given has
its field's default. Django's own constructor announces each instance to listeners and looks at each
field, which took longer than sealing (docs/performance.md); nobody listens here.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.base import ModelState


class Row(models.Model):
    """A model with a quick constructor; instances that Django loads are made as ever."""

    class Meta:
        abstract = True

    if not TYPE_CHECKING:  # the plugin of django-stubs checks the keywords

        def __init__(self, *args: Any, **columns: Any) -> None:
            known = _defaults(type(self))
            if args or not columns.keys() <= known.keys():
                super().__init__(*args, **columns)
                return
            self._state = ModelState()
            self.__dict__.update(known)
            self.__dict__.update(columns)


@functools.cache
def _defaults(model: type[models.Model]) -> dict[str, Any]:
    """The default of each column; nothing for a model that makes some anew for each instance."""
    fields = [field for field in model._meta.concrete_fields if field.column]
    if any(callable(field.default) for field in fields if field.has_default()):
        return {}
    return {field.attname: field.get_default() for field in fields}

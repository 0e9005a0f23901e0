"""Django's settings of the demo's web process: the house's, with the demo's pages and its mark."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ecouvillon.settings import *  # noqa: F403 - Django's way to build settings on others
from ecouvillon.settings import INSTALLED_APPS as _APPS
from ecouvillon.settings import TEMPLATES as _TEMPLATES

ROOT_URLCONF = "ecouvillon.operations.demo.urls"
INSTALLED_APPS = [*_APPS, "ecouvillon.operations.demo", "ecouvillon.operations.demo.tour"]
# The tour shows the house's own pages in frames.
FRAME_ANCESTORS = "'self'"
_ENGINE: Any = deepcopy(_TEMPLATES[0])
_ENGINE["OPTIONS"]["context_processors"].append("ecouvillon.operations.demo.pages.demo")
TEMPLATES = [_ENGINE]

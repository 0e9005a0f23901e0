"""A pharmacist signed in at the counter, and the same person for the verbs behind the pages."""

from __future__ import annotations

import pytest
from tests.cast import Api
from tests.pathway.counter import Counter
from tests.staff import Browser


@pytest.fixture
def desk(pharmacist: Browser, api: Api) -> Counter:
    """The counter at which the pharmacist stands."""
    return Counter(api.tenant, pharmacist.person)

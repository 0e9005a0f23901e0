"""People at the counter: invited by the operator, with a device, at a browser.

`hired` is what a test of the counter's pages wants: somebody of a role, signed in by passkey.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.test import Client
from tests.authenticator import Authenticator
from tests.installation import Installed, acting_as

from ecouvillon.operations.process import operator
from ecouvillon.people.pharmacy.invite import Invited, Wanted, invite
from ecouvillon.people.pharmacy.models import Pharmacy, Role

# Well-formed numbers, of nobody.
RPPS = "10001234565"


@dataclass
class Browser:
    """A browser with a device at it."""

    device: Authenticator = field(default_factory=Authenticator)
    client: Client = field(default_factory=Client)

    @property
    def person(self) -> UUID:
        """Whose device it is."""
        return UUID(bytes=self.device.user)

    def get(self, path: str, **headers: str) -> Any:
        """GETs a page."""
        return self.client.get(path, headers=headers)

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Any:
        """Sends a form."""
        return self.client.post(path, fields or {}, headers=headers)

    def accept(self, invited: Invited, code: str | None = None) -> Any:
        """Opens an invitation's address, types the code, touches the device."""
        path = urlsplit(invited.url).path
        page = self.post(path, {"code": invited.code if code is None else code})
        if page.status_code != 200 or b"data-options" not in page.content:
            return page
        return self.post(path, self.answer_page(page.content.decode()))

    def answer_page(self, page: str) -> dict[str, str]:
        """What the page's script sends once the device has answered the question on the page."""
        found = re.search(r'data-options="([^"]*)"', page)
        ticket = re.search(r'name="ticket" value="([^"]*)"', page)
        assert found
        assert ticket
        options = json.loads(html.unescape(found[1]))
        creates = "user" in options["publicKey"]
        answer = self.device.create(options) if creates else self.device.get(options)
        return {"credential": json.dumps(answer), "ticket": ticket[1]}

    def touch(self, question: str) -> dict[str, str]:
        """What the page's script sends after asking for a question."""
        asked = self.get(question).json()
        answer = self.device.get(asked["options"])
        return {"credential": json.dumps(answer), "ticket": asked["ticket"]}

    def sign_in(self) -> Any:
        """Signs in with the device's passkey."""
        return self.post("/counter/signin", self.touch("/counter/signin/question"))

    def unlock(self, **fields: str) -> Any:
        """Touches the device at the lock."""
        return self.post("/counter/unlock", self.touch("/counter/unlock/question") | fields)


def invited(
    installed: Installed,
    pharmacy: Pharmacy,
    role: Role = Role.PREPARER,
    *,
    email: str | None = None,
    name: str = "Sami OUALI",
) -> Invited:
    """An invitation made by the operator, of somebody new unless `email` says who."""
    rpps = RPPS if role is Role.PHARMACIST else None
    address = email or f"{uuid4().hex}@pharmacie.example"
    with acting_as("operator", installed):
        return invite(operator(), pharmacy, Wanted(address, role, rpps, name))


def hired(
    installed: Installed, pharmacy: Pharmacy, role: Role = Role.PREPARER, **more: Any
) -> Browser:
    """Somebody who accepted an invitation with a passkey, and is signed in since."""
    browser = Browser()
    answer = browser.accept(invited(installed, pharmacy, role, **more))
    assert answer.status_code == 302, answer.content
    return browser

"""How the demo speaks to the web process: as the pharmacy's software, and as the patient's phone.

Always holds: real HTTP, a connection a request; while a part is being started again the same
request is sent again, with the same request key.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from ecouvillon.operations.demo.failure import StepFailed, eventually

_SECONDS = 30
# The house says "come again": a part is down, or the first of two equal requests still runs.
_AGAIN = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.CONFLICT)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was wanted."""

    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        return dict(json.loads(self.body))


class Web:
    """The web process at a port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._token = ""

    def ask(self, method: str, path: str, sent: bytes = b"", **headers: str) -> Answer:
        """The answer to a request; raises `StepFailed` when the house refuses or stays silent."""
        head = {name.replace("_", "-"): value for name, value in headers.items()}
        head["Host"] = f"localhost:{self._port}"

        def attempt() -> Answer | None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_SECONDS)
            try:
                connection.request(method, path, sent or None, head)
                response = connection.getresponse()
                answer = Answer(response.headers, response.read())
            finally:
                connection.close()
            if response.status in _AGAIN:
                return None
            if response.status >= HTTPStatus.BAD_REQUEST:
                raise StepFailed(f"{method} {path} was answered {response.status}")
            return answer

        return eventually(attempt, f"{method} {path} is not answered")

    def sign_in(self, client_id: str, client_secret: str) -> None:
        """Get an access token, as a program of the pharmacy does."""
        where = self.ask("GET", "/.well-known/openid-configuration").json()["token_endpoint"]
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        answer = self.ask(
            "POST",
            urlsplit(where).path,
            urlencode(form).encode(),
            Content_Type="application/x-www-form-urlencoded",
        )
        self._token = answer.json()["access_token"]

    def post(self, path: str, body: dict[str, Any], request_key: str) -> dict[str, Any]:
        """The answer to a JSON body sent to the API."""
        return self.ask(
            "POST",
            path,
            json.dumps(body).encode(),
            Authorization=f"Bearer {self._token}",
            Content_Type="application/json",
            Idempotency_Key=request_key,
        ).json()

    def get(self, path: str) -> dict[str, Any]:
        """A JSON object of the API."""
        return self.ask("GET", path, Authorization=f"Bearer {self._token}").json()

    def unlock(self, link: str, code: str) -> str:
        """The page that a patient sees who opens `link` and types `code`."""
        path = urlsplit(link).path
        form = self.ask("GET", path, Accept_Language="en")
        cookies = SimpleCookie()
        for header in form.headers.get_all("Set-Cookie", []):
            cookies.load(header)
        fields = _hidden_fields(form.text) | {"code": code}
        return self.ask(
            "POST",
            path,
            urlencode(fields).encode(),
            Accept_Language="en",
            Content_Type="application/x-www-form-urlencoded",
            Cookie="; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items()),
        ).text


def _hidden_fields(page: str) -> dict[str, str]:
    class Hidden(HTMLParser):
        fields: dict[str, str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = dict(attrs)
            if tag == "input" and given.get("type") == "hidden" and given.get("name"):
                self.fields[given["name"] or ""] = given.get("value") or ""

    parser = Hidden()
    parser.fields = {}
    parser.feed(page)
    return parser.fields

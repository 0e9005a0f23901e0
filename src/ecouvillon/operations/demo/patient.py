"""The invented patient of the demo, as a pharmacy's software sends one.

Always holds: nobody can be meant. The NIR's place of birth (99 999) does not exist, the phone
number is one of those that ARCEP keeps for fiction (décision 2018-0881), the mail address lies in a
domain kept for examples (RFC 2606). All that the theft looks for has 10 characters or more.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

BIRTH_NAME = "PELLEGRINOT-VASSEUR"
FIRST_NAME = "Maximilienne"
EMAIL = "maximilienne.pellegrinot@example.org"
PHONE = "+33639981742"
STREET = "27 passage des Cormorans"
CITY = "Villeneuve-des-Essais"
NIR = "284029999999904"
SECRETS = {
    "birth name": BIRTH_NAME,
    "first name": FIRST_NAME,
    "e-mail": EMAIL,
    "phone": PHONE,
    "phone as dialled": "0" + PHONE.removeprefix("+33"),
    "street": STREET,
    "city": CITY,
    "NIR": NIR,
}


def screening(now: datetime | None = None) -> dict[str, Any]:
    """The body of `POST /api/v1/screenings`: patient, consent, kit, and a result read just now."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    return {
        "sharing_consent": True,
        "patient": {
            "birth_name": BIRTH_NAME,
            "first_names": [FIRST_NAME],
            "sex": "female",
            "birth_date": "1984-02-29",
            "birth_place": "99999",
            "nir": NIR,
            "email": EMAIL,
            "phone": PHONE,
            "address": {
                "lines": [STREET],
                "postal_code": "75002",
                "city": CITY,
                "country": "FR",
            },
        },
        "test": {
            "kit": {
                "device": "1232",
                "lot": "DEMO-42",
                "expiry": (now + timedelta(days=365)).date().isoformat(),
                "reader_lot": None,
            },
            "sampled_at": (now - timedelta(minutes=18)).isoformat(),
            "read_at": (now - timedelta(minutes=3)).isoformat(),
            "performer_rpps": "10001234565",
            "performer_name": {"family": "Tilleul", "given": "Agnès"},
        },
        "results": [{"loinc": "94558-4", "value": "negative"}],
    }


def canonical_result(body: dict[str, Any]) -> dict[str, bytes]:
    """The bytes of the result in `body` before they are sealed, and of its values alone."""
    from ecouvillon.entrances.api.bodies import ReadingBody
    from ecouvillon.trust.vault.encoding import encode

    sent = ReadingBody.model_validate({"test": body["test"], "results": body["results"]})
    document = sent.reading().document()
    return {
        "result": _unpadded(encode(document)),
        "values of the result": _unpadded(encode({"values": document["values"]}))[1:-1],
    }


def _unpadded(padded: bytes) -> bytes:
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]

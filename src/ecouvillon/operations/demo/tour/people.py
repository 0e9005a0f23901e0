"""The invented people of the demo's day.

Always holds: nobody can be meant: the names are put together of two, the addresses lie in a domain
kept for examples (RFC 2606). Birth names have 10 characters or more, so that the theft can look for
them (`canaries.SHORTEST`).
"""

from __future__ import annotations

from datetime import date

from ecouvillon.screening.patient import Contact, Identity
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.sex import Sex

_F, _M = Sex.FEMALE, Sex.MALE
_PEOPLE = (
    ("BRIANDEAU-LOISEL", "Inès", _F, "1991-06-07"),
    ("TAILLANDIER-ROUX", "Karim", _M, "1978-11-30"),
    ("PERRIGAULT-NOËL", "Louise", _F, "2001-02-14"),
    ("FERREIRA-MONTEL", "Tiago", _M, "1995-09-21"),
    ("MARCHANDEAU-VIAL", "Camille", _F, "1984-02-29"),
    ("GUILLEMOT-SARRAZ", "Simone", _F, "1949-05-03"),
    ("VERNEUIL-PASCAL", "Hugo", _M, "2010-12-24"),
    ("DIARRASSOUBA-LEROY", "Awa", _F, "1988-07-17"),
    ("CHARPENTREAU-LY", "Jeanne", _F, "1962-01-08"),
    ("BENMANSOUR-GALLET", "Mehdi", _M, "1999-04-12"),
    ("ROUSSELIN-ODDOUX", "Yann", _M, "1971-08-25"),
    ("LAFORESTIE-BRUNET", "Odette", _F, "1938-10-19"),
)

BIRTH_NAMES = {f"birth name of {first}": birth for birth, first, _, _ in _PEOPLE}


def registration(number: int) -> Registration:
    """The person with this number, from 0; every third leaves an e-mail address."""
    birth_name, first_name, sex, born = _PEOPLE[number]
    identity = Identity(
        birth_name,
        (first_name,),
        sex,
        date.fromisoformat(born),
        birth_place="99999",
        sharing_consent=number % 2 == 0,
    )
    contact = Contact(f"patient.{number}@example.org", None) if number % 3 == 0 else None
    return Registration(identity, contact, None)

"""A refusal in a pharmacist's words: what to look at, what to do, and which fields that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ecouvillon.exits.reporting.to_mend import ToMend


@dataclass(frozen=True, slots=True)
class Complaint:
    """The cause as a title, what to do, and the fields to look at first."""

    title: Any
    advice: Any
    fields: tuple[str, ...] = ()


_CARD = _("Copy it as it stands on the document of identity.")
_CORRECT = _("Open the result with “Correct the result” and look at this.")
_OPERATOR = _("Nobody can mend this at the counter: tell who runs this installation.")

COMPLAINTS = {
    ToMend.NAME: Complaint(
        _("The name is refused"), _CARD, ("birth_name", "first_names", "used_name")
    ),
    ToMend.BIRTH_DATE: Complaint(_("The birth date is refused"), _CARD, ("birth_date",)),
    ToMend.BIRTH_PLACE: Complaint(
        _("Birth place and birth date don’t fit together"),
        _("Codes of towns change: choose the one that the town had on the day of birth."),
        ("birth_place", "birth_date"),
    ),
    ToMend.SEX: Complaint(_("The sex is refused"), _CARD, ("sex",)),
    ToMend.NIR: Complaint(
        _("The social security number is refused"),
        _("Compare it with the card of the health insurance, and with sex and birth date."),
        ("nir", "sex", "birth_date"),
    ),
    ToMend.ADDRESS: Complaint(
        _("The address is refused"),
        _("Ask for town and postcode again."),
        ("address_lines", "postal_code", "city", "country"),
    ),
    ToMend.PHONE: Complaint(
        _("The telephone number is refused"), _("Ask for it again, or leave it empty."), ("phone",)
    ),
    ToMend.EMAIL: Complaint(
        _("The e-mail address is refused"), _("Ask for it again, or leave it empty."), ("email",)
    ),
    ToMend.IDENTITY_CHECK: Complaint(
        _("The way in which identity was checked is refused"),
        _("Compare the whole identity with the document."),
        ("birth_name", "first_names", "birth_date", "sex"),
    ),
    ToMend.PERFORMER: Complaint(_("Who answers for the result is refused"), _CORRECT),
    ToMend.PHARMACY: Complaint(_("The pharmacy’s number is refused"), _OPERATOR),
    ToMend.KIT: Complaint(_("The kit is refused"), _OPERATOR),
    ToMend.TIME: Complaint(_("A time is refused"), _OPERATOR),
    ToMend.RESULT: Complaint(_("What was read is refused"), _CORRECT),
    ToMend.UNKNOWN: Complaint(
        _("The national system does not say what is wrong"),
        _("Compare the identity with the document, then send it again."),
        ("birth_name", "first_names", "birth_date", "sex"),
    ),
}

"""The sex of a patient's identity, as the INS trait has it.

The value is the API's and FHIR's word (administrative gender); `hl7` is the letter of PID-8.
`unknown` exists because an identity that does not come from INSi may lack the trait.
"""

from __future__ import annotations

from enum import StrEnum


class Sex(StrEnum):
    """Female, male or unknown; nothing else is sent by the national identity service."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"

    @property
    def hl7(self) -> str:
        """The code of HL7 table 0001 (PID-8): `F`, `M` or `U`."""
        return self.value[0].upper()

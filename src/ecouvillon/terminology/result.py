"""What a rapid test can say about one analyte, and how the standards write it.

`positive`, `negative` and `indeterminate` (an ambiguous reading) are results; `invalid` says that
the control line is missing, which is a fact about the kit: it is never sent as a result and never
certified, the test is done again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Concept:
    """A SNOMED CT concept: `code` (SCTID) and its English `display`."""

    code: str
    display: str


class ResultValue(StrEnum):
    """The value of one analyte in one version of a screening."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    INDETERMINATE = "indeterminate"
    INVALID = "invalid"

    @property
    def snomed(self) -> Concept:
        """The SNOMED CT concept (OBX-5, Observation.value)."""
        return _CONCEPTS[self]

    @property
    def flag(self) -> str | None:
        """The code of HL7 table 0078 (OBX-8); None for `invalid`, which is no result."""
        return _FLAGS.get(self)


# "Detected" and "Not detected" are the value set of the EU digital certificate (test-result.json).
# The other two lack a French source; "Invalid result" is from the US extension.
_CONCEPTS = {
    ResultValue.POSITIVE: Concept("260373001", "Detected"),
    ResultValue.NEGATIVE: Concept("260415000", "Not detected"),
    ResultValue.INDETERMINATE: Concept("419984006", "Inconclusive"),
    ResultValue.INVALID: Concept("455371000124106", "Invalid result"),
}

# Table 0078 is user-defined in HL7 v2.5: our profile takes the codes that v2.7 made its own.
_FLAGS = {
    ResultValue.POSITIVE: "POS",
    ResultValue.NEGATIVE: "NEG",
    ResultValue.INDETERMINATE: "IND",
}

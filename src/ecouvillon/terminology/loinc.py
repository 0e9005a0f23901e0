"""The analytes that a pharmacy's rapid tests look for, with their LOINC codes and names.

Source: the French value set of point-of-care examinations, jdv-trod-examen-cisis (OID
1.2.250.1.213.1.1.5.830, version of 16 July 2026), whose labels are `official_label` word for
word. LOINC's system axis must fit the specimen, so each analyte carries the one that it is
reported with: RSV by 72885-7 is nasopharynx only, strep A by 78012-2 throat only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Specimen:
    """What was sampled (SPM-4, Specimen.type): SNOMED CT `code`, English `display`, French."""

    code: str
    display: str
    label_fr: str


@dataclass(frozen=True, slots=True)
class Analyte:
    """One thing that a test looks for: LOINC code, short `key`, names for people, official name."""

    loinc: str
    key: str
    label_fr: str
    label_en: str
    official_label: str
    specimen: Specimen


@dataclass(frozen=True, slots=True)
class Panel:
    """A combined examination (OBR-4): its LOINC code, and those of its analytes (OBX-3)."""

    loinc: str
    label_fr: str
    label_en: str
    official_label: str
    analytes: tuple[str, ...]


NASOPHARYNGEAL_SWAB = Specimen(
    "258500001", "Nasopharyngeal swab", "Prélèvement nasopharyngé (écouvillon)"
)
THROAT_SWAB = Specimen("258529004", "Throat swab", "Prélèvement de gorge (oropharyngé)")

_RAPID = "Qualitatif ; Immunoanalyse rapide"

# In the order in which a combined cassette is read and shown.
ANALYTES: Mapping[str, Analyte] = MappingProxyType(
    {
        analyte.loinc: analyte
        for analyte in (
            Analyte(
                "94558-4",
                "covid",
                "COVID-19",
                "COVID-19",
                "Coronavirus SARS-CoV-2 Ag [Présence/Seuil] "
                f"Échantillon du système respiratoire ; {_RAPID}",
                NASOPHARYNGEAL_SWAB,
            ),
            Analyte(
                "80382-5",
                "flu_a",
                "Grippe A",
                "Influenza A",
                "Influenza virus A Ag [Présence/Seuil] "
                f"Échantillon du système respiratoire supérieur ; {_RAPID}",
                NASOPHARYNGEAL_SWAB,
            ),
            Analyte(
                "80383-3",
                "flu_b",
                "Grippe B",
                "Influenza B",
                "Influenza virus B Ag [Présence/Seuil] "
                f"Échantillon du système respiratoire supérieur ; {_RAPID}",
                NASOPHARYNGEAL_SWAB,
            ),
            Analyte(
                "72885-7",
                "rsv",
                "VRS",
                "RSV",
                f"Virus respiratoire syncytial Ag [Présence/Seuil] Nasopharynx ; {_RAPID}",
                NASOPHARYNGEAL_SWAB,
            ),
            Analyte(
                "78012-2",
                "strep_a",
                "Streptocoque A",
                "Strep A",
                f"Streptococcus pyogenes Ag [Présence/Seuil] Gorge ; {_RAPID}",
                THROAT_SWAB,
            ),
        )
    }
)

# No panel code is known for kits that add RSV: they are reported as their analytes.
PANELS: Mapping[str, Panel] = MappingProxyType(
    {
        "97099-6": Panel(
            "97099-6",
            "COVID-19, grippe A et B",
            "COVID-19, influenza A and B",
            "Influenza virus A and B and SARS-CoV-2 (COVID-19) Ag panel - "
            "Upper respiratory specimen by Rapid immunoassay",
            ("94558-4", "80382-5", "80383-3"),
        )
    }
)

"""The promise of the tokens, computed: WCAG 2.2, 1.4.3 (text 4.5) and 1.4.11 (controls 3)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecouvillon import frame

TOKENS = (Path(frame.__file__).parent / "static/frame/tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", part))
    for part in TOKENS.split("@media (prefers-color-scheme: dark)")
)
SCHEMES = {"light": LIGHT, "dark": LIGHT | DARK}

TEXT = [
    ("ink", "surface"),
    ("ink", "paper"),
    ("ink-2", "surface"),
    ("ink-2", "paper"),
    ("ink-2", "sunk"),
    ("bleu", "surface"),
    ("bleu", "paper"),
    ("bleu", "bleu-tint"),
    ("on-bleu", "bleu"),
    ("ink", "bleu-tint"),
    ("band-2", "band"),
    ("iode", "iode-tint"),
    ("ink", "iode-tint"),
    ("night", "iode-fill"),
    ("eosine", "surface"),
    ("eosine", "paper"),
    ("eosine", "eosine-tint"),
    ("feuille", "feuille-tint"),
    ("bell", "night"),
    ("on-night-2", "night"),
    ("paper", "ink"),
]
CONTROLS = [("edge", "surface"), ("edge", "paper"), ("bleu", "paper"), ("scan-ring", "band")]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read_on_its_ground(scheme: str, front: str, back: str) -> None:
    assert contrast(SCHEMES[scheme][front], SCHEMES[scheme][back]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back"), CONTROLS)
def test_the_edge_of_a_control_can_be_seen(scheme: str, front: str, back: str) -> None:
    assert contrast(SCHEMES[scheme][front], SCHEMES[scheme][back]) >= 3

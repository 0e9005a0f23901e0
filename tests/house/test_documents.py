"""The documents say what is there: every room, every setting, and no link leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecouvillon.config import Config

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "ecouvillon"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

# Folders that hold no room: Django wants migrations where the models are.
NO_ROOMS = {"migrations"}


def rooms() -> list[str]:
    packages = [path.parent.relative_to(SOURCE) for path in SOURCE.rglob("__init__.py")]
    return sorted(
        f"{package}/" for package in packages if package.parts and package.name not in NO_ROOMS
    )


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", _without_code(document), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).strip().replace(" ", "-")
        for heading in headings
    }


def links(document: Path) -> list[str]:
    found = re.findall(r"\]\(([^)\s]+)\)", _without_code(document))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def _without_code(document: Path) -> str:
    return re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)


def test_the_rooms_are_found() -> None:
    assert {"pathway/", "trust/vault/", "entrances/api/", "terminology/"} <= set(rooms())


@pytest.mark.parametrize("room", rooms())
def test_each_room_is_on_the_map(room: str) -> None:
    assert f"| `{room}` |" in text_of("architecture.md")


def test_no_room_on_the_map_is_gone() -> None:
    mapped = re.findall(r"^\| `([a-z_/]+/)` \|", text_of("architecture.md"), re.MULTILINE)
    assert sorted(mapped) == rooms()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_no_link_of_a_document_is_dead(document: Path) -> None:
    dead = []
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        there = target.exists() and target.is_relative_to(ROOT)
        if there and anchor and target.suffix == ".md":
            there = anchor in anchors(target)
        if not there:
            dead.append(link)
    assert dead == []


def test_there_are_documents_with_links() -> None:
    assert sum(len(links(document)) for document in DOCUMENTS) > 5


def test_the_table_of_settings_has_each_setting_and_no_other() -> None:
    listed = re.findall(r"^\| `(ECOUVILLON_[A-Z_]+)` \|", text_of("configuration.md"), re.MULTILINE)
    assert sorted(listed) == sorted(f"ECOUVILLON_{name.upper()}" for name in Config.model_fields)


def test_each_variable_that_a_document_names_exists() -> None:
    known = {f"ECOUVILLON_{name.upper()}" for name in Config.model_fields}
    # Of the build, not of an installation: where tests of pages keep their screenshots.
    known.add("ECOUVILLON_SHOTS")
    for document in DOCUMENTS:
        named = set(re.findall(r"ECOUVILLON_[A-Z_]*[A-Z]\b", document.read_text()))
        assert named <= known, document.name

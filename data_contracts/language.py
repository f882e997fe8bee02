"""Texts for people, in every language of the product. Which text belongs where: the ``*.po`` files.

A catalog is a folder with one ``.po`` file per language; keys are short identifiers, texts are
``str.format`` templates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Catalog:
    """The texts of one folder of ``.po`` files."""

    folder: Path

    def keys(self, language: str) -> frozenset[str]:
        """All keys that have a text in that language."""
        return frozenset(_texts(self.folder, language))

    def text(self, key: str, language: str, **values: object) -> str:
        """The text for ``key``, filled in. Raises KeyError for an unknown key."""
        return _texts(self.folder, language)[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in _texts(self.folder, LANGUAGES[0])


@cache
def _texts(folder: Path, language: str) -> Mapping[str, str]:
    with (folder / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    return {str(m.id): str(m.string) for m in catalog if m.id and m.string}


REASONS = Catalog(Path(__file__).parent / "i18n")
"""Why something was refused, what a cross-check found, names of causes and severities."""


def evidence_text(cause: str, evidence: str | None, language: str) -> str | None:
    """What led to a cause, in words. ``evidence``: JSON with the way it was found and the values for its text.

    What an older version wrote is no JSON and comes back as it is.
    """
    if evidence is None:
        return None
    try:
        told = json.loads(evidence)
        return REASONS.text(f"evidence.{cause}.{told['way']}", language, **told)
    except (ValueError, KeyError, TypeError):
        return evidence

"""What a draft is made of: the proposed layout, how sure each part is and why, what is asked, the parts of the sheet.

Making one: ``compose``. As a file: ``toml``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from data_contracts.layout import Layout
from etl.draft.grid import Place, cell_name
from etl.draft.meaning import Reading, Why


class Role(StrEnum):
    """What a rectangle of a sheet is."""

    TITLE = "title"
    LABEL = "label"
    VALUE = "value"
    HEADER = "header"
    DATA = "data"
    TOTAL = "total"
    IGNORED = "ignored"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a sheet with its role; first and last place are part of it. ``path`` as in ``Part``."""

    sheet: str
    first: Place
    last: Place
    role: Role
    measure: str | None
    certainty: float
    path: str

    @property
    def cells(self) -> str:
        """``B7`` or ``B7:B20``."""
        first, last = cell_name(self.first), cell_name(self.last)
        return first if first == last else f"{first}:{last}"


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the proposed layout: its path, how sure it is, why, and what else it may be."""

    path: str
    measure: str
    certainty: float
    why: tuple[Why, ...] = ()
    cells: tuple[str, ...] = ()
    others: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a person has to say: a key of the translations, the cells concerned, the candidates."""

    code: str
    params: tuple[tuple[str, str], ...]
    path: str
    sheet: str = ""
    cells: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A proposed layout. ``words`` is the layout as a TOML file holds it, ``layout`` the same, checked."""

    words: dict[str, Any]
    layout: Layout
    parts: tuple[Part, ...]
    questions: tuple[Question, ...]
    regions: tuple[Region, ...]
    language: str
    repetition: str = "one"
    tried: Any = field(default=None, compare=False)

    @property
    def certainty(self) -> float:
        """Mean over the parts, those nothing was found for included."""
        return sum(p.certainty for p in self.parts) / len(self.parts) if self.parts else 0.0

    def to_toml(self) -> str:
        """The layout as a file, with certainty and reasons beside each line."""
        from etl.draft.toml import as_toml  # noqa: PLC0415

        return as_toml(self)

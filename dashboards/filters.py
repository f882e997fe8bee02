"""What a reader has chosen, and its form in an address: raw codes only, so that a link works in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

DEFAULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Filters:
    """Part of the tree, days and shift; None means all. Days are inclusive."""

    plant: str | None = None
    area: str | None = None
    line: str | None = None
    shift: str | None = None
    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, address: Mapping[str, str]) -> Self:
        """From the parameters of an address; what is not a day is ignored."""
        first, last = _day(address.get("from")), _day(address.get("to"))
        if first and last and first > last:
            first, last = last, first
        plant, area, line, shift = (address.get(name) or None for name in ("plant", "area", "line", "shift"))
        return cls(plant, area, line, shift, first, last)

    def with_days(self, latest: date) -> Self:
        """Open ends closed: the last day with data, and a month back from the last day chosen."""
        last = self.last or max(latest, self.first or latest)
        return replace(self, first=self.first or last - timedelta(days=DEFAULT_DAYS - 1), last=last)

    def window(self, days: int, *, back: int = 0) -> Self:
        """The ``days`` days that end ``back`` days before the last day chosen."""
        if self.last is None:
            raise ValueError("a window needs a last day")
        last = self.last - timedelta(days=back)
        return replace(self, first=last - timedelta(days=days - 1), last=last)

    def before(self) -> Self:
        """As many days, right before the ones chosen."""
        if self.first is None or self.last is None:
            raise ValueError("a comparison needs both ends")
        days = (self.last - self.first).days + 1
        return self.window(days, back=days)

    def address(self) -> dict[str, str]:
        """Parameters of an address; what is not chosen is left out."""
        chosen = {
            "plant": self.plant,
            "area": self.area,
            "line": self.line,
            "shift": self.shift,
            "from": self.first and self.first.isoformat(),
            "to": self.last and self.last.isoformat(),
        }
        return {name: value for name, value in chosen.items() if value}

    @property
    def single_day(self) -> bool:
        """One production day only."""
        return self.first is not None and self.first == self.last


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

"""What a plant is: its calendar, its lines, the layout in which each keeps its book and the export that counts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

Calendar = tuple[tuple[str, str, str, str, str, str, float], ...]
"""Shifts: id, names in both languages, aliases, start, end, minutes of break."""
Export = Callable[[pl.DataFrame, "Plant", str], tuple[str, bytes]]
"""Records (``exporters.OUTPUT`` and ``is_cancelled``, or ``exporters.STOP``), plant and date to file name and bytes."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line. ``orders``: at most so many a shift, none where only stock is kept. ``by_hour``: hours are counted."""

    line_id: str
    layout_id: str
    calendar_id: str
    output: Export
    by_hour: bool = True
    orders: int = 1

    @property
    def number(self) -> int:
        """The digits of its id."""
        return int(self.line_id.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))

    @property
    def name(self) -> str:
        """The line as people call it."""
        return f"{self.number}号线"


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant."""

    plant_id: str
    name_zh: str
    name_en: str
    zone: str
    calendars: Mapping[str, Calendar]
    lines: tuple[Line, ...]
    stops: Export
    leaders: tuple[str, ...]

    def line(self, line_id: str) -> Line:
        """The line of that id."""
        return next(line for line in self.lines if line.line_id == line_id)

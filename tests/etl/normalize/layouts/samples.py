"""What a plant that keeps its books in a layout would put into one workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from etl.simulate.workbooks import Made, Pen, makers
from etl.simulate.workbooks.invented import Line, invent
from tests.etl.normalize.layouts.reading import FIRST


@dataclass(frozen=True, slots=True)
class Sample:
    """Calendar, most lines, most days, most orders a shift, and which shifts; None: all of the calendar."""

    calendar_id: str
    lines: int
    days: int
    runs: int
    shifts: tuple[str, ...] | None = None


SAMPLES: Mapping[str, Sample] = {
    "shift-sheet": Sample("P1-3x8", 1, 1, 1),
    "daily-book": Sample("P1-3x8", 3, 1, 1, ("early", "late")),
    "dashboard-report": Sample("P1-3x8", 4, 1, 1, ("early", "late")),
    "wip-ledger": Sample("P1-3x8", 4, 4, 3, ("early",)),
    "monthly-book": Sample("P2-2x12", 3, 3, 2),
    "hourly-log": Sample("P2-2x12", 1, 2, 1),
    "monthly-list": Sample("P1-3x8", 3, 4, 2),
}


def sample(layout_id: str, lines: Sequence[Line], pen: Pen, *, days: int | None = None, first: date = FIRST) -> Made:
    """A workbook of a layout, about these lines."""
    about = SAMPLES[layout_id]
    shifts = invent(lines[: about.lines], first, days or about.days, pen.seed, runs=about.runs, shifts=about.shifts)
    return makers()[layout_id](shifts, pen)

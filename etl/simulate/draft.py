"""What a line leader writes: the values of one sheet of layout shift-sheet, and where each one stands.

Putting them into a workbook: ``workbook``. Writing them wrongly: ``report_errors``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from etl.simulate.figures import Figures, figure_cell
from etl.simulate.plant import DEFECTS, REASONS
from etl.simulate.schedule import Slot
from etl.simulate.truth import ShiftTruth

FIRST_HOUR_ROW = 7
STOP_ROWS = 6
DATE_CELL, SHIFT_CELL, LINE_CELL = "B3", "E3", "H3"
LEADER_CELL, ORDER_CELL, PRODUCT_CELL = "B4", "E4", "H4"
REASON_NAMES = {code.code: code for code in REASONS}
DEFECT_NAMES = {code.code: code for code in DEFECTS}


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of the sheet, from 1; everything below the hours moves with their number."""

    hours: int

    @property
    def total_row(self) -> int:
        """The row 合计 under the hours."""
        return FIRST_HOUR_ROW + self.hours

    @property
    def stop_title_row(self) -> int:
        """The title 停机记录; its header is the row below."""
        return self.total_row + 2

    @property
    def defect_title_row(self) -> int:
        """The title 不良明细; its header is the row below."""
        return self.stop_title_row + 2 + STOP_ROWS

    @property
    def signature_row(self) -> int:
        """制表, 审核 and 批准."""
        return self.defect_title_row + 8

    @property
    def figures_title_row(self) -> int:
        """The title of the figures of the whole shift, where a plant asks for them."""
        return self.signature_row + 2

    def figure_cell(self, measure: str) -> str:
        """Cell of a figure of the whole shift."""
        return figure_cell(self.figures_title_row, measure)

    def hour_cell(self, column: str, hour: int) -> str:
        """Cell of an hour, counted from 0."""
        return f"{column}{FIRST_HOUR_ROW + hour}"

    def total_cell(self, column: str) -> str:
        """Cell of a total."""
        return f"{column}{self.total_row}"

    def stop_cell(self, column: str, stop: int) -> str:
        """Cell of a stop, counted from 0."""
        return f"{column}{self.stop_title_row + 2 + stop}"

    def defect_cell(self, column: str, defect: int) -> str:
        """Cell of a defect, counted from 0."""
        return f"{column}{self.defect_title_row + 2 + defect}"


@dataclass(slots=True)
class HourRow:
    """One row of the hours; a good quantity of None is a blank cell."""

    text: str
    planned_qty: int
    good_qty: int | None
    scrap_qty: int
    stop_min: int
    note: str = ""


@dataclass(slots=True)
class StopRow:
    """One row of the downtime log, in whole minutes from the start of the shift."""

    start_min: int
    end_min: int
    downtime_min: int
    reason_code: str


@dataclass(slots=True)
class DefectRow:
    """One row of the defects."""

    defect_code: str
    scrap_qty: int


@dataclass(slots=True)
class ReportDraft:
    """One sheet as it will be written."""

    slot: Slot
    production_date: date
    shift_text: str
    order_text: str
    product_text: str
    hours: list[HourRow]
    stops: list[StopRow]
    defects: list[DefectRow]
    typed_totals: dict[str, int] = field(default_factory=dict)
    figures: Figures | None = None

    @property
    def grid(self) -> Grid:
        """Where the values stand."""
        return Grid(len(self.hours))

    @property
    def sheet_name(self) -> str:
        """The sheet is named after the shift that worked."""
        return self.slot.shift_name

    @property
    def good_total(self) -> int:
        """Sum of the good cells."""
        return sum(hour.good_qty or 0 for hour in self.hours)

    @property
    def scrap_total(self) -> int:
        """Sum of the scrap cells."""
        return sum(hour.scrap_qty for hour in self.hours)

    def clock(self, minute: int) -> str:
        """Local wall time of a minute of the shift as HH:MM."""
        return f"{_local(self.slot, minute * 60):%H:%M}"

    def spread_stops(self) -> None:
        """Write the minutes of the listed stops beside the hours, and why."""
        for number, hour in enumerate(self.hours):
            parts = [(_minutes_in_hour(stop, number), stop.reason_code) for stop in self.stops]
            hour.stop_min = sum(minutes for minutes, _ in parts)
            longest = max(parts, default=(0, ""))
            hour.note = REASON_NAMES[longest[1]].name_zh if longest[0] >= 5 else ""


def _minutes_in_hour(stop: StopRow, hour: int) -> int:
    return max(0, min(stop.end_min, hour * 60 + 60) - max(stop.start_min, hour * 60))


def _local(slot: Slot, seconds: int) -> datetime:
    instant = slot.start_at.replace(tzinfo=ZoneInfo("UTC")) + timedelta(seconds=seconds)
    return instant.astimezone(ZoneInfo(slot.zone))


def _hour_text(slot: Slot, hour: int) -> str:
    """The hour as people write it; on a daylight-saving night one is left out or stands twice."""
    wall = _local(slot, hour * 3600).replace(tzinfo=None)
    return f"{wall:%H:%M}-{wall + timedelta(hours=1):%H:%M}"


def write_down(truth: ShiftTruth) -> ReportDraft:
    """A faultless report of a shift; stops are rounded to the minute."""
    slot = truth.slot
    draft = ReportDraft(
        slot,
        slot.production_date,
        slot.shift_name,
        slot.order_id,
        slot.product.product_id,
        [
            HourRow(
                _hour_text(slot, number),
                hour.planned_qty,
                hour.good_qty,
                hour.scrap_qty,
                0,
            )
            for number, hour in enumerate(truth.hours)
        ],
        [
            StopRow(
                start := round(stop.start_s / 60),
                end := round(stop.end_s / 60),
                end - start,
                stop.reason_code,
            )
            for stop in truth.stops
        ],
        [DefectRow(code, qty) for code, qty in truth.defects.items()],
    )
    draft.spread_stops()
    return draft


def miscount(draft: ReportDraft, seed: int) -> None:
    """On every third line people are off by one piece in about half of the shifts."""
    rng = Random(f"{seed}/{draft.slot.key}/miscount")
    if int(draft.slot.line_id[1:]) % 3 == 1 and rng.random() < 0.5:
        hour = rng.choice([hour for hour in draft.hours if (hour.good_qty or 0) > 10])
        hour.good_qty = (hour.good_qty or 0) + rng.choice((-1, 1))

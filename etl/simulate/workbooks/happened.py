"""What one shift on one line did: the truth of which every layout shows its own part.

How it is written into a sheet: the modules named after layouts. Inventing it: ``invented``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour, from ``start_min`` minutes after the midnight with which the production day begins."""

    start_min: int
    planned_qty: int
    good_qty: int
    scrap_qty: int
    stop_min: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop in minutes after the same midnight."""

    start_min: int
    end_min: int
    reason_code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One order on the line: quantities of the whole shift."""

    order_id: str
    product_id: str
    planned_qty: int
    good_qty: int
    defects: tuple[tuple[str, int], ...] = ()
    stop_min: int = 0
    tool_id: str = ""
    operator: str = ""
    counter_start: int = 0
    shots: int = 0
    cavities: int = 1
    labour_h: float = 0.0

    @property
    def scrap_qty(self) -> int:
        """All defects together."""
        return sum(qty for _, qty in self.defects)


@dataclass(frozen=True, slots=True)
class Stock:
    """What lay in front of the processes: one order of one day."""

    order_id: str
    batch_id: str
    opening_qty: int
    received_qty: int
    scrap_qty: int
    stored_qty: int
    shipped_qty: int

    @property
    def closing_qty(self) -> int:
        """What is left: nothing comes from nowhere."""
        return self.opening_qty + self.received_qty - self.scrap_qty - self.stored_qty - self.shipped_qty


@dataclass(frozen=True, slots=True)
class Shift:
    """One line, production day and shift. ``zone`` is the plant's."""

    plant_id: str
    line_id: str
    line_name: str
    production_date: date
    shift_id: str
    shift_name: str
    zone: str
    leader: str = ""
    hours: tuple[Hour, ...] = ()
    stops: tuple[Stop, ...] = ()
    runs: tuple[Run, ...] = ()
    stock: tuple[Stock, ...] = ()

    @property
    def report_id(self) -> str:
        """The report's key as the contracts write it."""
        return f"{self.plant_id}/{self.line_id}/{self.production_date}/{self.shift_id}"

    def instant(self, minute: int) -> datetime:
        """UTC of a minute after midnight, wall time; without a zone, as the contracts keep it."""
        wall = datetime(self.production_date.year, self.production_date.month, self.production_date.day)  # noqa: DTZ001
        local = (wall + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(self.zone))
        return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

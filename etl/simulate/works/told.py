"""One shift of one line as it was, as the report tells it and as the MES tells it. Telling it wrongly: ``slips``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from etl.simulate.plant import REASONS
from etl.simulate.truth import ShiftTruth
from etl.simulate.workbooks.book import Cell, Content
from etl.simulate.workbooks.dashboard_report import CODES
from etl.simulate.workbooks.happened import Hour, Run, Shift, Stop
from etl.simulate.works.plant import Line, Plant

HOURLY = frozenset({"shift-sheet", "hourly-log", "daily-book"})
"""Layouts with a row or column for each hour; the others have one for each order."""
NAMES = {reason.code: reason.name_zh for reason in REASONS}


COUNTERS = "monthly-book"
"""Its sheets state the counters of machines, which no miscount moves."""


@dataclass(slots=True)
class Count:
    """A record of output of the MES. ``is_late``: it comes with the next day's export, ``is_repeated``: with both."""

    record_id: str
    start_at: datetime
    end_at: datetime
    order_id: str
    product_id: str
    good_qty: int
    scrap_qty: int
    is_cancelled: bool = False
    is_late: bool = False
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """Cells of a report: of one hour (its start, UTC) or order, or of all where neither is said; or the nth of them."""

    measure: str
    hour: datetime | None = None
    order_id: str | None = None
    table: str = "report_output"
    nth: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """An injected mistake: what should be found. ``others``: where it shows in further reports, by report_id."""

    rule_no: int
    cause: int
    where: tuple[Where, ...]
    true_value: object = None
    written_value: object = None
    others: tuple[tuple[str, Where], ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A cell that is written over by hand; ``below`` merges it with the one below, which keeps its value unseen."""

    where: Where
    content: Content | Cell = None
    below: bool = False


@dataclass(slots=True)
class Told:
    """``shift``: what the report says; ``counts`` and ``stops``: what the MES says."""

    plant: Plant
    line: Line
    truth: ShiftTruth
    shift: Shift
    counts: list[Count]
    stops: list[tuple[datetime, datetime, str]]
    is_reported: bool = True
    edits: list[Edit] = field(default_factory=list)
    fault: Fault | None = None
    is_free: bool = True

    @property
    def by_hour(self) -> bool:
        """Whether the report has hours."""
        return self.line.layout_id in HOURLY

    @property
    def slack(self) -> float:
        """A difference in good pieces that is clearly more than any tolerance."""
        return max(6.0, 0.03 * self.truth.good_qty)

    def parts(self) -> Sequence[Hour | Run]:
        """What the report states good and scrap of: hours, or orders."""
        return self.shift.hours if self.by_hour else self.shift.runs

    def counted(self, number: int) -> int:
        """Good pieces of an hour or order as they were, whatever the report says."""
        return self._true(number)[0]

    def scrapped(self, number: int) -> int:
        """Scrap of an hour or order as it was."""
        return self._true(number)[1]

    def _true(self, number: int) -> tuple[int, int]:
        if self.by_hour:
            hour = self.truth.hours[number]
            return hour.good_qty, hour.scrap_qty
        order = self.shift.runs[number].order_id
        mine = [count for count in self.counts if count.order_id == order]
        return sum(count.good_qty for count in mine), sum(count.scrap_qty for count in mine)

    def where(self, measure: str, number: int) -> Where:
        """The cell of a measure of an hour or order."""
        if self.by_hour:
            return Where(measure, hour=self.shift.instant(self.shift.hours[number].start_min))
        return Where(measure, order_id=self.shift.runs[number].order_id)

    def all_of(self, measure: str) -> Where:
        """Every cell of a measure."""
        return Where(measure)

    def write(self, number: int, *, good: int | None = None, scrap: int | None = None) -> None:
        """Let the report state other quantities for an hour or order."""
        if self.by_hour:
            hours = list(self.shift.hours)
            hour = hours[number]
            hours[number] = replace(
                hour,
                good_qty=hour.good_qty if good is None else good,
                scrap_qty=hour.scrap_qty if scrap is None else scrap,
            )
            self.shift = replace(self.shift, hours=tuple(hours))
            return
        runs = list(self.shift.runs)
        run = runs[number]
        runs[number] = replace(run, good_qty=run.good_qty if good is None else good)
        if self.line.layout_id != COUNTERS:  # elsewhere people state what they made in all, as they believe it
            made = runs[number].good_qty + runs[number].scrap_qty
            runs[number] = replace(runs[number], shots=made)
        self.shift = replace(self.shift, runs=tuple(runs))


def tell(plant: Plant, line: Line, truth: ShiftTruth, orders: Sequence[str], counter: int) -> Told:
    """Both sides tell the truth. ``orders`` share the hours; ``counter``: where the machine's counter stood."""
    slot = truth.slot
    minute = _first_minute(truth, plant.zone)
    stops = tuple(
        Stop(minute + round(s.start_s / 60), minute + round(s.end_s / 60), s.reason_code, NAMES[s.reason_code])
        for s in truth.stops
    )
    hours = tuple(
        Hour(
            start := minute + 60 * n,
            h.planned_qty,
            h.good_qty,
            h.scrap_qty,
            _stopped(stops, start),
            _note(stops, start),
        )
        for n, h in enumerate(truth.hours)
    )
    runs = _runs(truth, line, orders, hours, counter)
    shift = Shift(
        plant.plant_id,
        line.line_id,
        line.name,
        slot.production_date,
        slot.shift_id,
        slot.shift_name,
        plant.zone,
        slot.leader,
        hours,
        stops,
        runs,
    )
    counts = _by_hour(truth, orders) if line.by_hour else _by_order(truth, orders)
    seen = [
        (slot.start_at + timedelta(seconds=s.start_s), slot.start_at + timedelta(seconds=s.end_s), s.reason_code)
        for s in truth.stops
    ]
    return Told(plant, line, truth, shift, counts, seen)


def _first_minute(truth: ShiftTruth, zone: str) -> int:
    local = truth.slot.start_at.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
    return local.hour * 60 + local.minute


def _stopped(stops: Sequence[Stop], start: int) -> int:
    return sum(max(0, min(s.end_min, start + 60) - max(s.start_min, start)) for s in stops)


def _note(stops: Sequence[Stop], start: int) -> str:
    return next((s.text for s in stops if start <= s.start_min < start + 60), "")


def _order_of(hour: int, hours: int, orders: Sequence[str]) -> str:
    """The orders of a shift run one after the other."""
    return orders[min(hour * len(orders) // hours, len(orders) - 1)]


def _runs(truth: ShiftTruth, line: Line, orders: Sequence[str], hours: Sequence[Hour], counter: int) -> tuple[Run, ...]:
    made = []
    defects = dict(truth.defects)
    for order in orders:
        mine = [h for n, h in enumerate(hours) if _order_of(n, len(hours), orders) == order]
        good, scrap = sum(h.good_qty for h in mine), sum(h.scrap_qty for h in mine)
        product = truth.slot.product.product_id
        made.append(
            Run(
                order,
                product,
                sum(h.planned_qty for h in mine),
                good,
                _take(defects, scrap),
                sum(h.stop_min for h in mine),
                f"M-{line.line_id}",
                truth.slot.leader,
                counter,
                good + scrap,
                1,
                len(mine),
            )
        )
        counter += good + scrap
    return tuple(made)


def _take(defects: dict[str, int], scrap: int) -> tuple[tuple[str, int], ...]:
    """As many defects as there is scrap, out of what is left."""
    taken = []
    for code in list(defects):
        number = min(scrap, defects[code])
        if number:
            taken.append((code, number))
            defects[code] -= number
            scrap -= number
    return tuple(taken)


def _by_hour(truth: ShiftTruth, orders: Sequence[str]) -> list[Count]:
    slot, count = truth.slot, len(truth.hours)
    return [
        Count(
            f"{slot.line_id}-{slot.production_date:%y%m%d}{slot.shift_no}{n:02}",
            h.start_at,
            h.start_at + timedelta(hours=1),
            _order_of(n, count, orders),
            slot.product.product_id,
            h.good_qty,
            h.scrap_qty,
        )
        for n, h in enumerate(truth.hours)
    ]


def _by_order(truth: ShiftTruth, orders: Sequence[str]) -> list[Count]:
    """Two confirmations an order: at half time and at its end."""
    slot, hours, counts = truth.slot, _by_hour(truth, orders), []
    for n, order in enumerate(orders):
        mine = [h for h in hours if h.order_id == order]
        middle = len(mine) // 2
        for half, part in enumerate((mine[:middle], mine[middle:])):
            counts.append(
                Count(
                    f"{slot.line_id.strip('L')}{slot.production_date:%m%d}{slot.shift_no}{n}{half}",
                    part[0].start_at,
                    part[-1].end_at,
                    order,
                    slot.product.product_id,
                    sum(h.good_qty for h in part),
                    sum(h.scrap_qty for h in part),
                )
            )
    return counts


def dashboard_code(product_id: str) -> str:
    """The code under which layout dashboard-report names a product."""
    return CODES.get(product_id, "1730")

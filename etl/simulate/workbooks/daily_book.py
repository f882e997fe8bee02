"""Layout ``daily-book``: about twenty sheets for one day of a whole hall.

Seen on it: a cover and KPI sheets with numbers as texts that nobody reads (``76%``, ``-£423``), AM and PM logs of
stops, quality holds, an hourly sheet on which every line has two blocks (AM left, PM right) with the hours across.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from etl.simulate.workbooks.book import Book, Cell, Made, Page, Record
from etl.simulate.workbooks.happened import Shift, Stop
from etl.simulate.workbooks.pen import Pen, Values

HALVES = {"early": "AM", "late": "PM"}
LOG = ("Line", "From", "To", "Min", "Reason", "Action", "Owner")
HOLDS = ("Line", "Shift", "Item", "Qty on hold", "Why")
MEASURES = {"planned_qty": "PLAN", "good_qty": "GOOD", "scrap_qty": "SCRAP", "stop_min": "DOWN MIN"}
PAGES = ("Cover", "KPI", "KPI Week", "Safety", "People", "Training", "5S", "Maintenance", "Energy", "Plan")
LAST_PAGES = ("Customer", "Suppliers", "Logistics", "Ideas", "Notes", "Lists")
TOP, HEIGHT, WIDTH = 3, 8, 13


def make(shifts: Sequence[Shift], pen: Pen) -> Made:
    """One workbook: the early and late shifts of one day."""
    day = shifts[0].production_date
    book = Book()
    for name in PAGES:
        _scenery(book.page(name))
    records: list[Record] = []
    for shift_id, half in HALVES.items():
        mine = [shift for shift in shifts if shift.shift_id == shift_id]
        records += _log(book.page(f"{half} Log"), mine, pen)
    records += _holds(book.page("Holds"), shifts, pen)
    records += _hourly(book.page("Hourly"), shifts, pen)
    for name in LAST_PAGES:
        _scenery(book.page(name))
    return Made(f"Daily book {day:%Y-%m-%d}", book, tuple(records), pen.repairs, pen.keys)


def _scenery(page: Page) -> None:
    """A page that is not read: KPI at fixed cells, numbers as texts, errors, a formula without a value."""
    page.merge(0, 0, 0, 7, page.name, "title")
    for n, (label, value) in enumerate((("OEE", "76%"), ("Cost", "-£423"), ("Trend", "#DIV/0!"), ("Good", "1,204"))):
        page.put(3 + 4 * (n // 2), 1 + 3 * (n % 2), label, "label")
        page.put(4 + 4 * (n // 2), 1 + 3 * (n % 2), value, "value")
    page.put(12, 1, Cell(None, "=SUM(Hourly!B5:I5)"))


def _head(page: Page, shift: Shift, title: str, pen: Pen) -> None:
    page.merge(0, 0, 0, 6, title, "title")
    page.put(1, 0, "Date", "label")
    pen.day(page, 1, 1, shift.production_date)


def _log(page: Page, shifts: Sequence[Shift], pen: Pen) -> list[Record]:
    _head(page, shifts[0], f"{page.name} - stops and actions", pen)
    page.put_row(TOP, 0, list(LOG), "header")
    records: list[Record] = []
    row = TOP + 1
    for shift in shifts:
        for stop in shift.stops:
            records.append(_stop(page, row, shift, stop, pen))
            row += 1
    page.put(row + 1, 0, "Signed", "label")
    page.put(row + 1, 1, shifts[0].leader)
    return records


def _stop(page: Page, row: int, shift: Shift, stop: Stop, pen: Pen) -> Record:
    pen.key(page, row, 0, "line_id", shift.line_id)
    start = pen.clock(page, row, 1, stop.start_min)
    end = pen.clock(page, row, 2, stop.end_min)
    minutes = pen.minutes(page, row, 3, stop.end_min - stop.start_min)
    reason = pen.text(page, row, 4, stop.reason_code, shown=stop.text)
    page.put(row, 5, "cleaned and restarted", "value")
    page.put(row, 6, shift.leader, "value")
    values: Values = {
        "start_at": (shift.instant(stop.start_min), start.cell),
        "end_at": (shift.instant(stop.end_min), end.cell),
        "downtime_min": (minutes.value, minutes.cell),
        "reason_code": (stop.reason_code, reason.cell),
    }
    return Record("report_stop", shift.report_id, page.name, values)


def _holds(page: Page, shifts: Sequence[Shift], pen: Pen) -> list[Record]:
    _head(page, shifts[0], "Quality holds", pen)
    page.put_row(TOP, 0, list(HOLDS), "header")
    records: list[Record] = []
    row = TOP + 1
    for shift in shifts:
        if not pen.coin(0.4):
            continue
        pen.key(page, row, 0, "line_id", shift.line_id)
        pen.key(page, row, 1, "shift_id", HALVES[shift.shift_id])
        item = pen.text(page, row, 2, shift.runs[0].product_id)
        held = pen.qty(page, row, 3, 12 + len(records))
        why = pen.text(page, row, 4, "label missing")
        values = {"product_id": item, "rework_qty": held, "note": why}
        records.append(
            Record("report_output", shift.report_id, page.name, {n: (w.value, w.cell) for n, w in values.items()})
        )
        row += 1
    return records


def _hourly(page: Page, shifts: Sequence[Shift], pen: Pen) -> list[Record]:
    _head(page, shifts[0], "Hour by hour", pen)
    records: list[Record] = []
    for number, (_, of_line) in enumerate(groupby(shifts, key=lambda shift: shift.line_id)):
        for shift in of_line:
            column = 0 if HALVES[shift.shift_id] == "AM" else WIDTH
            records += _block(page, TOP + number * HEIGHT, column, shift, pen)
    return records


def _block(page: Page, row: int, column: int, shift: Shift, pen: Pen) -> list[Record]:
    run = shift.runs[0]
    for offset, label in ((0, "LINE"), (2, "SHIFT"), (4, "ITEM"), (6, "ORDER")):
        page.put(row, column + offset, label, "label")
    pen.key(page, row, column + 1, "line_id", shift.line_id)
    pen.key(page, row, column + 3, "shift_id", HALVES[shift.shift_id])
    item = pen.text(page, row, column + 5, run.product_id)
    order = pen.text(page, row, column + 7, run.order_id)
    for offset, label in enumerate(("HOUR", *MEASURES.values()), start=1):
        page.put(row + offset, column, label, "header")
    common: Values = {
        "product_id": (item.value, item.cell),
        "order_id": (order.value, order.cell),
    }
    records = []
    for number, hour in enumerate(shift.hours, start=1):
        start = pen.hour(page, row + 1, column + number, hour.start_min)
        amounts = (hour.planned_qty, hour.good_qty, hour.scrap_qty)
        written = {
            name: pen.qty(page, row + 2 + n, column + number, amount)
            for n, (name, amount) in enumerate(zip(MEASURES, amounts, strict=False))
        }
        written["stop_min"] = pen.minutes(page, row + 5, column + number, hour.stop_min)
        values = {**common, "hour_start": (shift.instant(hour.start_min), start.cell)}
        values |= {name: (w.value, w.cell) for name, w in written.items()}
        records.append(Record("report_output", shift.report_id, page.name, values))
    last = column + len(shift.hours) + 1
    page.put(row + 1, last, "TOTAL", "header")
    totals: Values = {}
    for n, name in enumerate(MEASURES):
        value = sum(getattr(hour, name) for hour in shift.hours)
        totals[name] = (
            value,
            page.put(row + 2 + n, last, Cell(value, f"=SUM(B{row + 3 + n}:I{row + 3 + n})"), "total"),
        )
    return [*records, Record("report_output", shift.report_id, page.name, {**common, **totals}, is_total=True)]

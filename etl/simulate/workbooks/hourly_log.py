"""Layout ``hourly-log``: a European log, one sheet a day and shift, the hours down the sheet.

Seen on it: decimal comma and points between thousands, times typed as 11.30 (a number or a text), German dates, a
difference column of formulas, a sum in the middle and at the end, a signature line.
"""

from __future__ import annotations

from collections.abc import Sequence

from etl.simulate.workbooks.book import Book, Cell, Content, Made, Page, Record
from etl.simulate.workbooks.happened import Hour, Shift
from etl.simulate.workbooks.pen import Pen, Values, Written

HEADERS = (
    "Stunde / Hour",
    "Soll / Target",
    "Gut / Good",
    "Ausschuss / Scrap",
    "Stillstand / Downtime",
    "Δ",
    "Ursache / Cause",
)
HEADER_ROW = 5
FIRST = HEADER_ROW + 1


def make(shifts: Sequence[Shift], pen: Pen) -> Made:
    """One workbook: a sheet for each shift of one line."""
    pen.decimal = ","
    book = Book()
    records: list[Record] = []
    for shift in shifts:
        page = book.page(f"{shift.production_date:%d.%m.} {shift.shift_id}")
        common = _head(page, shift, pen)
        row = _hours(page, shift, common, records, pen)
        page.put_row(row + 2, 0, ["Geprüft / Checked", None, shift.leader], "label")
    first, last = shifts[0], shifts[-1]
    name = f"Stundenprotokoll {first.line_id} {last.production_date:%Y} KW{last.production_date.isocalendar().week:02}"
    return Made(name, book, tuple(records), pen.repairs, pen.keys)


def _head(page: Page, shift: Shift, pen: Pen) -> Values:
    page.merge(0, 0, 0, 6, "Stundenprotokoll / Hourly log", "title")
    page.put(2, 0, "Datum / Date", "label")
    pen.day(page, 2, 1, shift.production_date, ("%d.%m.%Y",))
    page.put(2, 3, "Linie / Line", "label")
    pen.key(page, 2, 4, "line_id", shift.line_id)
    page.put(3, 0, "Schicht / Shift", "label")
    pen.key(page, 3, 1, "shift_id", shift.shift_id.title())
    page.put(3, 3, "Auftrag / Order", "label")
    order = pen.text(page, 3, 4, shift.runs[0].order_id)
    page.put(3, 5, "Artikel / Item", "label")
    item = pen.text(page, 3, 6, shift.runs[0].product_id)
    page.put_row(HEADER_ROW, 0, list(HEADERS), "header")
    page.widths.update({0: 16, 4: 20, 6: 30})
    return {"order_id": (order.value, order.cell), "product_id": (item.value, item.cell)}


def _hours(page: Page, shift: Shift, common: Values, records: list[Record], pen: Pen) -> int:
    row = FIRST
    for number, hour in enumerate(shift.hours):
        records.append(
            Record("report_output", shift.report_id, page.name, {**common, **_hour(page, row, shift, hour, pen)})
        )
        row += 1
        if number == len(shift.hours) // 2 and pen.coin(0.4):
            records.append(_sum(page, row, shift, shift.hours[: number + 1], common, "Zwischensumme / Subtotal"))
            row += 1
    records.append(_sum(page, row, shift, shift.hours, common, "Summe / Total"))
    return row


def _hour(page: Page, row: int, shift: Shift, hour: Hour, pen: Pen) -> Values:
    written = {
        "hour_start": _clock(page, row, shift, hour.start_min, pen),
        "planned_qty": pen.qty(page, row, 1, hour.planned_qty),
        "good_qty": pen.qty(page, row, 2, hour.good_qty),
        "scrap_qty": pen.qty(page, row, 3, hour.scrap_qty),
        "stop_min": pen.minutes(page, row, 4, hour.stop_min),
    }
    page.put(row, 5, Cell(hour.good_qty - hour.planned_qty, f"=C{row + 1}-B{row + 1}"), "value")
    if hour.note:
        written["note"] = pen.text(page, row, 6, hour.note)
    return {name: (w.value, w.cell) for name, w in written.items()}


def _clock(page: Page, row: int, shift: Shift, minute: int, pen: Pen) -> Written:
    """Half past eleven typed as 11.30: as a text, or as the number that the spreadsheet makes of it."""
    hour, rest = minute // 60 % 24, minute % 60
    content: Content | Cell = f"{hour}.{rest:02}"
    if pen.coin(0.5):
        content = Cell(hour + rest / 100, number_format="0.00")
    cell = page.put(row, 0, content, "value")
    pen.repairs[page.name, cell] = "typed_time"
    return Written(shift.instant(minute), cell)


def _sum(
    page: Page,
    row: int,
    shift: Shift,
    hours: Sequence[Hour],
    common: Values,
    label: str,
) -> Record:
    page.put(row, 0, label, "total")
    sums = {
        "planned_qty": sum(hour.planned_qty for hour in hours),
        "good_qty": sum(hour.good_qty for hour in hours),
        "scrap_qty": sum(hour.scrap_qty for hour in hours),
        "stop_min": sum(hour.stop_min for hour in hours),
    }
    values = {m: (v, page.total(row, n, FIRST, v)) for n, (m, v) in enumerate(sums.items(), start=1)}
    return Record("report_output", shift.report_id, page.name, {**common, **values}, is_total=True)

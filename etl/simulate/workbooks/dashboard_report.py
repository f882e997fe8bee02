"""Layout ``dashboard-report``: a free-form page of paired sections, one for each line, with rows AM and PM.

Seen on it: sections side by side and below each other, the key column without a header, product codes that look like
times, plans that are formulas over another sheet, error cells in ratios that nobody reads, trailing blanks.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from etl.simulate.workbooks.book import Book, Cell, Made, Page, Record
from etl.simulate.workbooks.happened import Shift
from etl.simulate.workbooks.pen import Pen, Values

HEADERS = ("PLAN", "ACTUAL", "SCRAP", "DOWN MIN")
HALVES = {"early": "AM", "late": "PM"}
CODES = {"HX-1040": "1730", "HX-1062": "1775", "BR-2205": "1730/1775", "BR-2217": "0815", "CV-3110": "1200/1215"}
"""Product codes of such a plant."""
WIDTH, HEIGHT, TOP = 6, 8, 4
PLAN_SHEET = "Plan"


def make(shifts: Sequence[Shift], pen: Pen) -> Made:
    """One workbook: the early and late shifts of one day, two lines beside each other."""
    day = shifts[0].production_date
    book = Book()
    page, plan = book.page("Dashboard"), Page(PLAN_SHEET)
    page.merge(0, 0, 0, 2 * WIDTH, "DAILY PRODUCTION DASHBOARD", "title")
    written = page.put(1, 0, f"Production report of {day:%d.%m.%Y}, all lines  ", "note")
    pen.keys[page.name, written] = "production_date"
    page.put(1, 8, "Weather: dry, 12/15 °C", "note")
    records: list[Record] = []
    for number, (_, of_line) in enumerate(groupby(shifts, key=lambda shift: shift.line_id)):
        row, column = TOP + number // 2 * HEIGHT, number % 2 * (WIDTH + 1)
        records += _section(page, plan, row, column, list(of_line), pen)
    book.pages.append(plan)
    charts = book.page("Charts")
    charts.put_row(0, 0, ["Line", "76%", "-£423", "1,5"])
    charts.put(1, 1, "#DIV/0!")
    return Made(f"Dashboard {day:%Y-%m-%d}", book, tuple(records), pen.repairs, pen.keys)


def _section(page: Page, plan: Page, row: int, column: int, shifts: Sequence[Shift], pen: Pen) -> list[Record]:
    run = shifts[0].runs[0]
    page.put(row, column, "LINE", "label")
    pen.key(page, row, column + 1, "line_id", f"{shifts[0].line_name}  ")
    page.put(row, column + 3, "CODE", "label")
    code = CODES.get(run.product_id, "1730")
    as_number = code.isdecimal() and not code.startswith("0") and pen.coin(0.5)
    code_cell = page.put(row, column + 4, float(code) if as_number else code, "value")
    page.put_row(row + 1, column + 1, list(HEADERS), "header")
    records = []
    for offset, shift in enumerate(shifts, start=2):
        pen.key(page, row + offset, column, "shift_id", HALVES[shift.shift_id], "label")
        first = shift.runs[0]
        line = len(plan.cells)
        source = plan.put(line, 0, first.planned_qty)
        planned = page.put(row + offset, column + 1, Cell(first.planned_qty, f"={PLAN_SHEET}!{source}"), "value")
        written = {
            "good_qty": pen.qty(page, row + offset, column + 2, first.good_qty),
            "scrap_qty": pen.qty(page, row + offset, column + 3, first.scrap_qty),
            "stop_min": pen.minutes(page, row + offset, column + 4, sum(s.end_min - s.start_min for s in shift.stops)),
        }
        values: Values = {
            "product_id": (code, code_cell),
            "planned_qty": (first.planned_qty, planned),
        }
        values |= {name: (w.value, w.cell) for name, w in written.items()}
        records.append(Record("report_output", shift.report_id, page.name, values))
    last = row + 2 + len(shifts)
    page.put(last, column, "TOTAL", "total")
    page.total(last, column + 1, row + 2, sum(shift.runs[0].planned_qty for shift in shifts))
    page.total(last, column + 2, row + 2, sum(shift.runs[0].good_qty for shift in shifts))
    page.put(last + 1, column, "EFF %", "label")
    page.put(last + 1, column + 1, "#DIV/0!" if pen.coin(0.4) else "96%", "value")
    return records

"""Layout ``monthly-book``: sheets 1 to 31 and 汇总, a row for each machine and mould, day and night shift side by side.

Seen on it: the date in the title and again in the names of tab and file, a header of two rows, machines
merged over their moulds, a total row with sums, a summary sheet of formulas over the others, notes below the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, zip_longest

from etl.simulate.workbooks.book import Book, Cell, Made, Page, Record
from etl.simulate.workbooks.happened import Run, Shift
from etl.simulate.workbooks.pen import Pen

LOWER = ("模具", "计划", "计数器始", "计数器末", "良品", "不良", "停机(分)", "操作工")
MEASURES = ("tool_id", "planned_qty", "counter_start", "counter_end", "good_qty", "scrap_qty", "stop_min", "operator")
SHIFTS = ("白班", "夜班")
UPPER_ROW = 2
FIRST = UPPER_ROW + 2


def make(shifts: Sequence[Shift], pen: Pen) -> Made:
    """One workbook: the day and night shifts of one month, by day and line."""
    first = shifts[0].production_date
    book = Book()
    records: list[Record] = []
    sums: list[tuple[str, int, int]] = []
    for day, of_day in groupby(shifts, key=lambda shift: shift.production_date):
        page = book.page(str(day.day))
        title = page.merge(0, 0, 0, len(LOWER) * 2, f"{day.year}年{day.month}月{day.day}日 生产日报表", "title")
        pen.keys[page.name, title] = "production_date"
        _header(page)
        row, good = FIRST, 0
        for _, of_line in groupby(of_day, key=lambda shift: shift.line_id):
            pair = {shift.shift_name: shift for shift in of_line}
            runs = list(zip_longest(*(pair[name].runs if name in pair else () for name in SHIFTS)))
            name = next(iter(pair.values())).line_name
            pen.key(page, row, 0, "line_id", name)
            if len(runs) > 1:
                page.merged.append((row, 0, row + len(runs) - 1, 0))
            for both in runs:
                for side, run in enumerate(both):
                    if run is not None:
                        records.append(_run(page, row, side, pair[SHIFTS[side]], run, pen))
                        good += run.good_qty
                row += 1
        sums.append((page.name, row, good))
        _total(page, row, of_day=[r for r in records if r.sheet == page.name])
        if pen.coin(0.3):
            page.put(row + 2, 0, "备注：夜班停电20分钟", "note")
    _summary(book.page("汇总"), sums)
    return Made(f"生产日报 {first:%Y年%m月}", book, tuple(records), pen.repairs, pen.keys)


def _header(page: Page) -> None:
    page.merge(UPPER_ROW, 0, UPPER_ROW + 1, 0, "机台", "header")
    for side, shift in enumerate(SHIFTS):
        left = 1 + side * len(LOWER)
        page.merge(UPPER_ROW, left, UPPER_ROW, left + len(LOWER) - 1, shift, "header")
        page.put_row(UPPER_ROW + 1, left, list(LOWER), "header")
    page.widths.update({0: 12})
    page.frozen = (FIRST, 1)


def _run(page: Page, row: int, side: int, shift: Shift, run: Run, pen: Pen) -> Record:
    left = 1 + side * len(LOWER)
    written = (
        pen.text(page, row, left, run.tool_id),
        pen.qty(page, row, left + 1, run.planned_qty),
        pen.qty(page, row, left + 2, run.counter_start),
        pen.qty(page, row, left + 3, run.counter_start + run.shots),
        pen.qty(page, row, left + 4, run.good_qty),
        pen.qty(page, row, left + 5, run.scrap_qty),
        pen.minutes(page, row, left + 6, run.stop_min),
        pen.text(page, row, left + 7, run.operator),
    )
    values = {measure: (w.value, w.cell) for measure, w in zip(MEASURES, written, strict=True)}
    return Record("report_output", shift.report_id, page.name, values)


def _total(page: Page, row: int, of_day: Sequence[Record]) -> None:
    page.put(row, 0, "合计", "total")
    for side in range(2):
        column = 1 + side * len(LOWER) + 4
        letters = page.total(row, column, FIRST, 0).rstrip("0123456789")
        mine = [r.values["good_qty"] for r in of_day]
        value = sum(float(str(v)) for v, cell in mine if v is not None and str(cell).rstrip("0123456789") == letters)
        page.total(row, column, FIRST, value)


def _summary(page: Page, sums: Sequence[tuple[str, int, int]]) -> None:
    """Formulas over the other sheets; some have never been calculated."""
    page.merge(0, 0, 0, 3, "月度汇总", "title")
    page.put_row(2, 0, ["日期", "白班良品", "夜班良品", "合计"], "header")
    for n, (name, row, good) in enumerate(sums, start=3):
        page.put(n, 0, int(name))
        page.put(n, 1, Cell(None, f"='{name}'!F{row + 1}"))
        page.put(n, 2, Cell(None, f"='{name}'!N{row + 1}"))
        page.put(n, 3, Cell(good, f"=B{n + 1}+C{n + 1}"), "total")

"""Layout ``monthly-list``: one row for each date, shift, machine, item and order, a column for each defect.

Seen on it: a title over all columns, subtotals of each day inside the list, a hidden row, dates merged over their rows,
a pivot beside the list, numbers in every way of writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from etl.simulate.plant import DEFECTS
from etl.simulate.workbooks.book import Book, Made, Page, Record
from etl.simulate.workbooks.happened import Run, Shift
from etl.simulate.workbooks.pen import Pen, Written

HEADERS = (
    "日期 Date",
    "班次 Shift",
    "机台 Machine",
    "产品编码 Item",
    "工单号 Order",
    "模具 Mould",
    "模次 Shots",
    "模穴 Cavities",
    "计划 Plan",
    "总数 Total",
    "良品 Good",
)
FIRST_DEFECT = len(HEADERS)
HEADER_ROW = 3
PIVOT = FIRST_DEFECT + len(DEFECTS) + 2
MEASURES = ("shots", "cavities", "planned_qty", "total_qty", "good_qty")


def make(shifts: Sequence[Shift], pen: Pen) -> Made:
    """One workbook with one sheet: all the shifts of one month, in the order given."""
    first = shifts[0].production_date
    book = Book()
    page = book.page("明细")
    _head(page, f"{first:%Y年%m月} 生产明细 Monthly production list")
    records: list[Record] = []
    row = HEADER_ROW + 1
    for day, of_day in groupby(shifts, key=lambda shift: shift.production_date):
        top, merged, date_written = row, pen.coin(0.3), None
        for shift in of_day:
            for run in shift.runs:
                if date_written is None or not merged:
                    date_written = pen.day(page, row, 0, day)
                records += _run(page, row, shift, run, date_written, pen)
                row += 1
        if merged and row - top > 1:
            page.merged.append((top, 0, row - 1, 0))
        if pen.coin(0.4):
            page.put(row, 0, "小计 Subtotal", "total")
            page.total(
                row,
                FIRST_DEFECT - 1,
                top,
                sum(run.good_qty for shift in shifts if shift.production_date == day for run in shift.runs),
            )
            row += 1
    page.put(row, 0, "合计 Total", "total")
    page.total(row, FIRST_DEFECT - 1, HEADER_ROW + 1, sum(run.good_qty for shift in shifts for run in shift.runs))
    _pivot(page, shifts)
    if row > HEADER_ROW + 3:
        page.hidden_rows.add(HEADER_ROW + 2)
    return Made(f"生产明细 {first:%Y-%m}", book, tuple(records), pen.repairs, pen.keys)


def _head(page: Page, title: str) -> None:
    last = FIRST_DEFECT + len(DEFECTS) - 1
    page.merge(0, 0, 0, last, title, "title")
    page.put(1, 0, "单位: 件 / pcs", "note")
    page.merge(HEADER_ROW - 1, FIRST_DEFECT, HEADER_ROW - 1, last, "不良明细 Defects", "header")
    page.put_row(HEADER_ROW, 0, list(HEADERS), "header")
    page.put_row(HEADER_ROW, FIRST_DEFECT, [f"{defect.code} {defect.name_zh}" for defect in DEFECTS], "header")
    page.put(HEADER_ROW, FIRST_DEFECT + len(DEFECTS), "备注 Remark", "header")
    page.widths.update({0: 13, 3: 14, 4: 16, 5: 12})
    page.frozen = (HEADER_ROW + 1, 3)


def _run(page: Page, row: int, shift: Shift, run: Run, day: Written, pen: Pen) -> list[Record]:
    named = {
        "product_id": pen.text(page, row, 3, run.product_id),
        "order_id": pen.text(page, row, 4, run.order_id),
    }
    pen.key(page, row, 1, "shift_id", shift.shift_name)
    pen.key(page, row, 2, "line_id", shift.line_name)
    tool = pen.text(page, row, 5, run.tool_id)
    produced = run.shots * run.cavities
    quantities = (run.shots, run.cavities, run.planned_qty, produced, run.good_qty)
    written = {m: pen.qty(page, row, 6 + n, q) for n, (m, q) in enumerate(zip(MEASURES, quantities, strict=True))}
    common = {name: (w.value, w.cell) for name, w in named.items()}
    records, defects, first_cell = [], dict(run.defects), None
    for n, defect in enumerate(DEFECTS):
        if defect.code not in defects:
            if pen.coin(0.2):
                pen.qty(page, row, FIRST_DEFECT + n, 0)
            continue
        cell = pen.qty(page, row, FIRST_DEFECT + n, defects[defect.code])
        first_cell = first_cell or cell.cell
        values = {**common, "defect_code": (defect.code, None), "scrap_qty": (cell.value, cell.cell)}
        records.append(Record("report_defect", shift.report_id, page.name, values))
    output = {**common, "tool_id": (tool.value, tool.cell), **{m: (w.value, w.cell) for m, w in written.items()}}
    if first_cell:
        output["scrap_qty"] = (run.scrap_qty, first_cell)
    return [Record("report_output", shift.report_id, page.name, output), *records]


def _pivot(page: Page, shifts: Sequence[Shift]) -> None:
    """Somebody's pivot table beside the list, with words that the list knows too."""
    page.put_row(HEADER_ROW, PIVOT, ["行标签", "求和项:良品"], "header")
    lines = sorted({shift.line_name for shift in shifts})
    for n, name in enumerate(lines, start=1):
        good = sum(run.good_qty for shift in shifts if shift.line_name == name for run in shift.runs)
        page.put_row(HEADER_ROW + n, PIVOT, [name, good])
    page.put(HEADER_ROW + len(lines) + 1, PIVOT, "合计", "total")

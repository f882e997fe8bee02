"""Layout ``wip-ledger``: stock by plan number and day, then what each process did with it, processes side by side.

Seen on it: an upper header that names the process over four columns, the day written once and merged over its orders,
processes that an order did not pass through, a subtotal of each day, the stock as a formula that nobody reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from xlsxwriter.utility import xl_rowcol_to_cell

from etl.simulate.workbooks.book import Book, Cell, Made, Page, Record
from etl.simulate.workbooks.happened import Shift, Stock
from etl.simulate.workbooks.pen import Pen, Values, Written

STOCK = ("日期", "计划号", "上期结存", "领料", "批次", "废料", "入库", "发货", "期末结存")
PROCESS = ("设备", "合格", "废品", "工时")
NAMES = ("车削", "磨削", "装配")
HEAD_ROW, UPPER_ROW = 1, 3
FIRST = UPPER_ROW + 2


def make(shifts: Sequence[Shift], pen: Pen) -> Made:
    """One workbook: all the shifts have one line for the stock; the others are machines, one for each process.

    The first line's stock is the ledger's; runs of the other lines stand beside the order of the same position.
    """
    keeper = shifts[0].line_id
    book = Book()
    page = book.page("在制品台账")
    _header(page, shifts[0], pen)
    records: list[Record] = []
    row = FIRST
    for day, of_day in groupby(shifts, key=lambda shift: shift.production_date):
        both = list(of_day)
        ledger = next(shift for shift in both if shift.line_id == keeper)
        machines = [shift for shift in both if shift.line_id != keeper]
        top = row
        written: Written | None = None
        for number, stock in enumerate(ledger.stock):
            if written is None:
                written = pen.day(page, row, 0, day)
            records += _row(page, row, ledger, stock, machines, number, pen)
            row += 1
        if row - top > 1:
            page.merged.append((top, 0, row - 1, 0))
        row = _subtotal(page, row, top, day, pen)
    return Made(f"在制品台账 {shifts[0].production_date:%Y%m}", book, tuple(records), pen.repairs, pen.keys)


def _header(page: Page, shift: Shift, pen: Pen) -> None:
    page.merge(0, 0, 0, len(STOCK) + len(NAMES) * len(PROCESS) - 1, "在制品台账 WIP ledger", "title")
    page.put(HEAD_ROW, 0, "车间", "label")
    pen.key(page, HEAD_ROW, 1, "line_id", shift.line_name)
    page.put(HEAD_ROW, 3, "班次", "label")
    pen.key(page, HEAD_ROW, 4, "shift_id", shift.shift_name)
    page.put(HEAD_ROW, 6, "单位：件", "note")
    for column, text in enumerate(STOCK):
        page.merge(UPPER_ROW, column, UPPER_ROW + 1, column, text, "header")
    for number in range(len(NAMES)):
        left = len(STOCK) + number * len(PROCESS)
        page.merge(UPPER_ROW, left, UPPER_ROW, left + len(PROCESS) - 1, _process(number), "header")
        page.put_row(UPPER_ROW + 1, left, list(PROCESS), "header")
    page.frozen = (FIRST, 2)
    if pen.coin(0.3):
        page.hidden_columns.add(len(STOCK) - 1)


def _process(number: int) -> str:
    return f"工序{number + 1} {NAMES[number]}"


def _row(
    page: Page, row: int, ledger: Shift, stock: Stock, machines: Sequence[Shift], number: int, pen: Pen
) -> list[Record]:
    order = pen.text(page, row, 1, stock.order_id)
    amounts = {
        "opening_qty": pen.qty(page, row, 2, stock.opening_qty),
        "received_qty": pen.qty(page, row, 3, stock.received_qty),
        "batch_id": pen.text(page, row, 4, stock.batch_id),
        "scrap_qty": pen.qty(page, row, 5, stock.scrap_qty),
        "stored_qty": pen.qty(page, row, 6, stock.stored_qty),
        "shipped_qty": pen.qty(page, row, 7, stock.shipped_qty),
    }
    n = row + 1
    closing = page.put(row, 8, Cell(stock.closing_qty, f"=C{n}+D{n}-F{n}-G{n}-H{n}"), "value")
    values: Values = {"order_id": (order.value, order.cell)}
    values |= {name: (w.value, w.cell) for name, w in amounts.items()}
    values["closing_qty"] = (stock.closing_qty, closing)
    records = [Record("report_wip", ledger.report_id, page.name, values)]
    for place, machine in enumerate(machines[: len(NAMES)]):
        if number >= len(machine.runs):
            continue
        run, left = machine.runs[number], len(STOCK) + place * len(PROCESS)
        pen.key(page, row, left, "line_id", machine.line_name)
        done = {
            "good_qty": pen.qty(page, row, left + 1, run.good_qty),
            "scrap_qty": pen.qty(page, row, left + 2, run.scrap_qty),
            "labour_h": pen.qty(page, row, left + 3, run.labour_h),
        }
        output: Values = {
            "order_id": (order.value, order.cell),
            "process_id": (f"OP{place + 1}", xl_rowcol_to_cell(UPPER_ROW, left)),
        }
        output |= {name: (w.value, w.cell) for name, w in done.items()}
        records.append(Record("report_output", machine.report_id, page.name, output))
    return records


def _subtotal(page: Page, row: int, top: int, day: date, pen: Pen) -> int:
    if not pen.coin(0.4):
        return row
    page.put(row, 0, "小计", "total")
    page.put(row, 1, f"{day.month}月{day.day}日", "total")
    values = [page.cells.get((r, len(STOCK) + 1)) for r in range(top, row)]
    page.total(row, len(STOCK) + 1, top, sum(c.content for c in values if c and isinstance(c.content, int)))
    return row + 1

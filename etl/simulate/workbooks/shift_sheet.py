"""Layout ``shift-sheet``: one workbook a day and line, one sheet a shift; hours, stops and defects below each other.

Seen on it: a title over all columns, label and value pairs, running sums, a row of totals, empty rows of the log, a
sheet with instructions, signatures at the end. The whole plant's reports of this kind: ``etl.simulate.workbook``.
"""

from __future__ import annotations

from collections.abc import Sequence

from etl.simulate.figures import ROWS
from etl.simulate.figures import TITLE as TITLE_OF_FIGURES
from etl.simulate.plant import DEFECTS, PRODUCTS
from etl.simulate.workbook import DEFECT_HEADERS, HOUR_HEADERS, STOP_HEADERS, TITLE, WIDTHS, report_name
from etl.simulate.workbooks.book import Book, Cell, Made, Page, Record
from etl.simulate.workbooks.happened import Shift
from etl.simulate.workbooks.pen import Pen, Values

HEADER_ROW = 5
FIRST = HEADER_ROW + 1
LOG_ROWS = 4
NAMES = {defect.code: defect.name_zh for defect in DEFECTS}


def make(shifts: Sequence[Shift], pen: Pen) -> Made:
    """One workbook: the shifts of one line and day."""
    book = Book()
    records: list[Record] = []
    for shift in shifts:
        page = book.page(shift.shift_name)
        common = _head(page, shift, pen)
        row = _hours(page, shift, common, records, pen) + 2
        row = _stops(page, row, shift, common, records, pen)
        row = _defects(page, row, shift, common, records, pen) + 2
        for column, label in ((0, "制表"), (3, "审核"), (6, "批准")):
            page.put(row, column, label, "label")
        page.put(row, 1, shift.leader)
        if pen.coin():
            records.append(_figures(page, row + 2, shift, common, pen))
    book.page("填写说明").put(0, 0, "时段按整点填写；停机超过5分钟须登记。")
    name = report_name(shifts[0].plant_id, shifts[0].line_id, shifts[0].production_date).removesuffix(".xlsx")
    return Made(name, book, tuple(records), pen.repairs, pen.keys)


def _head(page: Page, shift: Shift, pen: Pen) -> Values:
    for column, width in enumerate(WIDTHS):
        page.widths[column] = width
    page.frozen = (FIRST, 0)
    page.merge(0, 0, 0, len(WIDTHS) - 1, TITLE, "title")
    labels = (("日期 Date", "班次 Shift", "线别 Line"), ("班长 Leader", "工单号 Order", "产品型号 Product"))
    for row, texts in enumerate(labels, start=2):
        for column, text in zip((0, 3, 6), texts, strict=True):
            page.put(row, column, text, "label")
    pen.day(page, 2, 1, shift.production_date)
    pen.key(page, 2, 4, "shift_id", shift.shift_name)
    pen.key(page, 2, 7, "line_id", shift.line_id)
    page.put(3, 1, shift.leader, "value")
    order = pen.text(page, 3, 4, shift.runs[0].order_id)
    product = pen.text(page, 3, 7, shift.runs[0].product_id)
    return {"order_id": (order.value, order.cell), "product_id": (product.value, product.cell)}


def _hours(page: Page, shift: Shift, common: Values, records: list[Record], pen: Pen) -> int:
    page.put_row(HEADER_ROW, 0, list(HOUR_HEADERS), "header")
    good = 0
    for row, hour in enumerate(shift.hours, start=FIRST):
        good += hour.good_qty
        start = pen.hour(page, row, 0, hour.start_min)
        written = {
            "planned_qty": pen.qty(page, row, 1, hour.planned_qty),
            "good_qty": pen.qty(page, row, 2, hour.good_qty),
            "scrap_qty": pen.qty(page, row, 4, hour.scrap_qty),
            "stop_min": pen.minutes(page, row, 5, hour.stop_min),
        }
        page.put(row, 3, Cell(good, f"=SUM($C${FIRST + 1}:C{row + 1})"), "value")
        if hour.note:
            written["note"] = pen.text(page, row, 6, hour.note)
        values: Values = {**common, "hour_start": (shift.instant(hour.start_min), start.cell)}
        values |= {name: (w.value, w.cell) for name, w in written.items()}
        records.append(Record("report_output", shift.report_id, page.name, values))
    row = FIRST + len(shift.hours)
    page.put(row, 0, "合计 Total", "total")
    totals: Values = dict(common)
    for name, column in (("planned_qty", 1), ("good_qty", 2), ("scrap_qty", 4), ("stop_min", 5)):
        total = sum(getattr(hour, name) for hour in shift.hours)
        totals[name] = (total, page.total(row, column, FIRST, total))
    records.append(Record("report_output", shift.report_id, page.name, totals, is_total=True))
    return row


def _stops(page: Page, row: int, shift: Shift, common: Values, records: list[Record], pen: Pen) -> int:
    page.put(row, 0, "停机记录 Downtime log", "label")
    page.put_row(row + 1, 0, list(STOP_HEADERS), "header")
    for line, stop in enumerate(shift.stops, start=row + 2):
        start = pen.clock(page, line, 0, stop.start_min)
        end = pen.clock(page, line, 1, stop.end_min)
        minutes = pen.minutes(page, line, 2, stop.end_min - stop.start_min)
        reason = pen.text(page, line, 3, stop.reason_code)
        text = pen.text(page, line, 4, stop.text)
        values: Values = {
            "order_id": common["order_id"],
            "start_at": (shift.instant(stop.start_min), start.cell),
            "end_at": (shift.instant(stop.end_min), end.cell),
            "downtime_min": (minutes.value, minutes.cell),
            "reason_code": (reason.value, reason.cell),
            "reason_text": (text.value, text.cell),
        }
        records.append(Record("report_stop", shift.report_id, page.name, values))
    return row + 3 + max(LOG_ROWS, len(shift.stops))


def _defects(page: Page, row: int, shift: Shift, common: Values, records: list[Record], pen: Pen) -> int:
    page.put(row, 0, "不良明细 Defects", "label")
    page.put_row(row + 1, 0, list(DEFECT_HEADERS), "header")
    line = row + 2
    for code, qty in shift.runs[0].defects:
        named = pen.text(page, line, 0, code)
        page.put(line, 1, NAMES[code], "value")
        amount = pen.qty(page, line, 2, qty)
        values: Values = {**common, "defect_code": (code, named.cell), "scrap_qty": (amount.value, amount.cell)}
        records.append(Record("report_defect", shift.report_id, page.name, values))
        line += 1
    return line


WEIGHTS_G = {product.product_id: product.piece_weight_g for product in PRODUCTS}


def _figures(page: Page, row: int, shift: Shift, common: Values, pen: Pen) -> Record:
    """The block of figures of the whole shift."""
    run = shift.runs[0]
    made = run.good_qty + run.scrap_qty
    amounts: dict[str, float] = {
        "headcount": 3 + len(shift.hours) % 3,
        "labour_h": run.labour_h,
        "material_kg": round(made * WEIGHTS_G.get(run.product_id, 125) / 1000, 3),
        "counter_start": run.counter_start,
        "counter_end": run.counter_start + run.shots,
        "cavities": run.cavities,
        "packed_qty": run.good_qty // 24 * 24,
        "unpacked_qty": run.good_qty % 24,
    }
    page.put(row, 0, TITLE_OF_FIGURES, "label")
    values: Values = {"product_id": common["product_id"]}
    for line, pairs in enumerate(ROWS, start=row + 1):
        for column, (name, label) in zip((0, 3, 6), pairs, strict=False):
            page.put(line, column, label, "label")
            if name in amounts:
                written = pen.qty(page, line, column + 1, amounts[name])
                values[name] = (written.value, written.cell)
            else:
                percent = 100 * run.good_qty / (made if name == "yield_pct" else run.planned_qty)
                values[name] = (round(percent, 1), page.put(line, column + 1, f"{percent:.1f}%", "value"))
                pen.repairs[page.name, str(values[name][1])] = "unit_word"
    return Record("report_shift", shift.report_id, page.name, values)

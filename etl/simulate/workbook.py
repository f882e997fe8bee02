"""Write drafts as workbooks of layout shift-sheet: one file a line and day, one sheet a shift.

The values: ``draft``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from etl.simulate.draft import DEFECT_NAMES, FIRST_HOUR_ROW, REASON_NAMES, STOP_ROWS, ReportDraft
from etl.simulate.figures import LABEL_COLUMNS, ROWS, VALUE_COLUMNS, Figures
from etl.simulate.figures import TITLE as TITLE_OF_FIGURES

HOUR_HEADERS = (
    "时段 Hour",
    "计划 Plan",
    "实际 Actual",
    "累计 Cumulative",
    "不良 Scrap",
    "停机(min) Stop",
    "备注 Remark",
)
STOP_HEADERS = ("开始 Start", "结束 End", "分钟 Minutes", "原因代码 Reason", "描述 Description")
DEFECT_HEADERS = ("代码 Code", "名称 Name", "数量 Qty")
TITLE = "生产日报表 Production Daily Report"
WIDTHS = (16, 14, 13, 15, 13, 15, 20, 14, 9, 9, 9, 9)


def report_name(plant_id: str, line_id: str, production_date: date, suffix: str = "") -> str:
    """Name of the workbook of one line and day."""
    return f"{plant_id}_{line_id}_{production_date:%Y-%m-%d}{suffix}.xlsx"


def write_workbook(path: Path, drafts: Sequence[ReportDraft]) -> None:
    """Write one workbook; the same drafts give the same bytes."""
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    made = datetime.combine(drafts[0].slot.production_date, time(6))
    book.set_properties({"title": TITLE, "created": made})
    styles = _styles(book)
    for draft in drafts:
        _write_sheet(book.add_worksheet(draft.sheet_name), draft, styles)
    book.close()


def _styles(book: Any) -> dict[str, Any]:
    box = {"border": 1, "border_color": "#8EA9C1", "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "label": book.add_format({"bold": True, "font_color": "#44546A"}),
        "value": book.add_format({"bottom": 1}),
        "date": book.add_format({"bottom": 1, "num_format": "yyyy-mm-dd", "align": "left"}),
        "header": book.add_format({**box, "bold": True, "bg_color": "#D9E2EF", "align": "center"}),
        "section": book.add_format({"bold": True, "font_size": 12}),
        "text": book.add_format({**box, "align": "center"}),
        "note": book.add_format(box),
        "number": book.add_format({**box, "num_format": "0"}),
        "total": book.add_format({**box, "bold": True, "bg_color": "#F2F2F2", "num_format": "0"}),
    }


def _write_sheet(sheet: Any, draft: ReportDraft, styles: dict[str, Any]) -> None:
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    sheet.freeze_panes(6, 0)
    sheet.set_row(0, 28)
    sheet.merge_range(0, 0, 0, 11, TITLE, styles["title"])
    _write_head(sheet, draft, styles)
    _write_hours(sheet, draft, styles)
    _write_stops(sheet, draft, styles)
    _write_defects(sheet, draft, styles)
    row = draft.grid.signature_row - 1
    for column, (label, name) in zip((0, 3, 6), (("制表", draft.slot.leader), ("审核", ""), ("批准", "")), strict=True):
        sheet.write_string(row, column, label, styles["label"])
        sheet.write(row, column + 1, name or None, styles["value"])
    if draft.figures is not None:
        _write_figures(sheet, draft.grid.figures_title_row, draft.figures, styles)


def _write_head(sheet: Any, draft: ReportDraft, styles: dict[str, Any]) -> None:
    """Rows 3 and 4: label and value side by side."""
    label, value = styles["label"], styles["value"]
    sheet.write_string("A3", "日期 Date", label)
    sheet.write_datetime("B3", datetime.combine(draft.production_date, time()), styles["date"])
    pairs = (
        ("D3", "班次 Shift", "E3", draft.shift_text),
        ("G3", "线别 Line", "H3", draft.slot.line_id),
        ("A4", "班长 Leader", "B4", draft.slot.leader),
        ("D4", "工单号 Order", "E4", draft.order_text),
        ("G4", "产品型号 Product", "H4", draft.product_text),
    )
    for label_cell, text, value_cell, written in pairs:
        sheet.write_string(label_cell, text, label)
        sheet.write_string(value_cell, written, value)


def _write_hours(sheet: Any, draft: ReportDraft, styles: dict[str, Any]) -> None:
    text, number, total = styles["text"], styles["number"], styles["total"]
    sheet.write_row(FIRST_HOUR_ROW - 2, 0, HOUR_HEADERS, styles["header"])
    running = 0
    for row, hour in enumerate(draft.hours, start=FIRST_HOUR_ROW - 1):
        running += hour.good_qty or 0
        sheet.write_string(row, 0, hour.text, text)
        sheet.write_number(row, 1, hour.planned_qty, number)
        if hour.good_qty is None:
            sheet.write_blank(row, 2, None, number)
        else:
            sheet.write_number(row, 2, hour.good_qty, number)
        sheet.write_formula(row, 3, f"=SUM($C${FIRST_HOUR_ROW}:C{row + 1})", number, running)
        sheet.write_number(row, 4, hour.scrap_qty, number)
        sheet.write_number(row, 5, hour.stop_min, number)
        sheet.write(row, 6, hour.note or None, styles["note"])
    row = draft.grid.total_row
    sheet.write_string(row - 1, 0, "合计 Total", total)
    sums = {
        "B": sum(hour.planned_qty for hour in draft.hours),
        "C": draft.good_total,
        "E": draft.scrap_total,
        "F": sum(hour.stop_min for hour in draft.hours),
    }
    for column, value in sums.items():
        if column in draft.typed_totals:
            sheet.write_number(f"{column}{row}", draft.typed_totals[column], total)
        else:
            sheet.write_formula(f"{column}{row}", f"=SUM({column}{FIRST_HOUR_ROW}:{column}{row - 1})", total, value)
    for column in "DG":
        sheet.write_blank(f"{column}{row}", None, total)


def _write_stops(sheet: Any, draft: ReportDraft, styles: dict[str, Any]) -> None:
    title_row = draft.grid.stop_title_row
    sheet.write_string(title_row - 1, 0, "停机记录 Downtime log", styles["section"])
    sheet.write_row(title_row, 0, STOP_HEADERS, styles["header"])
    for number in range(STOP_ROWS):
        row = title_row + 1 + number
        if number >= len(draft.stops):
            for column in range(len(STOP_HEADERS)):
                sheet.write_blank(row, column, None, styles["text"])
            continue
        stop = draft.stops[number]
        reason = REASON_NAMES[stop.reason_code]
        sheet.write_string(row, 0, draft.clock(stop.start_min), styles["text"])
        sheet.write_string(row, 1, draft.clock(stop.end_min), styles["text"])
        sheet.write_number(row, 2, stop.downtime_min, styles["number"])
        sheet.write_string(row, 3, stop.reason_code, styles["text"])
        sheet.write_string(row, 4, f"{reason.name_zh} {reason.name_en}", styles["note"])


def _write_defects(sheet: Any, draft: ReportDraft, styles: dict[str, Any]) -> None:
    title_row = draft.grid.defect_title_row
    sheet.write_string(title_row - 1, 0, "不良明细 Defects", styles["section"])
    sheet.write_row(title_row, 0, DEFECT_HEADERS, styles["header"])
    for number, defect in enumerate(draft.defects):
        row = title_row + 1 + number
        sheet.write_string(row, 0, defect.defect_code, styles["text"])
        sheet.write_string(row, 1, DEFECT_NAMES[defect.defect_code].name_zh, styles["note"])
        sheet.write_number(row, 2, defect.scrap_qty, styles["number"])


def _write_figures(sheet: Any, title_row: int, figures: Figures, styles: dict[str, Any]) -> None:
    sheet.write_string(f"A{title_row}", TITLE_OF_FIGURES, styles["section"])
    for row, pairs in enumerate(ROWS, start=title_row + 1):
        for label_column, value_column, (name, label) in zip(LABEL_COLUMNS, VALUE_COLUMNS, pairs, strict=False):
            sheet.write_string(f"{label_column}{row}", label, styles["label"])
            sheet.write(f"{value_column}{row}", getattr(figures, name), styles["value"])

"""Words of a layout beyond labels and plain tables: where values stand, how records lie, which unit is meant."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.etl.files import Grid
from tests.etl.normalize.plant import Plant

FIELDS = """
id = "words"
[fields]
production_date = { label = "Date" }
line_id = { label = "Line" }
shift_id = { label = "Shift" }
"""
HEAD: Grid = [["Date", "2026-01-05", None, "Line", "L1"], ["Shift", "Early"], []]
HOURS = """
[tables.hours]
into = "output"
columns.hour_start = { header = "Hour" }
columns.good_qty = { header = "Good" }
"""


def test_label_and_value_may_stand_in_one_cell_and_several_in_one_text(plant: Plant) -> None:
    layout = FIELDS.replace('"Date" }', '"日期", value_at = "inside" }').replace(
        '"Shift" }', '"班次", value_at = "inside" }'
    )
    head: Grid = [["日期：2026-01-05  班次: 夜班"], ["Line", "L1"]]
    read = plant.report(layout + HOURS, [*head, ["Hour", "Good"], ["22:00", 5]])
    assert read.keys() == [("L1", "2026-01-05", "N")]
    assert read.reports.reports.select("production_date_cell", "shift_id_cell").row(0) == ("A1", "A1")


def test_a_fixed_cell_and_a_sentence_give_fields(plant: Plant) -> None:
    layout = (
        """
id = "words"
[fields]
production_date = { pattern = '(?P<year>\\d{4})年(?P<month>\\d+)月(?P<day>\\d+)日' }
line_id = { pattern = '^(\\S+线)' }
shift_id = { cell = "C2" }
"""
        + HOURS
    )
    grid: Grid = [["一号线 2026年3月4日 生产日报表"], [None, None, "夜班"], ["Hour", "Good"], ["22:00", 5]]
    assert plant.report(layout, grid).keys() == [("L1", "2026-03-04", "N")]
    twice = plant.report(layout, [*grid, [], ["二号线 2026年3月4日"]])
    assert ("A1", "line_id", "cells_disagree") in twice.held("source_cell", "measure", "reason_code")


def test_the_title_gives_the_month_and_the_tab_the_day(plant: Plant) -> None:
    layout = (
        """
id = "words"
[fields]
production_date = { pattern = '(?P<year>\\d{4})年(?P<month>\\d+)月', sheet_name = '^(?P<day>\\d+)$' }
line_id = { const = "L1" }
shift_id = { const = "E" }
"""
        + HOURS
    )
    page: Grid = [["2026年3月 生产月报"], ["Hour", "Good"], ["06:00", 5]]
    assert plant.report(layout, {"4": page, "31": page}).keys() == [
        ("L1", "2026-03-04", "E"),
        ("L1", "2026-03-31", "E"),
    ]


def test_fields_of_one_sheet_hold_for_the_others(plant: Plant) -> None:
    layout = FIELDS.replace('"Date" }', '"Date", sheet = "^Head$" }').replace('"Line" }', '"Line", sheet = "^Head$" }')
    layout = layout.replace('"Shift" }', '"Shift", sheet = "^Head$" }') + HOURS.replace(
        'into = "output"', 'into = "output"\nsheet = "^Hours$"'
    )
    read = plant.report(layout, {"Head": HEAD, "Hours": [["Hour", "Good"], ["06:00", 5]]})
    assert read.refusals == []
    assert read.rows("report_output", "report_id", "good_qty") == [("P1/L1/2026-01-05/E", 5)]


def test_records_may_stand_side_by_side(plant: Plant) -> None:
    layout = FIELDS + HOURS.replace('into = "output"', 'into = "output"\nacross = true\ntotal = "Total"')
    read = plant.report(layout, [*HEAD, ["Hour", "06:00", "07:00", "Total"], ["Good", 120, 118, 238]])
    assert read.rows("report_output", "good_qty", "good_qty_cell", "is_total") == [
        (120, "B5", False),
        (118, "C5", False),
        (238, "D5", True),
    ]
    strange = plant.report(layout, [*HEAD, ["Hour", "06:00"], ["Weight", 3], ["Good", 120]])
    assert [(r.code, r.cell) for r in strange.refusals] == [("sheet_columns_unknown", "A5")]


NAMED = (
    FIELDS
    + """
[tables.hours]
into = "output"
ignore = ["累计", "合计"]
columns.product_id = { header = "产品", fill_down = true }
measure_from = { header = "项目", labels = { "计划" = "planned_qty", "实际" = "good_qty" } }
[[tables.hours.wide]]
field = "hour_start"
pattern = '^\\d\\d:\\d\\d'
"""
)


def test_hours_stand_across_and_rows_name_their_measure(plant: Plant) -> None:
    grid: Grid = [
        *HEAD,
        ["产品", "项目", "06:00", "07:00", "合计"],
        ["齿轮", "计划", 100, 110, 210],
        [None, "实际", 98, 111, 209],
        ["壳体", "计划", 10, 11, 21],
        [None, "实际", 9, None, 9],
        [None, "累计", 9, 9, 9],
    ]
    read = plant.report(NAMED, grid)
    assert read.refusals == []
    assert read.held("raw", "reason_code") == []
    rows = read.rows(
        "report_output", "product_id", "hour_start", "hour_start_cell", "planned_qty", "good_qty", "good_qty_cell"
    )
    assert sorted((p, f"{h:%H:%M}", *rest) for p, h, *rest in rows) == [
        ("CASE", "22:00", "C4", 10, 9, "C8"),
        ("CASE", "23:00", "D4", 11, None, None),
        ("GEAR", "22:00", "C4", 100, 98, "C6"),
        ("GEAR", "23:00", "D4", 110, 111, "D6"),
    ]


def test_a_row_that_names_no_known_measure_is_told_with_its_cell(plant: Plant) -> None:
    grid: Grid = [*HEAD, ["产品", "项目", "06:00"], ["齿轮", "计划", 100], ["壳体", "速度", 98], ["壳体", None, 7]]
    read = plant.report(NAMED, grid)
    assert sorted(read.held("source_cell", "reason_code")) == [("B6", "measure_unknown"), ("C7", "measure_missing")]
    twice = plant.report(NAMED, [*grid[:5], ["齿轮", "计划", 90]])
    assert twice.held("source_cell", "reason_code") == [("C6", "cell_twice")]


def test_a_form_has_a_place_for_each_measure(plant: Plant) -> None:
    layout = (
        FIELDS
        + """
[tables.form]
into = "output"
cells.good_qty = { label = "合格数" }
cells.scrap_qty = { label = "废品", value_at = "below" }
cells.headcount = { cell = "B7", optional = true }
"""
    )
    read = plant.report(layout, [*HEAD, ["合格数", 96, "废品"], [None, None, 4], [], ["人数", 7]])
    assert read.rows("report_output", "good_qty", "good_qty_cell", "scrap_qty_cell", "headcount") == [
        (96, "B4", "C5", 7)
    ]
    assert [r.params["missing"] for r in plant.report(layout, [*HEAD, ["废品", 4]]).refusals] == ["合格数"]


BLOCKS = """
id = "blocks"
blocks = { start = "日报", direction = "%s" }
[fields]
production_date = { label = "Date" }
line_id = { label = "Line" }
shift_id = { label = "Shift" }
[tables.hours]
into = "output"
columns.hour_start = { header = "Hour" }
columns.good_qty = { header = "Good" }
"""


def block(line: str, shift: str, good: int) -> Grid:
    return [["日报", None], ["Line", line], ["Shift", shift], ["Hour", "Good"], ["06:00", good]]


def test_blocks_below_each_other_are_sheets_of_their_own_and_share_what_stands_above(plant: Plant) -> None:
    read = plant.report(
        BLOCKS % "down", [["Date", "2026-01-05"], *block("L1", "Early", 5), [], *block("L1", "Late", 6)]
    )
    assert read.refusals == []
    assert read.rows("report_output", "report_id", "good_qty", "good_qty_cell") == [
        ("P1/L1/2026-01-05/E", 5, "B6"),
        ("P1/L1/2026-01-05/L", 6, "B12"),
    ]
    assert read.reports.reports["key_sheets"].to_list() == [1, 1]


def test_blocks_beside_each_other_and_in_rows_and_columns(plant: Plant) -> None:
    pair = [[*a, *b] for a, b in zip(block("L1", "Early", 5), block("L1", "Late", 6), strict=True)]
    across = plant.report(BLOCKS % "across", [["Date", "2026-01-05"], *pair])
    assert across.refusals == []
    assert across.held("source_cell", "raw", "reason_code") == []
    assert [g for (g,) in across.rows("report_output", "good_qty")] == [5, 6]
    other = [[*a, *b] for a, b in zip(block("L1", "Night", 7), block("L2", "夜班", 8), strict=True)]
    both = plant.report(BLOCKS % "both", [["Date", "2026-01-05"], *pair, *other])
    assert both.keys() == [("L1", "2026-01-05", s) for s in "ELN"] + [("L2", "2026-01-05", "N")]


def test_numbered_blocks_are_parts_of_one_report(plant: Plant) -> None:
    layout = (
        FIELDS.replace('id = "words"', 'id = "words"\nblocks = { start = "订单#" }')
        + """
order_id = { label = "订单#" }
[tables.form]
into = "output"
cells.good_qty = { label = "Good" }
"""
    )
    read = plant.report(layout, [*HEAD, ["订单1", "PO-1"], ["Good", 5], ["订单 2", "PO-2"], ["Good", 6]])
    assert read.rows("report_output", "order_id", "good_qty") == [("PO-1", 5), ("PO-2", 6)]
    assert read.reports.reports["key_sheets"].to_list() == [1]


def test_headers_of_three_rows_give_day_and_shift(plant: Plant) -> None:
    layout = """
id = "words"
[tables.rows]
into = "output"
columns.line_id = { header = "机台" }
columns.planned_qty = { header = "计划" }
columns.good_qty = { header = "良品" }
[[tables.rows.group]]
field = "production_date"
pattern = '^\\d{4}-\\d\\d-\\d\\d'
[[tables.rows.group]]
field = "shift_id"
labels = { "早" = "E", "中" = "L" }
"""
    days = [None, dt.date(2026, 1, 5), None, None, None, dt.date(2026, 1, 6), None, None, None]
    shifts = [None, "早", None, "中", None, "早", None, "中", None]
    lower = ["机台", *["计划", "良品"] * 4]
    read = plant.report(layout, [days, shifts, lower, ["L1", *range(1, 9)]])
    assert read.refusals == []
    assert sorted(read.rows("report_output", "report_id", "planned_qty", "good_qty")) == [
        ("P1/L1/2026-01-05/E", 1, 2),
        ("P1/L1/2026-01-05/L", 3, 4),
        ("P1/L1/2026-01-06/E", 5, 6),
        ("P1/L1/2026-01-06/L", 7, 8),
    ]


def test_equal_headers_are_told_apart_by_what_stands_above(plant: Plant) -> None:
    layout = (
        FIELDS
        + """
[tables.hours]
into = "output"
columns.hour_start = { header = "Hour" }
columns.planned_qty = { header = "件", under = "计划" }
columns.good_qty = { header = "件", under = "产量" }
"""
    )
    read = plant.report(layout, [*HEAD, [None, "计划", "产量"], ["Hour", "件", "件"], ["06:00", 10, 9]])
    assert read.rows("report_output", "planned_qty", "good_qty") == [(10, 9)]
    missing = plant.report(layout, [*HEAD, [None, "计划", None], ["Hour", "件", None], ["06:00", 10]])
    assert [r.params["missing"] for r in missing.refusals] == ["产量 / 件"]


def test_a_key_column_without_a_header_notes_and_a_header_that_comes_again(plant: Plant) -> None:
    layout = (
        FIELDS
        + """
[tables.hours]
into = "output"
repeat = true
skip = ['^备注', '^\\*']
columns.hour_start = { left_of = "PLAN" }
columns.planned_qty = { header = "PLAN" }
columns.good_qty = { header = "ACTUAL" }
"""
    )
    header = [None, "PLAN", "ACTUAL"]
    grid: Grid = [*HEAD, header, ["AM 6:00", 10, 9], ["备注：换模"], header, ["07:00", 11, 8], ["* see log", 1]]
    read = plant.report(layout, grid)
    assert read.held("raw") == []
    assert read.rows("report_output", "hour_start_cell", "good_qty") == [("A5", 9), ("A8", 8)]


PACKS = (
    FIELDS
    + """
[tables.hours]
into = "output"
columns.product_id = { header = "Item" }
columns.good_qty = { header = ["Good", "良品(箱)"], unit = { "良品(箱)" = "pack" } }
columns.stop_min = { header = "Stop (h)", unit = "h", optional = true }
"""
)


def test_packs_and_weights_become_pieces_of_the_product_and_the_conversion_is_recorded(plant: Plant) -> None:
    rows: Grid = [
        ["Item", "良品(箱)", "Stop (h)"],
        ["GEAR", 3, 0.5],
        ["齿轮", "12件", "1h20"],
        ["GEAR", "2.5 kg", "20分"],
    ]
    read = plant.report(PACKS, [*HEAD, *rows])
    assert read.held("raw", "reason_code") == []
    assert read.rows("report_output", "good_qty", "stop_min") == [(36, 30), (12, 80), (500, 20)]
    repairs = dict(read.reports.tables["value"].select("source_cell", "repair").rows())
    assert (repairs["B5"], repairs["B7"], repairs["C5"]) == ("unit_pack", "unit_word unit_kg", "unit_h")


def test_a_unit_that_cannot_be_converted_is_refused_and_says_what_to_fill_in(plant: Plant) -> None:
    rows: Grid = [["Item", "良品(箱)"], ["CASE", 3], ["NEW", 4], [None, 5], ["CASE", "7 kg"], ["CASE", "7 lbs"]]
    read = plant.report(PACKS, [*HEAD, *rows])
    assert sorted(read.held("source_cell", "reason_code")) == [
        ("B5", "unit_no_pack_size"),
        ("B6", "unit_unknown_product"),
        ("B7", "unit_no_product"),
        ("B8", "unit_no_piece_weight"),
        ("B9", "cell_unknown_unit"),
    ]


@pytest.mark.parametrize(
    ("clock", "cell", "utc"), [(".", 6.3, "22:30"), (".", "06.30", "22:30"), ("decimal", 6.5, "22:30")]
)
def test_a_time_typed_as_a_number_is_what_the_layout_says(plant: Plant, clock: str, cell: object, utc: str) -> None:
    read = plant.report(f'clock = "{clock}"\n' + FIELDS + HOURS, [*HEAD, ["Hour", "Good"], [cell, 5]])
    assert [f"{h:%H:%M}" for (h,) in read.rows("report_output", "hour_start")] == [utc]


def test_times_of_another_zone_lie_in_the_shift(plant: Plant) -> None:
    read = plant.report('zone = "UTC"\n' + FIELDS + HOURS, [*HEAD, ["Hour", "Good"], ["22:00", 5], ["01:00", 6]])
    assert [f"{h:%d %H:%M}" for (h,) in read.rows("report_output", "hour_start")] == ["04 22:00", "05 01:00"]


def test_a_ledger_of_work_in_process_has_a_table_of_its_own(plant: Plant) -> None:
    layout = (
        FIELDS
        + """
[tables.ledger]
into = "wip"
columns.order_id = { header = "计划号" }
columns.opening_qty = { header = "上期结存" }
columns.received_qty = { header = "领料" }
columns.closing_qty = { header = "结存" }
"""
    )
    read = plant.report(layout, [*HEAD, ["计划号", "上期结存", "领料", "结存"], ["PO-1", 5, "１０", 15]])
    assert read.rows("report_wip", "order_id", "opening_qty", "received_qty", "closing_qty_cell") == [
        ("PO-1", 5, 10, "D5")
    ]

"""What a layout can say of a workbook, one feature a test; refusals name what is wrong and where."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.errors import SiteError
from tests.etl.files import Grid
from tests.etl.normalize.plant import Plant

BASIC = """
id = "basic"
[fields]
production_date = { label = ["日期", "Date"] }
line_id = { label = ["线别", "Line"] }
shift_id = { label = ["班次", "Shift"] }
[tables.hours]
into = "output"
total = ["合计", "Total"]
end = ["停机记录", "Stops"]
[tables.hours.columns]
hour_start = { header = ["时段", "Hour"] }
good_qty = { header = ["实际", "Good"] }
scrap_qty = { header = ["不良", "Scrap"], optional = true }
"""
STOPS = """
[tables.stops]
into = "stop"
end = ["审核", "Checked"]
[tables.stops.columns]
start_at = { header = ["开始", "From"] }
end_at = { header = ["结束", "To"] }
reason_code = { header = ["原因", "Why"] }
"""
HEAD: Grid = [["Date", "2026-01-05", None, "Line", "L1"], ["Shift", "Early"], []]
HOURS: Grid = [["Hour", "Good", "Scrap"], ["06:00", 120, 2], ["07:00", 118, 0], ["Total", 238, 2]]


# -- labels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        [["Date", "2026-01-05", None, "Line", "L1"], ["Shift", "Early"]],
        [["Date", None, None, "2026-01-05"], ["Line", None, "L1"], ["Shift", None, None, None, "Early"]],
        [["日期：", dt.date(2026, 1, 5), "线别", "一号线"], ["班次", "早班"]],
        [[" d ａ TE :", "2026-01-05"], ["LINE", "LINE-01"], ["s h i f t", "E"]],
    ],
    ids=["next cell", "after merged labels", "in Chinese", "width, case, blanks and colon"],
)
def test_the_value_of_a_label_is_the_first_filled_cell_after_it(plant: Plant, head: Grid) -> None:
    read = plant.report(BASIC, [*head, [], *HOURS])
    assert read.refusals == []
    assert read.keys() == [("L1", "2026-01-05", "E")]


def test_a_blank_label_does_not_take_the_next_label_for_its_value(plant: Plant) -> None:
    read = plant.report(BASIC, [["Date", "2026-01-05"], ["Line", None, "Shift", "Early"], *HOURS])
    assert read.keys() == []
    assert {row[0] for row in read.held("reason_code")} == {"row_without_key"}
    assert {row[0] for row in read.held("measure")} == {"line_id"}


def test_a_value_may_stand_below_its_label(plant: Plant) -> None:
    below = BASIC.replace('"Line"] }', '"Line"], value_at = "below" }').replace(
        '"Shift"] }', '"Shift"], value_at = "below" }'
    )
    read = plant.report(below, [["Date", "2026-01-05"], ["Line", "Shift"], ["L1", "Late"], *HOURS])
    assert read.keys() == [("L1", "2026-01-05", "L")]
    assert read.reports.reports.select("line_id_cell", "shift_id_cell").row(0) == ("A3", "B3")


def test_nothing_below_a_label_is_blank_even_when_another_label_stands_there(plant: Plant) -> None:
    below = BASIC.replace('"Line"] }', '"Line"], value_at = "below" }')
    read = plant.report(below, [["Date", "2026-01-05", None, "Line"], ["Shift", "Early", None, "Date"], *HOURS])
    assert {row[0] for row in read.held("measure")} == {"line_id"}


def test_a_word_that_another_layout_knows_may_be_a_value(plant: Plant) -> None:
    other = """
id = "other"
[fields]
production_date = { label = "Tag" }
line_id = { label = "Linie" }
[tables.t]
into = "output"
group = { field = "shift_id", labels = { "Early" = "E", "Late" = "L" } }
columns = { good_qty = { header = "Gut" } }
"""
    read = plant.report([BASIC, other], [*HEAD, *HOURS])
    assert read.keys() == [("L1", "2026-01-05", "E")]


def test_the_first_place_with_a_value_counts_and_the_others_are_compared_with_it(plant: Plant) -> None:
    layout = BASIC.replace('"Date"] }', "\"Date\"], file_name = '\\d{4}-\\d\\d-\\d\\d' }").replace(
        '"Line"] }', '"Line"], const = "L2" }'
    )
    read = plant.report(layout, [*HEAD, *HOURS], name="report 2026-01-06")
    assert read.keys() == [("L1", "2026-01-05", "E")]
    told = str(read.reports.reports["contradictions"][0])
    assert '"other": "2026-01-06"' in told
    assert '"other": "L2"' in told


def test_a_constant_fills_what_the_sheet_does_not_say(plant: Plant) -> None:
    layout = BASIC.replace('{ label = ["线别", "Line"] }', '{ const = "L2" }')
    assert plant.report(layout, [["Date", "2026-01-05"], ["Shift", "Day"], *HOURS]).keys() == [
        ("L2", "2026-01-05", "D")
    ]


def test_own_aliases_of_a_layout_come_before_master_data(plant: Plant) -> None:
    layout = BASIC.replace('"Shift"] }', '"Shift"], aliases = { "1st" = "E" } }')
    assert plant.report(layout, [HEAD[0], ["Shift", "1ST"], *HOURS]).keys() == [("L1", "2026-01-05", "E")]


def test_an_ambiguous_date_is_held_back_with_its_cell(plant: Plant) -> None:
    read = plant.report(BASIC, [["Date", "3/4"], ["Line", "L1"], ["Shift", "E"], *HOURS])
    assert ("B1", "production_date", "3/4", "cell_not_date") in read.held(
        "source_cell", "measure", "raw", "reason_code"
    )
    assert read.keys() == []


# -- where the date comes from ---------------------------------------------------------------------------------------

DAILY = """
id = "daily"
[fields]
line_id = { const = "L1" }
shift_id = { const = "E" }
production_date = %s
[tables.hours]
into = "output"
[tables.hours.columns]
hour_start = { header = "Hour" }
good_qty = { header = "Good" }
"""
PAGE: Grid = [["Hour", "Good"], ["06:00", 5]]


def test_a_sheet_for_each_day_gives_a_report_for_each_day(plant: Plant) -> None:
    layout = DAILY % "{ sheet_name = '^(\\d{4}-\\d\\d-\\d\\d)$' }"
    read = plant.report(layout, {"2026-01-05": PAGE, "2026-01-06": PAGE})
    assert read.keys() == [("L1", "2026-01-05", "E"), ("L1", "2026-01-06", "E")]


def test_sheets_1_to_31_take_year_and_month_from_the_file_name(plant: Plant) -> None:
    layout = DAILY % (
        "{ sheet_name = '^(?P<day>\\d{1,2})日?$', file_name = '(?P<year>\\d{4})年?-?(?P<month>\\d{1,2})' }"
    )
    for name in ("日报 2026-02", "2026年2月"):
        read = plant.report(layout, {"1": PAGE, "28日": PAGE, "30": [["Hour", "Good"]]}, name=name)
        assert read.keys() == [("L1", "2026-02-01", "E"), ("L1", "2026-02-28", "E")]


def test_a_day_that_the_month_does_not_have_is_held_back(plant: Plant) -> None:
    layout = DAILY % "{ sheet_name = '^(?P<day>\\d+)$', file_name = '(?P<year>\\d\\d)-(?P<month>\\d\\d)' }"
    read = plant.report(layout, {"30": PAGE}, name="26-02")
    assert read.keys() == []
    assert read.held("source_sheet", "measure", "reason_code") == [("30", "production_date", "row_without_key")]


def test_a_file_name_may_give_its_date_in_any_order(plant: Plant) -> None:
    layout = DAILY % "{ file_name = '(?P<day>\\d\\d)\\.(?P<month>\\d\\d)\\.(?P<year>\\d{4})' }"
    assert plant.report(layout, PAGE, name="Linie 1 05.01.2026").keys() == [("L1", "2026-01-05", "E")]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{ sheet_name = '(?P<day>\\d+)' }", "a date in parts needs the groups year, month, day"),
        ("{ sheet_name = '(' }", "is not a regular expression"),
        ("{ optional = true }", "say where it stands"),
    ],
)
def test_a_date_that_can_never_be_whole_is_refused_when_the_site_opens(plant: Plant, source: str, problem: str) -> None:
    with pytest.raises(SiteError, match=problem):
        plant.site(DAILY % source)


def test_a_pattern_needs_no_group_and_may_use_any_word_of_the_language(plant: Plant) -> None:
    layout = DAILY.replace('{ const = "E" }', "{ sheet_name = '(?i)^(?:early|late)(?!x)' }") % "{ file_name = '.+' }"
    assert plant.report(layout, {"LATE": PAGE}, name="2026-01-05").keys() == [("L1", "2026-01-05", "L")]


def test_a_sheet_for_each_shift_gives_a_report_for_each_shift(plant: Plant) -> None:
    layout = BASIC.replace('{ label = ["班次", "Shift"] }', "{ sheet_name = '^(.+)$' }")
    head = [HEAD[0]]
    read = plant.report(layout, {"早班": [*head, *HOURS], "Late": [*head, ["Hour", "Good"], ["14:00", 9]]})
    assert read.keys() == [("L1", "2026-01-05", "E"), ("L1", "2026-01-05", "L")]


# -- tables ----------------------------------------------------------------------------------------------------------


def test_headers_have_synonyms_and_columns_any_order(plant: Plant) -> None:
    read = plant.report(BASIC, [*HEAD, ["不良", "时 段", "ＧＯＯＤ"], [2, "06:00", 120]])
    assert read.rows("report_output", "hour_start_cell", "good_qty", "scrap_qty") == [("B5", 120, 2)]


def test_an_optional_column_may_be_missing(plant: Plant) -> None:
    read = plant.report(BASIC, [*HEAD, ["Hour", "Good"], ["06:00", 120]])
    assert read.rows("report_output", "good_qty", "scrap_qty") == [(120, None)]


def test_a_missing_column_is_refused_by_its_name(plant: Plant) -> None:
    read = plant.report(BASIC, [*HEAD, ["Hour", "Scrap"], ["06:00", 2]])
    assert [(r.code, r.params) for r in read.refusals] == [
        ("sheet_columns_missing", {"layout": "basic", "missing": "实际"})
    ]
    assert read.keys() == []


def test_a_missing_label_is_refused_by_its_name(plant: Plant) -> None:
    read = plant.report(BASIC, [["Date", "2026-01-05"], ["Shift", "E"], *HOURS])
    assert [(r.code, r.params["missing"]) for r in read.refusals] == [("sheet_columns_missing", "线别")]


@pytest.mark.parametrize(
    ("header", "cell"),
    [(["Hour", "Weight", "Good"], "B4"), (["Hour", "Good", "Weight"], "C4")],
    ids=["inside", "against"],
)
def test_an_unknown_column_inside_or_against_the_table_is_refused_by_name_and_cell(
    plant: Plant, header: list[str], cell: str
) -> None:
    read = plant.report(BASIC, [*HEAD, header, ["06:00", 1, 2]])
    (refusal,) = read.refusals
    assert (refusal.code, refusal.cell) == ("sheet_columns_unknown", cell)
    assert refusal.params["columns"] == f"Weight ({cell})"
    assert read.keys() == []


def test_an_ignored_column_is_known_and_left_out(plant: Plant) -> None:
    layout = BASIC.replace('end = ["停机', 'ignore = ["Weight"]\nend = ["停机')
    read = plant.report(layout, [*HEAD, ["Hour", "Weight", "Good"], ["06:00", 99, 5]])
    assert read.rows("report_output", "good_qty") == [(5,)]


def test_blanks_beside_the_header_are_no_column(plant: Plant) -> None:
    assert plant.report(BASIC, [*HEAD, ["Hour", "Good", "  "], ["06:00", 5]]).rows("report_output", "good_qty") == [
        (5,)
    ]


def test_a_pivot_beside_the_log_is_ignored_and_its_words_mean_nothing_for_the_log(plant: Plant) -> None:
    read = plant.report(
        BASIC,
        [
            *HEAD,
            ["Hour", "Good", None, "Product", "Sum"],
            ["06:00", 120, None, "Gear", 120],
            ["07:00", 118, None, "Total", 120],
            ["08:00", 119, None, "Stops", 3],
            ["09:00", 117],
        ],
    )
    assert read.rows("report_output", "good_qty", "is_total") == [
        (120, False),
        (118, False),
        (119, False),
        (117, False),
    ]


def test_a_total_row_is_marked_and_not_counted_twice(plant: Plant) -> None:
    read = plant.report(BASIC, [*HEAD, *HOURS])
    assert read.rows("report_output", "row_no", "good_qty", "is_total") == [
        (5, 120, False),
        (6, 118, False),
        (7, 238, True),
    ]
    assert read.held("raw") == []


def test_tables_below_each_other_end_at_labels_and_at_the_next_header(plant: Plant) -> None:
    stops = [["From", "To", "Why"], ["06:10", "06:30", "卡料"], ["Checked", "Li"], ["06:10", "never", "?"]]
    for between in ([["Stops"]], []):
        read = plant.report(BASIC + STOPS, [*HEAD, *HOURS, *between, *stops])
        assert read.rows("report_output", "good_qty") == [(120,), (118,), (238,)]
        assert read.rows("report_stop", "reason_code") == [("M1",)]
        assert read.held("raw") == []


def test_a_note_below_a_table_is_told_and_the_rows_stay(plant: Plant) -> None:
    read = plant.report(BASIC, [*HEAD, *HOURS, [], ["power cut from 7 to 8"]])
    assert read.held("source_cell", "raw", "reason_code") == [("A9", "power cut from 7 to 8", "cell_not_time")]
    assert read.rows("report_output", "good_qty") == [(120,), (118,), (238,)]


def test_an_error_cell_and_an_unsaved_formula_hold_their_row_back_with_the_cell(plant: Plant) -> None:
    read = plant.report(BASIC, [*HEAD, ["Hour", "Good"], ["06:00", "#REF!"], ["07:00", "=B5*2"], ["08:00", 5]])
    assert read.held("source_cell", "raw", "reason_code") == [
        ("B5", "#REF!", "cell_error"),
        ("B6", "=B5*2", "cell_formula"),
    ]
    assert read.rows("report_output", "good_qty") == [(5,)]
    assert read.reports.reports["refused_rows"].to_list() == [2]


def test_a_negative_quantity_breaks_the_contract_and_is_held_back_with_its_cell(plant: Plant) -> None:
    read = plant.report(BASIC, [*HEAD, ["Hour", "Good"], ["06:00", -5], ["07:00", 5]])
    assert read.held("source_cell", "measure", "reason_code") == [("B5", "good_qty", "contract")]
    assert read.rows("report_output", "good_qty") == [(5,)]


def test_a_decimal_comma_is_the_layouts_word(plant: Plant) -> None:
    layout = 'decimal = ","\n' + BASIC
    read = plant.report(layout, [*HEAD, ["Hour", "Good"], ["06:00", "1.250,5"], ["07:00", 7.5], ["08:00", "12.5"]])
    assert read.rows("report_output", "good_qty") == [(1250.5,), (7.5,)]
    assert read.held("source_cell", "raw") == [("B7", "12.5")]


# -- two-row headers -------------------------------------------------------------------------------------------------

MONTHLY = """
id = "monthly"
[fields]
production_date = { sheet_name = '^(?P<day>\\d+)$', file_name = '(?P<year>\\d{4})-(?P<month>\\d\\d)' }
[tables.rows]
into = "output"
total = ["合计"]
[tables.rows.group]
field = "shift_id"
labels = { "白班" = "D", "夜班" = "N" }
[tables.rows.columns]
line_id = { header = "机台", fill_down = true }
product_id = { header = "模具" }
good_qty = { header = "良品" }
scrap_qty = { header = "不良", optional = true }
note = { header = "备注", optional = true }
"""
UPPER = ["机台", "白班", None, "夜班", None]
LOWER = [None, "模具", "良品", "模具", "良品"]


def monthly(plant: Plant, grid: Grid) -> list[tuple[object, ...]]:
    read = plant.report(MONTHLY, {"5": grid}, name="2026-01")
    assert read.refusals == []
    assert read.held("raw", "reason_code") == []
    return [(r[0][3:], *r[1:]) for r in read.rows("report_output", "report_id", "product_id", "good_qty")]


@pytest.mark.parametrize("lower", [LOWER, ["机台", *LOWER[1:]]], ids=["merged over both rows", "in the lower row"])
def test_the_upper_header_gives_the_shift_and_the_machine_holds_for_both(plant: Plant, lower: Grid) -> None:
    upper = UPPER if lower[0] is None else [None, *UPPER[1:]]
    grid: Grid = [["日报表"], upper, lower, ["一号线", "齿轮", 9, "壳体", 19], ["二号线", "壳体", 7, None, None]]
    assert monthly(plant, grid) == [
        ("L1/2026-01-05/D", "GEAR", 9),
        ("L1/2026-01-05/N", "CASE", 19),
        ("L2/2026-01-05/D", "CASE", 7),
    ]


def test_a_merged_machine_holds_for_the_rows_below_it_and_totals_do_not_count(plant: Plant) -> None:
    grid: Grid = [
        UPPER,
        LOWER,
        ["二号线", "齿轮", 9, "壳体", 19],
        [None, "壳体", 5, None, None],
        [None, None, None, "齿轮", 3],
        ["合计", None, 14, None, 22],
    ]
    assert monthly(plant, grid) == [
        ("L2/2026-01-05/D", "GEAR", 9),
        ("L2/2026-01-05/N", "CASE", 19),
        ("L2/2026-01-05/D", "CASE", 5),
        ("L2/2026-01-05/N", "GEAR", 3),
    ]


def test_a_machine_that_stood_idle_is_no_fault_but_a_note_below_the_table_is_told(plant: Plant) -> None:
    grid: Grid = [UPPER, LOWER, ["一号线", "齿轮", 9, None, None], ["二号线"], ["停电两小时"]]
    read = plant.report(MONTHLY, {"5": grid}, name="2026-01")
    assert read.keys() == [("L1", "2026-01-05", "D")]
    assert read.held("source_cell", "line_id", "reason_code") == [("A5", "停电两小时", "row_without_key")]


def test_a_column_beside_the_groups_holds_for_each_of_them(plant: Plant) -> None:
    read = plant.report(
        MONTHLY, {"5": [[*UPPER, "备注"], LOWER, ["一号线", "齿轮", 9, "壳体", 19, "新模具"]]}, name="2026-01"
    )
    assert read.rows("report_output", "good_qty", "note", "note_cell") == [(9, "新模具", "F3"), (19, "新模具", "F3")]


@pytest.mark.parametrize(
    ("upper", "lower", "code", "told"),
    [
        (UPPER[:3], LOWER[:3], "sheet_columns_missing", "夜班"),
        (UPPER[:4], LOWER[:4], "sheet_columns_missing", "夜班 (D1) / 良品"),
        ([*UPPER, "中班", None], [*LOWER, "模具", "良品"], "sheet_columns_unknown", "模具 (F2), 良品 (G2)"),
        (["机台", "白班", None, "中班", "夜班"], LOWER, "sheet_columns_renamed", "夜班 (E1) / 模具"),
        ([None, "白班", "加班", "夜班", None], ["机台", *LOWER[1:]], "sheet_columns_unknown", "加班 (C1)"),
    ],
    ids=["group missing", "column of a group missing", "group too many", "group inside", "word over a group"],
)
def test_groups_that_are_missing_or_unknown_are_refused_by_name(
    plant: Plant, upper: list[str | None], lower: list[str | None], code: str, told: str
) -> None:
    read = plant.report(MONTHLY, {"5": [upper, lower, ["一号线", "齿轮", 9, "壳体", 19]]}, name="2026-01")
    assert [r.code for r in read.refusals] == [code]
    assert told in str(read.refusals[0].params)


def test_a_sheet_without_any_word_of_a_grouped_layout_is_refused_like_any_other(plant: Plant) -> None:
    read = plant.report([MONTHLY, BASIC], [["nothing"], ["of", "this"]])
    assert [(r.code, r.params) for r in read.refusals] == [("sheet_no_layout", {"known": "basic, monthly"})]


# -- wide columns ----------------------------------------------------------------------------------------------------

LIST = """
id = "list"
[tables.rows]
into = "output"
total = ["Total"]
[tables.rows.columns]
production_date = { header = "Date", fill_down = true }
shift_id = { header = "Shift" }
line_id = { header = "Machine" }
order_id = { header = "Order", optional = true }
good_qty = { header = "Good" }
[[tables.rows.wide]]
into = "defect"
headers = { "Scratch" = "D1", "Short shot" = "D2" }
[[tables.rows.wide]]
into = "stop"
over = ["Stops (min)"]
headers = { "Jam" = "M1", "Setup" = "S1" }
"""
OVER = [None, None, None, None, None, None, None, "Stops (min)"]
FLAT = ["Date", "Shift", "Machine", "Order", "Good", "Scratch", "Short shot", "Jam", "Setup"]


def test_wide_columns_become_a_defect_or_a_stop_for_each_filled_cell(plant: Plant) -> None:
    rows = [
        ["2026-01-05", "E", "L1", "A1", 100, 3, None, 0, "0:20"],
        ["2026-01-05", "L", "L1", "A1", 90, 1, 2, 15, None],
    ]
    read = plant.report(LIST, [OVER, FLAT, *rows])
    assert read.rows("report_defect", "order_id", "defect_code", "scrap_qty", "scrap_qty_cell") == [
        ("A1", "D1", 3, "F3"),
        ("A1", "D1", 1, "F4"),
        ("A1", "D2", 2, "G4"),
    ]
    assert read.rows("report_stop", "reason_code", "downtime_min", "downtime_min_cell") == [
        ("S1", 20, "I3"),
        ("M1", 15, "H4"),
    ]
    assert read.rows("report_output", "scrap_qty", "scrap_qty_cell") == [(3, "F3"), (3, "F4")]


def test_a_missing_code_column_and_a_missing_upper_header_are_refused_by_name(plant: Plant) -> None:
    row = ["2026-01-05", "E", "L1", "A1", 100, 3, 0, 0, 0]
    without_code = plant.report(LIST, [OVER, FLAT[:8], row[:8]])
    assert [r.params["missing"] for r in without_code.refusals] == ["Setup"]
    without_upper = plant.report(LIST, [[], FLAT, row])
    assert [r.params["missing"] for r in without_upper.refusals] == ["Stops (min)"]


def test_an_unreadable_wide_cell_is_held_back_with_its_cell(plant: Plant) -> None:
    read = plant.report(LIST, [OVER, FLAT, ["2026-01-05", "E", "L1", "A1", 100, "many", 0, 0, 0]])
    assert read.held("source_cell", "raw", "reason_code") == [("F3", "many", "cell_not_number")]


def test_a_list_of_many_reports_fills_merged_dates_down_and_leaves_its_total_out(plant: Plant) -> None:
    rows = [
        ["2026-01-05", "E", "L1", None, 10],
        [None, "L", "L1", None, 11],
        ["2026-01-06", "E", "L1", None, 12],
        [None, "L", "L1", None, 13],
        ["Total", None, None, None, 46],
    ]
    read = plant.report(LIST, [OVER, FLAT, *rows])
    assert read.keys() == [
        ("L1", "2026-01-05", "E"),
        ("L1", "2026-01-05", "L"),
        ("L1", "2026-01-06", "E"),
        ("L1", "2026-01-06", "L"),
    ]
    assert [g for (g,) in read.rows("report_output", "good_qty")] == [10, 11, 12, 13]
    assert read.held("raw") == []


def test_below_an_unreadable_date_the_day_is_unknown_and_not_the_day_before(plant: Plant) -> None:
    rows = [
        ["2026-01-05", "E", "L1", None, 10],
        ["6/1", "E", "L1", None, 11],
        [None, "L", "L1", None, 12],
        ["2026-01-07", "E", "L1", None, 13],
    ]
    read = plant.report(LIST, [OVER, FLAT, *rows])
    assert read.keys() == [("L1", "2026-01-05", "E"), ("L1", "2026-01-07", "E")]
    assert [g for (g,) in read.rows("report_output", "good_qty")] == [10, 13]
    assert read.held("source_cell", "raw", "reason_code") == [
        ("A4", "6/1", "cell_not_date"),
        ("C5", None, "row_without_key"),
    ]


# -- several layouts and sheets --------------------------------------------------------------------------------------


def test_two_layouts_that_both_fit_are_refused_with_their_names(plant: Plant) -> None:
    twin = BASIC.replace('id = "basic"', 'id = "twin"')
    read = plant.report([BASIC, twin], [*HEAD, *HOURS])
    assert [(r.code, r.params) for r in read.refusals] == [("sheet_two_layouts", {"layouts": "basic, twin"})]
    assert read.keys() == []


def test_a_newer_layout_with_one_more_column_stands_beside_the_older_one(plant: Plant) -> None:
    newer = BASIC.replace('id = "basic"', 'id = "newer"') + 'rework_qty = { header = "Rework" }\n'
    read = plant.report([BASIC, newer], [*HEAD, ["Hour", "Good", "Rework"], ["06:00", 5, 1]])
    assert read.refusals == []
    assert read.rows("report_output", "good_qty", "rework_qty") == [(5, 1)]
    older = plant.report([BASIC, newer], [*HEAD, ["Hour", "Good"], ["06:00", 5]])
    assert older.reports.reports["layout_id"].to_list() == ["basic"]


def test_sheets_that_the_layout_ignores_are_no_fault_and_others_are_told(plant: Plant) -> None:
    layout = 'ignore_sheets = ["^说明$"]\n' + BASIC
    pages: dict[str, Grid] = {"早班": [*HEAD, *HOURS], "说明": [["how to"]], "scribble": [["x"]]}
    read = plant.report(layout, pages)
    assert [(r.code, r.sheet_no) for r in read.refusals] == [("sheet_no_layout", 2)]
    assert read.keys() == [("L1", "2026-01-05", "E")]


def test_sheets_that_make_one_report_borrow_the_key_by_order(plant: Plant) -> None:
    layout = """
id = "batches"
[fields]
line_id = { const = "L1" }
shift_id = { const = "E" }
[tables.runs]
into = "output"
sheet = "^Runs$"
[tables.runs.columns]
production_date = { header = "Date" }
order_id = { header = "Batch" }
good_qty = { header = "Good" }
[tables.stops]
into = "stop"
sheet = "^Stops$"
key_from = "runs"
[tables.stops.columns]
order_id = { header = "Batch" }
downtime_min = { header = "Minutes" }
"""
    runs: Grid = [["Date", "Batch", "Good"], ["2026-01-05", "B1", 10], ["2026-01-06", "B2", 11]]
    stops: Grid = [["Batch", "Minutes"], ["B2", 15], ["B1", 5], ["B9", 7]]
    read = plant.report(layout, {"Runs": runs, "Stops": stops})
    assert sorted(read.rows("report_stop", "report_id", "downtime_min")) == [
        ("P1/L1/2026-01-05/E", 5),
        ("P1/L1/2026-01-06/E", 15),
    ]
    assert read.held("source_sheet", "source_cell", "reason_code") == [("Stops", "A4", "row_without_key")]


# -- instants --------------------------------------------------------------------------------------------------------


def instants(plant: Plant, zone: str, line: str, shift: str, day: str, *hours: object) -> list[str]:
    grid: Grid = [["Date", day], ["Line", line], ["Shift", shift], ["Hour", "Good"], *([h, 1] for h in hours)]
    read = plant.report(BASIC, grid, zone=zone)
    assert read.held("raw") == []
    return [f"{at:%d %H:%M}" for (at,) in read.rows("report_output", "hour_start")]


def test_hours_after_midnight_of_a_night_shift_lie_on_the_next_day(plant: Plant) -> None:
    hours = instants(plant, "Asia/Shanghai", "L1", "Night", "2026-01-05", "22:00", "00:00-01:00", "05:00", "24:00")
    assert hours == ["05 14:00", "05 16:00", "05 21:00", "05 16:00"]


def test_a_stop_shortly_before_the_night_shift_is_this_evening(plant: Plant) -> None:
    assert instants(plant, "Asia/Shanghai", "L1", "Night", "2026-01-05", "21:50") == ["05 13:50"]


def test_twelve_hour_shifts_pass_midnight_too(plant: Plant) -> None:
    assert instants(plant, "Asia/Shanghai", "L2", "夜班", "2026-01-05", "20:00", "07:00") == ["05 12:00", "05 23:00"]
    assert instants(plant, "Asia/Shanghai", "L2", "白班", "2026-01-05", "08:00", "19:00") == ["05 00:00", "05 11:00"]


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2026-03-28", ["28 21:00", "29 00:00", "29 01:00", "29 01:00", "29 03:00"]),
        ("2026-10-24", ["24 20:00", "24 23:00", "25 00:00", "25 02:00", "25 04:00"]),
    ],
    ids=["spring", "autumn"],
)
def test_the_night_that_loses_or_gains_an_hour_keeps_its_instants(plant: Plant, day: str, wanted: list[str]) -> None:
    hours = instants(plant, "Europe/Berlin", "L1", "Night", day, "22:00", "01:00", "02:00", "03:00", "05:00")
    assert hours == wanted


def test_a_shift_that_ends_at_24_00_may_end_at_midnight(plant: Plant) -> None:
    layout = (
        (BASIC + STOPS)
        .replace('{ label = ["线别", "Line"] }', '{ const = "W1" }')
        .replace("[tables.hours]", 'plant_id = { const = "P2" }\n[tables.hours]')
    )
    grid: Grid = [
        ["Date", "2026-01-05"],
        ["Shift", "S"],
        *HOURS[:1],
        ["16:00", 5],
        ["From", "To", "Why"],
        ["23:50", "00:00", "Jam"],
    ]
    read = plant.report(layout, grid)
    assert [f"{a:%d %H:%M} {b:%d %H:%M}" for a, b in read.rows("report_stop", "start_at", "end_at")] == [
        "05 22:50 05 23:00"
    ]


# -- provenance ------------------------------------------------------------------------------------------------------


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 23).map(lambda h: f"{h:02}:00"),
            st.one_of(st.integers(0, 10**6), st.sampled_from(["120+30", "１２", " 7 ", "/", "x", "1O"])),
            st.one_of(st.none(), st.integers(0, 99)),
        ),
        max_size=6,
    ),
    st.integers(0, 3),
    st.integers(0, 2),
)
def test_every_value_points_at_the_cell_whose_text_it_keeps(
    plant: Plant, rows: list[tuple[str, object, int | None]], down: int, right: int
) -> None:
    pad = [None] * right
    grid: Grid = [*([[]] * down), *([*pad, *row] for row in (*HEAD, ["Hour", "Good", "Scrap"], *rows))]
    read = plant.report(BASIC, grid)
    texts = {
        f"{chr(65 + column)}{row + 1}": text for row, column, text in read.cells.select("row", "column", "text").rows()
    }
    value = read.reports.tables["value"]
    assert [texts[cell] for cell in value["source_cell"]] == value["raw"].to_list()
    assert value["source_sheet"].unique().to_list() == ["Sheet"]
    assert value["row_no"].to_list() == [int("".join(filter(str.isdigit, cell))) for cell in value["source_cell"]]
    filled = sum(1 for row in rows for cell in row if cell is not None)
    beside_labels = value.filter(value["table_name"] == "report")
    assert beside_labels["measure"].sort().to_list() == ["line_id", "production_date", "shift_id"]
    assert value.height == filled + beside_labels.height
    held = {cell for (cell,) in read.held("source_cell")}
    assert held == {cell for cell, text in texts.items() if text == "x"}


# -- what cannot be said ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            (", optional = true }", ", optional = true, formats = ['%d'] }"),
            "only production_date and times have formats",
        ),
        (("good_qty =", "good_stuff ="), "unknown measure good_stuff"),
        (('line_id = { label = ["线别", "Line"] }', ""), "nothing says where line_id stands"),
        (('"Good"] }', '"Good"], sum = true }'), "tables.hours.columns.good_qty.sum"),
    ],
)
def test_a_layout_that_says_something_impossible_is_refused_when_the_site_opens(
    plant: Plant, change: tuple[str, str], problem: str
) -> None:
    with pytest.raises(SiteError, match=problem):
        plant.site(BASIC.replace(*change))


def test_a_table_needs_a_column_by_which_it_is_recognised(plant: Plant) -> None:
    layout = DAILY.replace('"Hour" }', '"Hour", optional = true }').replace('"Good" }', '"Good", optional = true }')
    with pytest.raises(SiteError, match="at least one column must be required"):
        plant.site(layout % "{ file_name = '.*' }")

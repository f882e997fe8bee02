"""A header or label that was renamed, stands twice or lost its block is named with its cell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.etl.files import Grid
from tests.etl.normalize.plant import Plant, Read

SHEET = """
id = "sheet"
[fields]
production_date = { label = "Date" }
line_id = { label = "Line" }
shift_id = { label = "Shift" }
order_id = { label = "Order", optional = true }
leader = { label = "Leader", optional = true }
[tables.hours]
into = "output"
[tables.hours.columns]
hour_start = { header = "Hour" }
good_qty = { header = "Good" }
"""
BOARD = """
id = "board"
[blocks]
start = "Line"
direction = "across"
[fields]
production_date = { label = "Date" }
shift_id = { label = "Shift" }
line_id = { label = "Line" }
[tables.hours]
into = "output"
total = ["Total"]
[tables.hours.columns]
hour_start = { header = "Hour" }
good_qty = { header = "Good" }
"""
DAY: Grid = [["Date", "2026-01-05", "Line", "L1"], ["Shift", "Early"]]
HOURS: Grid = [["Hour", "Good"], ["06:00", 120]]


def told(read: Read) -> list[tuple[str, str | None, object]]:
    return [(r.code, r.cell, r.params.get("instead", r.params.get("what"))) for r in read.refusals]


def board(*lines: str, headers: tuple[str, ...] = ("Line", "Line"), totals: tuple[bool, ...] = (True, True)) -> Grid:
    """Two lines beside each other, with a blank column between."""
    rows: list[list[object]] = [["Date", "2026-01-05"], ["Shift", "Early"], [], [], [], []]
    for line, header, total in zip(lines, headers, totals, strict=True):
        rows[2] += [header, line, None]
        rows[3] += ["Hour", "Good", None]
        rows[4] += ["06:00", 60, None]
        rows[5] += ["Total", 60, None] if total else [None, None, None]
    return rows


@pytest.mark.parametrize("text", ["Goodx", "?", "#REF!"])
def test_a_renamed_header_is_named_with_the_text_that_stands_in_its_place(plant: Plant, text: str) -> None:
    read = plant.report(SHEET, [*DAY, [], ["Hour", text], ["06:00", 120]])
    assert told(read) == [("sheet_columns_renamed", "B4", f"{text} (B4)")]
    assert read.refusals[0].params["missing"] == "Good"


def test_a_number_in_the_place_of_a_header_is_not_taken_for_one(plant: Plant) -> None:
    read = plant.report(SHEET, [*DAY, [], ["Hour", 7], ["06:00", 120]])
    assert [(r.code, r.params["missing"]) for r in read.refusals] == [("sheet_columns_missing", "Good")]


def test_a_label_that_stands_twice_while_another_is_missing_is_not_guessed(plant: Plant) -> None:
    read = plant.report(SHEET, [*DAY, ["Order", "Li Wei", "Order", "WO-1"], *HOURS])
    assert told(read) == [("sheet_columns_renamed", "A3", "Order (A3), Order (C3)")]
    assert read.refusals[0].params["missing"] == "Leader"


def test_a_date_beside_the_signature_is_no_second_label(plant: Plant) -> None:
    read = plant.report(SHEET, [*DAY, ["Order", "WO-1"], *HOURS, [], ["Date", "2026-01-06"]])
    assert read.refusals == []
    assert read.keys() == [("L1", "2026-01-05", "E")]


@pytest.mark.parametrize("text", ["Leaderx", "Neu Leader", "Leaber"])
def test_a_text_that_looks_like_a_missing_optional_label_is_told_and_the_rest_is_read(plant: Plant, text: str) -> None:
    read = plant.report(SHEET, [*DAY, ["Order", "WO-1", text, "Li Wei"], *HOURS])
    assert told(read) == [("sheet_label_unknown", "C3", text)]
    assert read.rows("report_output", "order_id", "good_qty") == [("WO-1", 120)]


def test_a_sheet_without_an_optional_label_and_with_other_texts_is_read(plant: Plant) -> None:
    read = plant.report(
        SHEET, [["Daily production of the hall"], *DAY, ["Order", "WO-1", "Team leader's view", 3], *HOURS]
    )
    assert read.refusals == []


def test_an_optional_label_may_be_required_on_some_sheets(plant: Plant) -> None:
    layout = SHEET.replace(
        'label = "Order", optional = true', 'label = "Order", optional = true, required_on = "^Hall"'
    )
    read = plant.report(layout, {"Hall 1": [*DAY, *HOURS], "Yard": [*DAY[:1], ["Shift", "Late"], *HOURS]})
    assert [(r.sheet_no, r.params["missing"]) for r in read.refusals] == [(0, "Order")]
    assert read.keys() == [("L1", "2026-01-05", "L")]


def test_an_optional_table_with_one_header_renamed_is_refused_and_not_left_out(plant: Plant) -> None:
    stops = """
[tables.stops]
into = "stop"
optional = true
[tables.stops.columns]
start_at = { header = "From" }
end_at = { header = "To" }
reason_code = { header = "Why" }
"""
    read = plant.report(SHEET + stops, [*DAY, *HOURS, [], ["From", "To", "Reason"], ["06:10", "06:30", "M1"]])
    assert told(read) == [("sheet_columns_renamed", "C6", "Reason (C6)")]
    assert plant.report(SHEET + stops, [*DAY, *HOURS]).refusals == []


def test_a_second_table_beside_the_first_is_told_and_the_first_is_read(plant: Plant) -> None:
    read = plant.report(SHEET, [*DAY, ["Hour", "Good", None, "Hour", "Good"], ["06:00", 120, None, "07:00", 90]])
    assert told(read) == [("sheet_table_beside", "D3", "hours")]
    assert read.rows("report_output", "good_qty") == [(120,)]


def test_a_block_that_lost_the_label_with_which_it_begins_is_not_taken_for_a_part_of_its_neighbour(
    plant: Plant,
) -> None:
    read = plant.report(BOARD, board("L1", "LINE-01", headers=("Line", "Machine")))
    assert [(r.code, r.params["missing"]) for r in read.refusals] == [("sheet_columns_missing", "Line (D4)")]
    assert read.keys() == []


def test_a_block_without_the_total_of_its_neighbours_is_told_and_read(plant: Plant) -> None:
    grid = board("L1", "一号线", totals=(True, False))
    read = plant.report(BOARD, grid)
    assert told(read) == [("sheet_total_missing", "D6", "Total")]
    assert read.rows("report_output", "good_qty", "is_total") == [(60, False), (60, False), (60, True)]
    assert plant.report(BOARD, board("L1", "一号线", totals=(False, False))).refusals == []


DEFECTS = """
[tables.defects]
into = "defect"
[tables.defects.columns]
defect_code = { header = "Code" }
scrap_qty = { header = "Pieces" }
"""


def test_a_text_below_the_defects_is_told_and_a_printed_code_without_pieces_is_none_of_our_business(
    plant: Plant,
) -> None:
    rows: Grid = [["Code", "Pieces"], ["D1", 2], ["D2", None], ["Signed", None]]
    read = plant.report(SHEET + DEFECTS, [*DAY, *HOURS, [], *rows])
    assert read.held("source_cell", "raw", "reason_code", "measure") == [
        ("A9", "Signed", "row_without_key", "scrap_qty")
    ]
    assert read.rows("report_defect", "defect_code", "scrap_qty") == [("D1", 2), ("D2", None)]


TOTALS = SHEET.replace('into = "output"', 'into = "output"\ntotal = ["Total", "Subtotal"]').replace(
    "[tables.hours.columns]", '[tables.hours.columns]\nplanned_qty = { header = "Plan" }'
)


def test_a_subtotal_whose_row_moved_to_the_side_is_told_by_its_word(plant: Plant) -> None:
    rows: Grid = [["Hour", "Plan", "Good"], ["06:00", 100, 90], [None, "Subtotal", 100], ["07:00", 100, 95]]
    read = plant.report(TOTALS, [*DAY, *rows, ["Total", 200, 185]])
    assert read.held("source_cell", "raw", "reason_code") == [("B5", "Subtotal", "cell_not_number")]
    assert read.rows("report_output", "good_qty", "is_total") == [(90, False), (95, False), (185, True)]


def test_the_word_of_a_total_may_stand_in_any_column_when_all_totals_do(plant: Plant) -> None:
    rows: Grid = [["Hour", "Plan", "Good"], ["06:00", 100, 90], [None, "Total", 90]]
    read = plant.report(TOTALS, [*DAY, *rows])
    assert read.held("source_cell") == []
    assert read.rows("report_output", "good_qty", "is_total") == [(90, False), (90, True)]


FIGURES = (
    SHEET
    + """
[tables.figures]
into = "shift"
optional = true
[tables.figures.cells]
headcount = { label = ["People"] }
yield_pct = { label = ["Yield"], optional = true }
"""
)


FIGURES_OF_TWO_ROWS = (
    FIGURES
    + """
counter_start = { label = ["From"], optional = true }
counter_end = { label = ["To"], optional = true }
"""
)
TWO_ROWS: Grid = [["People", 4, None, "Yield", "97%"], ["From", 100, None, "To", 250]]


def figures(plant: Plant, *rows: Sequence[object], above: Grid = HOURS) -> Read:
    return plant.report(FIGURES_OF_TWO_ROWS, [*DAY, ["Order", "WO-1"], *above, [], *map(list, rows)])


def test_all_figures_of_a_block_are_read_and_so_are_those_of_a_block_that_lacks_some(plant: Plant) -> None:
    measures = ("headcount", "yield_pct", "counter_start", "counter_end")
    for rows, wanted in ((TWO_ROWS, [(4, 97, 100, 250)]), (TWO_ROWS[:1], [(4, 97, None, None)])):
        read = figures(plant, *rows)
        assert read.refusals == []
        assert read.rows("report_shift", *measures) == wanted


@pytest.mark.parametrize("label", [100, "１００", "?", "#REF!", "Order", None], ids=str)
def test_a_figure_whose_label_was_lost_is_told_with_its_cell(plant: Plant, label: object) -> None:
    lost = [label, None if label == 100 else 100, None, "To", 250]
    read = figures(plant, TWO_ROWS[0], lost)
    cells = {"A8"} if label == 100 else {"A8", "B8"} if label == "１００" else {"B8"}
    assert {(r.code, r.cell) for r in read.refusals} == {("sheet_value_unlabelled", cell) for cell in cells}
    assert {r.params["label"] for r in read.refusals} == {"From"}
    assert read.rows("report_shift", "headcount", "counter_start", "counter_end") == [(4, None, 250)]


@pytest.mark.parametrize(("title", "wanted"), [("Shift data", ["B9"]), ("Night data", [])])
def test_a_figure_whose_label_was_overwritten_by_another_text_of_the_sheet_is_told(
    plant: Plant, title: str, wanted: list[str]
) -> None:
    read = figures(plant, [title], TWO_ROWS[0], ["Shift data", 100, None, "To", 250])
    assert [refusal.cell for refusal in read.refusals] == wanted


def test_figures_whose_row_moved_to_the_left_over_a_label_are_told(plant: Plant) -> None:
    read = figures(plant, TWO_ROWS[0], [100, None, "To", 250])
    assert told(read) == [("sheet_value_unlabelled", "A8", "100")]
    assert read.rows("report_shift", "counter_start", "counter_end") == [(None, 250)]


def test_figures_without_the_label_that_must_be_there_are_told_and_not_just_left_out(plant: Plant) -> None:
    read = figures(plant, [4, None, "Yield", "97%"], TWO_ROWS[1])
    assert [(r.code, r.cell, r.params["what"], r.params["label"]) for r in read.refusals] == [
        ("sheet_figures_unread", "C7", "People", "Yield")
    ]
    assert read.rows("report_shift", "yield_pct") == []
    assert read.rows("report_output", "good_qty") == [(120,)]


def test_a_figure_whose_label_became_that_of_another_one_is_not_taken_for_it(plant: Plant) -> None:
    read = figures(plant, TWO_ROWS[0], ["To", 100, None, "To", 250])
    assert told(read) == [("sheet_label_twice", "A8", "To"), ("sheet_label_twice", "D8", "To")]
    assert read.rows("report_shift", "headcount", "counter_start", "counter_end") == [(4, None, None)]


def test_headers_of_a_table_are_no_labels_of_figures_and_its_numbers_belong_to_it(plant: Plant) -> None:
    hours: Grid = [["Hour", "Good", "Yield"], ["06:00", 120, 96]]
    layout = FIGURES.replace("[tables.hours.columns]", 'ignore = ["Yield"]\n[tables.hours.columns]', 1)
    read = plant.report(layout, [*DAY, *hours, ["People", 4, None, "Weather", 3]])
    assert read.refusals == []
    assert read.rows("report_shift", "headcount", "yield_pct") == [(4, None)]


GROUPED = """
id = "grouped"
[fields]
production_date = { label = "Date" }
[tables.rows]
into = "output"
[tables.rows.group]
field = "shift_id"
labels = { "Day" = "D", "Night" = "N" }
[tables.rows.columns]
line_id = { header = "Machine", fill_down = true }
tool_id = { header = "Mould" }
good_qty = { header = "Good" }
operator = { header = "By" }
"""


TWO_SHIFTS: Grid = [
    ["Date", "2026-01-05"],
    [],
    ["Machine", "Day", None, None, "Night"],
    [None, *["Mould", "Good", "By"] * 2],
]


@pytest.mark.parametrize(
    ("row", "unread", "slid"),
    [(["LINE-01", None, None, "T7", 90, "Li"], "F5", "D5"), (["LINE-01", None, "T7", 90, "Li"], "C5", "E5")],
    ids=["night to the left", "day to the right"],
)
def test_a_text_that_slid_into_the_columns_of_a_shift_that_stood_idle_is_held_back(
    plant: Plant, row: list[object], unread: str, slid: str
) -> None:
    read = plant.report(GROUPED, [*TWO_SHIFTS, row])
    assert read.held("reason_code", "source_cell") == [("cell_not_number", unread), ("row_slid", slid)]
    assert read.rows("report_output", "tool_id") == []


def test_a_machine_that_stood_idle_beside_one_that_can_be_read_keeps_its_mould(plant: Plant) -> None:
    read = plant.report(GROUPED, [*TWO_SHIFTS, ["二号线", "T7", 90, "Li", "T7", None, None]])
    assert read.held("reason_code") == []
    assert read.rows("report_output", "tool_id", "good_qty") == [("T7", 90), ("T7", None)]


@pytest.mark.parametrize(("text", "wanted"), [("Yield (alt)", [("sheet_label_unknown", "C6")]), ("Weather", [])])
def test_an_optional_figure_beside_others_whose_label_was_changed_is_told(
    plant: Plant, text: str, wanted: list[tuple[str, str]]
) -> None:
    read = plant.report(FIGURES, [*DAY, ["Order", "WO-1"], *HOURS, ["People", 4, text, "97%"]])
    assert [(r.code, r.cell) for r in read.refusals] == wanted
    assert read.reports.tables["report_shift"]["headcount"].to_list() == [4.0]


def test_two_rows_of_one_shift_that_nothing_tells_apart_are_held_back(plant: Plant) -> None:
    layout = SHEET.replace('shift_id = { label = "Shift" }\n', "").replace(
        'hour_start = { header = "Hour" }', 'shift_id = { header = "Half" }'
    )
    rows: Grid = [["Half", "Good"], ["Early", 120], ["Late", 90]]
    read = plant.report(layout, [*DAY, *rows])
    assert read.rows("report_output", "good_qty") == [(120,), (90,)]
    read = plant.report(layout, [DAY[0], *rows[:2], ["Early", 90]])
    assert read.held("reason_code", "source_cell") == [("cell_twice", "A3"), ("cell_twice", "A4")]
    assert read.rows("report_output", "good_qty") == []

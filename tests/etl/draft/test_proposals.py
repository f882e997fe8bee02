"""What a draft proposes, asks and says of itself."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.errors import SiteError
from data_contracts.layout import Layout
from etl.draft.draft import Role
from etl.draft.tell import question_text
from tests.etl.draft.sheets import draft

DAY = date(2026, 11, 2)
LIST = [
    ["Packing hall"],
    [],
    ["Day", "Shift", "Line", "Good", "Rejects", "Downtime (min)"],
    [DAY, "Early", "Line 1", 420, 3, 10],
    [DAY, "Late", "Line 1", 380, 2, 0],
    ["Total", None, None, 800, 5, 10],
]


def columns(words: dict[str, Any], table: str = "rows") -> dict[str, str]:
    return {name: column["header"] for name, column in words["tables"][table]["columns"].items()}


def test_a_flat_list_is_read_by_its_headers_and_its_total_is_left_out() -> None:
    found = draft({"Nov": LIST})
    assert columns(found.words) == {
        "production_date": "Day",
        "shift_id": "Shift",
        "line_id": "Line",
        "good_qty": "Good",
        "scrap_qty": "Rejects",
        "stop_min": "Downtime (min)",
    }
    assert found.words["tables"]["rows"]["total"] == ["Total"]
    assert found.tried.recognised
    assert found.tried.refused == ()


def test_labels_with_their_values_become_fields() -> None:
    rows = [
        ["Datum:", DAY, None, "Schicht:", "Früh"],
        ["Linie:", "M4", None, "Auftrag:", "A-1"],
        [],
        ["Stunde", "Soll", "Gutteile", "Ausschuss"],
        ["06:00", 50, 48, 1],
        ["07:00", 50, 51, 0],
    ]
    fields = draft({"Blatt": rows}).words["fields"]
    assert {name: source["label"] for name, source in fields.items()} == {
        "production_date": "Datum:",
        "shift_id": "Schicht:",
        "line_id": "Linie:",
        "order_id": "Auftrag:",
    }


def test_what_a_column_adds_up_is_not_read() -> None:
    rows = [
        ["Day", "Shift", "Line", "Good", "So far"],
        *([DAY, "Early", "L1", n, n * (n + 1) / 2] for n in range(1, 6)),
    ]
    assert draft({"S": rows}).words["tables"]["rows"]["ignore"] == ["So far"]


def test_columns_that_add_up_to_the_scrap_are_defects_whatever_they_are_called() -> None:
    rows = [
        ["Day", "Shift", "Line", "Good", "Scrap", "Kx", "Ky", "Kz"],
        [DAY, "Early", "L1", 90, 6, 1, 2, 3],
        [DAY, "Late", "L1", 80, 9, 4, None, 5],
        [DAY, "Night", "L1", 70, 2, None, None, 2],
    ]
    (wide,) = draft({"S": rows}).words["tables"]["rows"]["wide"]
    assert (wide["into"], list(wide["headers"])) == ("defect", ["Kx", "Ky", "Kz"])


def test_shifts_over_columns_become_a_group() -> None:
    rows = [
        ["日期", DAY],
        [],
        ["机台", "白班", None, "夜班", None],
        [None, "良品", "不良", "良品", "不良"],
        ["1号机", 90, 1, 80, 2],
        ["2号机", 70, 3, 60, 4],
    ]
    (group,) = draft({"S": rows}).words["tables"]["rows"]["group"]
    assert group == {"field": "shift_id", "labels": {"白班": "白班", "夜班": "夜班"}}


def test_a_key_that_nothing_says_is_asked_for_in_the_language_of_the_person() -> None:
    rows = [["日期", "班次", "良品", "不良"], [DAY, "早班", 90, 1], [DAY, "中班", 80, 2]]
    found = draft({"S": rows}, language="zh")
    (question,) = [q for q in found.questions if q.code == "key"]
    assert question.path == "fields.line_id"
    assert "找不到 line_id" in question_text(question, "zh")
    assert found.words["fields"]["line_id"] == {"const": "?"}


def test_dates_that_could_be_read_both_ways_are_asked_for() -> None:
    rows = [["Date", "Shift", "Line", "Good"], ["03/04/2026", "Early", "L1", 5], ["05/04/2026", "Late", "L1", 6]]
    questions = draft({"S": rows}).questions
    assert [q.candidates for q in questions if q.code == "date_order"] == [("%d/%m/%Y", "%m/%d/%Y")]


def test_dates_of_which_one_has_a_day_past_the_twelfth_are_not_asked_for() -> None:
    rows = [["Date", "Shift", "Line", "Good"], ["03/04/2026", "Early", "L1", 5], ["25/04/2026", "Late", "L1", 6]]
    found = draft({"S": rows})
    assert found.words["tables"]["rows"]["columns"]["production_date"]["formats"] == ["%d/%m/%Y"]
    assert not [q for q in found.questions if q.code == "date_order"]


def test_the_toml_holds_the_layout_and_says_why_beside_each_line() -> None:
    found = draft({"Nov": LIST})
    text = found.to_toml()
    assert Layout.model_validate(tomllib.loads(text)) == found.layout
    assert 'good_qty = { header = "Good" }  # 100%: the header “Good” is near to “good”; the values are numbers' in text


def test_every_filled_cell_of_a_sheet_has_one_role() -> None:
    found = draft({"Nov": LIST})
    covered = [
        (row, column)
        for r in found.regions
        if r.role != Role.TOTAL
        for row in range(r.first[0], r.last[0] + 1)
        for column in range(r.first[1], r.last[1] + 1)
    ]
    assert len(covered) == len(set(covered))
    roles = {r.cells: (r.role, r.measure) for r in found.regions}
    assert roles["D3"] == (Role.HEADER, "good_qty")
    assert roles["D4:D5"] == (Role.DATA, "good_qty")
    assert roles["A6:F6"] == (Role.TOTAL, None)


def test_sheets_without_a_report_are_named_as_such() -> None:
    found = draft({"Nov": LIST, "Read me": [["Please fill in every day."]]})
    assert found.words["ignore_sheets"] == ["^Read me$"]


def test_a_workbook_without_any_report_is_refused_in_words() -> None:
    with pytest.raises(SiteError, match="No sheet holds anything that looks like a shift report"):
        draft({"S": [["hello", "world"], ["a", 1]]})


HEADERS = st.sampled_from(
    [
        "Day",
        "Shift",
        "Line",
        "Good",
        "Scrap",
        "产量",
        "日期",
        "Hour",
        "Total",
        "x",
        "Q1",
        "06:00",
        "Reason",
        "Min",
        "备注",
    ]
)
VALUES = st.one_of(
    st.none(), st.integers(0, 9999), st.floats(0, 50, width=16), st.just(DAY), HEADERS, st.text("abc 1:/-", max_size=5)
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(HEADERS, max_size=6), max_size=3), st.lists(st.lists(VALUES, max_size=6), max_size=9))
def test_whatever_stands_on_a_sheet_the_draft_is_a_valid_layout_or_a_refusal(
    upper: list[list[str]], lower: list[list[Any]]
) -> None:
    try:
        found = draft({"Sheet1": [*upper, *lower]})
    except SiteError:
        return
    assert Layout.model_validate(tomllib.loads(found.to_toml())) == found.layout

"""Deviations and rejections, and words for them."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import Row, at, defects, evidence, mes_stops, output, reports, stops

RULE = "deviation_explained"


def hours(*rows: Row, **more: object) -> Evidence:
    placed = [
        {"hour_start": at(f"{n:02}:00"), "planned_qty": 100, "good_qty_cell": f"C{n}", "scrap_qty_cell": f"E{n}", **row}
        for n, row in enumerate(rows, start=7)
    ]
    return evidence(**{"reports": reports({}), "output": output(*placed), **more})


def test_far_less_than_planned_without_a_word_is_told() -> None:
    assert values(one(hours({"good_qty": 60}, {"good_qty": 70}), RULE)) == ("total_qty", 130, 200, -70, 40)


def test_a_fifth_of_the_plan_is_tolerated() -> None:
    assert found(hours({"good_qty": 80}, {"good_qty": 85}), RULE) == []


def test_ten_pieces_are_tolerated_where_little_is_made() -> None:
    assert found(hours({"good_qty": 3, "planned_qty": 12}), RULE) == []


@pytest.mark.parametrize("word", [{"note": "no material"}, {"stop_min": 30}], ids=["remark", "minutes of an hour"])
def test_a_remark_or_stopped_minutes_explain_it(word: Row) -> None:
    assert found(hours({"good_qty": 60, **word}, {"good_qty": 70}), RULE) == []


def test_a_listed_stop_explains_what_was_not_made() -> None:
    listed = stops({"start_at": at("08:00"), "end_at": at("09:00")})
    assert found(hours({"good_qty": 60}, {"good_qty": 70}, stops=listed), RULE) == []


def test_a_layout_without_a_place_for_remarks_asks_for_none() -> None:
    assert found(hours({"good_qty": 60}, {"good_qty": 70}, noted_layouts=frozenset()), RULE) == []


def test_where_most_reports_of_a_day_are_off_their_plan_it_is_none_for_a_shift() -> None:
    lines = [f"L{n}" for n in range(1, 6)]
    made = {"planned_qty": 1000, "good_qty_cell": "C7"}

    def plant(*good: float) -> Evidence:
        rows = [{**made, "line_id": x, "report_id": x, "good_qty": g} for x, g in zip(lines, good, strict=True)]
        return evidence(reports=reports(*({"line_id": x, "report_id": x} for x in lines)), output=output(*rows))

    assert found(plant(300, 400, 350, 980, 990), RULE) == []
    assert one(plant(300, 950, 980, 980, 990), RULE)["line_id"] == "L1"


def test_much_scrap_without_its_defects_is_told_at_its_largest_cell() -> None:
    finding = one(hours({"good_qty": 78, "scrap_qty": 12}, {"good_qty": 60, "scrap_qty": 40}), RULE)
    assert values(finding)[:4] == ("scrap_qty", 52, 0, 52)
    assert finding["source_cell"] == "E8"


def test_listed_defects_or_a_remark_in_its_row_explain_scrap() -> None:
    much = {"good_qty": 60, "scrap_qty": 40}
    assert found(hours(much, {"good_qty": 100}, defects=defects({"defect_code": "Q01", "scrap_qty": 40})), RULE) == []
    assert found(hours({**much, "note": "tool worn"}, {"good_qty": 100}), RULE) == []


def test_pieces_on_hold_need_a_reason() -> None:
    hold = {"planned_qty": None, "rework_qty": 24, "rework_qty_cell": "D5", "hour_start": None}
    assert one(hours({**hold}), RULE)["source_cell"] == "D5"
    assert found(hours({**hold, "note": "label missing"}), RULE) == []


@pytest.mark.parametrize(("until", "told"), [("09:30", 0), ("06:20", 1)])
def test_stops_that_the_mes_recorded_explain_what_was_not_made_meanwhile(until: str, told: int) -> None:
    still = mes_stops({"start_at": at("06:15"), "end_at": at(until)})
    assert len(found(hours({"good_qty": 60}, {"good_qty": 70}, mes_stops=still), RULE)) == told

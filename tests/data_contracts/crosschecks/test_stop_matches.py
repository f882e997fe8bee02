"""Stops of a report, one by one, against those of the MES."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from tests.data_contracts.crosschecks.found import found, one, values
from tests.evidence import Row, at, evidence, master, mes_stops, reports, stops

RULE = "stop_matches"
REASONS: list[Row] = [
    {"reason_code": "D1", "loss_category": "delay"},
    {"reason_code": "D2", "loss_category": "delay"},
    {"reason_code": "S1", "loss_category": "setup"},
    {"reason_code": "P1", "loss_category": "planned"},
]
Stop = tuple[str, str, str]


def rows(*listed: Stop) -> list[Row]:
    return [
        {
            "start_at": at(start),
            "end_at": at(end),
            "reason_code": reason,
            "start_at_cell": f"A{n}",
            "end_at_cell": f"B{n}",
            "reason_code_cell": f"D{n}",
        }
        for n, (start, end, reason) in enumerate(listed, start=19)
    ]


def sides(report: list[Stop], mes: list[Stop]) -> Evidence:
    kept = ("start_at", "end_at", "reason_code")
    recorded = [{k: row[k] for k in kept} for row in rows(*mes)]
    return evidence(
        reports=reports({}),
        stops=stops(*rows(*report)),
        mes_stops=mes_stops(*recorded),
        master=master(reason=REASONS),
    )


def test_a_stop_that_starts_minutes_later_than_in_the_mes_is_told_at_its_start() -> None:
    finding = one(sides([("08:12", "08:40", "D1")], [("08:00", "08:30", "D1")]), RULE)
    assert values(finding) == ("start_min", 132, 120, 12, 5)
    assert finding["source_cell"] == "A19"


@pytest.mark.parametrize("start", ["07:55", "08:05"])
def test_five_minutes_are_rounding(start: str) -> None:
    assert found(sides([(start, "08:40", "D1")], [("08:00", "08:40", "D1")]), RULE) == []


def test_a_long_stop_that_only_one_side_knows_is_told_with_its_minutes() -> None:
    both: Stop = ("07:00", "07:20", "D1")
    mine = one(sides([both, ("11:00", "11:25", "D2")], [both]), RULE)
    assert values(mine)[:3] == ("downtime_min", 25, None)
    theirs = one(sides([both], [both, ("11:00", "11:25", "D2")]), RULE)
    assert values(theirs)[:3] == ("downtime_min", None, 25)
    assert theirs["probable_cause"] == "missing"


def test_a_stop_of_the_same_reason_and_length_elsewhere_is_one_at_a_wrong_time() -> None:
    finding = one(sides([("11:00", "11:25", "D1")], [("08:00", "08:24", "D1")]), RULE)
    assert values(finding)[:4] == ("start_min", 300, 120, 180)


def test_short_stops_are_left_to_taste() -> None:
    assert found(sides([("07:00", "07:20", "D1"), ("09:00", "09:10", "D2")], [("07:00", "07:20", "D1")]), RULE) == []


def test_who_divides_a_stop_in_two_says_the_same() -> None:
    divided: list[Stop] = [("08:00", "08:20", "D1"), ("08:22", "08:50", "S1")]
    assert found(sides(divided, [("08:00", "08:50", "D1")]), RULE) == []
    assert found(sides([("08:00", "08:50", "D1")], divided), RULE) == []


def test_a_reason_of_another_class_is_told_and_one_of_the_same_is_not() -> None:
    finding = one(sides([("08:00", "08:30", "S1")], [("08:00", "08:30", "D1")]), RULE)
    assert (finding["measure"], finding["reported_text"], finding["reference_text"], finding["source_cell"]) == (
        "loss_category",
        "setup (S1)",
        "delay (D1)",
        "D19",
    )
    assert found(sides([("08:00", "08:30", "D2")], [("08:00", "08:30", "D1")]), RULE) == []


def test_breaks_that_one_side_lists_are_not_looked_for() -> None:
    both: Stop = ("07:00", "07:20", "D1")
    assert found(sides([both, ("10:00", "10:30", "P1")], [both]), RULE) == []


@pytest.mark.parametrize("end", ["", "07:10"], ids=["blank", "before its start"])
def test_a_report_with_a_stop_of_unknown_times_is_not_matched(end: str) -> None:
    unknown = {**rows(("07:30", "08:00", "D1"))[0], "end_at": at(end) if end else None}
    listed = stops(unknown, *rows(("11:00", "11:30", "D2")))
    given = sides([], [("09:00", "09:30", "D1")])
    vague = evidence(reports=given.reports, stops=listed, mes_stops=given.mes_stops, master=given.master)
    assert found(vague, RULE) == []


def test_a_blink_just_before_a_stop_does_not_move_its_start() -> None:
    assert found(sides([("08:12", "08:40", "D1")], [("08:05", "08:07", "D2"), ("08:11", "08:40", "D1")]), RULE) == []


def test_a_reason_is_compared_although_another_stop_ends_just_before() -> None:
    short: Stop = ("07:50", "07:57", "D2")
    finding = one(sides([short, ("08:00", "08:30", "S1")], [short, ("08:00", "08:31", "D1")]), RULE)
    assert (finding["reported_text"], finding["source_cell"]) == ("setup (S1)", "D20")


def test_a_part_of_a_longer_stop_says_nothing_of_its_reason() -> None:
    parts: list[Stop] = [("08:00", "08:10", "S1"), ("08:10", "08:45", "D1")]
    assert found(sides([("08:00", "08:45", "D1")], parts), RULE) == []

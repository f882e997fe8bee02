"""One model from both sides: the policy picks, the other side fills gaps only, nothing is counted twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.crosschecks import Evidence
from data_contracts.site import Consolidation
from data_contracts.tables import TABLES
from data_contracts.tables.base import split_valid
from etl.reconcile.consolidate import choose, consolidate
from tests.evidence import (
    DAY,
    KEY,
    Row,
    at,
    days,
    defects,
    evidence,
    master,
    mes_output,
    mes_stops,
    output,
    reports,
    stops,
    table,
)

NO_FINDINGS = TABLES["discrepancy"].no_rows()
MES = Consolidation()
REPORT = Consolidation(good_qty="report", scrap_qty="report")


def model(here: Evidence, policy: Consolidation = MES, findings: pl.DataFrame = NO_FINDINGS) -> dict[str, pl.DataFrame]:
    """All published tables; each of them keeps its contract."""
    tables = dict(consolidate(here, choose(here, policy), findings).tables)
    for name, frame in tables.items():
        _, failures = split_valid(TABLES[name], frame)
        assert failures.is_empty(), (name, failures)
    return tables


def production(here: Evidence, policy: Consolidation = MES, findings: pl.DataFrame = NO_FINDINGS) -> pl.DataFrame:
    return model(here, policy, findings)["production"]


def sides(report: list[Row], mes: list[Row], **more: object) -> Evidence:
    return evidence(**{"reports": reports({}), "output": output(*report), "mes_output": mes_output(*mes), **more})


def hour(clock: str, good: float | None, **more: object) -> Row:
    return {"hour_start": at(clock), "good_qty": good, **more}


def goods(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    return frame.select("good_qty", "report_good_qty", "mes_good_qty", "value_source").rows()


@pytest.mark.parametrize(
    ("policy", "chosen"),
    [
        ("mes", [(47, "mes"), (60, "mes")]),
        ("report", [(74, "report"), (55, "report")]),
        ("larger", [(74, "report"), (60, "mes")]),
        ("smaller", [(47, "mes"), (55, "report")]),
    ],
)
def test_the_policy_picks_the_value_and_both_candidates_stay(policy: str, chosen: list[tuple[float, str]]) -> None:
    both = sides([hour("06:00", 74), hour("07:00", 55)], [hour("06:00", 47), hour("07:00", 60)])
    frame = production(both, Consolidation.model_validate({"good_qty": policy}))
    assert frame.select("good_qty", "value_source").rows() == chosen
    assert frame.select("report_good_qty", "mes_good_qty").rows() == [(74, 47), (55, 60)]


def test_the_policy_holds_for_each_measure_by_itself() -> None:
    both = sides([hour("06:00", 74, scrap_qty=3)], [hour("06:00", 47, scrap_qty=5)])
    frame = production(both, Consolidation(good_qty="mes", scrap_qty="report"))
    assert frame.select("good_qty", "scrap_qty", "report_scrap_qty", "mes_scrap_qty").row(0) == (47, 3, 3, 5)


@pytest.mark.parametrize("policy", ["mes", "report", "larger", "smaller"])
def test_the_other_side_fills_hours_of_which_the_first_says_nothing(policy: str) -> None:
    here = sides([hour("06:00", 50), hour("07:00", None)], [hour("07:00", 48)])
    frame = production(here, Consolidation.model_validate({"good_qty": policy}))
    assert goods(frame) == [(50, 50, None, "report"), (48, None, 48, "mes")]


def test_an_hour_of_which_nobody_says_anything_stays_blank() -> None:
    frame = production(sides([hour("06:00", None)], []))
    assert goods(frame) == [(None, None, None, None)]


@pytest.mark.parametrize(("policy", "order"), [(MES, "O7"), (REPORT, "O1")])
def test_a_wrong_order_does_not_double_the_output(policy: Consolidation, order: str) -> None:
    here = sides([hour("06:00", 50, order_id="O1")], [hour("06:00", 50, order_id="O7")])
    frame = production(here, policy)
    assert frame["good_qty"].sum() == 50
    assert frame.filter(pl.col("good_qty") == 50)["order_id"].to_list() == [order]
    assert frame["report_good_qty"].sum() == frame["mes_good_qty"].sum() == 50


def test_a_record_without_order_and_product_takes_those_of_the_report() -> None:
    frame = production(sides([hour("06:00", 50, order_id="O1", product_id="A")], [hour("06:00", 48)]))
    assert frame.select("order_id", "product_id", "good_qty").rows() == [("O1", "A", 48)]


def test_a_record_without_an_order_stays_so_where_the_report_names_two() -> None:
    report = [hour("06:00", 20, order_id="O1"), hour("06:00", 30, order_id="O2")]
    frame = production(sides(report, [hour("06:00", 48)]))
    assert frame["good_qty"].sum() == 48
    assert frame.filter(pl.col("mes_good_qty") == 48)["order_id"].to_list() == [None]


def test_records_with_and_without_an_order_in_one_hour_do_not_double_the_report() -> None:
    here = sides([hour("06:00", 50, order_id="O1")], [hour("06:00", 20), hour("06:00", 28, order_id="O1")])
    frame = production(here, REPORT)
    assert goods(frame) == [(50, 50, 48, "report")]


def test_a_report_without_hours_is_held_beside_the_whole_shift_of_the_mes() -> None:
    frame = production(sides([{"good_qty": 95}], [hour("06:00", 48), hour("07:00", 47)]))
    assert goods(frame) == [(95, 95, 95, "mes")]
    assert frame["hour_start"].to_list() == [None]


@pytest.mark.parametrize("times", [{}, {"start_at": at("06:00"), "end_at": at("14:00")}])
@pytest.mark.parametrize(("policy", "good"), [(MES, 97), (REPORT, 95)])
def test_an_mes_that_knows_only_the_shift_is_not_added_to_the_hours_of_the_report(
    times: Row, policy: Consolidation, good: float
) -> None:
    here = sides([hour("06:00", 48), hour("07:00", 47)], [{**times, "good_qty": 97}])
    frame = production(here, policy)
    assert (frame["good_qty"].sum(), frame["report_good_qty"].sum(), frame["mes_good_qty"].sum()) == (good, 95, 97)


def test_a_record_before_the_reports_first_hour_keeps_an_hour_of_its_own() -> None:
    frame = production(sides([hour("07:00", 47)], [hour("06:10", 20), hour("07:10", 45)]))
    assert frame.select("hour_start", "good_qty").rows() == [(at("06:00"), 20), (at("07:00"), 45)]


def test_records_of_a_shift_without_a_report_stand_at_the_hours_of_the_shift() -> None:
    here = evidence(mes_output=mes_output(hour("06:20", 20), hour("06:40", 25), hour("07:00", 40)))
    frame = production(here)
    assert frame.select("hour_start", "good_qty", "is_final").rows() == [
        (at("06:00"), 45, False),
        (at("07:00"), 40, False),
    ]


def test_totals_of_a_report_are_not_output() -> None:
    frame = production(sides([hour("06:00", 48), {"is_total": True, "good_qty": 48}], []))
    assert frame["good_qty"].to_list() == [48]


def test_cells_and_records_lead_back_to_both_sides() -> None:
    here = sides([hour("06:00", 48, good_qty_cell="C7", scrap_qty_cell="D7")], [hour("06:00", 47)])
    row = production(here).row(0, named=True)
    assert [row[c] for c in ("report_id", "source_file", "source_sheet", "good_qty_cell", "scrap_qty_cell")] == [
        *("R1", "a.xlsx", "early"),
        *("C7", "D7"),
    ]
    assert row["reference_locator"] == "mes.csv · record 2"


def finding(**more: object) -> pl.DataFrame:
    row = {**KEY, "discrepancy_id": "d", "severity": "error", "status": "open", **more}
    return table("discrepancy", [row])


@pytest.mark.parametrize(
    ("findings", "final"),
    [
        (NO_FINDINGS, True),
        (finding(), False),
        (finding(status="reopened"), False),
        (finding(severity="block"), False),
        (finding(severity="warning"), True),
        (finding(status="decided"), True),
        (finding(status="resolved"), True),
        (finding(shift_id="late"), True),
    ],
)
def test_a_shift_is_final_when_both_sides_are_there_and_nothing_severe_is_open(
    findings: pl.DataFrame, final: bool
) -> None:
    here = sides([hour("06:00", 48)], [hour("06:00", 48)])
    assert production(here, MES, findings)["is_final"].to_list() == [final]


def test_a_shift_is_not_final_before_the_mes_has_sent_it() -> None:
    assert production(sides([hour("06:00", 48)], [], mes_days=days({})))["is_final"].to_list() == [False]


def test_a_line_that_the_mes_does_not_count_is_final_with_its_report() -> None:
    assert production(sides([hour("06:00", 48)], []))["is_final"].to_list() == [True]
    since = days({"first_day": date(2026, 6, 1), "last_day": date(2026, 6, 30)})
    assert production(sides([hour("06:00", 48)], [], mes_days=since))["is_final"].to_list() == [True]


def test_a_shift_in_which_nothing_was_made_is_final_once_the_mes_is_past_it() -> None:
    past = days({"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 3)})
    assert production(sides([hour("06:00", 0)], [], mes_days=past))["is_final"].to_list() == [True]
    assert production(sides([hour("06:00", 48)], [], mes_days=past))["is_final"].to_list() == [False]


def test_a_blocked_report_makes_nothing_final() -> None:
    here = sides([], [hour("06:00", 48)], reports=reports({"status": "blocked", "is_current": False}))
    assert production(here)["is_final"].to_list() == [False]


def test_stops_of_both_sides_stand_beside_each_other_with_their_reasons() -> None:
    here = evidence(
        reports=reports({}),
        stops=stops({"reason_code": "P1", "downtime_min": 30, "downtime_min_cell": "C18"}),
        mes_stops=mes_stops({"reason_code": "D9", "start_at": at("08:00"), "end_at": at("08:25")}),
        master=master(reason=[{"reason_code": "P1", "loss_category": "planned"}]),
    )
    told = model(here)["downtime"].select("source", "downtime_min", "is_planned", "source_cell").rows()
    assert sorted(told) == [("mes", 25, None, "record 2"), ("report", 30, True, "C18")]


def test_scrap_by_defect_takes_the_order_of_a_report_that_names_one() -> None:
    here = evidence(
        reports=reports({}),
        output=output(hour("06:00", 48, order_id="O1", product_id="A")),
        defects=defects({"defect_code": "Q1", "scrap_qty": 3}, {"defect_code": "Q2"}),
    )
    told = model(here)["scrap"].select("order_id", "product_id", "defect_code", "scrap_qty", "source").rows()
    assert told == [("O1", "A", "Q1", 3, "report")]


ORDERS = st.sampled_from([None, "O1", "O2"])
QUANTITY = st.none() | st.integers(0, 60)
HOURS = st.integers(6, 13)
REPORTED = st.lists(st.tuples(HOURS, ORDERS, QUANTITY), min_size=1, max_size=10)
RECORDED = st.lists(st.tuples(st.none() | HOURS, ORDERS, QUANTITY), max_size=10)


def rows(drawn: list[tuple[int | None, str | None, int | None]]) -> list[Row]:
    return [
        {"hour_start": None if h is None else at(f"{h:02}:00"), "order_id": order, "good_qty": q}
        for h, order, q in drawn
    ]


@settings(max_examples=60, deadline=None)
@given(reported=REPORTED, recorded=RECORDED)
def test_consolidating_loses_and_doubles_nothing(
    reported: list[tuple[int | None, str | None, int | None]],
    recorded: list[tuple[int | None, str | None, int | None]],
) -> None:
    here = sides(rows(reported), rows(recorded))
    said, counted = (sum(q or 0 for _, _, q in side) for side in (reported, recorded))
    by_report, by_mes = production(here, REPORT), production(here, MES)
    for frame in (by_report, by_mes):
        assert (frame["report_good_qty"].sum(), frame["mes_good_qty"].sum()) == (said, counted)
        assert frame.select("hour_start", "order_id", "product_id").is_duplicated().any() is False
    assert by_report.filter(pl.col("value_source") == "report")["good_qty"].sum() == said
    assert by_mes.filter(pl.col("value_source") == "mes")["good_qty"].sum() == counted


@settings(max_examples=30, deadline=None)
@given(reported=REPORTED, recorded=RECORDED)
def test_with_policy_report_a_report_that_speaks_of_the_whole_shift_decides_its_sum(
    reported: list[tuple[int | None, str | None, int | None]],
    recorded: list[tuple[int | None, str | None, int | None]],
) -> None:
    whole: Row = {"good_qty": 1}
    here = sides([whole, *({**r, "hour_start": None} for r in rows(reported))], rows(recorded))
    assert production(here, REPORT)["good_qty"].sum() == 1 + sum(q or 0 for _, _, q in reported)
    assert here.windows["production_date"].to_list() == [DAY]

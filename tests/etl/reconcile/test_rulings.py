"""What people decided, on rows of production: sums hold, candidates stay, nothing depends on the order of decisions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.site import Consolidation
from data_contracts.tables import TABLES
from data_contracts.tables.base import split_valid
from etl.reconcile.consolidate import choose, consolidate
from etl.reconcile.rulings import ruled, with_unseen, with_waivers
from tests.evidence import DAY, KEY, Row, at, evidence, master, mes_output, mes_stops, output, reports, stops, table

DAYS = [DAY]
BY_HOUR: list[Row] = [
    {"hour_start": at("06:00"), "good_qty": 74, "product_id": "A"},
    {"hour_start": at("07:00"), "good_qty": 55, "product_id": "A"},
]
COUNTED: list[Row] = [
    {"hour_start": at("06:00"), "good_qty": 47, "product_id": "A"},
    {"hour_start": at("07:00"), "good_qty": 60, "product_id": "A"},
]


def rows(report: list[Row] = BY_HOUR, mes: list[Row] = COUNTED) -> pl.DataFrame:
    here = evidence(reports=reports({}), output=output(*report), mes_output=mes_output(*mes))
    return choose(here, Consolidation())


def ruling(kind: str, value: float | None = None, **more: Any) -> Row:
    return {**KEY, "decision_id": "r1", "kind": kind, "value": value, "measure": "good_qty", **more}


def rulings(*given: Row) -> pl.DataFrame:
    """Decisions in force, one minute after the other."""
    numbered = [
        {"decision_id": f"r{n}", "discrepancy_id": f"d{n}", "decided_at": at("15:00") + timedelta(minutes=n), **row}
        for n, row in enumerate(given)
    ]
    return table("decision", numbered, status="in_force", rule_id="good_vs_mes", severity="warning")


def goods(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    shown = frame.sort("production_date", "shift_id", "hour_start", nulls_last=True)
    return shown.select(pl.col("hour_start").dt.strftime("%H:%M"), "good_qty", "value_source").rows()


def test_without_decisions_rows_stay_as_they_were_chosen() -> None:
    assert goods(ruled(rows(), rulings(), DAYS)) == [("06:00", 47, "mes"), ("07:00", 60, "mes")]


def test_the_accepted_side_counts_in_every_hour() -> None:
    accepted = ruled(rows(), rulings(ruling("accept_report", 129)), DAYS)
    assert goods(accepted) == [("06:00", 74, "decision"), ("07:00", 55, "decision")]


def test_a_side_is_accepted_for_one_hour() -> None:
    accepted = ruled(rows(), rulings(ruling("accept_report", 74, hour_start=at("06:00"))), DAYS)
    assert goods(accepted) == [("06:00", 74, "decision"), ("07:00", 60, "mes")]


def test_where_the_accepted_side_says_nothing_the_other_one_is_not_added() -> None:
    both = rows(report=BY_HOUR, mes=COUNTED[:1])
    accepted = ruled(both, rulings(ruling("accept_mes", 47)), DAYS)
    assert goods(accepted) == [("06:00", 47, "decision"), ("07:00", None, "decision")]


def test_an_accepted_value_stays_when_its_side_has_changed_since() -> None:
    assert goods(ruled(rows(), rulings(ruling("accept_report", 125)), DAYS))[-1] == (None, -4, "decision")


def test_a_set_value_of_an_hour_stands_in_its_row() -> None:
    decided = ruled(rows(), rulings(ruling("set", 50, hour_start=at("06:00"))), DAYS)
    assert goods(decided) == [("06:00", 50, "decision"), ("07:00", 60, "mes")]
    assert decided.filter(pl.col("good_qty") == 50).select("report_good_qty", "mes_good_qty").row(0) == (74, 47)


def test_what_a_shift_is_set_to_beyond_its_hours_has_a_row_without_an_hour() -> None:
    decided = ruled(rows(), rulings(ruling("set", 120)), DAYS)
    assert goods(decided) == [("06:00", 47, "mes"), ("07:00", 60, "mes"), (None, 13, "decision")]
    assert decided["product_id"].to_list() == ["A", "A", "A"]


def test_a_shift_with_one_row_is_set_in_that_row() -> None:
    assert goods(ruled(rows(BY_HOUR[:1], COUNTED[:1]), rulings(ruling("set", 50)), DAYS)) == [("06:00", 50, "decision")]


def test_a_shift_of_which_no_source_speaks_can_be_set() -> None:
    decided = ruled(rows([], []), rulings(ruling("set", 30, product_id="A")), DAYS)
    assert decided.select("good_qty", "product_id", "value_source").rows() == [(30, "A", "decision")]


def test_zero_is_a_value() -> None:
    assert sum(row[1] for row in goods(ruled(rows(), rulings(ruling("set", 0)), DAYS))) == 0


def test_of_two_decisions_on_the_same_hour_the_later_counts() -> None:
    both = rulings(ruling("accept_report", 74, hour_start=at("06:00")), ruling("set", 50, hour_start=at("06:00")))
    assert goods(ruled(rows(), both, DAYS))[0] == ("06:00", 50, "decision")
    assert goods(ruled(rows(), both.reverse(), DAYS))[0] == ("06:00", 50, "decision")


def test_the_shift_has_the_last_word_on_its_sum_and_the_hour_on_its_row() -> None:
    both = rulings(ruling("set", 120), ruling("set", 50, hour_start=at("06:00")))
    assert goods(ruled(rows(), both, DAYS)) == [("06:00", 50, "decision"), ("07:00", 60, "mes"), (None, 10, "decision")]


def test_one_order_is_set_and_the_other_stays() -> None:
    two: list[Row] = [{"order_id": "O1", "good_qty": 40}, {"order_id": "O2", "good_qty": 60}]
    decided = ruled(rows([], two), rulings(ruling("set", 45, order_id="O1")), DAYS)
    assert dict(decided.select("order_id", "good_qty").iter_rows()) == {"O1": 45, "O2": 60}


def test_scrap_is_decided_without_touching_the_source_of_good_pieces() -> None:
    decided = ruled(rows(), rulings({**ruling("set", 3), "measure": "scrap_qty"}), DAYS)
    rest = decided.filter(pl.col("decided_measures").is_not_null())
    assert rest.select("scrap_qty", "good_qty", "value_source", "decided_measures").rows() == [
        (3, None, None, "scrap_qty")
    ]


def test_a_split_takes_from_one_shift_and_gives_to_the_next_whichever_day_is_computed() -> None:
    tomorrow = DAY + timedelta(days=1)
    split = rulings(ruling("split", moved_qty=10, to_date=tomorrow, to_shift_id="late", product_id="A"))
    assert goods(ruled(rows(), split, DAYS))[-1] == (None, -10, "decision")
    there = ruled(rows([], []), split, [tomorrow])
    assert there.select("production_date", "shift_id", "good_qty", "product_id").rows() == [(tomorrow, "late", 10, "A")]


def test_what_two_decisions_add_to_the_same_row_is_added_up() -> None:
    back = ruling("split", moved_qty=4, to_date=DAY, to_shift_id="late")
    decided = ruled(rows(), rulings(ruling("set", 120), back, back), DAYS)
    assert decided.filter(pl.col("shift_id") == "early")["good_qty"].sum() == 120 - 8
    assert decided.filter(pl.col("shift_id") == "late")["good_qty"].to_list() == [8]


HOURS = st.sampled_from([None, at("06:00"), at("07:00"), at("09:00")])
ORDERS = st.sampled_from([None, "O1", "O2"])
SIDE = st.lists(
    st.fixed_dictionaries({"hour_start": HOURS, "order_id": ORDERS, "good_qty": st.integers(0, 200)}), max_size=6
)
DECISIONS = st.lists(
    st.one_of(
        st.builds(
            ruling,
            st.sampled_from(["set", "accept_report", "accept_mes"]),
            st.integers(0, 300),
            hour_start=HOURS,
            order_id=ORDERS,
        ),
        st.builds(
            ruling,
            st.just("split"),
            moved_qty=st.integers(1, 50),
            hour_start=HOURS,
            order_id=ORDERS,
            to_date=st.just(DAY),
            to_shift_id=st.just("late"),
        ),
    ),
    max_size=5,
)


@given(report=SIDE, mes=SIDE, decided=DECISIONS)
@settings(max_examples=60)
def test_whatever_is_decided_candidates_stay_sums_hold_and_splits_conserve(
    report: list[Row], mes: list[Row], decided: list[Row]
) -> None:
    before, given_rulings = rows(report, mes), rulings(*decided)
    after = ruled(before, given_rulings, DAYS)
    for side in ("report_good_qty", "mes_good_qty"):
        assert after[side].sum() == before[side].sum()
    assert after.select(*KEY, "hour_start", "order_id", "product_id").is_unique().all()
    without = ruled(before, given_rulings.filter(pl.col("kind") != "split"), DAYS)
    assert after["good_qty"].sum() == pytest.approx(without["good_qty"].sum())
    whole = [row for row in decided if row["kind"] != "split" and not row["hour_start"] and not row["order_id"]]
    if whole:
        assert without["good_qty"].sum() == whole[-1]["value"]
    assert (
        ruled(before, given_rulings.reverse(), DAYS)
        .sort(*KEY, "hour_start", "order_id")
        .equals(after.sort(*KEY, "hour_start", "order_id"))
    )
    production = TABLES["production"].conform(after.with_columns(is_final=pl.lit(value=True)))
    assert split_valid(TABLES["production"], production)[1].is_empty()


def unseen(*given_rulings: Row, found: pl.DataFrame | None = None) -> list[tuple[Any, ...]]:
    findings = TABLES["discrepancy"].no_rows() if found is None else found
    shown = with_unseen(findings, rows(), rulings(*given_rulings), DAYS)
    return shown.select("discrepancy_id", "reported_value", "reference_value", "delta").rows()


def test_a_decided_value_that_the_sources_do_not_say_stays_in_sight_though_no_rule_finds_it() -> None:
    assert unseen(ruling("set", 120)) == [("d0", 129, 107, 22)]


def test_a_decided_value_that_the_sources_say_by_now_is_settled() -> None:
    assert unseen(ruling("accept_mes", 107)) == []


def test_a_split_stays_in_sight_until_it_is_taken_back() -> None:
    assert unseen(ruling("split", moved_qty=4, to_date=DAY, to_shift_id="late")) == [("d0", 129, 107, 22)]


def test_what_is_only_explained_is_settled_when_no_rule_finds_it() -> None:
    assert unseen(ruling("explain")) == []


def test_a_decided_difference_that_a_rule_still_finds_is_listed_once() -> None:
    found = table("discrepancy", [{"discrepancy_id": "d0", "reported_value": 1}])
    assert [row[:2] for row in unseen(ruling("set", 120), found=found)] == [("d0", 1)]


def waiver(**more: Any) -> Row:
    period = {"valid_from": date(2026, 3, 1), "valid_to": DAY}
    return {"kind": "waive", "discrepancy_id": None, **period, **more}


@pytest.mark.parametrize(
    ("given_waiver", "is_waived"),
    [
        (waiver(), True),
        (waiver(plant_id="P1"), True),
        (waiver(plant_id="P1", area_id="A1"), True),
        (waiver(plant_id="P1", area_id="A2"), False),
        (waiver(plant_id="P1", line_id="L1", product_id="A"), True),
        (waiver(product_id="B"), False),
        (waiver(plant_id="P2"), False),
        (waiver(rule_id="scrap_vs_mes"), False),
        (waiver(valid_to=date(2026, 3, 1)), False),
        (waiver(valid_from=date(2026, 3, 3), valid_to=date(2026, 3, 9)), False),
    ],
)
def test_a_waiver_silences_its_rule_at_its_place_in_its_period(given_waiver: Row, is_waived: bool) -> None:
    found = table("discrepancy", [{**KEY, "discrepancy_id": "d1", "rule_id": "good_vs_mes", "product_id": "A"}])
    waived = with_waivers(found, rulings(given_waiver), master()["line"])
    assert waived["waiver_id"].to_list() == ["r0" if is_waived else None]


def test_the_accepted_side_of_the_stops_is_the_one_that_the_times_of_a_shift_rest_on() -> None:
    stop = {"start_at": at("08:00"), "end_at": at("08:30"), "downtime_min": 30, "reason_code": "M1"}
    here = evidence(
        reports=reports({}),
        stops=stops(stop),
        mes_stops=mes_stops({**stop, "downtime_min": 20, "end_at": at("08:20")}),
        master=master(reason=[{"reason_code": "M1", "loss_category": "delay"}]),
    )

    def delay(*given_rulings: Row) -> list[float]:
        model = consolidate(
            here, choose(here, Consolidation()), TABLES["discrepancy"].no_rows(), rulings(*given_rulings)
        )
        minutes: list[float] = model.tables["mart_loss"]["loss_min"].to_list()
        return minutes

    assert delay() == [20]
    assert delay({**ruling("accept_report", 30), "measure": "downtime_min"}) == [30]
    assert delay({**ruling("accept_mes", 20), "measure": "downtime_min"}) == [20]


def test_policies_of_lines_go_before_that_of_the_site() -> None:
    own = [
        {"measure": "good_qty", "plant_id": "P1", "policy": "larger"},
        {"measure": "good_qty", "plant_id": "P1", "line_id": "L1", "policy": "report"},
        {"measure": "good_qty", "plant_id": "P1", "line_id": "L2", "policy": "smaller"},
        {"measure": "scrap_qty", "policy": "smaller"},
    ]
    here = evidence(
        reports=reports({}),
        output=output({**BY_HOUR[0], "scrap_qty": 5}),
        mes_output=mes_output({**COUNTED[0], "scrap_qty": 4}),
        master=master(survivorship=own),
    )
    assert choose(here, Consolidation()).select("good_qty", "scrap_qty", "value_source").rows() == [(74, 4, "report")]


@pytest.mark.parametrize(("status", "is_final"), [("open", False), ("reopened", False), ("decided", True)])
def test_where_people_decide_a_shift_is_final_once_they_have(status: str, is_final: bool) -> None:
    here = evidence(reports=reports({}), output=output(BY_HOUR[0]), mes_output=mes_output(COUNTED[0]))
    found = table("discrepancy", [{**KEY, "measure": "good_qty", "severity": "warning", "status": status}])
    for policy, expected in (("decision", is_final), ("mes", True)):
        chosen = choose(here, Consolidation.model_validate({"good_qty": policy}))
        production = consolidate(here, chosen, found).tables["production"]
        assert production.select("good_qty", "is_final").rows() == [(47, expected)], policy


def test_days_that_are_not_computed_get_no_rows() -> None:
    other = datetime(2026, 3, 9).date()  # noqa: DTZ001
    assert ruled(rows([], []), rulings(ruling("set", 5, production_date=other)), DAYS).is_empty()

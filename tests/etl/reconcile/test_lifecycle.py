"""Discrepancies from load to load: each thing that happens to one is told once."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from data_contracts.scope import SYSTEM
from data_contracts.tables import TABLES
from etl.reconcile.lifecycle import advance
from etl.reconcile.rulings import NO_RULINGS
from tests.evidence import KEY, Row, at, table

FIRST, LATER = at("15:00"), at("16:00")


def findings(*rows: Row) -> pl.DataFrame:
    """What a load found: each differs 74 against 47 unless the test says otherwise."""
    defaults = {**KEY, "rule_id": "good_vs_mes", "rule_no": 17, "severity": "warning", "measure": "good_qty"}
    defaults |= {"reported_value": 74, "reference_value": 47, "delta": 27, "probable_cause": "unexplained"}
    frame = table("discrepancy", rows, **defaults)
    return frame.drop("status", "first_seen_at", "last_seen_at")


def ruling(**seen: object) -> pl.DataFrame:
    """A decision in force on d1, taken when the values were as ``findings`` gives them."""
    row: Row = {"decision_id": "r1", "discrepancy_id": "d1", "seen_reported_value": 74, "seen_reference_value": 47}
    return table("decision", [{**row, **seen}])


def load(
    previous: pl.DataFrame, found: pl.DataFrame, now: datetime = LATER, rulings: pl.DataFrame = NO_RULINGS
) -> tuple[pl.DataFrame, list[str]]:
    after, events = advance(previous, found, now, SYSTEM, rulings)
    assert events.schema == pl.Schema(TABLES["discrepancy_event"].columns())
    return after, events["event"].to_list()


NOTHING = TABLES["discrepancy"].no_rows()
D: Row = {"discrepancy_id": "d1"}


def known(status: str, **more: object) -> pl.DataFrame:
    """A discrepancy as the first load left it, and then with this status."""
    after, _ = load(NOTHING, findings({**D, **more}), FIRST)
    return after.with_columns(status=pl.lit(status))


def test_a_new_difference_is_opened() -> None:
    after, events = load(NOTHING, findings(D), FIRST)
    assert events == ["opened"]
    assert after.select("status", "first_seen_at", "last_seen_at").row(0) == ("open", FIRST, FIRST)


def test_an_event_says_who_and_when() -> None:
    _, events = advance(NOTHING, findings(D), FIRST, SYSTEM)
    assert events.row(0) == ("d1", FIRST, "opened", "shiftledger", None, None)


@pytest.mark.parametrize("status", ["open", "reopened", "decided", "waived"])
def test_a_difference_that_is_still_there_is_no_event(status: str) -> None:
    rulings = ruling() if status == "decided" else NO_RULINGS
    found = findings(D).with_columns(waiver_id=pl.lit("w1" if status == "waived" else None, pl.String))
    after, events = load(known(status), found, LATER, rulings)
    assert events == []
    assert after.select("status", "first_seen_at", "last_seen_at").row(0) == (status, FIRST, LATER)


@pytest.mark.parametrize("status", ["open", "reopened"])
def test_other_values_of_an_open_difference_are_a_change(status: str) -> None:
    after, events = load(known(status), findings({**D, "reported_value": 75}))
    assert events == ["changed"]
    assert after.select("status", "reported_value", "first_seen_at").row(0) == (status, 75, FIRST)


def test_a_value_that_differs_by_the_order_of_a_sum_only_has_not_changed() -> None:
    seen = ruling(seen_reported_value=0.1 + 0.2)
    after, events = load(
        known("decided", reported_value=0.1 + 0.2), findings({**D, "reported_value": 0.3}), LATER, seen
    )
    assert events == []
    assert after["status"].to_list() == ["decided"]


def test_a_value_that_was_blank_and_is_not_is_a_change() -> None:
    assert load(known("open", reported_value=None), findings(D))[1] == ["changed"]


def test_other_texts_are_a_change_too() -> None:
    texts = {"reported_value": None, "reference_value": None, "reference_text": "O1"}
    before = known("open", **texts, reported_text="O8")
    assert load(before, findings({**D, **texts, "reported_text": "O9"}))[1] == ["changed"]


@pytest.mark.parametrize("status", ["open", "reopened", "decided", "waived"])
def test_a_difference_that_is_gone_is_resolved_by_the_data(status: str) -> None:
    after, events = load(known(status), findings())
    assert events == ["resolved"]
    assert after.select("status", "last_seen_at").row(0) == ("resolved", FIRST)


def test_a_resolved_difference_that_stays_away_is_no_event() -> None:
    after, events = load(known("resolved"), findings())
    assert events == []
    assert after["status"].to_list() == ["resolved"]


def test_a_resolved_difference_that_comes_back_is_reopened_and_keeps_its_first_day() -> None:
    after, events = load(known("resolved"), findings(D))
    assert events == ["reopened"]
    assert after.select("status", "first_seen_at", "last_seen_at").row(0) == ("reopened", FIRST, LATER)


def test_a_decision_is_applied_by_the_load_that_first_knows_it() -> None:
    after, events = advance(known("open"), findings(D), LATER, SYSTEM, ruling())
    assert after["status"].to_list() == ["decided"]
    assert events.select("event", "decision_id").rows() == [("applied", "r1")]


def test_a_decision_on_a_difference_that_is_new_to_the_warehouse_is_applied_as_it_opens() -> None:
    after, events = load(NOTHING, findings(D), LATER, ruling())
    assert after["status"].to_list() == ["decided"]
    assert events == ["opened", "applied"]


def test_data_that_contradicts_a_decision_reopens_it_with_both_pairs_of_values() -> None:
    after, events = advance(known("decided"), findings({**D, "reference_value": 48.5}), LATER, SYSTEM, ruling())
    assert after["status"].to_list() == ["reopened"]
    assert events.select("event", "reason", "decision_id").rows() == [("reopened", "74 / 47 → 74 / 48.5", "r1")]


def test_texts_that_contradict_a_decision_are_told_as_texts() -> None:
    texts = {"reported_value": None, "reference_value": None, "reference_text": "O1"}
    seen = ruling(
        seen_reported_value=None, seen_reference_value=None, seen_reported_text="O8", seen_reference_text="O1"
    )
    found = findings({**D, **texts, "reported_text": "O9"})
    _, events = advance(known("decided", **texts, reported_text="O8"), found, LATER, SYSTEM, seen)
    assert events["reason"].to_list() == ["O8 / O1 → O9 / O1"]


def test_a_contradicted_decision_is_told_again_only_when_values_change_again() -> None:
    once, _ = load(known("decided"), findings({**D, "reference_value": 48}), LATER, ruling())
    assert load(once, findings({**D, "reference_value": 48}), LATER, ruling())[1] == []
    assert load(once, findings({**D, "reference_value": 49}), LATER, ruling())[1] == ["reopened"]


def test_a_decision_holds_again_when_both_sides_say_what_the_person_saw() -> None:
    once, _ = load(known("decided"), findings({**D, "reference_value": 48}), LATER, ruling())
    after, events = load(once, findings(D), LATER, ruling())
    assert events == ["applied"]
    assert after["status"].to_list() == ["decided"]


def test_a_decision_that_was_taken_back_leaves_the_difference_open_again() -> None:
    after, events = load(known("decided"), findings(D))
    assert events == []
    assert after["status"].to_list() == ["reopened"]


def test_a_waived_difference_is_open_again_when_the_waiver_is_gone() -> None:
    found = findings(D).with_columns(waiver_id=pl.lit("w1"))
    waived, events = advance(known("open"), found, LATER, SYSTEM)
    assert waived["status"].to_list() == ["waived"]
    assert events.select("event", "decision_id").rows() == [("waived", "w1")]
    after, events_after = load(waived, findings(D))
    assert events_after == ["reopened"]
    assert after["status"].to_list() == ["reopened"]


def test_a_decision_goes_before_a_waiver_also_when_data_contradicts_it() -> None:
    waived = pl.lit("w1")
    assert load(known("open"), findings(D).with_columns(waiver_id=waived), LATER, ruling())[1] == ["applied"]
    other = findings({**D, "reference_value": 48}).with_columns(waiver_id=waived)
    assert load(known("waived"), other, LATER, ruling())[0]["status"].to_list() == ["reopened"]


def test_the_same_load_twice_changes_nothing() -> None:
    found = findings(D, {"discrepancy_id": "d2", "measure": "scrap_qty"})
    once, _ = load(NOTHING, found, FIRST)
    twice, events = load(once, found, FIRST)
    assert events == []
    assert twice.sort("discrepancy_id").equals(once.sort("discrepancy_id"))


def test_each_difference_goes_its_own_way() -> None:
    before = pl.concat([known("open"), known("open").with_columns(discrepancy_id=pl.lit("d2"))])
    after, events = load(before, findings({"discrepancy_id": "d2"}, {"discrepancy_id": "d3"}))
    assert sorted(events) == ["opened", "resolved"]
    assert dict(after.select("discrepancy_id", "status").iter_rows()) == {"d1": "resolved", "d2": "open", "d3": "open"}

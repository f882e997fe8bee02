"""Discrepancies from load to load: each thing that happens to one is told once."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from data_contracts.scope import SYSTEM
from data_contracts.tables import TABLES
from etl.reconcile.lifecycle import advance
from tests.evidence import KEY, Row, at, table

FIRST, LATER = at("15:00"), at("16:00")


def findings(*rows: Row) -> pl.DataFrame:
    """What a load found: each differs 74 against 47 unless the test says otherwise."""
    defaults = {**KEY, "rule_id": "good_vs_mes", "rule_no": 17, "severity": "warning", "measure": "good_qty"}
    defaults |= {"reported_value": 74, "reference_value": 47, "delta": 27, "probable_cause": "unexplained"}
    frame = table("discrepancy", rows, **defaults)
    return frame.drop("status", "first_seen_at", "last_seen_at")


def load(previous: pl.DataFrame, found: pl.DataFrame, now: datetime = LATER) -> tuple[pl.DataFrame, list[str]]:
    after, events = advance(previous, found, now, SYSTEM)
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
    assert events.row(0) == ("d1", FIRST, "opened", "shiftledger", None)


@pytest.mark.parametrize("status", ["open", "reopened", "decided"])
def test_a_difference_that_is_still_there_is_no_event(status: str) -> None:
    after, events = load(known(status), findings(D))
    assert events == []
    assert after.select("status", "first_seen_at", "last_seen_at").row(0) == (status, FIRST, LATER)


@pytest.mark.parametrize("status", ["open", "reopened"])
def test_other_values_of_an_open_difference_are_a_change(status: str) -> None:
    after, events = load(known(status), findings({**D, "reported_value": 75}))
    assert events == ["changed"]
    assert after.select("status", "reported_value", "first_seen_at").row(0) == (status, 75, FIRST)


def test_a_value_that_differs_by_the_order_of_a_sum_only_has_not_changed() -> None:
    after, events = load(known("decided", reported_value=0.1 + 0.2), findings({**D, "reported_value": 0.3}))
    assert events == []
    assert after["status"].to_list() == ["decided"]


def test_a_value_that_was_blank_and_is_not_is_a_change() -> None:
    assert load(known("open", reported_value=None), findings(D))[1] == ["changed"]


def test_other_texts_are_a_change_too() -> None:
    texts = {"reported_value": None, "reference_value": None, "reference_text": "O1"}
    before = known("open", **texts, reported_text="O8")
    assert load(before, findings({**D, **texts, "reported_text": "O9"}))[1] == ["changed"]


@pytest.mark.parametrize("status", ["open", "reopened", "decided"])
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


def test_a_decided_difference_with_other_values_is_reopened() -> None:
    after, events = load(known("decided"), findings({**D, "reference_value": 48}))
    assert events == ["reopened"]
    assert after["status"].to_list() == ["reopened"]


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

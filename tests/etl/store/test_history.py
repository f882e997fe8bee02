"""What was known when: any version's rows can be asked for again, and only what changes is kept twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_contracts.errors import StoreError
from data_contracts.tables import TABLES
from etl import desk
from etl.ask import ask as told
from etl.load import publish
from etl.reconcile.changes import with_cause
from etl.store import history
from tests.evidence import KEY, Row, table
from tests.ledger import ACTOR, FIRST, LAST, NOW, ask, draft, hand_in, kept, load

HOUR = timedelta(hours=1)
START = NOW.replace(tzinfo=None)


def seen(home: Path, as_of: datetime | None = None) -> dict[str, pl.DataFrame]:
    """All rows of the tables that keep a history, as a reader gets them."""
    connection = desk.current_version(home).connect(as_of)
    try:
        frames = {
            name: connection.execute(f"select * exclude (first_version) from {name}").pl() for name in history.KEPT
        }
    finally:
        connection.close()
    return {name: frame.drop("last_seen_at", strict=False).sort(pl.all()) for name, frame in frames.items()}


def same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> bool:
    return all(one[name].equals(other[name]) for name in history.KEPT)


def corrected(home: Path, more: int, at: datetime) -> None:
    report = draft()
    report.hours[2].good_qty = (report.hours[2].good_qty or 0) + more
    hand_in(home, report, f"corrected {more}.xlsx", at)


def test_as_of_an_instant_every_table_answers_what_readers_saw_then_also_when_their_version_is_pruned(
    loaded_site: Path,
) -> None:
    saw = {START: seen(loaded_site)}
    for number, more in enumerate((60, 70, 0), start=1):
        corrected(loaded_site, more, NOW + number * HOUR)
        load(loaded_site, NOW + number * HOUR)
        saw[START + number * HOUR] = seen(loaded_site)
    for _ in range(5):
        publish(loaded_site, ACTOR, "again", now=NOW + 4 * HOUR)

    assert not (loaded_site / "data" / "published" / "v000004.duckdb").exists()
    frames = list(saw.values())
    assert not same(frames[0], frames[1])
    for moment, then in saw.items():
        assert same(seen(loaded_site, moment), then)
        assert same(seen(loaded_site, moment + HOUR / 2), then)


def test_nothing_was_known_before_the_first_version(loaded_site: Path) -> None:
    with pytest.raises(StoreError, match="nothing had been published"):
        desk.current_version(loaded_site).connect(START - HOUR)


def test_as_of_tables_without_a_history_do_not_answer_and_those_with_one_are_named(loaded_site: Path) -> None:
    with pytest.raises(StoreError, match="these tables answer: discrepancy, downtime, mart_completeness"):
        told(loaded_site, ACTOR, "select count(*) from report", "csv", START)
    assert told(loaded_site, ACTOR, "select count(*) as n from line", "csv", START) == "n\n2"


def test_as_of_events_are_those_that_a_load_had_seen(loaded_site: Path) -> None:
    corrected(loaded_site, 60, NOW + HOUR)
    load(loaded_site, NOW + HOUR)
    found = "select count(distinct \"at\") as n from discrepancy_event where event = 'opened'"
    assert told(loaded_site, ACTOR, found, "csv", START + HOUR / 2) == "n\n1"
    assert told(loaded_site, ACTOR, found, "csv", START + HOUR) == "n\n2"


def test_a_day_that_is_computed_again_without_a_change_leaves_nothing_behind(loaded_site: Path) -> None:
    load(loaded_site, days=(FIRST, LAST))
    for name in history.KEPT:
        assert kept(loaded_site, f"select count(*) from {name}_history") == [(0,)], name
    assert kept(loaded_site, "select distinct first_version from production") == [(1,)]


def test_only_rows_that_changed_are_kept_twice_with_what_changed_them(loaded_site: Path) -> None:
    with (loaded_site / "site.toml").open("a") as file:
        file.write('\n[consolidation]\ngood_qty = "report"\n')
    load(loaded_site)
    corrected(loaded_site, 1, NOW + HOUR)
    load(loaded_site, NOW + HOUR)

    all_rows = ask(loaded_site, "select count(*) from production")[0][0]
    causes = "select last_version, cause, count(*) from production_history group by all order by 1"
    assert ask(loaded_site, causes) == [(1, "rules", all_rows), (2, "report", 8)]
    old_and_new = (
        "select new.good_qty - old.good_qty from production_history old join production new "
        "using (plant_id, line_id, production_date, shift_id, hour_start, order_id, product_id) "
        "where old.good_qty is distinct from new.good_qty and last_version = 2"
    )
    assert ask(loaded_site, old_and_new) == [(1,)]


def test_what_a_dead_load_computed_and_nobody_saw_is_not_kept(loaded_site: Path) -> None:
    for more in (60, 70):
        corrected(loaded_site, more, NOW + HOUR)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("etl.load.publish_with", lambda *_args, **_named: None)
            with pytest.raises(AttributeError):
                load(loaded_site, NOW + HOUR)
    load(loaded_site, NOW + 2 * HOUR)
    values = "select distinct last_version from production_history"
    assert kept(loaded_site, values) == [(1,)]
    assert kept(loaded_site, "select count(*) from discrepancy_history") == [(0,)]


def rows(*given: Row) -> pl.DataFrame:
    defaults: Row = {**KEY, "report_id": "R1", "report_good_qty": 5, "mes_good_qty": 5, "good_qty": 5, "is_final": True}
    return table("production", given, **defaults)


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        ({"report_good_qty": 6, "report_id": "R2"}, "report"),
        ({"mes_good_qty": 6, "good_qty": 6}, "mes"),
        ({"mes_good_qty": 6, "report_good_qty": 6}, "report mes"),
        ({"good_qty": 7, "decided_measures": "good_qty"}, "decision"),
        ({"good_qty": 7}, "rules"),
        ({"is_final": False}, "rules"),
    ],
    ids=str,
)
def test_the_cause_of_a_change_is_the_side_that_differs(now: Row, cause: str) -> None:
    assert with_cause(rows({}), rows(now))["cause"].to_list() == [cause]


def test_another_value_of_the_same_ruling_is_a_decision_too() -> None:
    was, now = ({"decided_measures": "good_qty", "good_qty": value} for value in (6, 7))
    assert with_cause(rows(was), rows(now))["cause"].to_list() == ["decision"]


def test_a_row_that_is_no_more_went_with_its_sides() -> None:
    gone = with_cause(rows({}), TABLES["production"].no_rows())
    assert gone["cause"].to_list() == ["report mes"]

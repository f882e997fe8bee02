"""A plant whose sources balance, with known errors: each is found at its cell, and what is usual is not told."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.load import run_load
from etl.simulate.balance import KINDS, make_balance_site

KEY = ["line_id", "production_date", "shift_id"]
LAST_DAY = date(2026, 4, 10)


def load(home: Path) -> pl.DataFrame:
    run_load(home, SYSTEM, now=datetime(2026, 4, 11, 2))  # noqa: DTZ001 - stored instants are UTC without a zone
    connection = current_version(home).connect()
    try:
        assert connection.execute("select name, reason from source_file where status != 'loaded'").fetchall() == []
        found = connection.execute("select * from discrepancy").pl()
    finally:
        connection.close()
    return found.filter((pl.col("production_date") <= LAST_DAY) | (pl.col("rule_no") != 42))


@pytest.mark.parametrize("seed", [5, 6])
def test_errors_in_figures_stops_stock_and_flow_are_found_and_nothing_else_is(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    home = tmp_path / "site"
    labels = make_balance_site(home, last_day=LAST_DAY, days=28, seed=seed, error_rate=0.2).with_row_index("label")
    assert set(labels["kind"]) == set(KINDS)
    found = load(home)
    pairs = labels.join(found, on=[*KEY, "rule_no"], how="left", suffix="_found", nulls_equal=True)
    hits = pairs.filter(pl.col("discrepancy_id").is_not_null()).unique("label")
    missed = pairs.filter(pl.col("discrepancy_id").is_null())
    cases = found.filter(pl.col("case_id") == pl.col("discrepancy_id"))
    extra = cases.join(hits.select(discrepancy_id="case_id").unique(), on="discrepancy_id", how="anti")
    assert hits.height / labels.height >= 0.98, missed.select("kind", *KEY)
    assert hits.height / (hits.height + extra.height) >= 0.98, extra.select("rule_no", *KEY)
    located = hits.filter(pl.col("report_cell").is_not_null())
    right = located.filter(pl.col("report_cell") == pl.col("source_cell_found"))
    assert right.height / located.height >= 0.95, located.join(right, on="label", how="anti").select("kind", *KEY)


def test_a_plant_without_errors_is_silent_for_all_its_withdrawn_records_resets_and_rounded_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    home = tmp_path / "site"
    labels = make_balance_site(home, last_day=LAST_DAY, days=20, seed=9, error_rate=0)
    assert labels.is_empty()
    assert load(home).select("rule_no", *KEY, "reported_value", "reference_value").rows() == []

"""The whole path on made-up plants with known errors: all of them are found, at the right cell, and nothing else is."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.load import run_load
from etl.reconcile.causes import CAUSES
from etl.simulate import make_site

KEY = ["line_id", "production_date", "shift_id"]
LAST_DAY = date(2026, 4, 10)
NAMED_CAUSES = [1, 2, 3, 4, 7, 11]


@pytest.mark.parametrize("seed", [101, 202])
def test_known_errors_are_found_at_their_cells_and_nothing_else_is(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    home = tmp_path / "site"
    labels = make_site(home, last_day=LAST_DAY, days=30, lines=6, seed=seed, error_rate=0.15).with_row_index("label")
    run_load(home, SYSTEM, now=datetime(2026, 4, 13))  # noqa: DTZ001 - stored instants are UTC without a zone
    connection = current_version(home).connect()
    found = connection.execute("select * from discrepancy").pl()
    connection.close()
    found = found.filter(pl.col("production_date") <= LAST_DAY).vstack(
        found.filter(pl.col("production_date") > LAST_DAY, pl.col("rule_no") != 42)
    )

    pairs = labels.join(found, on=[*KEY, "rule_no"], how="left", suffix="_found")
    hits = pairs.filter(pl.col("discrepancy_id").is_not_null()).unique("label")
    missed = pairs.filter(pl.col("discrepancy_id").is_null())
    # What follows from a known error is told with it, as one case.
    cases = found.filter(pl.col("case_id") == pl.col("discrepancy_id"))
    extra = cases.join(hits.select(discrepancy_id="case_id").unique(), on="discrepancy_id", how="anti")
    assert len(labels) > 50
    assert hits.height / labels.height >= 0.98, missed.select("kind", *KEY)
    assert hits.height / (hits.height + extra.height) >= 0.98, extra.select("rule_no", *KEY)

    # A corrected report is news, not a wrong cell.
    located = hits.filter(pl.col("report_cell").is_not_null(), pl.col("kind") != "corrected")
    right = located.filter(pl.col("report_cell") == pl.col("source_cell_found"))
    assert right.height / located.height >= 0.95, located.join(right, on="label", how="anti").select("kind", *KEY)

    explained = hits.filter(pl.col("cause").is_in(NAMED_CAUSES)).with_columns(
        told=pl.col("probable_cause").replace_strict(CAUSES, return_dtype=pl.Int32)
    )
    agreeing = explained.filter(pl.col("told") == pl.col("cause"))
    assert agreeing.height / explained.height >= 0.9

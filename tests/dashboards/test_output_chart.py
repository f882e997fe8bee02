"""The chart of days: what no plan speaks of yet is told apart, so that no bar stands above a plan it did not meet."""

from __future__ import annotations

from typing import Any

import polars as pl

from dashboards.figures.output import daily_output
from dashboards.figures.paint import LIGHT
from dashboards.words import Words
from tests.dashboards.small_site import LAST_DAY

EN = Words("en")
DAY: dict[str, Any] = {
    "production_date": LAST_DAY,
    "good_qty": 1000.0,
    "scrap_qty": 10.0,
    "planned_qty": 800.0,
    "plan_met_qty": 760.0,
    "plan_base_qty": 800.0,
}


def drawn(day: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """What the legend names, and the day's figures."""
    types = {name: pl.Float64 for name in day if name.endswith("_qty")}
    spec = daily_output(pl.DataFrame([day], schema_overrides=types), EN, LIGHT).to_dict()
    (rows,) = spec["datasets"].values()
    return spec["layer"][0]["encoding"]["color"]["scale"]["domain"], rows[0]


def test_what_a_shift_without_a_plan_made_is_told_apart() -> None:
    legend, row = drawn(DAY)
    assert "Good, plan not known yet" in legend
    assert (row["plan_met_qty"], row["unplanned_qty"]) == (760, 240)
    assert row["below"] is False


def test_where_every_plan_is_known_nothing_is_said_of_it() -> None:
    legend, row = drawn(DAY | {"good_qty": 760.0})
    assert legend == ["Good", "Scrap", "Plan", "Under 90 % of plan"]
    assert row["unplanned_qty"] == 0


def test_where_nobody_plans_the_chart_speaks_of_no_plan() -> None:
    legend, row = drawn(DAY | {"planned_qty": None, "plan_met_qty": None, "plan_base_qty": None})
    assert legend == ["Good", "Scrap"]
    assert (row["plan_met_qty"], row["unplanned_qty"]) == (1000, 0)

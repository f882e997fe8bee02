"""What a person may rule on a difference, and what it comes to: grain, value, whether a second person is needed.

Writing it down: ``etl.decision_desk``. Obeying it: ``etl.reconcile.rulings``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from data_contracts.calendar import shift_windows
from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.errors import DecisionError
from data_contracts.site import Site
from data_contracts.tables.decision import QUANTITIES
from etl.store.lookup import Case

LEAST_REASON, MOST_REASON = 3, 2000
NEIGHBOURS = {"previous": -1, "next": 1}
_MINUTES = "downtime_min"
_FAR_DAYS = 7
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Ruling:
    """``kind`` accept_report, accept_mes, explain; set with a ``value``; split: ``value`` goes to shift ``to``.

    ``to`` is ``previous`` or ``next``: the shift beside this one on the same line. A value is in the measure's unit.
    """

    kind: str
    value: float | None = None
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """Columns of contract ``decision`` that say what a ruling comes to."""

    columns: Mapping[str, Any]
    needs_second: bool = False


def possible(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Kinds of rulings that make sense on a difference (contract ``discrepancy``); none when data has resolved it."""
    if row["status"] == "resolved":
        return ()
    kinds = ["explain"]
    rule = CROSSCHECKS.get(row["rule_id"])
    if row["severity"] != "block" and row["shift_id"] is not None:
        if row["measure"] in QUANTITIES:
            kinds = ["set", "split", *kinds]
        if rule is not None and rule.has_sides:
            sides = {"accept_report": row["reported_value"], "accept_mes": row["reference_value"]}
            kinds = [*(kind for kind, value in sides.items() if value is not None), *kinds]
    return tuple(kinds)


def weigh(case: Case, ruling: Ruling, site: Site, known: pl.DataFrame) -> Weighed:
    """What a ruling comes to. ``known``: all decisions of the site. Raises DecisionError when it cannot be obeyed."""
    if ruling.kind == "explain":
        return Weighed({"kind": "explain", "order_id": case.row["order_id"], "product_id": case.row["product_id"]})
    measure = case.row["measure"]
    if measure == _MINUTES and ruling.kind not in {"set", "split"}:
        return _minutes(case, ruling, site)
    if measure not in QUANTITIES:
        raise DecisionError("no_quantity", measure=measure)
    if case.row["shift_id"] is None:
        raise DecisionError("no_shift")
    value = _value(case, ruling)
    grain, rows = _grain(case)
    earlier = known.filter(
        pl.col("status") == "in_force",
        pl.col("measure") == measure,
        *(pl.col(c).eq_missing(pl.lit(case.row[c])) for c in ("plant_id", "line_id", "production_date", "shift_id")),
        *(pl.col(c).eq_missing(pl.lit(grain[c])) for c in ("hour_start", "order_id")),
    )
    here = _sum(rows, measure)
    columns = {"kind": ruling.kind, **grain}
    if ruling.kind == "split":
        others = earlier.filter(pl.col("kind") == "split", pl.col("discrepancy_id") != case.row["discrepancy_id"])
        moved = value + (_sum(others, "moved_qty") or 0.0)
        if value > (here or 0.0):
            raise DecisionError("too_much", value=f"{value:g}", have=f"{here or 0:g}")
        columns |= {"moved_qty": value, **_neighbour(case, ruling, site)}
        return Weighed(columns | {"was_value": here}, _is_large(site, moved, here, measure))
    # Many small steps are one large one: the change counts from what held before anybody decided.
    before = earlier.filter(pl.col("kind") != "split")["was_value"]
    was = before[0] if len(before) else here
    columns |= {"value": value, "was_value": was}
    return Weighed(columns, _is_large(site, abs(value - (was or 0.0)), was, measure))


def _minutes(case: Case, ruling: Ruling, site: Site) -> Weighed:
    """The side on which the stops of a shift rest. The MES counts unless a person says otherwise."""
    value, was = _value(case, ruling), case.row["reference_value"]
    large = _is_large(site, abs(value - (was or 0.0)), was, _MINUTES)
    return Weighed({"kind": ruling.kind, "value": value, "was_value": was}, large)


def _value(case: Case, ruling: Ruling) -> float:
    row = case.row
    if ruling.kind in ("accept_report", "accept_mes"):
        rule = CROSSCHECKS.get(row["rule_id"])
        if rule is None or not rule.has_sides:
            raise DecisionError("no_sides", rule=row["rule_id"])
        side = row["reported_value" if ruling.kind == "accept_report" else "reference_value"]
        if side is None:
            raise DecisionError("side_silent")
        return float(side)
    value = ruling.value
    if ruling.kind == "split":
        if value is None or not math.isfinite(value) or value <= 0:
            raise DecisionError("wrong_move", value=value)
        return value
    if value is None or not math.isfinite(value) or value < 0:
        raise DecisionError("wrong_value", value=value)
    return value


def _grain(case: Case) -> tuple[dict[str, Any], pl.DataFrame]:
    """The part of the shift that the compared values are about, and its rows of production.

    A difference may name the hour that explains it although its values are those of the whole shift.
    """
    row, rows = case.row, case.production
    order_id, hour_start = row["order_id"], None
    if order_id is not None:
        rows = rows.filter(pl.col("order_id") == order_id)
    if row["hour_start"] is not None:
        hour = rows.filter(pl.col("hour_start") == row["hour_start"])
        if _is_about(row, hour):
            rows, hour_start = hour, row["hour_start"]
    products = rows["product_id"].unique()
    product_id = products[0] if len(products) == 1 else (row["product_id"] if rows.is_empty() else None)
    return {"hour_start": hour_start, "order_id": order_id, "product_id": product_id}, rows


def _is_about(row: Mapping[str, Any], rows: pl.DataFrame) -> bool:
    sides = {"reported_value": f"report_{row['measure']}", "reference_value": f"mes_{row['measure']}"}
    if rows.is_empty() or not CROSSCHECKS[row["rule_id"]].has_sides:
        return not rows.is_empty()
    return all(abs((row[value] or 0.0) - (_sum(rows, column) or 0.0)) < _EPSILON for value, column in sides.items())


def _sum(rows: pl.DataFrame, column: str) -> float | None:
    values = rows[column].drop_nulls().to_list()
    return math.fsum(values) if values else None


def _neighbour(case: Case, ruling: Ruling, site: Site) -> dict[str, Any]:
    row, day, far = case.row, case.row["production_date"], timedelta(days=_FAR_DAYS)
    windows = shift_windows(site.master, site.zones, day - far, day + far).filter(
        pl.col("plant_id") == row["plant_id"], pl.col("line_id") == row["line_id"]
    )
    shifts = list(windows.sort("start_at").select("production_date", "shift_id").iter_rows())
    here = (day, row["shift_id"])
    if ruling.to not in NEIGHBOURS or here not in shifts:
        raise DecisionError("no_neighbour")
    at = shifts.index(here) + NEIGHBOURS[ruling.to]
    if not 0 <= at < len(shifts):
        raise DecisionError("no_neighbour")
    return {"to_date": shifts[at][0], "to_shift_id": shifts[at][1]}


def _is_large(site: Site, change: float, was: float | None, measure: str) -> bool:
    config = site.config.decisions
    amount = config.second_person_min if measure == _MINUTES else config.second_person_qty
    return change > max(amount, config.second_person_share * abs(was or 0.0)) + _EPSILON


def given_reason(text: str) -> str:
    """A reason without outer blanks. Raises DecisionError when it is none or too long."""
    reason = text.strip()
    if len(reason) < LEAST_REASON:
        raise DecisionError("no_reason", least=LEAST_REASON)
    if len(reason) > MOST_REASON:
        raise DecisionError("long_reason", most=MOST_REASON)
    return reason

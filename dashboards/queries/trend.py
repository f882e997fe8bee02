"""How differences and first-pass yield develop, and which lines and layouts repeat them. Never by person."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, grouping, visible
from data_contracts.scope import Scope

STEPS = ("day", "week", "month")
REPEATED_DAYS = 3
"""On so many production days the same rule must fail before it counts as repeated."""
_GROUPS = frozenset({"plant_id", "line_id", "rule_id", "probable_cause", "layout_id"})


def differences(
    reader: Reader, scope: Scope, chosen: Filters, by: Sequence[str] = (), step: str | None = None
) -> pl.DataFrame:
    """``opened``, ``resolved``, ``decided`` and ``open`` differences a group; with ``step`` also by ``period_start``.

    A period is a day, a week (from Monday) or a month of production days. The largest groups come first.
    """
    rows = visible("mart_discrepancy", scope, chosen)
    groups = grouping(by, _GROUPS) + _period(step)
    return reader.rows(
        f"""
        select {groups} {_sums("opened", "resolved", "decided", "open")}
        from {rows.text} {"group by all" if groups else ""} order by {", ".join(["opened desc", *by])} nulls last
        """,
        rows.parameters,
    )


def first_pass(
    reader: Reader, scope: Scope, chosen: Filters, by: Sequence[str] = (), step: str | None = None
) -> pl.DataFrame:
    """Reports ``received`` a group and those ``passed`` as first handed in; the yield is made from their sums."""
    rows = visible("mart_completeness", scope, chosen)
    reports = visible("report", scope, chosen) if "layout_id" in by else None
    groups = grouping(by, _GROUPS - {"rule_id", "probable_cause"}) + _period(step)
    recognised = (
        f"""left join (
            select plant_id, line_id, production_date, shift_id, any_value(layout_id) as layout_id
            from {reports.text} where is_current group by all
        ) recognised using (plant_id, line_id, production_date, shift_id)"""
        if reports
        else ""
    )
    return reader.rows(
        f"""
        select {groups} count(*) filter (received) as received, count(*) filter (first_pass) as passed
        from {rows.text} shift {recognised} where received
        {"group by all" if groups else ""} {"order by all" if groups else ""}
        """,
        [*rows.parameters, *(reports.parameters if reports else ())],
    )


def repeated(reader: Reader, scope: Scope, chosen: Filters, by: Sequence[str]) -> pl.DataFrame:
    """Rules that failed on at least ``REPEATED_DAYS`` production days of one line or layout, the most days first.

    ``days``: production days with such a difference; ``opened`` and ``open`` differences; ``last_day``.
    """
    rows = visible("mart_discrepancy", scope, chosen)
    known = " and ".join(f"{name} is not null" for name in by)
    return reader.rows(
        f"""
        select {grouping(by, _GROUPS)} rule_id, count(distinct production_date) as days,
            {_sums("opened", "open")}, max(production_date) as last_day
        from {rows.text} where {known} group by all having days >= ?
        order by {", ".join(["days desc", "opened desc", *by, "rule_id"])} limit 12
        """,
        [*rows.parameters, REPEATED_DAYS],
    )


def _sums(*names: str) -> str:
    return ", ".join(f"coalesce(sum({name}), 0)::bigint as {name}" for name in names)


def _period(step: str | None) -> str:
    """Start of the period as a column. Raises ValueError for a step that there is not."""
    if step is None:
        return ""
    if step not in STEPS:
        raise ValueError(f"no period {step!r}; known: {', '.join(STEPS)}")
    return f"date_trunc('{step}', production_date)::date as period_start, "

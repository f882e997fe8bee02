"""Quantities: sums of the daily mart, by place and time, by product and order. Hours of a day: ``hours``."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, grouping, visible
from data_contracts.scope import Scope

_GROUPS = frozenset({"plant_id", "area_id", "line_id", "production_date", "shift_id"})


def output(reader: Reader, scope: Scope, chosen: Filters, by: Sequence[str] = ()) -> pl.DataFrame:
    """Sums a group: quantities in pieces, and ``plan_met_qty``/``plan_base_qty``, the parts of output against plan.

    Those two count only shifts that have both a plan and an output, so that a shift which has not reported does
    not read as one that made nothing; ``sides_delta_qty`` likewise counts shifts with a report and MES records.
    A sum over nothing is null.
    """
    rows = visible("mart_output", scope, chosen, by)
    groups = grouping(by, _GROUPS)
    order = f"order by {', '.join(by)}" if by else ""
    return reader.rows(
        f"""
        select {groups}
            sum(planned_qty) as planned_qty,
            sum(good_qty) as good_qty,
            sum(scrap_qty) as scrap_qty,
            sum(rework_qty) as rework_qty,
            sum(report_good_qty) as report_good_qty,
            sum(mes_good_qty) as mes_good_qty,
            sum(report_good_qty - mes_good_qty) as sides_delta_qty,
            sum(good_qty) filter (planned_qty is not null) as plan_met_qty,
            sum(planned_qty) filter (good_qty is not null) as plan_base_qty,
            sum(scrap_qty) filter (produced_qty is not null) as scrap_part_qty,
            sum(produced_qty) filter (scrap_qty is not null) as produced_qty,
            count(good_qty) as shifts_with_output
        from {rows.text} {"group by all" if by else ""} {order}
        """,
        rows.parameters,
    )


def made(reader: Reader, scope: Scope, chosen: Filters, by: str) -> pl.DataFrame:
    """Sums by ``product_id`` or ``order_id``, the most good pieces first; at most 40 rows, ``total`` counts all.

    ``shifts``: shifts in which it was made. Raises ValueError for another grouping.
    """
    rows = visible("production", scope, chosen)
    group = grouping((by,), frozenset({"product_id", "order_id"}))
    return reader.rows(
        f"""
        select {group} any_value(product.name_zh) as name_zh, any_value(product.name_en) as name_en,
            string_agg(distinct product_id, ', ') as products,
            sum(planned_qty) as planned_qty, sum(good_qty) as good_qty, sum(scrap_qty) as scrap_qty,
            sum(good_qty) filter (planned_qty is not null) as plan_met_qty,
            sum(planned_qty) filter (good_qty is not null) as plan_base_qty,
            sum(scrap_qty) filter (good_qty is not null) as scrap_part_qty,
            sum(good_qty + scrap_qty + coalesce(rework_qty, 0)) as produced_qty,
            count(distinct (plant_id, line_id, production_date, shift_id)) as shifts, count(*) over () as total
        from {rows.text} left join product using (product_id) where {by} is not null
        group by {by} order by good_qty desc nulls last, {by} limit 40
        """,
        rows.parameters,
    )


def finality(reader: Reader, scope: Scope, chosen: Filters) -> pl.DataFrame:
    """One row: ``rows_final`` and ``rows_all`` of the production chosen."""
    rows = visible("production", scope, chosen)
    return reader.rows(
        f"select count(*) filter (is_final) as rows_final, count(*) as rows_all from {rows.text}", rows.parameters
    )

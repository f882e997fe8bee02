"""Time and pieces lost: minutes by reason, pieces by defect, single stops, and the time model they are part of."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, grouping, visible
from data_contracts.scope import Scope

STOPS_LIMIT = 24
_ENDED = """semi join (from mart_completeness where shift_end_at is not null) ended
            using (plant_id, line_id, production_date, shift_id)"""
_PLACES = frozenset({"plant_id", "area_id", "line_id", "production_date", "shift_id"})


def times(reader: Reader, scope: Scope, chosen: Filters, by: Sequence[str] = ()) -> pl.DataFrame:
    """Sums of ISO 22400 times a group, in minutes, over the ``shifts_timed`` of ``shifts`` whose stops are known.

    Only shifts that have ended: of one that still runs, the time is known and the pieces are not.

    ``busy_min`` is PBT. OEE is ``oee_good_min`` / ``oee_busy_min``: both count only shifts whose products all have a
    planned run time, as does every other ``oee_`` sum. A sum over nothing is null.
    """
    rows = visible("mart_output", scope, chosen, by)
    groups = grouping(by, _PLACES)
    order = f"order by {', '.join(by)}" if by else ""
    timed, paced = "run_min is not null", "run_min is not null and ideal_good_min is not null"
    return reader.rows(
        f"""
        select {groups}
            count(*) as shifts,
            count(run_min) as shifts_timed,
            count(*) filter ({paced}) as shifts_paced,
            sum(pot_min) filter ({timed}) as pot_min,
            sum(planned_stop_min) filter ({timed}) as planned_stop_min,
            sum(pot_min - planned_stop_min) filter ({timed}) as busy_min,
            sum(setup_min) filter ({timed}) as setup_min,
            sum(delay_min) filter ({timed}) as delay_min,
            sum(run_min) as run_min,
            sum(pot_min) filter ({paced}) as oee_pot_min,
            sum(planned_stop_min) filter ({paced}) as oee_planned_min,
            sum(pot_min - planned_stop_min) filter ({paced}) as oee_busy_min,
            sum(setup_min) filter ({paced}) as oee_setup_min,
            sum(delay_min) filter ({paced}) as oee_delay_min,
            sum(run_min) filter ({paced}) as oee_run_min,
            sum(ideal_produced_min) filter ({paced}) as oee_produced_min,
            sum(ideal_good_min) filter ({paced}) as oee_good_min
        from {rows.text} made
        {_ENDED}
        {"group by all" if by else ""} {order}
        """,
        rows.parameters,
    )


def reasons(
    reader: Reader, scope: Scope, chosen: Filters, by: Sequence[str] = (), reason: str = "", category: str = ""
) -> pl.DataFrame:
    """``loss_min`` and ``events`` by category and reason with its names (``name_zh``, ``name_en``), the most first.

    Of the shifts that ``times`` counts, so that a page never shows two sums of the same minutes.
    """
    rows = visible("mart_loss", scope, chosen, by)
    return reader.rows(
        f"""
        select {grouping(by, _PLACES)} lost.loss_category, reason_code, any_value(reason.name_zh) as name_zh,
            any_value(reason.name_en) as name_en, sum(loss_min) as loss_min, sum(events)::bigint as events
        from {rows.text} lost {_ENDED} left join reason using (reason_code)
        where ? in ('', reason_code) and ? in ('', lost.loss_category)
        group by all order by {", ".join([*by, "loss_min desc", "reason_code"])}
        """,
        [*rows.parameters, reason, category],
    )


def defects(reader: Reader, scope: Scope, chosen: Filters, by: Sequence[str] = (), defect: str = "") -> pl.DataFrame:
    """``scrap_qty`` by defect as the reports list it, with the defect's names, the most first."""
    rows = visible("scrap", scope, chosen, by)
    return reader.rows(
        f"""
        select {grouping(by, _PLACES)} coalesce(defect_code, 'unknown') as defect_code,
            any_value(defect.name_zh) as name_zh, any_value(defect.name_en) as name_en, sum(scrap_qty) as scrap_qty
        from {rows.text} left join defect using (defect_code)
        where source = 'report' and ? in ('', coalesce(defect_code, 'unknown'))
        group by all order by {", ".join([*by, "scrap_qty desc", "defect_code"])}
        """,
        [*rows.parameters, defect],
    )


def stops(reader: Reader, scope: Scope, chosen: Filters, reason: str = "", category: str = "") -> pl.DataFrame:
    """Single stops of both sides with their cells, the longest first; ``total`` counts all of them."""
    rows = visible("downtime", scope, chosen)
    return reader.rows(
        f"""
        select stop.*, reason.name_zh, reason.name_en, coalesce(reason.loss_category, 'delay') as loss_category,
            count(*) over () as total
        from {rows.text} stop left join reason using (reason_code)
        where ? in ('', coalesce(reason_code, 'unknown')) and ? in ('', coalesce(reason.loss_category, 'delay'))
        order by downtime_min desc nulls last, production_date desc, start_at, source limit {STOPS_LIMIT}
        """,
        [*rows.parameters, reason, category],
    )


def timeline(reader: Reader, scope: Scope, chosen: Filters) -> pl.DataFrame:
    """Stops with a start and an end, in order, for lanes by line and side; at most 2,000."""
    rows = visible("downtime", scope, chosen)
    return reader.rows(
        f"""
        select stop.plant_id, stop.line_id, stop.production_date, stop.shift_id, stop.start_at, stop.end_at,
            stop.downtime_min, coalesce(stop.reason_code, 'unknown') as reason_code, reason.name_zh, reason.name_en,
            coalesce(reason.loss_category, 'delay') as loss_category, stop.source, stop.source_file,
            stop.source_sheet, stop.source_cell
        from {rows.text} stop left join reason using (reason_code)
        where start_at is not null and end_at > start_at
        order by plant_id, line_id, source desc, start_at limit 2000
        """,
        rows.parameters,
    )


def day_ends(reader: Reader, scope: Scope, chosen: Filters) -> pl.DataFrame:
    """When the last shift of the days chosen ends, by plant: ``end_at``, UTC."""
    rows = visible("mart_completeness", scope, chosen)
    return reader.rows(
        f"select plant_id, max(shift_end_at) as end_at from {rows.text} group by all order by all", rows.parameters
    )


def scrapped(reader: Reader, scope: Scope, chosen: Filters) -> pl.DataFrame:
    """Single entries of scrap with their cells, the most pieces first."""
    rows = visible("scrap", scope, chosen)
    return reader.rows(
        f"""
        select entry.*, coalesce(entry.defect_code, 'unknown') as code, defect.name_zh, defect.name_en
        from {rows.text} entry left join defect using (defect_code)
        order by scrap_qty desc, production_date desc, line_id, shift_id, defect_code limit {STOPS_LIMIT}
        """,
        rows.parameters,
    )

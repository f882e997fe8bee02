"""What was expected, what came, when, and what became of it; files that were held back; loads with their times."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, visible
from data_contracts.scope import Scope

STATES = ("missing", "refused", "late", "provisional", "final", "unasked")
"""The worst first. A late report is provisional or final as well; being late is what one can still learn from."""
LATE_MIN = 120
"""Minutes after the end of its shift from which a report is late."""
LOADS = 12


def shifts(reader: Reader, scope: Scope, chosen: Filters, as_of: datetime) -> pl.DataFrame:
    """One row per line, shift and day that has ended at ``as_of`` (UTC), with its ``state``.

    A shift that ended before the site's first load was not waited for: its report is never late. ``unasked``: a
    report came although the calendar expects none.
    """
    due, made = visible("mart_completeness", scope, chosen), visible("production", scope, chosen)
    held, reports = visible("quarantine", scope, chosen), visible("report", scope, chosen)
    return reader.rows(
        f"""
        with first_load as (select min(started_at) as at from load),
        finality as (
            select plant_id, line_id, production_date, shift_id, bool_and(is_final) as is_final
            from {made.text} group by all
        ),
        refused as (
            select plant_id, line_id, production_date, shift_id, true as is_refused from {held.text}
            union select plant_id, line_id, production_date, shift_id, true from {reports.text}
            where is_current and status = 'blocked'
        )
        select plant_id, line_id, production_date, shift_id, lateness_min, mes_received, first_pass,
            case
                when is_refused then 'refused'
                when not received and expected then 'missing'
                when lateness_min > ? and shift_end_at >= first_load.at then 'late'
                when not expected then 'unasked'
                when coalesce(is_final, false) then 'final'
                else 'provisional'
            end as state
        from {due.text} due
        left join finality using (plant_id, line_id, production_date, shift_id)
        left join refused using (plant_id, line_id, production_date, shift_id)
        cross join first_load
        where (received or expected) and (shift_end_at is null or shift_end_at <= ?)
        order by plant_id, line_id, shift_id, production_date
        """,
        [*made.parameters, *held.parameters, *reports.parameters, LATE_MIN, *due.parameters, as_of],
    )


def held_back(reader: Reader, scope: Scope, chosen: Filters) -> pl.DataFrame:
    """What was refused and is known to belong to the scope: file, cell, what stands there, why; the newest first."""
    rows = visible("quarantine", scope, chosen)
    return reader.rows(
        f"""
        select held.plant_id, held.line_id, held.production_date, held.shift_id, held.source_file, held.source_sheet,
            held.source_cell, held.measure, held.raw, held.reason_code, held.reason_params, file.received_at
        from {rows.text} held join source_file file using (source_file_id)
        order by file.received_at desc, held.source_file, held.source_sheet, held.source_cell limit 20
        """,
        rows.parameters,
    )


def files(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Whole files that no report could be made of; only for who may see the whole company or the file's plant."""
    company = () in scope.nodes
    plants = [node[0] for node in scope.nodes if len(node) == 1]
    return reader.rows(
        """
        select name, reason, reason_code, received_at, (
                select any_value(reason_params) from quarantine held
                where held.source_file_id = file.source_file_id and held.reason_code = file.reason_code
            ) as reason_params
        from source_file file
        where status = 'quarantined' and (? or plant_id in (select unnest(?::varchar[])))
        order by received_at desc, name limit 20
        """,
        [company, plants],
    )


def loads(reader: Reader, scope: Scope) -> pl.DataFrame:
    """The last loads with how long they took; counts are of the whole company, null for who may not see it."""
    company = () in scope.nodes
    counts = ("files_new", "files_quarantined", "rows_staged", "discrepancies_open")
    shown = ", ".join(f"case when {company} then {name} end as {name}" for name in counts)
    return reader.rows(
        f"""
        select load_id, started_at, finished_at, epoch(finished_at - started_at) as took_s, status, actor,
            published_version, {shown}
        from load order by started_at desc limit {LOADS}
        """
    )

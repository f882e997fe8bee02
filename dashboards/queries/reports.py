"""What became of reports that were handed in."""

from __future__ import annotations

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, visible
from data_contracts.scope import Scope

RECENT = 30


def recent(reader: Reader, scope: Scope, chosen: Filters) -> pl.DataFrame:
    """The last reports of the scope, the newest first, with their ``differences`` that are still open."""
    rows, found = visible("report", scope, chosen), visible("discrepancy", scope, chosen)
    return reader.rows(
        f"""
        with open_ones as (
            select plant_id, line_id, production_date, shift_id, count(*) as differences
            from {found.text} where status in ('open', 'reopened') group by all
        )
        select report.plant_id, report.line_id, report.production_date, report.shift_id, revision, is_current, status,
            source_file, received_at, refused_rows,
            case when is_current then coalesce(differences, 0) end as differences
        from {rows.text} report left join open_ones using (plant_id, line_id, production_date, shift_id)
        order by received_at desc, production_date desc, line_id, shift_id, revision desc limit {RECENT}
        """,
        [*found.parameters, *rows.parameters],
    )


def loaded(reader: Reader, scope: Scope, file_ids: list[str]) -> pl.DataFrame:
    """Of files handed in, those that a load has taken; only their identities, and nothing for an empty scope."""
    predicate, parameters = scope.predicate("line")
    return reader.rows(
        f"""
        select source_file_id from source_file where source_file_id in (select unnest(?::varchar[]))
            and exists (select 1 from line where {predicate})
        """,
        [file_ids, *parameters],
    )

"""What the numbers rest on: reports that came, loads, and the tree a reader may choose from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, grouping, visible
from data_contracts.scope import Scope

_GROUPS = frozenset({"plant_id", "line_id", "production_date", "shift_id"})
_DUE = "expected and (shift_end_at is null or shift_end_at <= ?)"


def lines(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Lines of the scope with their names."""
    predicate, parameters = scope.predicate("line")
    return reader.rows(
        "select plant_id, area_id, line_id, name_zh, name_en from line"
        f" where {predicate} order by plant_id, area_id, line_id",
        parameters,
    )


def shifts(reader: Reader, scope: Scope) -> pl.DataFrame:
    """Shifts of the calendars that lines of the scope follow, with names, in the order of their start."""
    predicate, parameters = scope.predicate("line")
    return reader.rows(
        f"""
        select shift_id, any_value(name_zh) as name_zh, any_value(name_en) as name_en
        from shift where calendar_id in (select calendar_id from line where {predicate})
        group by shift_id order by min(start), shift_id
        """,
        parameters,
    )


def last_day(reader: Reader, scope: Scope) -> pl.DataFrame:
    """One row: ``day``, the last production day of which a report tells, else the last with an output, else null.

    On a day of which no report has come yet there is little to see: in the morning, the day before is what counts.
    """
    rows = visible("mart_output", scope)
    return reader.rows(
        f"""
        select coalesce(max(production_date) filter (report_good_qty is not null),
            max(production_date) filter (good_qty is not null), max(production_date)) as day
        from {rows.text}
        """,
        rows.parameters,
    )


def completeness(
    reader: Reader, scope: Scope, chosen: Filters, as_of: datetime, by: Sequence[str] = ()
) -> pl.DataFrame:
    """Reports ``expected`` by shifts that had ended at ``as_of`` (UTC), and ``received``. The future is not missing."""
    rows = visible("mart_completeness", scope, chosen, by)
    groups = grouping(by, _GROUPS)
    return reader.rows(
        f"""
        select {groups} count(*) as expected, count(*) filter (received) as received,
            count(*) filter (mes_received) as mes_received
        from {rows.text} where {_DUE} {"group by all" if by else ""}
        """,
        [*rows.parameters, as_of],
    )


def missing_reports(reader: Reader, scope: Scope, chosen: Filters, as_of: datetime) -> pl.DataFrame:
    """Shifts whose report was due at ``as_of`` and is not there; the latest first."""
    rows = visible("mart_completeness", scope, chosen)
    return reader.rows(
        f"""
        select plant_id, line_id, production_date, shift_id, mes_received, shift_end_at
        from {rows.text} where {_DUE} and not received
        order by production_date desc, plant_id, line_id, shift_id limit 50
        """,
        [*rows.parameters, as_of],
    )


def loads(reader: Reader, scope: Scope) -> pl.DataFrame:
    """The last loads. Counts are of the whole company: null for who may not see the whole company."""
    company = () in scope.nodes
    return reader.rows(
        """
        select load_id, started_at, finished_at, status, published_version,
            case when ? then files_new end as files_new,
            case when ? then files_quarantined end as files_quarantined
        from load order by started_at desc limit 5
        """,
        [company, company],
    )

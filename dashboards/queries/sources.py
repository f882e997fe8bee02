"""Which original stands behind a figure that the reader may see."""

from __future__ import annotations

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, visible
from data_contracts.scope import Scope


def report_file(reader: Reader, scope: Scope, chosen: Filters, name: str) -> pl.DataFrame:
    """The workbook ``name`` that holds a report of that line, shift and day; no row outside the scope."""
    rows = visible("report", scope, chosen)
    return reader.rows(
        f"select source_file_id from {rows.text} where source_file = ? order by is_current desc, revision desc limit 1",
        [*rows.parameters, name],
    )


def export_file(reader: Reader, scope: Scope, chosen: Filters, name: str) -> pl.DataFrame:
    """The newest export ``name``, if a stop or an output of that line, shift and day rests on it."""
    stops, made = visible("downtime", scope, chosen), visible("production", scope, chosen)
    return reader.rows(
        f"""
        select source_file_id from source_file
        where name = ? and (
            exists (from {stops.text} where source_file = ?)
            or exists (from {made.text} where starts_with(reference_locator, ?))
        )
        order by status = 'quarantined', received_at desc limit 1
        """,
        [name, *stops.parameters, name, *made.parameters, name],
    )

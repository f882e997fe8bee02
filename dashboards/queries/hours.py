"""The hours of a day: what was planned and made, what people wrote beside it, and how fast a line could run."""

from __future__ import annotations

import polars as pl

from dashboards.filters import Filters
from dashboards.queries._reading import Reader, visible
from data_contracts.scope import Scope


def by_hour(reader: Reader, scope: Scope, chosen: Filters) -> pl.DataFrame:
    """One row per line, shift and hour, orders together: quantities, ``capacity_qty`` at the planned run time.

    ``hour_start`` is null where a source has no hours. The cell is that of the first order's good quantity.
    """
    rows = visible("production", scope, chosen)
    return reader.rows(
        f"""
        select plant_id, line_id, production_date, shift_id, hour_start,
            string_agg(distinct concat_ws(' · ', order_id, product_id), ', ') as orders,
            sum(planned_qty) as planned_qty, sum(good_qty) as good_qty, sum(scrap_qty) as scrap_qty,
            sum(report_good_qty) as report_good_qty, sum(mes_good_qty) as mes_good_qty,
            min(3600 / product.cycle_s) as capacity_qty,
            bool_and(is_final) as is_final,
            arg_min(source_file, good_qty_cell) as source_file, arg_min(source_sheet, good_qty_cell) as source_sheet,
            min(good_qty_cell) as good_qty_cell, min(reference_locator) as reference_locator
        from {rows.text} left join product using (product_id)
        group by all order by plant_id, line_id, production_date, hour_start nulls last, shift_id
        """,
        rows.parameters,
    )


def remarks(reader: Reader, scope: Scope, chosen: Filters) -> pl.DataFrame:
    """What current reports say beside an hour: ``note`` with its cell."""
    rows = visible("report", scope, chosen)
    return reader.rows(
        f"""
        select plant_id, line_id, production_date, shift_id, hour_start,
            string_agg(said.note, ' · ' order by row_no) as note, min(said.note_cell) as note_cell
        from {rows.text} report join report_output said using (report_id)
        where is_current and not is_total and said.note is not null
        group by all order by all
        """,
        rows.parameters,
    )

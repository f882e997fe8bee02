"""What reconciling needs from the warehouse for some production days, read in whole frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import duckdb
import polars as pl

from data_contracts.crosschecks.base import EARLIER_DAYS
from etl.store.warehouse import days_frame, read

_KEYED = "plant_id, line_id, production_date, shift_id"
# Either the record says so itself, or another one does, whichever came first.
_WITHDRAWN = (
    "(coalesce(is_cancelled, false) or record_key in "
    "(select cancels_key from mes_output where cancels_key is not null))"
)
_SQL = {
    "reports": "select report.* from report semi join days using (production_date)",
    "mes_output": f"select mes_output.* from mes_output semi join days using (production_date) where not {_WITHDRAWN}",
    "mes_cancelled": "select mes_output.* replace (true as is_cancelled) from mes_output "
    f"semi join days using (production_date) where {_WITHDRAWN}",
    "held_cells": "select quarantine.* from quarantine semi join days using (production_date) "
    "where reason_code in ('cell_error', 'cell_formula') and source_cell is not null",
    "merged_values": "select notice.source_file_id, notice.source_sheet, notice.source_cell from notice semi join "
    "(select source_file_id from report semi join days using (production_date)) using (source_file_id) "
    "where reason_code = 'merged_hidden_value'",
    "orders": "select * from work_order",
    "mes_material": "select mes_material.* from mes_material semi join days using (production_date)",
    "mes_attendance": "select mes_attendance.* from mes_attendance semi join days using (production_date)",
    "mes_days": "select plant_id, line_id, min(production_date) as first_day, max(production_date) as last_day "
    "from mes_output where good_qty is not null and plant_id is not null group by all",
    "mes_stop_days": "select plant_id, line_id, min(production_date) as first_day, max(production_date) as last_day "
    "from mes_stop where production_date is not null and plant_id is not null group by all",
    "report_days": "select plant_id, min(production_date) as first_day, max(production_date) as last_day "
    "from report group by all",
    "record_days": "select plant_id, max(production_date) as last_day from mes_output group by all",
}
_ROWS = (
    "select report.plant_id, report.line_id, report.production_date, report.shift_id, report.source_file, "
    "report.source_file_id, {table}.* from {table} join report using (report_id) semi join days using (production_date)"
)
_READINGS = _ROWS.format(table="value") + " where value.repair is not null"
# Rules compare what the sources say, whatever a person decided upon it.
_UNDECIDED = "case when value_source = 'decision' then coalesce(mes_good_qty, report_good_qty) else good_qty end"
_EARLIER = {
    "earlier_reports": _SQL["reports"],
    "earlier_output": _ROWS.format(table="report_output"),
    "earlier_stops": _ROWS.format(table="report_stop"),
    "earlier_wip": _ROWS.format(table="report_wip"),
    "earlier_shifts": _ROWS.format(table="report_shift"),
}
_REPORTED = {
    "output": "report_output",
    "stops": "report_stop",
    "defects": "report_defect",
    "wip": "report_wip",
    "shifts": "report_shift",
}


def read_days(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> Mapping[str, pl.DataFrame]:
    """Frames by name: reports (all revisions), output, stops, defects, mes_output, mes_stops, orders, order_output, ...

    ``mes_output`` is what counts; withdrawn records stand in ``mes_cancelled``, repaired cells in ``readings``.

    Stops of the MES that name only their order come with the days on which reports name that order.
    """
    wanted = days_frame(days)
    before = {day - timedelta(days=n) for day in days for n in range(1, EARLIER_DAYS + 1)} - set(days)
    frames = {name: read(connection, sql, days=wanted) for name, sql in _SQL.items()}
    for name, table in _REPORTED.items():
        frames[name] = read(connection, _ROWS.format(table=table), days=wanted)
    frames["readings"] = read(connection, _READINGS, days=wanted)
    for name, sql in _EARLIER.items():
        frames[name] = read(connection, f"{sql} where is_current", days=days_frame(sorted(before)))
    orders = frames["output"].select("order_id").drop_nulls().unique()
    frames["mes_stops"] = read(
        connection,
        "select mes_stop.* from mes_stop semi join days using (production_date) "
        "union all by name select mes_stop.* from mes_stop semi join orders using (order_id) "
        "where production_date is null",
        days=wanted,
        orders=orders,
    )
    frames["order_output"] = read(
        connection,
        f"select order_id, {_KEYED}, sum({_UNDECIDED}) as good_qty from production semi join orders using (order_id) "
        f"anti join days using (production_date) where {_UNDECIDED} is not null group by all",
        days=wanted,
        orders=orders,
    )
    return frames


def previous_discrepancies(
    connection: duckdb.DuckDBPyConnection, days: Sequence[date], orders: pl.DataFrame, findings: pl.DataFrame
) -> pl.DataFrame:
    """Discrepancies that this reconciling may confirm, change or resolve."""
    return read(
        connection,
        "select * from discrepancy where production_date in (select production_date from days) "
        "or (rule_id = 'order_overrun' and order_id in (select order_id from orders)) "
        "or discrepancy_id in (select discrepancy_id from findings)",
        days=days_frame(days),
        orders=orders.select("order_id").drop_nulls().unique(),
        findings=findings.select("discrepancy_id"),
    )


def followed_discrepancies(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> pl.DataFrame:
    """One row per difference of some days: KEY, rule_id, probable_cause, status, and layout_id of its report."""
    return read(
        connection,
        f"select {', '.join(f'discrepancy.{c}' for c in _KEYED.split(', '))}, rule_id, probable_cause, "
        "discrepancy.status, layout_id from discrepancy left join report using (report_id) "
        "where discrepancy.production_date in (select production_date from days)",
        days=days_frame(days),
    )

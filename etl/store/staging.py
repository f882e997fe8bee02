"""Upserts of staged rows: revisions of reports, records of exports by key, files and what was held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import polars as pl

from data_contracts.tables import TABLES
from etl.store.warehouse import KEY, REPORT_ROWS, change, insert, mark_days, read


def stage_reports(
    connection: duckdb.DuckDBPyConnection,
    reports: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    *,
    reread: Sequence[str] = (),
) -> int:
    """Take in reports of a batch in the order of ``file_no``. Returns the rows staged.

    ``reports``: normalized reports with file_no, source_file_id, source_file, received_at; ``report_id`` without a
    revision. Equal content is no new revision. ``reread``: files whose former rows are replaced in place.
    """
    known = _forget(connection, reread)
    keys = reports.select(KEY).unique()
    current = read(
        connection,
        "select plant_id, line_id, production_date, shift_id, arg_max(content_hash, revision) as now_hash, "
        "max(revision) as now_revision from report semi join keys using (plant_id, line_id, production_date, shift_id) "
        "group by all",
        keys=keys,
    )
    again = known.select(*KEY, "source_file_id", old_revision="revision", old_status="status")
    fresh = (
        reports.sort("file_no")
        .join(current, on=list(KEY), how="left", maintain_order="left")
        .join(again, on=[*KEY, "source_file_id"], how="left", maintain_order="left")
    )
    before = pl.coalesce(pl.col("content_hash").shift(1).over(KEY), pl.col("now_hash"))
    fresh = fresh.filter(
        pl.col("old_revision").is_not_null() | (pl.col("content_hash") != before).fill_null(value=True)
    )
    highest = pl.max_horizontal("now_revision", pl.col("old_revision").max().over(KEY)).fill_null(0)
    next_revision = highest + pl.col("old_revision").is_null().cast(pl.Int32).cum_sum().over(KEY)
    fresh = fresh.with_columns(
        revision=pl.coalesce("old_revision", next_revision).cast(pl.Int32),
        key_id="report_id",
        is_current=pl.lit(value=True),
        # What a gate blocked in its day stays blocked; ``_settle`` frees the newest to be judged anew.
        status=pl.when(pl.col("old_status") == "blocked").then("old_status").otherwise(pl.lit("accepted")),
    ).with_columns(report_id=pl.concat_str("key_id", pl.lit("/r"), pl.col("revision").cast(pl.String)))
    insert(connection, "report", TABLES["report"].conform(fresh))
    ids = fresh.select("file_no", "key_id", "report_id")
    rows = 0
    for name in REPORT_ROWS:
        frame = tables[name].rename({"report_id": "key_id"}).join(ids, on=["file_no", "key_id"])
        insert(connection, name, TABLES[name].conform(frame))
        rows += 0 if name == "value" else frame.height
    mark_days(connection, [*fresh["production_date"].to_list(), *known["production_date"].to_list()])
    _settle(connection, pl.concat([keys, known.select(KEY)]).unique())
    return rows


def _forget(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> pl.DataFrame:
    """Remove what files said before; returns the reports that they had given."""
    frame = pl.DataFrame({"source_file_id": list(files)}, schema={"source_file_id": pl.String})
    known = read(connection, "select report.* from report semi join files using (source_file_id)", files=frame)
    if known.is_empty():
        return known
    gone = known.select("report_id")
    for name in ("report", *REPORT_ROWS):
        change(connection, f"delete from {name} where report_id in (select report_id from gone)", gone=gone)
    return known


def _settle(connection: duckdb.DuckDBPyConnection, keys: pl.DataFrame) -> None:
    """The newest revision of each key counts until a gate says otherwise."""
    change(
        connection,
        "update report set is_current = newest.revision = report.revision, status = case when newest.revision = "
        "report.revision then 'accepted' when report.status = 'blocked' then 'blocked' else 'superseded' end "
        "from (select plant_id, line_id, production_date, shift_id, max(revision) as revision from report "
        "semi join keys using (plant_id, line_id, production_date, shift_id) group by all) as newest "
        "where report.plant_id = newest.plant_id and report.line_id = newest.line_id "
        "and report.production_date = newest.production_date and report.shift_id = newest.shift_id",
        keys=keys,
    )


def settle_reports(connection: duckdb.DuckDBPyConnection, verdict: pl.DataFrame) -> None:
    """Record what the gates decided: report_id, status, is_current."""
    change(
        connection,
        "update report set status = verdict.status, is_current = verdict.is_current from verdict "
        "where report.report_id = verdict.report_id",
        verdict=verdict.select("report_id", "status", "is_current"),
    )


def stage_records(connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> int:
    """Upsert export records by ``record_key``; days that an old record leaves are recomputed as well.

    So are the days of records that these withdraw, or withdrew before they changed. A file that is read once more does
    not bring back a record that a later file has replaced.
    """
    contract = TABLES[table]
    grain = [c for c in ("record_key", "part_no") if c in contract.columns() and c in rows.columns]
    frame = contract.conform(rows.unique(grain, keep="last", maintain_order=True))
    frame = frame.join(_replaced_since(connection, table, frame), on="record_key", how="anti", maintain_order="left")
    if frame.is_empty():
        return 0
    keys = frame.select("record_key")
    days: list[date] = []
    if "production_date" in contract.columns():
        old = read(
            connection,
            f"select distinct production_date from {table} semi join keys using (record_key)",
            keys=keys,
        )
        if "cancels_key" in contract.columns():
            frame = _with_former_links(connection, table, frame)
            days += _days_withdrawn(connection, table, frame)
        days += [*old["production_date"].drop_nulls().to_list(), *frame["production_date"].drop_nulls().unique()]
    change(connection, f"delete from {table} where record_key in (select record_key from keys)", keys=keys)
    insert(connection, table, frame)
    if table == "work_order":
        days += _days_of_orders(connection, frame)
    elif table == "mes_stop":
        days += _days_of_orders(connection, frame.filter(pl.col("production_date").is_null()))
    mark_days(connection, days)
    return frame.height


def _replaced_since(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Keys of records of which a later file than the one that is read again has spoken."""
    return read(
        connection,
        f"select again.record_key from again join {table} as now using (record_key) "
        "join source_file as this on this.source_file_id = again.source_file_id "
        "join source_file as that on that.source_file_id = now.source_file_id "
        "where (that.received_at, that.name) > (this.received_at, this.name)",
        again=frame.select("record_key", "source_file_id"),
    )


def _with_former_links(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A reversal stays one when another file has it once more without the record that it withdraws."""
    former = read(
        connection,
        f"select now.record_key, now.cancels_key as _link, now.is_cancelled as _void from {table} as now "
        "join incoming using (record_key) where now.cancels_key is not null and incoming.cancels_key is null "
        "and now.source_file_id <> incoming.source_file_id",
        incoming=frame.select("record_key", "cancels_key", "source_file_id"),
    )
    return (
        frame.join(former, on="record_key", how="left", maintain_order="left")
        .with_columns(
            cancels_key=pl.coalesce("cancels_key", "_link"),
            is_cancelled=pl.col("is_cancelled") | pl.col("_void").fill_null(value=False),
        )
        .select(frame.columns)
    )


def _days_withdrawn(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> list[date]:
    """Days of records that these or their former versions withdraw."""
    found = read(
        connection,
        f"select distinct production_date from {table} where record_key in (select cancels_key from incoming union "
        f"select cancels_key from {table} where record_key in (select record_key from incoming))",
        incoming=frame.select("record_key", "cancels_key"),
    )
    return found["production_date"].drop_nulls().to_list()


def _days_of_orders(connection: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> list[date]:
    """Days on which reports name these orders."""
    found = read(
        connection,
        "select distinct production_date from report_output join report using (report_id) "
        "semi join orders using (order_id)",
        orders=rows.select("order_id").drop_nulls().unique(),
    )
    return found["production_date"].to_list()


def stage_files(
    connection: duckdb.DuckDBPyConnection, files: pl.DataFrame, held_back: pl.DataFrame, notices: pl.DataFrame
) -> None:
    """Record files, what was held back, what is to be known; a file that is read again replaces its record."""
    ids = files.select("source_file_id")
    for name in ("source_file", "quarantine", "notice"):
        sql = f"delete from {name} where source_file_id in (select source_file_id from ids)"
        change(connection, sql, ids=ids)
    insert(connection, "source_file", TABLES["source_file"].conform(files))
    insert(connection, "quarantine", TABLES["quarantine"].conform(held_back))
    insert(connection, "notice", TABLES["notice"].conform(notices))

"""Every cell taken from a report, with its raw text; and the hash of all that a report says."""

from __future__ import annotations

import hashlib

import polars as pl

from data_contracts.layout import TARGETS
from etl.normalize import rows as table_rows

SHEET = ["file_no", "sheet_no"]
KEY = ["plant_id", "line_id", "production_date", "shift_id"]
REPORT_TABLES = {into: table.sql_name() for into, table in TARGETS.items()}


def report_id() -> pl.Expr:
    """A report's key as one text, without a revision."""
    return pl.concat_str([pl.col(k).cast(pl.String) for k in KEY], separator="/")


def value_rows(reports: pl.DataFrame, read: table_rows.ReadRows, rows: pl.DataFrame) -> pl.DataFrame:
    """Contract ``value``: every cell taken, with its raw text; and ``report_no``, the place of its report."""
    about = rows.select("file_no", report_id=report_id())
    numbers = about.join(
        reports.select("file_no", "report_id").with_row_index("report_no"),
        on=["file_no", "report_id"],
        how="left",
        maintain_order="left",
    )
    known = rows.select("row_id", source_sheet="sheet_name", row_no=(pl.col("row") + 1).cast(pl.Int32)).hstack(
        numbers.select("report_id", "report_no")
    )
    cells = table_rows.beside(known, read.cells)
    return cells.select(
        "file_no",
        "report_id",
        pl.col("into").replace_strict(REPORT_TABLES).alias("table_name"),
        "source_sheet",
        "row_no",
        pl.when(pl.col("code").is_null())
        .then("measure")
        .otherwise(pl.concat_str("measure", pl.lit(":"), "code"))
        .alias("measure"),
        pl.col("cell").alias("source_cell"),
        pl.col("text").alias("raw"),
        "repair",
        "report_no",
    )


def label_rows(fields: pl.DataFrame, rows: pl.DataFrame, sheet_keys: pl.DataFrame) -> pl.DataFrame:
    """Contract ``value`` for what stands beside the labels of a sheet, such as its day, for each of its reports."""
    whole = pl.all_horizontal(pl.col(KEY).is_not_null())
    columns = [*SHEET, "sheet_name", report_id().alias("report_id")]
    keys = pl.concat([sheet_keys.filter(whole).select(columns), rows.select(columns)]).unique(maintain_order=True)
    placed = fields.filter(pl.col("place").is_in([0, 4])).join(keys, on=SHEET)
    return placed.select(
        "file_no",
        "report_id",
        pl.lit("report").alias("table_name"),
        pl.col("sheet_name").alias("source_sheet"),
        pl.col("cell").str.extract(r"(\d+)$").cast(pl.Int32).alias("row_no"),
        pl.col("name").alias("measure"),
        pl.col("cell").alias("source_cell"),
        pl.col("text").alias("raw"),
        "repair",
    )


def with_hash(reports: pl.DataFrame, stated: pl.DataFrame, output: pl.DataFrame) -> pl.DataFrame:
    """Content hash of each report: what its head names and its values in reading order, wherever they stand."""
    about = ["file_no", "report_id"]
    heads = (
        output.sort(*about, "row_no")
        .group_by(about, maintain_order=True)
        .agg(pl.concat_str(pl.col("order_id", "product_id").fill_null(""), separator="=").str.join("\n").alias("head"))
    )
    head = reports.join(heads, on=about, how="left", maintain_order="left")["head"].to_list()
    # Where a value is read, as one number: quicker to sort by than four columns.
    place = pl.col("report_no").cast(pl.UInt64)
    for column in ("table_name", "row_no", "measure"):
        distinct = stated[column].unique().sort()
        ranks = pl.int_range(len(distinct), eager=True)
        rank = pl.col(column).replace_strict(distinct, ranks).cast(pl.UInt64)
        place = place * max(1, len(distinct)) + rank
    said = pl.concat_str("table_name", "measure", pl.col("raw").fill_null(""), separator="=")
    texts = (
        stated.select("report_no", said=said)
        .select(pl.all().gather(stated.select(place.arg_sort()).to_series()))
        .group_by("report_no")
        .agg(pl.col("said").str.join("\n"))
    )
    of_report = dict(texts.iter_rows())
    hashes = []
    for number, (leader, signature) in enumerate(reports.select("leader", "signature").iter_rows()):
        # A report without a signature keeps the hash that it had before signatures were read.
        signed = () if signature is None else (signature,)
        parts = (leader, head[number], of_report.get(number, ""), *signed)
        hashes.append(hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest())
    return reports.with_columns(content_hash=pl.Series(hashes, dtype=pl.String))

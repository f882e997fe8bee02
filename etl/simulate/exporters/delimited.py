"""Plain delimited text in the dialects that plants hand out; columns as in standard-output and standard-stop."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from etl.simulate.exporters import minutes, plain


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a program writes a table. ``quoted`` puts every field into quotes."""

    delimiter: str
    decimal: str = "."
    encoding: str = "utf-8"
    line_end: str = "\n"
    quoted: bool = False


DIALECTS = {
    "comma": Dialect(",", line_end="\r\n"),
    "semicolon": Dialect(";", ",", "cp1252", "\r\n"),
    "tab": Dialect("\t", ",", "utf-16"),
    "pipe": Dialect("|", encoding="utf-8-sig"),
    "chinese": Dialect(",", encoding="gb18030", quoted=True),
    "quoted": Dialect(";", ",", "utf-8", quoted=True),
}


def write(header: Sequence[str], rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    """A delimited file."""
    target = io.StringIO(newline="")
    writer = csv.writer(
        target,
        delimiter=dialect.delimiter,
        lineterminator=dialect.line_end,
        quoting=csv.QUOTE_ALL if dialect.quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerow(header)
    writer.writerows(rows)
    return target.getvalue().encode(dialect.encoding)


def output(frame: pl.DataFrame, dialect: Dialect) -> bytes:
    """Records of output; the hour is their start."""
    header = ["record_id", "line", "hour_start_utc", "order", "product", "good_qty", "scrap_qty"]
    rows = (
        [
            r["record_id"],
            r["line_id"],
            f"{r['start_at']:%Y-%m-%dT%H:%M:%SZ}",
            r["order_id"],
            r["product_id"],
            *(plain(r[c]).replace(".", dialect.decimal) for c in ("good_qty", "scrap_qty")),
        ]
        for r in frame.iter_rows(named=True)
    )
    return write(header, rows, dialect)


def stops(frame: pl.DataFrame, dialect: Dialect) -> bytes:
    """Records of stops; minutes with two decimals."""
    header = ["record_id", "line", "start_utc", "end_utc", "minutes", "reason"]
    rows = (
        [
            r["record_id"],
            r["line_id"],
            f"{r['start_at']:%Y-%m-%dT%H:%M:%SZ}",
            f"{r['end_at']:%Y-%m-%dT%H:%M:%SZ}",
            f"{minutes(r['start_at'], r['end_at']):.2f}".replace(".", dialect.decimal),
            r["reason_code"],
        ]
        for r in frame.iter_rows(named=True)
    )
    return write(header, rows, dialect)

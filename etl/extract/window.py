"""A rectangle of a source as it was handed in, for a person to look at. Read in a capped child like any other file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from data_contracts.errors import StoreError
from data_contracts.site import Limits
from etl.extract.child import FileBytes, Reading
from etl.extract.pool import ReaderPool
from etl.extract.sniff import file_format
from etl.extract.text import decode


@dataclass(frozen=True, slots=True)
class Reach:
    """How many rows and columns to show on each side."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Window:
    """``rows[r][c]`` is the text of a cell; rows and columns are numbered from 1."""

    sheet: str
    first_row: int
    first_column: int
    rows: list[list[str]]


def position(cell: str) -> tuple[int, int]:
    """Row and column from 1 of ``C9``; of ``record 7`` or ``7`` the first column of that record."""
    match = re.fullmatch(r"([A-Z]{1,3})(\d+)", cell.strip())
    if match:
        column = 0
        for letter in match.group(1):
            column = column * 26 + ord(letter) - 64
        return int(match.group(2)), column
    number = re.search(r"\d+", cell)
    if number is None:
        raise StoreError(f"{cell!r} is neither a cell nor a record")
    return int(number.group()), 1


def read(content: bytes, sheet: str | None, row: int, column: int, reach: Reach, limits: Limits) -> Window:
    """The cells around a place. Raises StoreError when the source cannot be read or has no such sheet."""
    name, cells = _cells(content, sheet, limits)
    top, left = max(1, row - reach.rows), max(1, column - reach.columns)
    bottom, right = row + reach.rows, column + reach.columns
    if sheet is None:
        left, right = 1, 40
    shown = [["" for _ in range(left, right + 1)] for _ in range(top, bottom + 1)]
    near = cells.filter(pl.col("row").is_between(top - 1, bottom - 1), pl.col("column").is_between(left - 1, right - 1))
    for r, c, text in near.select("row", "column", "text").iter_rows():
        shown[r + 1 - top][c + 1 - left] = text
    if sheet is None:
        width = max((i + 1 for line in shown for i, text in enumerate(line) if text), default=1)
        shown = [line[:width] for line in shown]
    return Window(name, top, left, shown)


@lru_cache(maxsize=32)
def _cells(content: bytes, sheet: str | None, limits: Limits) -> tuple[str, pl.DataFrame]:
    if sheet is None and not content.startswith((b"PK", b"\xd0\xcf")):
        return "", _records(content, limits)
    with ReaderPool(limits) as pool:
        found = pool.workbooks([FileBytes(0, "source", content)])
    names = dict(found.sheets.select("sheet_no", "sheet_name").iter_rows())
    number = next((n for n, name in names.items() if sheet in (None, name)), None)
    if number is None:
        raise StoreError(f"the source has no sheet {sheet!r}")
    return names[number], found.cells.filter(pl.col("sheet_no") == number)


def _records(content: bytes, limits: Limits) -> pl.DataFrame:
    kind = file_format(content)
    if kind == "xml":
        return _lines(content)
    records = ""
    if kind == "json" and content.lstrip()[:1] == b"{":
        found = re.search(rb'"([^"]+)"\s*:\s*\[', content)
        records = found.group(1).decode() if found else ""
    reading = Reading((kind,), "auto", "auto", (records,), "", (), None)
    with ReaderPool(limits) as pool:
        frames = pool.records([FileBytes(0, "source", content)], reading).frames
    if 0 not in frames:
        raise StoreError("the source cannot be read as text any more")
    columns = [c for c in frames[0].columns if c.startswith("c")]
    numbered = frames[0].with_columns(row=pl.col("record_no").cast(pl.Int64) - 1)
    long = numbered.unpivot(columns, index="row", variable_name="name", value_name="text").drop_nulls("text")
    return long.with_columns(column=pl.col("name").str.slice(1).cast(pl.Int64)).drop("name")


def _lines(content: bytes) -> pl.DataFrame:
    """XML as it is written: it has no grid."""
    lines = decode(content).splitlines()
    return pl.DataFrame(
        {"row": range(len(lines)), "column": 0, "text": lines},
        schema={"row": pl.Int64, "column": pl.Int64, "text": pl.String},
    )

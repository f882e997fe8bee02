"""What a workbook holds that a reader of its cells would not see: told with its cell, never silent.

One row a notice: file, sheet, row and column from 0 (null where the whole file or sheet is meant), code of the
translations, params as JSON. Which of them concern a report: ``etl.normalize.notices``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import polars as pl

from etl.extract.findings import Area

if TYPE_CHECKING:
    from etl.extract.workbook import Book

NOTICE_SCHEMA = {
    "file_no": pl.UInt32,
    "sheet_no": pl.UInt16,
    "row": pl.UInt32,
    "column": pl.UInt32,
    "code": pl.String,
    "params": pl.String,
}
MERGED_SCHEMA = {
    "file_no": pl.UInt32,
    "sheet_no": pl.UInt16,
    "first_row": pl.UInt32,
    "first_column": pl.UInt32,
    "last_row": pl.UInt32,
    "last_column": pl.UInt32,
}
_SPAN_SCHEMA = {"file_no": pl.UInt32, "sheet_no": pl.UInt16, "first": pl.UInt32, "last": pl.UInt32}
_SHEET = ["file_no", "sheet_no"]
_TEXT = 1


def merged_of(books: Mapping[int, Book]) -> pl.DataFrame:
    """Merged ranges of some workbooks, MERGED_SCHEMA."""
    rows = [(file_no, *where) for file_no, book in books.items() for where in book.found.merged]
    return pl.DataFrame(rows, schema=MERGED_SCHEMA, orient="row")


def of(cells: pl.DataFrame, books: Mapping[int, Book]) -> pl.DataFrame:
    """Notices of some workbooks and their cells, NOTICE_SCHEMA."""
    is_blank = (pl.col("kind") == _TEXT) & (pl.col("text").str.strip_chars() == "")
    blank = cells.filter(is_blank)
    filled = cells.filter(~is_blank) if blank.height else cells
    extents = cells.group_by(_SHEET).agg(
        top=pl.col("row").min(), bottom=pl.col("row").max(), left=pl.col("column").min(), right=pl.col("column").max()
    )
    rows = [(n, *span) for n, book in books.items() for span in book.found.hidden_rows]
    columns = [(n, *span) for n, book in books.items() for span in book.found.hidden_columns]
    return pl.concat(
        [
            _said(books, extents),
            _dimensions(books, extents),
            _hidden(filled, rows, extents, "row"),
            _hidden(filled, columns, extents, "column"),
            _below_first(filled, merged_of(books), extents),
            _told(blank, "blank_text"),
        ]
    )


def _said(books: Mapping[int, Book], extents: pl.DataFrame) -> pl.DataFrame:
    """Facts about files and sheets; a hidden sheet counts when it holds something."""
    said: list[tuple[object, ...]] = []
    for file_no, book in books.items():
        said += [(file_no, None, None, None, code, "{}") for code in book.found.marks]
        said += [(file_no, sheet, None, None, "hidden_sheet_data", "{}") for sheet in book.hidden_sheets]
        said += [
            (file_no, where.sheet, where.first_row, where.first_column, "pivot_beside", _range(where))
            for where in book.found.pivots
        ]
    frame = pl.DataFrame(said, schema=NOTICE_SCHEMA, orient="row")
    if frame.is_empty():
        return frame
    is_sheet = pl.col("code") == "hidden_sheet_data"
    return pl.concat([frame.filter(~is_sheet), frame.filter(is_sheet).join(extents, on=_SHEET, how="semi")])


def _dimensions(books: Mapping[int, Book], extents: pl.DataFrame) -> pl.DataFrame:
    """Sheets with cells outside the range that the sheet states."""
    rows = [(n, *where) for n, book in books.items() for where in book.found.dimensions]
    outside = (
        pl.DataFrame(rows, schema=MERGED_SCHEMA, orient="row")
        .join(extents, on=_SHEET)
        .filter(
            (pl.col("top") < pl.col("first_row"))
            | (pl.col("left") < pl.col("first_column"))
            | (pl.col("bottom") > pl.col("last_row"))
            | (pl.col("right") > pl.col("last_column"))
        )
    )
    told = [
        (row[0], row[1], None, None, "dimension_wrong", _range(Area(*row[1:])))
        for row in outside.select(MERGED_SCHEMA.keys()).iter_rows()
    ]
    return pl.DataFrame(told, schema=NOTICE_SCHEMA, orient="row")


def _hidden(
    filled: pl.DataFrame, spans: Sequence[tuple[int, ...]], extents: pl.DataFrame, way: Literal["row", "column"]
) -> pl.DataFrame:
    """The first cell of each hidden row or column that holds something."""
    if not spans:
        return pl.DataFrame(schema=NOTICE_SCHEMA)
    least, most = ("top", "bottom") if way == "row" else ("left", "right")
    hidden = _each(pl.DataFrame(spans, schema=_SPAN_SCHEMA, orient="row").join(extents, on=_SHEET), least, most, way)
    inside = (
        filled.join(hidden.select(*_SHEET, way).unique(), on=[*_SHEET, way], how="semi")
        .sort(*_SHEET, "row", "column")
        .unique([*_SHEET, way], keep="first", maintain_order=True)
    )
    return _told(inside, f"hidden_{way}_data")


def _below_first(filled: pl.DataFrame, merged: pl.DataFrame, extents: pl.DataFrame) -> pl.DataFrame:
    """Values in a merged range that do not stand in its first cell: no spreadsheet shows them."""
    if merged.is_empty():
        return pl.DataFrame(schema=NOTICE_SCHEMA)
    areas = merged.with_columns(first="first_row", last="last_row").join(extents, on=_SHEET)
    inside = filled.join(_each(areas, "top", "bottom", "row"), on=[*_SHEET, "row"]).filter(
        pl.col("column").is_between("first_column", "last_column"),
        (pl.col("row") != pl.col("first_row")) | (pl.col("column") != pl.col("first_column")),
    )
    return _told(inside, "merged_hidden_value")


def _each(spans: pl.DataFrame, least: str, most: str, name: str) -> pl.DataFrame:
    """One row for each number from ``first`` to ``last`` that lies where the sheet has cells."""
    clipped = spans.with_columns(first=pl.max_horizontal("first", least), last=pl.min_horizontal("last", most))
    return (
        clipped.filter(pl.col("first") <= pl.col("last"))
        .with_columns(pl.int_ranges(pl.col("first"), pl.col("last") + 1, dtype=pl.UInt32).alias(name))
        .explode(name, empty_as_null=False)
    )


def _told(cells: pl.DataFrame, code: str) -> pl.DataFrame:
    return cells.select(*_SHEET, "row", "column", code=pl.lit(code), params=pl.lit("{}"))


def _range(where: Area) -> str:
    text = f"{_letters(where.first_column)}{where.first_row + 1}:{_letters(where.last_column)}{where.last_row + 1}"
    return json.dumps({"range": text})


def _letters(column: int) -> str:
    text = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text

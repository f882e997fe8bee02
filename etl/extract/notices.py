"""What a workbook holds that a reader of its cells would not see: told with its cell, never silent.

One row a notice: file, sheet, row and column from 0 (null where the whole file or sheet is meant), code of the
translations, params as JSON. Which of them concern a report: ``etl.normalize.notices``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from etl.extract.findings import Area, Findings, Span

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
_SHEET = ["file_no", "sheet_no"]
_TEXT = 1


def merged_of(books: Mapping[int, Book]) -> pl.DataFrame:
    """Merged ranges of some workbooks, MERGED_SCHEMA."""
    rows = [(file_no, *where) for file_no, book in books.items() for where in book.found.merged]
    return pl.DataFrame(rows, schema=MERGED_SCHEMA, orient="row")


def of(cells: pl.DataFrame, books: Mapping[int, Book]) -> pl.DataFrame:
    """Notices of some workbooks and their cells, NOTICE_SCHEMA."""
    said = [row for file_no, book in books.items() for row in _of_book(file_no, book)]
    blank = cells.filter(pl.col("kind") == _TEXT, pl.col("text").str.strip_chars() == "")
    return pl.concat(
        [
            pl.DataFrame(said, schema=NOTICE_SCHEMA, orient="row"),
            blank.select(*_SHEET, "row", "column", code=pl.lit("blank_text"), params=pl.lit("{}")),
        ]
    )


def _of_book(file_no: int, book: Book) -> Iterator[tuple[object, ...]]:
    for code in book.found.marks:
        yield file_no, None, None, None, code, "{}"
    for sheet in book.hidden_sheets:
        yield file_no, sheet, None, None, "hidden_sheet_data", "{}"
    for where in book.found.pivots:
        yield file_no, where.sheet, where.first_row, where.first_column, "pivot_beside", _range(where)
    stated = {where.sheet: where for where in book.found.dimensions}
    for extent in book.extents:
        where = stated.get(extent.sheet, extent)
        if not _inside(extent, where):
            yield file_no, extent.sheet, None, None, "dimension_wrong", _range(where)
    for unseen in book.unseen:
        yield file_no, *unseen, "{}"


def _inside(inner: Area, outer: Area) -> bool:
    return (
        inner.first_row >= outer.first_row
        and inner.first_column >= outer.first_column
        and inner.last_row <= outer.last_row
        and inner.last_column <= outer.last_column
    )


Unseen = tuple[int, int, int, str]
"""Sheet, row and column from 0 and code."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The values of a sheet, ``""`` for a blank, and where their first row and column stand."""

    sheet: int
    top: int
    left: int
    lines: Sequence[Sequence[object]]

    def rows(self, first: int, last: int) -> Iterator[tuple[int, Sequence[object]]]:
        """Rows of the sheet that are there, with their number."""
        start = max(first, self.top)
        yield from enumerate(self.lines[start - self.top : max(last + 1 - self.top, 0)], start)


def unseen_in(grid: Grid, found: Findings) -> Iterator[Unseen]:
    """Values that no spreadsheet shows: one of each hidden row and column, all but the first of a merged range."""
    for span in found.hidden_rows:
        if span.sheet == grid.sheet:
            yield from _in_hidden_rows(grid, span)
    for span in found.hidden_columns:
        if span.sheet == grid.sheet:
            yield from _in_hidden_columns(grid, span)
    for where in found.merged:
        if where.sheet == grid.sheet:
            yield from _below_first(grid, where)


def _in_hidden_rows(grid: Grid, span: Span) -> Iterator[Unseen]:
    for row, line in grid.rows(span.first, span.last):
        column = next((c for c, value in enumerate(line, grid.left) if _is_filled(value)), None)
        if column is not None:
            yield grid.sheet, row, column, "hidden_row_data"


def _in_hidden_columns(grid: Grid, span: Span) -> Iterator[Unseen]:
    for column in range(max(span.first, grid.left), min(span.last + 1, grid.left + len(grid.lines[0]))):
        row = next((r for r, line in enumerate(grid.lines, grid.top) if _is_filled(line[column - grid.left])), None)
        if row is not None:
            yield grid.sheet, row, column, "hidden_column_data"


def _below_first(grid: Grid, where: Area) -> Iterator[Unseen]:
    start = max(where.first_column, grid.left)
    for row, line in grid.rows(where.first_row, where.last_row):
        for column, value in enumerate(line[start - grid.left : max(where.last_column + 1 - grid.left, 0)], start):
            if value != "" and (row, column) != where[1:3] and _is_filled(value):
                yield grid.sheet, row, column, "merged_hidden_value"


def _is_filled(value: object) -> bool:
    return value.strip() != "" if isinstance(value, str) else True


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

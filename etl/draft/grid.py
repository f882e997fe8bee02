"""Cells of one sheet as a grid, and what a cell looks like by itself. What it means: ``words``, ``meaning``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import polars as pl

from etl.normalize.labels import cell_names
from etl.normalize.values import BOOLEAN, DATE, DATETIME, DURATION, ERROR, FORMULA, NONE_WORDS, NUMBER, TIME

Place = tuple[int, int]
"""Row and column from 0."""


class Shape(StrEnum):
    """What a cell looks like."""

    NUMBER = "number"
    DATE = "date"
    CLOCK = "clock"
    CODE = "code"
    WORD = "word"
    SENTENCE = "sentence"
    NONE = "none"


PLAIN = frozenset({Shape.NUMBER, Shape.DATE, Shape.CLOCK})
_NUMBER = re.compile(r"[-+]?[£$€¥]?\s?[\dOo][\dOo .,'\u00a0]*(\+\d+)*\s?(%|[a-zA-Z]{1,3}|箱|盒|件|个|只|分|分钟|小时)?")
_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?( .*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|20\d{6}")
_CLOCK = re.compile(
    r"\d{1,2}[:点时](\d{2}(:\d{2})?)?分?( ?[ap]\.?m\.?)?(\s*[-~–—至到]\s*\d{1,2}([:点时](\d{2})?)?.*)?"
    r"|\d{1,2}([.:]\d{2})?\s*[-~–—至到]\s*\d{1,2}([.:]\d{2})?\s*(h|uhr|点|时)?|\d{1,2}\s*(h|uhr|am|pm)",
    re.IGNORECASE,
)
_LONG = 32


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: its text as it stands, its number, its look."""

    text: str
    number: float | None
    shape: Shape

    @property
    def is_word(self) -> bool:
        """Could be a header or a label."""
        return self.shape in {Shape.WORD, Shape.CODE, Shape.SENTENCE}


def shape_of(kind: int, text: str, number: float | None) -> Shape:
    """The look of a cell of kind ``etl.extract.workbook.Kind``."""
    if kind == NUMBER:
        return Shape.NUMBER
    if kind == DATE or (kind == DATETIME and (number or 0) > 366):
        return Shape.DATE
    if kind in {TIME, DURATION, DATETIME}:
        return Shape.CLOCK
    if kind in {BOOLEAN, ERROR, FORMULA}:
        return Shape.NONE
    return _shape_of_text(unicodedata.normalize("NFKC", text).strip())


def _shape_of_text(clean: str) -> Shape:
    if clean.lower() in NONE_WORDS:
        return Shape.NONE
    if _DATE.fullmatch(clean):
        return Shape.DATE
    if _CLOCK.fullmatch(clean):
        return Shape.CLOCK
    if _NUMBER.fullmatch(clean) and re.search(r"\d", clean):
        return Shape.NUMBER
    if re.search(r"\d", clean) and not re.search(r"\s", clean) and not re.search("[\u4e00-\u9fff]{2}", clean):
        return Shape.CODE
    return Shape.SENTENCE if len(clean) > _LONG else Shape.WORD


@dataclass(frozen=True)
class Grid:
    """Filled cells of a sheet by place."""

    sheet_no: int
    sheet_name: str
    cells: Mapping[Place, Cell]

    @cached_property
    def rows(self) -> dict[int, dict[int, Cell]]:
        """Row to column to cell, in reading order."""
        rows: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(self.cells.items()):
            rows.setdefault(row, {})[column] = cell
        return rows

    @cached_property
    def columns(self) -> dict[int, dict[int, Cell]]:
        """Column to row to cell."""
        columns: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(self.cells.items()):
            columns.setdefault(column, {})[row] = cell
        return columns

    @property
    def last_row(self) -> int:
        """The last filled row, -1 of an empty sheet."""
        return max(self.rows, default=-1)

    def transposed(self) -> Grid:
        """Rows for columns."""
        return Grid(self.sheet_no, self.sheet_name, {(c, r): cell for (r, c), cell in self.cells.items()})

    def down(self, column: int, rows: Iterable[int]) -> Iterator[Cell]:
        """Filled cells of a column in these rows."""
        for row in rows:
            cell = self.cells.get((row, column))
            if cell is not None:
                yield cell


def grids(cells: pl.DataFrame, sheets: pl.DataFrame) -> list[Grid]:
    """One grid a sheet of one workbook, in the workbook's order; sheets that hold nothing are left out."""
    filled = cells.filter(pl.col("text").str.strip_chars() != "")
    names = {number: str(name) for number, name in sheets.select("sheet_no", "sheet_name").iter_rows()}
    found: dict[int, dict[Place, Cell]] = {}
    columns = ("sheet_no", "row", "column", "kind", "text", "number")
    for sheet_no, row, column, kind, text, number in filled.select(columns).iter_rows():
        found.setdefault(sheet_no, {})[row, column] = Cell(text, number, shape_of(kind, text, number))
    return [Grid(number, names[number], found[number]) for number in sorted(found)]


def cell_name(place: Place) -> str:
    """``B7`` of row 6 and column 1."""
    return str(cell_names(pl.Series([place[0]]), pl.Series([place[1]]))[0])

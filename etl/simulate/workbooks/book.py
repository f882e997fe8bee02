"""A workbook in memory, its cells changeable one by one, and its bytes. What stands in them: the layouts' modules."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

Content = None | bool | float | str | date | time | timedelta
"""What a cell holds; ``datetime`` is a ``date`` too. Texts that begin with ``#`` and name an error are error cells."""
ERRORS = ("#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?")
_DATED: tuple[tuple[type, str], ...] = (
    (datetime, "yyyy-mm-dd hh:mm"),
    (date, "yyyy-mm-dd"),
    (timedelta, "[h]:mm"),
    (time, "hh:mm"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. With ``formula`` the content is the cached value; None then means that there is none."""

    content: Content = None
    formula: str = ""
    number_format: str = ""
    look: str = ""


@dataclass(slots=True)
class Page:
    """One sheet; rows and columns from 0. ``merged``: first row, first column, last row, last column."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    frozen: tuple[int, int] = (0, 0)

    def put(self, row: int, column: int, content: Content | Cell, look: str = "") -> str:
        """Write one cell. Returns its name; a blank is not written."""
        cell = content if isinstance(content, Cell) else Cell(content)
        if cell.content is not None or cell.formula:
            self.cells[row, column] = replace(cell, look=look or cell.look)
        return str(xl_rowcol_to_cell(row, column))

    def put_row(self, row: int, column: int, contents: tuple[Content, ...] | list[Content], look: str = "") -> None:
        """Write cells side by side."""
        for offset, content in enumerate(contents):
            self.put(row, column + offset, content, look)

    def merge(self, row: int, column: int, last_row: int, last_column: int, content: Content, look: str = "") -> str:
        """One value over several cells; only the first of them holds it."""
        if (row, column) != (last_row, last_column):
            self.merged.append((row, column, last_row, last_column))
        return self.put(row, column, content, look)

    def total(self, row: int, column: int, first: int, value: float, look: str = "total") -> str:
        """A SUM over the rows from ``first`` up to the one above, with its cached value."""
        above = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(row - 1, column)}"
        return self.put(row, column, Cell(value, f"=SUM({above})"), look)


@dataclass(slots=True)
class Book:
    """Sheets in their order."""

    pages: list[Page] = field(default_factory=list)

    def page(self, name: str) -> Page:
        """A new sheet behind the others."""
        self.pages.append(Page(name))
        return self.pages[-1]

    def to_bytes(self) -> bytes:
        """The xlsx file; the same book gives the same bytes."""
        target = io.BytesIO()
        book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False})
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001
        formats: dict[tuple[str, str], Any] = {}
        for page in self.pages:
            _write(book, book.add_worksheet(page.name), page, formats)
        book.close()
        return target.getvalue()


_LOOKS: Mapping[str, Mapping[str, object]] = {
    "": {},
    "title": {"bold": True, "font_size": 16, "align": "center"},
    "label": {"bold": True, "font_color": "#44546A"},
    "header": {"bold": True, "bg_color": "#D9E2EF", "align": "center", "border": 1, "text_wrap": True},
    "value": {"border": 1},
    "total": {"bold": True, "bg_color": "#F2F2F2", "border": 1},
    "note": {"italic": True, "font_color": "#7F7F7F"},
}


def _write(book: Any, sheet: Any, page: Page, formats: dict[tuple[str, str], Any]) -> None:
    for column, width in page.widths.items():
        sheet.set_column(column, column, width)
    for column in sorted(page.hidden_columns):
        sheet.set_column(column, column, None, None, {"hidden": True})
    for row in sorted(page.hidden_rows):
        sheet.set_row(row, None, None, {"hidden": True})
    if page.frozen != (0, 0):
        sheet.freeze_panes(*page.frozen)
    for span in page.merged:
        sheet.merge_range(*span, "")
    for (row, column), cell in sorted(page.cells.items()):
        shown = cell.number_format or next((f for kind, f in _DATED if isinstance(cell.content, kind)), "")
        key = (cell.look, shown)
        if key not in formats:
            formats[key] = book.add_format({**_LOOKS[cell.look], **({"num_format": shown} if shown else {})})
        _write_cell(sheet, row, column, cell, formats[key])


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, look: Any) -> None:
    content = cell.content
    if cell.formula:
        sheet.write_formula(row, column, cell.formula, look, "" if content is None else content)
    elif isinstance(content, str) and content in ERRORS:
        sheet.write_formula(row, column, f"={content}", look, content)
    elif isinstance(content, str):
        sheet.write_string(row, column, content, look)
    elif isinstance(content, bool):
        sheet.write_boolean(row, column, content, look)
    elif isinstance(content, date | time | timedelta):
        sheet.write_datetime(row, column, content, look)
    elif content is not None:
        sheet.write_number(row, column, content, look)


@dataclass(frozen=True, slots=True)
class Record:
    """A contract row that must be read: measure to value and cell; no cell where a header or the layout says it.

    Instants are UTC. Blank measures are left out.
    """

    table: str
    report_id: str
    sheet: str
    values: Mapping[str, tuple[object, str | None]]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A workbook, the name of its file without extension, what must be read, and the repairs on record.

    ``repairs``: sheet and cell to the names of the repairs. ``keys``: sheet and cell of what says day, shift and line.
    """

    file_name: str
    book: Book
    records: tuple[Record, ...]
    repairs: Mapping[tuple[str, str], str]
    keys: Mapping[tuple[str, str], str]

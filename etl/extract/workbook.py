"""One workbook to values and findings. Runs in a child process: a parser that aborts takes only its own file with it.

Rows and columns are numbered from 0. The number of a date or time is the spreadsheet's serial in days. Error cells and
formulas without a saved result, which the parser shows as blank, come from a scan of the file's own bytes and have
kinds of their own. Frames of many workbooks: ``etl.extract.cells`` and ``etl.extract.notices``.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass, field

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from etl.extract import notices, ods, xls, xlsb, xlsx
from etl.extract.cells import CELL_SCHEMA, Cells, Kind, Lines
from etl.extract.compound import Compound
from etl.extract.findings import Area, Findings
from etl.extract.package import Package
from etl.extract.preflight import RefusedError, check_workbook

_ODS_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+(?:\.\d+)?)S")


@dataclass
class Book:
    """What one workbook holds: names of all sheets, values, findings; ``extents`` are the areas that hold values."""

    names: list[str]
    cells: Cells = field(default_factory=Cells)
    found: Findings = field(default_factory=Findings)
    extents: list[Area] = field(default_factory=list)
    hidden_sheets: list[int] = field(default_factory=list)
    unseen: list[notices.Unseen] = field(default_factory=list)


@dataclass
class Shelf:
    """Workbooks of a bundle by the caller's number."""

    books: dict[int, Book] = field(default_factory=dict)

    def cells(self) -> pl.DataFrame:
        """Cells of all workbooks, CELL_SCHEMA."""
        together = Cells()
        for book in self.books.values():
            together.extend(book.cells)
        return _with_unreadable(together.frame(), self.books)

    def notices(self, cells: pl.DataFrame) -> pl.DataFrame:
        """What a reader of these cells would not see, NOTICE_SCHEMA."""
        return notices.of(cells, self.books)

    def merged(self) -> pl.DataFrame:
        """Merged ranges, MERGED_SCHEMA."""
        return notices.merged_of(self.books)


def open_workbook(content: bytes, max_mb: int, file_no: int = 0) -> Book:
    """Values and findings of a workbook. Raises RefusedError."""
    opened = check_workbook(content, max_mb)
    parsed = opened.repacked() if isinstance(opened, Package) else content
    is_ods = isinstance(opened, Package) and opened.book() == "content.xml"
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(parsed)) as workbook:
            book = Book(workbook.sheet_names)
            book.found = found = _scan(opened, book.names)
            for number, about in enumerate(workbook.sheets_metadata):
                if about.typ != SheetTypeEnum.WorkSheet:
                    continue  # a chart or macro sheet has no cells
                sheet = workbook.get_sheet_by_index(number)
                start, end = sheet.start, sheet.end
                if start is None or end is None:
                    continue
                grid: Lines = sheet.to_python(skip_empty_area=True)
                book.cells.add(file_no, number, start, _with_durations(grid) if is_ods else grid)
                book.unseen += notices.unseen_in(notices.Grid(number, *start, grid), found)
                book.extents.append(Area(number, *start, *end))
                if about.visible != SheetVisibleEnum.Visible:
                    book.hidden_sheets.append(number)
    except CalamineError as error:
        code = "file_password" if "assword" in str(error) else "file_damaged"
        raise RefusedError(code, detail=str(error)) from error
    if not book.cells.values and not book.found.unreadable:
        raise RefusedError("file_no_cells")
    return book


def _scan(opened: Package | Compound, names: list[str]) -> Findings:
    if isinstance(opened, Compound):
        return xls.scan(opened)
    book = opened.book()
    if book == "content.xml":
        return ods.scan(opened)
    return xlsb.scan(opened, names) if book.endswith(".bin") else xlsx.scan(opened, names)


def read_workbook(content: bytes, max_mb: int) -> tuple[list[str], pl.DataFrame]:
    """Names of the sheets of one workbook and all its non-blank cells, CELL_SCHEMA. Raises RefusedError."""
    book = open_workbook(content, max_mb)
    return book.names, Shelf({0: book}).cells()


def _with_durations(grid: Lines) -> Lines:
    """Times of more than a day come out of an ods file as texts such as ``PT30H00M00S``."""
    return [[_duration(value) if value.__class__ is str else value for value in line] for line in grid]


def _duration(text: object) -> object:
    parts = _ODS_DURATION.fullmatch(str(text))
    if parts is None:
        return text
    hours, minutes, seconds = (float(part) for part in parts.groups())
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _with_unreadable(cells: pl.DataFrame, books: dict[int, Book]) -> pl.DataFrame:
    """Add cells without a value; where the parser made a value of one, it goes."""
    rows = [
        (file_no, u.sheet, u.row, u.column, int(Kind.ERROR if u.is_error else Kind.FORMULA), u.text, None)
        for file_no, book in books.items()
        for u in book.found.unreadable
    ]
    if not rows:
        return cells
    new = pl.DataFrame(rows, schema=CELL_SCHEMA, orient="row")
    return pl.concat([cells.join(new, on=["file_no", "sheet_no", "row", "column"], how="anti"), new])

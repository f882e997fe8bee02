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

from etl.extract import notices, ods, plain, xls, xlsb, xlsx
from etl.extract.cells import CELL_SCHEMA, Cells, Kind, Lines
from etl.extract.compound import Compound
from etl.extract.findings import Findings
from etl.extract.package import Package
from etl.extract.plain import PlainCells
from etl.extract.preflight import RefusedError, check_workbook
from etl.extract.writings import Styles, UnusualError

_ODS_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+(?:\.\d+)?)S")


@dataclass
class Book:
    """What one workbook holds: names of all sheets, values, findings."""

    names: list[str]
    cells: Cells | PlainCells
    found: Findings
    hidden_sheets: list[int] = field(default_factory=list)


@dataclass
class Shelf:
    """Workbooks of a bundle by the caller's number."""

    books: dict[int, Book] = field(default_factory=dict)
    _plain: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=CELL_SCHEMA))

    def settle(self) -> frozenset[int]:
        """Finish what was read in the quick way; returns workbooks to be opened again, not in that way."""
        self._plain, left = plain.frame(
            [(n, b.cells) for n, b in self.books.items() if isinstance(b.cells, PlainCells)]
        )
        return left

    def cells(self) -> pl.DataFrame:
        """Cells of all workbooks after ``settle``, CELL_SCHEMA."""
        parsed = Cells()
        for book in self.books.values():
            if isinstance(book.cells, Cells):
                parsed.extend(book.cells)
        unreadable = _unreadable(self.books)
        # The parser makes a value of some cells without one; that one is wrong.
        right = parsed.frame().join(unreadable, on=["file_no", "sheet_no", "row", "column"], how="anti")
        frames = [self._plain, right, unreadable]
        return pl.concat([frame for frame in frames if frame.height] or frames[:1])

    def notices(self, cells: pl.DataFrame) -> pl.DataFrame:
        """What a reader of these cells would not see, NOTICE_SCHEMA."""
        return notices.of(cells, self.books)

    def merged(self) -> pl.DataFrame:
        """Merged ranges, MERGED_SCHEMA."""
        return notices.merged_of(self.books)


def open_workbook(content: bytes, max_mb: int, file_no: int = 0, *, plainly: bool = True) -> Book:
    """Values and findings of a workbook; ``plainly``: in the quick way if possible. Raises RefusedError."""
    opened = check_workbook(content, max_mb)
    book = (_opened_plainly(opened) if plainly else None) or _parsed(opened, content, file_no)
    book.found.drop_impossible()
    if book.cells.is_empty and not book.found.unreadable:
        raise RefusedError("file_no_cells")
    return book


def _opened_plainly(opened: Package | Compound) -> Book | None:
    """An xlsx in the usual shape; None when the parser has to read it."""
    if isinstance(opened, Compound) or not opened.is_small or not opened.book().endswith("workbook.xml"):
        return None
    parts = xlsx.book_parts(opened)
    if not parts.sheets or any(s.kind != "worksheet" or s.part not in opened for s in parts.sheets):
        return None
    if parts.styles not in opened or (parts.shared and parts.shared not in opened):
        return None
    try:
        styles = Styles(opened.read_common(parts.styles), parts.is_1904)
        cells = plain.read(opened, [sheet.part for sheet in parts.sheets], parts.shared, styles)
    except UnusualError:
        return None
    found = xlsx.scan_book(opened)
    for number, sheet in enumerate(parts.sheets):
        xml = opened.read(sheet.part)
        xlsx.scan_shape(number, xml, found)
        xlsx.scan_pivots(number, opened, sheet.part, found)
        if b' t="e"' in xml:
            xlsx.scan_cells(number, xml, found)
    hidden = [number for number, sheet in enumerate(parts.sheets) if sheet.is_hidden]
    return Book([sheet.name for sheet in parts.sheets], cells, found, hidden)


def _parsed(opened: Package | Compound, content: bytes, file_no: int) -> Book:
    parsed = opened.repacked() if isinstance(opened, Package) else content
    is_ods = isinstance(opened, Package) and opened.book() == "content.xml"
    cells, hidden = Cells(), []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(parsed)) as workbook:
            names = workbook.sheet_names
            for number, about in enumerate(workbook.sheets_metadata):
                if about.typ != SheetTypeEnum.WorkSheet:
                    continue  # a chart or macro sheet has no cells
                if about.visible != SheetVisibleEnum.Visible:
                    hidden.append(number)
                sheet = workbook.get_sheet_by_index(number)
                if sheet.start is not None:
                    grid: Lines = sheet.to_python(skip_empty_area=True)
                    cells.add(file_no, number, sheet.start, _with_durations(grid) if is_ods else grid)
    except CalamineError as error:
        code = "file_password" if "assword" in str(error) else "file_damaged"
        raise RefusedError(code, detail=str(error)) from error
    return Book(names, cells, _scan(opened, names), hidden)


def _scan(opened: Package | Compound, names: list[str]) -> Findings:
    if isinstance(opened, Compound):
        return xls.scan(opened)
    book = opened.book()
    if book == "content.xml":
        return ods.scan(opened)
    return xlsb.scan(opened, names) if book.endswith(".bin") else xlsx.scan(opened, names)


def read_workbook(content: bytes, max_mb: int) -> tuple[list[str], pl.DataFrame]:
    """Names of the sheets of one workbook and all its non-blank cells, CELL_SCHEMA. Raises RefusedError."""
    shelf = Shelf({0: open_workbook(content, max_mb)})
    if shelf.settle():
        shelf.books[0] = open_workbook(content, max_mb, plainly=False)
    return shelf.books[0].names, shelf.cells()


def _with_durations(grid: Lines) -> Lines:
    """Times of more than a day come out of an ods file as texts such as ``PT30H00M00S``."""
    return [[_duration(value) if value.__class__ is str else value for value in line] for line in grid]


def _duration(text: object) -> object:
    parts = _ODS_DURATION.fullmatch(str(text))
    if parts is None:
        return text
    hours, minutes, seconds = (float(part) for part in parts.groups())
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _unreadable(books: dict[int, Book]) -> pl.DataFrame:
    """Cells without a value, CELL_SCHEMA."""
    rows = [
        (file_no, u.sheet, u.row, u.column, int(Kind.ERROR if u.is_error else Kind.FORMULA), u.text, None)
        for file_no, book in books.items()
        for u in book.found.unreadable
    ]
    return pl.DataFrame(rows, schema=CELL_SCHEMA, orient="row")

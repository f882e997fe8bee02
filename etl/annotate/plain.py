"""A plain xlsx of a workbook in another format: values, sheets, merged cells. Formats are lost, and it is said so."""

from __future__ import annotations

import io
import re

from openpyxl import Workbook
from python_calamine import CalamineWorkbook, SheetTypeEnum

from etl.annotate.summary import free_name
from etl.extract.workbook import Cells, Kind, read_workbook

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_NOT_IN_A_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORMATS = {
    Kind.DATE: "yyyy-mm-dd",
    Kind.TIME: "hh:mm:ss",
    Kind.DATETIME: "yyyy-mm-dd hh:mm:ss",
    Kind.DURATION: "[h]:mm:ss",
}
_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}


def plain_copy(content: bytes, max_mb: int) -> tuple[bytes, dict[str, str]]:
    """The workbook as xlsx, and the new name of each sheet. Raises RefusedError."""
    names, cells = read_workbook(content, max_mb)
    book = Workbook()
    book.remove(book.worksheets[0])
    renamed: dict[str, str] = {}
    for name in names:
        wanted = _NOT_IN_A_NAME.sub("_", name).strip("'")[:31] or "Sheet"
        new = free_name(wanted, lambda n: n.casefold() in {v.casefold() for v in renamed.values()})
        renamed[name] = new
        book.create_sheet(new)
    _fill(book, cells)
    _merge(book, content)
    if not book.worksheets:
        book.create_sheet("Sheet")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue(), renamed


def _fill(book: Workbook, cells: Cells) -> None:
    columns = (cells.sheet, cells.row, cells.column, cells.kind, cells.text, cells.number)
    for sheet, row, column, kind, text, number in zip(*columns, strict=True):
        cell = book.worksheets[sheet].cell(row + 1, column + 1)
        if kind == Kind.ERROR:
            cell.value = text if text in _ERRORS else "#VALUE!"
            cell.data_type = "e"
        elif kind == Kind.FORMULA:
            cell.value = "=NA()"  # the formula itself may be written in another language of formulas
        elif kind == Kind.TEXT:
            cell.value = _NOT_IN_A_CELL.sub("\ufffd", text)[:32_767]
            cell.data_type = "s"  # whatever it begins with
        elif kind == Kind.BOOLEAN:
            cell.value = text == "TRUE"
        else:
            cell.value = number
            if kind in _FORMATS:
                cell.number_format = _FORMATS[Kind(kind)]


def _merge(book: Workbook, content: bytes) -> None:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as source:
        for number, about in enumerate(source.sheets_metadata):
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            ranges = source.get_sheet_by_index(number).merged_cell_ranges or []
            for (top, left), (bottom, right) in ranges:
                book.worksheets[number].merge_cells(
                    start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
                )

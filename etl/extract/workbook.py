"""One workbook to cells. Runs in a child process: a parser that aborts takes only its own file with it.

Cells are six parallel columns: sheet number, row and column from 0, kind, text, number. The number of a date or time is
the spreadsheet's serial in days. Error cells and formulas without a cached value, which the parser shows as
blank, are found in the sheet's XML and kept under kinds of their own.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineWorkbook

from etl.extract.preflight import RefusedError, check_workbook


class Kind(IntEnum):
    """What a cell holds."""

    NUMBER = 0
    TEXT = 1
    BOOLEAN = 2
    DATE = 3
    TIME = 4
    DATETIME = 5
    DURATION = 6
    ERROR = 7
    FORMULA = 8


@dataclass
class Cells:
    """Parallel columns, one entry a non-blank cell."""

    sheet: list[int] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    number: list[float | None] = field(default_factory=list)

    def add(self, sheet: int, row: int, column: int, content: tuple[int, str, float | None]) -> None:
        """Append one cell."""
        self.sheet.append(sheet)
        self.row.append(row)
        self.column.append(column)
        self.kind.append(content[0])
        self.text.append(content[1])
        self.number.append(content[2])


_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's wall clock has no zone
_EARLY = dt.datetime(1900, 3, 1)  # noqa: DTZ001


def _serial(moment: dt.datetime) -> float:
    """Days as the spreadsheet counts them; before March 1900 it believes in a 29 February."""
    days = (moment - _EPOCH) / dt.timedelta(days=1)
    return days - 1 if moment < _EARLY else days


def _number(value: float) -> tuple[int, str, float | None]:
    return Kind.NUMBER, (str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)), value


def _time(value: dt.time) -> tuple[int, str, float | None]:
    seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return Kind.TIME, value.isoformat("auto"), seconds / 86400


_READ: dict[type, Any] = {
    float: _number,
    int: lambda v: _number(float(v)),
    str: lambda v: (Kind.TEXT, v, None),
    bool: lambda v: (Kind.BOOLEAN, "TRUE" if v else "FALSE", float(v)),
    dt.date: lambda v: (Kind.DATE, v.isoformat(), _serial(dt.datetime(v.year, v.month, v.day))),  # noqa: DTZ001
    dt.datetime: lambda v: (Kind.DATETIME, v.isoformat(" "), _serial(v)),
    dt.time: _time,
    dt.timedelta: lambda v: (Kind.DURATION, str(v), v / dt.timedelta(days=1)),
}


def read_workbook(content: bytes, max_mb: int) -> tuple[list[str], Cells]:
    """Names of the sheets and all their non-blank cells. Raises RefusedError."""
    check_workbook(content, max_mb)
    cells = Cells()
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            names = workbook.sheet_names
            for number, name in enumerate(names):
                sheet = workbook.get_sheet_by_name(name)
                if sheet.start is None:
                    continue
                top, left = sheet.start
                for r, line in enumerate(sheet.to_python(skip_empty_area=True), start=top):
                    for c, value in enumerate(line, start=left):
                        if value != "":
                            cells.add(number, r, c, _READ[type(value)](value))
    except CalamineError as error:
        code = "file_password" if "assword" in str(error) else "file_damaged"
        raise RefusedError(code, detail=str(error)) from error
    if content.startswith(b"PK"):
        _add_unreadable(content, names, cells)
    return names, cells


_ERROR_CELL = re.compile(rb'<c r="([A-Z]{1,3}\d+)"[^>]*t="e"[^>]*>.*?<v>([^<]*)</v>', re.DOTALL)
_FORMULA_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}\d+)"[^>]*><f(?:[^>]*/>|[^>]*>([^<]*)</f>)(?:<v\s*/>|<v></v>)?</c>', re.DOTALL
)
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _add_unreadable(content: bytes, names: list[str], cells: Cells) -> None:
    """Error cells and formulas without a cached value of an xlsx workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = set(archive.namelist())
        if "xl/workbook.xml" not in members:
            return
        targets = _sheet_targets(archive)
        for number, name in enumerate(names):
            if targets.get(name) not in members:
                continue
            xml = archive.read(targets[name])
            if b't="e"' in xml:
                for cell, text in _ERROR_CELL.findall(xml):
                    cells.add(number, *_position(cell), (Kind.ERROR, text.decode(), None))
            if b"<f" in xml:
                for cell, formula in _FORMULA_CELL.findall(xml):
                    cells.add(number, *_position(cell), (Kind.FORMULA, "=" + formula.decode("utf-8", "replace"), None))


def _sheet_targets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name to archive member. A document type declaration is never valid in a workbook."""
    try:
        book, relations = archive.read("xl/workbook.xml"), archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return {}
    if b"<!DOCTYPE" in book or b"<!DOCTYPE" in relations:
        raise RefusedError("file_damaged", detail="document type declaration")
    path_of = {r.get("Id"): r.get("Target", "") for r in ET.fromstring(relations)}  # noqa: S314 - no DTD, see above
    targets = {}
    for sheet in ET.fromstring(book).iter():  # noqa: S314
        if sheet.tag.endswith("}sheet"):
            target = path_of.get(sheet.get(_REL), "")
            targets[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return targets


def _position(cell: bytes) -> tuple[int, int]:
    letters = cell.rstrip(b"0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(cell[len(letters) :]) - 1, column - 1

"""One workbook to cells. Runs in a child process: a parser that aborts takes only its own file with it.

Cells are six parallel columns: sheet number, row and column from 0, kind, text, number. The number of a date or time is
the spreadsheet's serial in days. Error cells and formulas without a cached value, which the parser shows as
blank, are found by ``etl.extract.unreadable`` and kept under kinds of their own.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import compress
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from etl.extract import unreadable
from etl.extract.preflight import RefusedError, check_workbook
from etl.extract.text import plain_number
from etl.extract.unreadable import Unreadable

_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_ODS_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+(?:\.\d+)?)S")


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

    def put_unreadable(self, found: Iterable[Unreadable]) -> None:
        """Add cells without a value; where the parser made a value of one, it goes."""
        new = list(found)
        wrong = {(u.sheet, u.row, u.column) for u in new}
        places = zip(self.sheet, self.row, self.column, strict=True)
        if wrong and any(place in wrong for place in zip(self.sheet, self.row, self.column, strict=True)):
            keep = [place not in wrong for place in places]
            for name in ("sheet", "row", "column", "kind", "text", "number"):
                setattr(self, name, list(compress(getattr(self, name), keep)))
        for u in new:
            self.add(u.sheet, u.row, u.column, (Kind.ERROR if u.is_error else Kind.FORMULA, u.text, None))

    def as_durations(self) -> None:
        """Times of more than a day come out of an ods file as texts such as ``PT30H00M00S``."""
        for i, text in enumerate(self.text):
            parts = _ODS_DURATION.fullmatch(text) if self.kind[i] == Kind.TEXT else None
            if parts:
                hours, minutes, seconds = (float(part) for part in parts.groups())
                value = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
                self.kind[i], self.text[i], self.number[i] = Kind.DURATION, str(value), value / dt.timedelta(days=1)


_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's wall clock has no zone
_EARLY = dt.datetime(1900, 3, 1)  # noqa: DTZ001


def _serial(moment: dt.datetime) -> float:
    """Days as the spreadsheet counts them; before March 1900 it believes in a 29 February."""
    days = (moment - _EPOCH) / dt.timedelta(days=1)
    return days - 1 if moment < _EARLY else days


def _number(value: float) -> tuple[int, str, float | None]:
    return Kind.NUMBER, plain_number(value), value


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
    if unreadable.is_locked(content):
        raise RefusedError("file_password")
    cells = Cells()
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            names = workbook.sheet_names
            for number, about in enumerate(workbook.sheets_metadata):
                if about.typ != SheetTypeEnum.WorkSheet:
                    continue  # a chart or macro sheet has no cells
                sheet = workbook.get_sheet_by_index(number)
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
    if content.startswith(_ODS, 30):
        cells.as_durations()
    cells.put_unreadable(unreadable.find(content, names))
    return names, cells

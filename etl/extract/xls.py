"""What an xls workbook (binary records, BIFF5 and BIFF8) says of its cells beside their values."""

from __future__ import annotations

import struct

from etl.extract.compound import Compound, records
from etl.extract.findings import ERROR_TEXTS, Area, Findings, Span, Unreadable, gives_number

_BOUND_SHEET, _DATE_MODE, _SUP_BOOK, _MACROS = 0x85, 0x22, 0x1AE, 0xD3
_BOOL_ERR, _FORMULA, _ROW, _COLUMNS, _MERGED, _PIVOT, _DIMENSIONS = 0x205, 0x06, 0x208, 0x7D, 0xE5, 0xB0, 0x200
_WANTED = frozenset((_BOOL_ERR, _FORMULA, _ROW, _COLUMNS, _MERGED, _PIVOT, _DIMENSIONS))
_HIDDEN_ROW, _HIDDEN_COLUMN, _COMPUTE_ON_LOAD = 0x20, 0x01, 0x02
_ERROR, _EMPTY = 2, 3
_OWN_BOOK = (b"\x01\x04", b"\x01\x3a", b"\x01\x00")  # this workbook, add-ins, a link that nothing uses


def scan(file: Compound) -> Findings:
    """Go through all sheets of the workbook."""
    found = Findings()
    starts: list[int] = []
    marks: dict[str, None] = {}
    for kind, data in records(file.book, 0):
        if kind == _BOUND_SHEET:
            starts.append(struct.unpack_from("<I", data)[0])
        elif kind == _DATE_MODE and data[:1] == b"\1":
            marks["date_1904"] = None
        elif kind == _MACROS:
            marks["macros"] = None
        elif kind == _SUP_BOOK and data[2:4] not in _OWN_BOOK:
            marks["external_links"] = None
    found.marks += marks
    for number, start in enumerate(starts):
        _scan_sheet(number, file.book, start, found)
    return found


def _scan_sheet(sheet: int, book: bytes, start: int, found: Findings) -> None:
    empty: list[tuple[int, int, bool]] = []
    for kind, data in records(book, start):
        if kind not in _WANTED:
            continue
        if kind == _FORMULA:
            _scan_formula(sheet, data, found, empty)
        elif kind == _BOOL_ERR and data[7]:
            row, column = struct.unpack_from("<HH", data)
            found.unreadable.append(Unreadable(sheet, row, column, True, ERROR_TEXTS.get(data[6], "#ERROR")))
        else:
            _scan_shape(sheet, kind, data, found)
    # An empty text is what IF may well give; when one formula was surely never computed, none of these counts.
    if any(is_number for _, _, is_number in empty):
        found.unreadable += [Unreadable(sheet, row, column, False, "=…") for row, column, _ in empty]


def _scan_shape(sheet: int, kind: int, data: bytes, found: Findings) -> None:
    """What is hidden, merged, a pivot; how far the sheet says that it goes."""
    if kind == _ROW and len(data) >= 13 and data[12] & _HIDDEN_ROW:
        (row,) = struct.unpack_from("<H", data)
        found.hidden_rows.append(Span(sheet, row, row))
    elif kind == _COLUMNS and len(data) >= 9 and data[8] & _HIDDEN_COLUMN:
        first, last = struct.unpack_from("<HH", data)
        found.hidden_columns.append(Span(sheet, first, last))
    elif kind == _MERGED:
        (count,) = struct.unpack_from("<H", data)
        for top, bottom, left, right in struct.iter_unpack("<4H", data[2 : 2 + 8 * count]):
            found.merged.append(Area(sheet, top, left, bottom, right))
    elif kind == _PIVOT:
        top, bottom, left, right = struct.unpack_from("<4H", data)
        found.pivots.append(Area(sheet, top, left, bottom, right))
    elif kind == _DIMENSIONS and len(data) == 14:
        top, bottom, left, right = struct.unpack_from("<IIHH", data)
        if bottom:
            found.dimensions.append(Area(sheet, top, left, bottom - 1, right - 1))


def _scan_formula(sheet: int, data: bytes, found: Findings, empty: list[tuple[int, int, bool]]) -> None:
    row, column = struct.unpack_from("<HH", data)
    if data[12:14] != b"\xff\xff":
        if data[14] & _COMPUTE_ON_LOAD and data[6:14] == bytes(8):
            found.unreadable.append(Unreadable(sheet, row, column, False, "=…"))
    elif data[6] == _ERROR:
        found.unreadable.append(Unreadable(sheet, row, column, True, ERROR_TEXTS.get(data[8], "#ERROR")))
    elif data[6] == _EMPTY:
        empty.append((row, column, gives_number(data[22 : 22 + int.from_bytes(data[20:22], "little")])))

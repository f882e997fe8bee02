"""What an xlsb workbook (binary records in a zip) says of its cells beside their values."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from etl.extract.findings import ERROR_TEXTS, Area, Findings, Span, Unreadable, gives_number
from etl.extract.package import Package
from etl.extract.xlsx import package_marks, relations

_ROW, _CELL_ERROR, _FORMULA_TEXT, _FORMULA_ERROR = 0, 3, 8, 11
_COLUMNS, _DIMENSION, _BOOK, _SHEET, _MERGED, _PIVOT = 60, 148, 153, 156, 176, 314
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x10, 0x01
_AREA = struct.Struct("<4I")


def scan(package: Package, names: list[str]) -> Findings:
    """Go through the sheets of these names."""
    found = Findings(marks=package_marks(package))
    paths = relations(package, "xl/workbook.bin")
    targets: dict[str, str] = {}
    for kind, data in _records(package.read("xl/workbook.bin")):
        if kind == _SHEET:
            (length,) = struct.unpack_from("<I", data, 8)
            known = data[12 : 12 + 2 * length].decode("utf-16-le")
            targets[data[16 + 2 * length :].decode("utf-16-le")] = paths.get(known, "")
        elif kind == _BOOK and data[0] & 1:
            found.marks.append("date_1904")
    for number, name in enumerate(names):
        target = targets.get(name, "")
        if target in package:
            _scan_sheet(number, package.read(target), found)
            for part in relations(package, target).values():
                if "pivotTables/" in part and part in package:
                    found.pivots += _areas(number, _PIVOT, package.read(part))
    return found


def _scan_sheet(sheet: int, content: bytes, found: Findings) -> None:
    row = 0
    empty: list[tuple[int, int, bool]] = []
    for kind, data in _records(content):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", data)
            if data[11] & _HIDDEN_ROW:
                found.hidden_rows.append(Span(sheet, row, row))
        elif kind in (_CELL_ERROR, _FORMULA_ERROR):
            (column,) = struct.unpack_from("<I", data)
            found.unreadable.append(Unreadable(sheet, row, column, True, ERROR_TEXTS.get(data[8], "#ERROR")))
        elif kind == _FORMULA_TEXT and data[8:12] == bytes(4):
            (column,) = struct.unpack_from("<I", data)
            tokens = data[18 : 18 + int.from_bytes(data[14:18], "little")]
            empty.append((row, column, gives_number(tokens)))
        elif kind == _COLUMNS and data[16] & _HIDDEN_COLUMN:
            first, last = struct.unpack_from("<II", data)
            found.hidden_columns.append(Span(sheet, first, last))
        elif kind in (_MERGED, _DIMENSION):
            top, bottom, left, right = _AREA.unpack_from(data)
            (found.merged if kind == _MERGED else found.dimensions).append(Area(sheet, top, left, bottom, right))
    # As in xls: an empty text may be a result, but not beside a sum that was never computed.
    if any(is_number for _, _, is_number in empty):
        found.unreadable += [Unreadable(sheet, r, c, False, "=…") for r, c, _ in empty]


def _areas(sheet: int, wanted: int, content: bytes) -> Iterator[Area]:
    for kind, data in _records(content):
        if kind == wanted:
            top, bottom, left, right = _AREA.unpack_from(data)
            yield Area(sheet, top, left, bottom, right)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind >= 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        for _ in range(4):
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield kind, data[at : at + size]
        at += size

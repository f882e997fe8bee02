"""Error cells and formulas without a saved result, which the parser shows as blank or as 0: found in the file itself.

Each kind of workbook has its own scan; all give sheet number, row and column from 0, whether the cell holds an
error or an uncached formula, and its text. Reading everything else: ``etl.extract.workbook``.
"""

from __future__ import annotations

import html
import io
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from etl.extract.preflight import RefusedError


_MANIFEST = "META-INF/manifest.xml"


class Unreadable(NamedTuple):
    """One cell that holds no value."""

    sheet: int
    row: int
    column: int
    is_error: bool
    text: str


def find(content: bytes, names: list[str]) -> Iterator[Unreadable]:
    """All such cells of a workbook whose sheets have these names. Raises RefusedError."""
    if not content.startswith(b"PK"):
        yield from _in_xls(content)
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = set(archive.namelist())
        if "xl/workbook.xml" in members:
            yield from _in_xlsx(archive, members, names)
        elif "xl/workbook.bin" in members:
            yield from _in_xlsb(archive, members, names)
        elif "content.xml" in members:
            yield from _in_ods(archive.read("content.xml"))


def is_locked(content: bytes) -> bool:
    """Whether an xls or ods workbook is protected by a password: the parser calls it damaged, or breaks over it."""
    if content.startswith(b"PK"):
        if _MANIFEST.encode() not in content:
            return False
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _MANIFEST in archive.namelist() and b"encryption-data" in archive.read(_MANIFEST)
    try:
        return any(kind == _FILE_PASS for kind, _ in _biff(_book_stream(content), 0))
    except (struct.error, ValueError):
        return False  # not even a compound file: damaged


# -- xlsx, xlsm: XML -------------------------------------------------------------------------------------------------

# Quick patterns for the shape that Excel, LibreOffice and openpyxl write; whatever else there is goes the slow way.
_USUAL = re.compile(rb'<c r="')
_OTHER = re.compile(rb'<(?:\w+:c|c (?!r="))[ />]')
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}\d+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>', re.DOTALL
)
_FORMULA_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}\d+)"([^>]*)><f(?:[^>]*/>|[^>]*>([^<]*)</f>)(<v\s*/>|<v></v>)?</c>', re.DOTALL
)


def _in_xlsx(archive: zipfile.ZipFile, members: set[str], names: list[str]) -> Iterator[Unreadable]:
    targets = _targets(archive, "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    for number, name in enumerate(names):
        if targets.get(name) in members:
            xml = archive.read(targets[name])
            yield from _quickly(number, xml) if _USUAL.search(xml) and not _OTHER.search(xml) else _slowly(number, xml)


def _quickly(sheet: int, xml: bytes) -> Iterator[Unreadable]:
    if b't="e"' in xml:
        for cell, text in _ERROR_CELL.findall(xml):
            yield Unreadable(sheet, *_position(cell.decode()), True, text.decode())
    if b"<f" in xml:
        for cell, attributes, formula, value in _FORMULA_CELL.findall(xml):
            if not (value and b't="str"' in attributes):  # the saved result may be an empty text
                text = "=" + html.unescape(formula.decode("utf-8", "replace"))
                yield Unreadable(sheet, *_position(cell.decode()), False, text)


def _slowly(sheet: int, xml: bytes) -> Iterator[Unreadable]:
    """Any namespace prefix, any order of attributes, cells that do not say where they stand."""
    _refuse_dtd(xml)
    row = column = -1
    for event, element in ET.iterparse(io.BytesIO(xml), ("start", "end")):  # noqa: S314 - no DTD, see above
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "row":
            row, column = int(element.get("r") or row + 2) - 1, -1
        elif event == "start" and tag == "c":
            place = element.get("r")
            row, column = _position(place) if place else (row, column + 1)
        elif event == "end" and tag == "c":
            parts = {part.tag.rpartition("}")[2]: part.text or "" for part in element}
            kind = element.get("t")
            if kind == "e":
                yield Unreadable(sheet, row, column, True, parts.get("v", ""))
            elif "f" in parts and not parts.get("v") and not (kind == "str" and "v" in parts):
                yield Unreadable(sheet, row, column, False, "=" + parts["f"])
            element.clear()


def _targets(archive: zipfile.ZipFile, book: str, relations: str) -> dict[str, str]:
    """Sheet name to archive member."""
    try:
        paths, sheets = _relations(archive.read(relations)), archive.read(book)
    except KeyError:
        return {}
    _refuse_dtd(sheets)
    targets = {}
    for sheet in ET.fromstring(sheets).iter():  # noqa: S314 - no DTD, see above
        if sheet.tag.endswith("}sheet"):
            known = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            targets[sheet.get("name", "")] = paths.get(known, "")
    return targets


def _relations(xml: bytes) -> dict[str, str]:
    _refuse_dtd(xml)
    pairs = ((r.get("Id", ""), r.get("Target", "")) for r in ET.fromstring(xml))  # noqa: S314 - no DTD, see above
    return {name: target.lstrip("/") if target.startswith("/") else f"xl/{target}" for name, target in pairs}


def _refuse_dtd(xml: bytes) -> None:
    """A document type declaration is never valid in a workbook."""
    if b"<!DOCTYPE" in xml:
        raise RefusedError("file_damaged", detail="document type declaration")


def _position(cell: str) -> tuple[int, int]:
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(cell[len(letters) :]) - 1, column - 1


# -- ods: XML with repeated rows and columns -------------------------------------------------------------------------

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def _in_ods(xml: bytes) -> Iterator[Unreadable]:
    if b"formula=" not in xml and b'value-type="error"' not in xml:
        return
    _refuse_dtd(xml)
    sheet = row = column = -1
    repeated = 1
    for event, element in ET.iterparse(io.BytesIO(xml), ("start", "end")):  # noqa: S314 - no DTD, see above
        tag = element.tag.removeprefix(_TABLE)
        if event == "start" and tag == "table":
            sheet, row, repeated = sheet + 1, -1, 1
        elif event == "start" and tag == "table-row":
            row, column, repeated = row + repeated, -1, int(element.get(f"{_TABLE}number-rows-repeated", 1))
        elif event == "end" and tag in ("table-cell", "covered-table-cell"):
            width = int(element.get(f"{_TABLE}number-columns-repeated", 1))
            formula = element.get(f"{_TABLE}formula")
            kinds = {name.rpartition("}")[2]: value for name, value in element.items() if "value-type" in name}
            is_error = "error" in [v for n, v in element.items() if n.endswith("}value-type")]
            if is_error or (formula is not None and not kinds):
                text = "".join(element.itertext()) if is_error else str(formula).removeprefix("of:")
                for number in range(min(width, 1024)):
                    yield Unreadable(sheet, row, column + 1 + number, is_error, text)
            column += width
            element.clear()


# -- xlsb: binary records in a zip -----------------------------------------------------------------------------------

_CODES = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
_ROW, _CELL_ERROR, _FORMULA_ERROR, _BUNDLE_SHEET = 0, 3, 11, 156


def _in_xlsb(archive: zipfile.ZipFile, members: set[str], names: list[str]) -> Iterator[Unreadable]:
    paths = _relations(archive.read("xl/_rels/workbook.bin.rels"))
    targets = {}
    for kind, data in _records(archive.read("xl/workbook.bin")):
        if kind == _BUNDLE_SHEET:
            (length,) = struct.unpack_from("<I", data, 8)
            known = data[12 : 12 + 2 * length].decode("utf-16-le")
            targets[data[16 + 2 * length :].decode("utf-16-le")] = paths.get(known, "")
    for number, name in enumerate(names):
        if targets.get(name) not in members:
            continue
        row = 0
        for kind, data in _records(archive.read(targets[name])):
            if kind == _ROW:
                (row,) = struct.unpack_from("<I", data)
            elif kind in (_CELL_ERROR, _FORMULA_ERROR):
                (column,) = struct.unpack_from("<I", data)
                yield Unreadable(number, row, column, True, _CODES.get(data[8], "#ERROR"))


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        kind, at = _varint(data, at, 2)
        size, at = _varint(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _varint(data: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for number in range(most):
        byte = data[at + number]
        value |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            break
    return value, at + number + 1


# -- xls: binary records in a compound file --------------------------------------------------------------------------

_LAST_SECTOR, _ROOT = 0xFFFFFFF9, 5
_BOUND_SHEET, _BOOL_ERR, _FORMULA, _EOF, _BOF, _FILE_PASS = 0x85, 0x205, 0x06, 0x0A, 0x809, 0x2F


def _in_xls(content: bytes) -> Iterator[Unreadable]:
    book = _book_stream(content)
    starts = [struct.unpack_from("<I", data)[0] for kind, data in _biff(book, 0) if kind == _BOUND_SHEET]
    for number, start in enumerate(starts):
        for kind, data in _biff(book, start):
            if kind == _BOOL_ERR and data[7]:
                code = data[6]
            elif kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
                code = data[8]
            else:
                continue
            row, column = struct.unpack_from("<HH", data)
            yield Unreadable(number, row, column, True, _CODES.get(code, "#ERROR"))


def _biff(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records from ``at`` to the end of that substream; charts inside it are passed over."""
    depth = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        depth += {_BOF: 1, _EOF: -1}.get(kind, 0)
        if depth == 1:
            yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size
        if depth <= 0:
            return


def _book_stream(content: bytes) -> bytes:
    """The stream ``Workbook`` (or ``Book``, before 1997) of a compound file; empty when there is none."""
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    sector, body = 1 << shift, content[1 << shift :]
    fat_count, directory, _, cutoff, mini_fat = struct.unpack_from("<5I", content, 44)
    fat = [n for index in _fat_sectors(content, sector)[:fat_count] for n in _numbers(body, sector, index)]
    entries = _chain(body, fat, sector, directory)
    root = b""
    for at in range(0, len(entries) - 127, 128):
        (length,) = struct.unpack_from("<H", entries, at + 64)
        start, size = struct.unpack_from("<II", entries, at + 116)
        if entries[at + 66] == _ROOT:
            root = _chain(body, fat, sector, start)
        if entries[at : at + max(0, length - 2)].decode("utf-16-le", "replace") not in ("Workbook", "Book"):
            continue
        if size >= cutoff:
            return _chain(body, fat, sector, start)[:size]
        table = _chain(body, fat, sector, mini_fat)
        return _chain(root, list(_numbers(table, len(table), 0)), 1 << mini_shift, start)[:size]
    return b""


def _fat_sectors(content: bytes, sector: int) -> list[int]:
    """Where the allocation table stands: 109 places in the header, more in a chain of sectors."""
    (more,) = struct.unpack_from("<I", content, 68)
    found = list(struct.unpack_from("<109I", content, 76))
    for _ in range(len(content) // sector):
        block = _numbers(content[sector:], sector, more) if more < _LAST_SECTOR else ()
        if not block:
            break
        found += block[:-1]
        more = block[-1]
    return found


def _numbers(body: bytes, sector: int, index: int) -> tuple[int, ...]:
    block = body[index * sector : (index + 1) * sector]
    return struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])


def _chain(body: bytes, table: list[int], sector: int, index: int) -> bytes:
    parts: list[bytes] = []
    while index < len(table) and len(parts) <= len(table):
        parts.append(body[index * sector : (index + 1) * sector])
        index = table[index]
    return b"".join(parts)

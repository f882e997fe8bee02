"""Workbooks made in a test, byte by byte where it matters."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

import openpyxl
import xlsxwriter

Grid = Sequence[Sequence[object]]

_ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" office:version="1.3">'
    '<office:body><office:spreadsheet><table:table table:name="Sheet">'
)
_ODS_FOOT = "</table:table></office:spreadsheet></office:body></office:document-content>"
_ODS_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/"'
    ' manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
)


def workbook(sheets: Mapping[str, Grid], formats: Mapping[str, str] | None = None) -> bytes:
    """An xlsx file with these sheets; ``formats`` are number formats of cells of the last one."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, grid in sheets.items():
        page = book.create_sheet(name)
        for r, row in enumerate(grid, start=1):
            for c, value in enumerate(row, start=1):
                if value is not None:
                    page.cell(r, c, value)
    for cell, written in (formats or {}).items():
        page[cell].number_format = written
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def ods(*rows: str) -> bytes:
    """An ods file from the XML of its rows' cells; attributes may leave out their prefixes ``office`` and ``table``."""
    body = "".join(f"<table:table-row>{cells}</table:table-row>" for cells in rows)
    return zipped(
        [
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", (_ODS_HEAD + body + _ODS_FOOT).encode()),
            ("META-INF/manifest.xml", _ODS_MANIFEST.encode()),
        ]
    )


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip archive; the first member is stored, as ods asks for."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number, (name, content) in enumerate(members):
            archive.writestr(name, content, zipfile.ZIP_DEFLATED if number else zipfile.ZIP_STORED)
    return target.getvalue()


def with_part(book: bytes, part: str, content: bytes) -> bytes:
    """The same workbook with one part replaced."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return zipped((name, content if name == part else archive.read(name)) for name in archive.namelist())


def with_cells(xml: str, prefix: str = "") -> bytes:
    """An xlsx file whose only sheet holds these rows of XML."""
    p, ns = (f"{prefix}:", f":{prefix}") if prefix else ("", "")
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<{p}worksheet xmlns{ns}="{space}"><{p}sheetData>{xml}</{p}sheetData></{p}worksheet>'
    return with_part(workbook({"Sheet": [["x"]]}), "xl/worksheets/sheet1.xml", sheet.encode())


def with_shared_texts(items: str, *cells: str) -> bytes:
    """An xlsx file whose shared texts are these ``<si>`` items; each row of cells is XML."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("Sheet").write(0, 0, "x")
    book.close()
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = "".join(f"<row>{row}</row>" for row in cells)
    sheet = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    content = with_part(target.getvalue(), "xl/sharedStrings.xml", f'<sst xmlns="{space}">{items}</sst>'.encode())
    return with_part(content, "xl/worksheets/sheet1.xml", sheet.encode())


def part(book: bytes, name: str) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.read(name)


def with_more(book: bytes, *parts: tuple[str, str]) -> bytes:
    """The same workbook with more parts."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    return zipped([*members, *((name, text.encode()) for name, text in parts)])

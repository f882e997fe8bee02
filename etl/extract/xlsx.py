"""What an xlsx or xlsm workbook (XML in a zip) says of its cells beside their values.

Searches for a few bytes tell that most sheets have nothing of the kind; only where one is found is the XML taken
apart: by patterns in the shape that Excel, LibreOffice and openpyxl write, else element by element.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree as ET

from etl.extract.findings import Findings, Span, Unreadable, area, position
from etl.extract.package import Package

# Anything but <c r="A1" x="y">, an element after the other without blanks, is read element by element.
_OTHER = re.compile(
    rb"""<(?:\w+:c[ />]|c[/>]|c\s(?!r="[A-Z]{1,3}\d{1,7}"(?: [\w:]+="[^"]*")*/?>))|</[fv]>\s|<c [^>]*[^/]>\s"""
)
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}\d+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>', re.DOTALL
)
_FORMULA_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}\d+)"([^>]*)><f(?:[^>]*/>|[^>]*>([^<]*)</f>)(<v\s*/>|<v></v>)?</c>', re.DOTALL
)
_ROW = re.compile(rb"<row ([^>]*)>")
_COLUMN = re.compile(rb"<col ([^>]*)/?>")
_HIDDEN = re.compile(rb'\b(?:hidden="(?:1|true)"|(?:ht|width)="0(?:\.0*)?")')
_MERGE = re.compile(rb'<mergeCell ref="([A-Z0-9:$]+)"')
_DIMENSION = re.compile(rb'<dimension ref="([A-Z0-9:$]+)"')
_TRUE = ("1", "true")


class Sheet(NamedTuple):
    """One sheet: its name, its part, what kind it is (``worksheet``, ``chartsheet`` ...), whether it is hidden."""

    name: str
    part: str
    kind: str
    is_hidden: bool


class BookParts(NamedTuple):
    """Sheets in their order, parts of the shared texts and styles (empty when there are none), the first day."""

    sheets: tuple[Sheet, ...]
    shared: str
    styles: str
    is_1904: bool


def book_parts(package: Package) -> BookParts:
    """What the workbook's own part says."""
    part = package.book()
    return _book(package.read_common(part), *_relations_of(package, part))


def scan(package: Package, names: list[str]) -> Findings:
    """Go through the sheets of these names."""
    parts = {sheet.name: sheet.part for sheet in book_parts(package).sheets}
    found = scan_book(package)
    for number, name in enumerate(names):
        if parts.get(name, "") in package:
            scan_sheet(number, package.read(parts[name]), found)
            scan_pivots(number, package, parts[name], found)
    return found


def scan_book(package: Package) -> Findings:
    """What can be said of the whole file."""
    marks = package_marks(package)
    return Findings(marks=[*marks, "date_1904"] if book_parts(package).is_1904 else marks)


def package_marks(package: Package) -> list[str]:
    """What the mere presence of parts says: macros, links to other files."""
    marks = ["macros"] if "xl/vbaProject.bin" in package else []
    return [*marks, "external_links"] if package.named("xl/externalLinks/externalLink") else marks


def relations(package: Package, part: str) -> dict[str, str]:
    """Relation id to the part it leads to."""
    return {name: target for name, (target, _) in _targets(*_relations_of(package, part)).items()}


def _relations_of(package: Package, part: str) -> tuple[bytes, str]:
    folder, path = _beside(part)
    return (package.read_common(path) if path in package else b""), folder


@lru_cache(maxsize=64)
def _beside(part: str) -> tuple[str, str]:
    """The folder of a part, and the part that lists its relations."""
    folder, name = posixpath.split(part)
    return folder, posixpath.join(folder, "_rels", f"{name}.rels")


def _targets(xml: bytes, folder: str) -> dict[str, tuple[str, str]]:
    """Relation id to the part it leads to and the relation's kind."""
    if not xml:
        return {}
    return {
        link.get("Id", ""): (
            posixpath.normpath(posixpath.join(f"/{folder}", link.get("Target", ""))).lstrip("/"),
            link.get("Type", "").rpartition("/")[2],
        )
        for link in ET.fromstring(xml)  # noqa: S314 - DTDs are refused before
    }


@lru_cache(maxsize=64)
def _book(xml: bytes, rels: bytes, folder: str) -> BookParts:
    """Workbooks of one template share these parts, byte for byte."""
    targets = _targets(rels, folder)
    sheets, is_1904 = [], False
    for element in ET.fromstring(xml).iter():  # noqa: S314 - DTDs are refused before
        tag = element.tag.rpartition("}")[2]
        if tag == "sheet":
            known = next((value for name, value in element.items() if name.endswith("}id")), "")
            part, kind = targets.get(known, ("", ""))
            is_hidden = element.get("state", "visible") != "visible"
            sheets.append(Sheet(element.get("name", ""), part, kind, is_hidden))
        elif tag == "workbookPr":
            is_1904 = is_1904 or element.get("date1904") in _TRUE
    by_kind = {kind: part for part, kind in targets.values()}
    return BookParts(tuple(sheets), by_kind.get("sharedStrings", ""), by_kind.get("styles", ""), is_1904)


def scan_sheet(sheet: int, xml: bytes, found: Findings) -> None:
    """Find what one sheet holds beside values."""
    has_error = b">#" in xml
    has_formula = xml.count(b"</c>") != xml.count(b"</v></c>") + xml.count(b"</is></c>") or b"></v>" in xml
    if b"<sheetData" not in xml or ((has_error or has_formula or _has_hidden(xml)) and _OTHER.search(xml)):
        _scan_slowly(sheet, xml, found)
        return
    if has_error or has_formula:
        scan_cells(sheet, xml, found)
    scan_shape(sheet, xml, found)


def scan_shape(sheet: int, xml: bytes, found: Findings) -> None:
    """What is hidden and merged on a sheet in the usual shape, and how far the sheet says that it goes."""
    if _has_hidden(xml):
        _scan_hidden(sheet, xml, found)
    merged = xml.find(b"<mergeCell ", xml.rfind(b"</sheetData>"))
    if merged >= 0:
        found.merged += filter(None, (area(sheet, ref.decode()) for ref in _MERGE.findall(xml, merged)))
    dimension = _DIMENSION.search(xml, 0, 4096)
    if dimension:
        found.dimensions += filter(None, [area(sheet, dimension.group(1).decode())])


def _has_hidden(xml: bytes) -> bool:
    return b" hidden" in xml or b' ht="0' in xml


def scan_cells(sheet: int, xml: bytes, found: Findings) -> None:
    """Error cells and formulas without a saved result, in the usual shape."""
    if b">#" in xml:
        for cell, text in _ERROR_CELL.findall(xml):
            found.unreadable.append(Unreadable(sheet, *position(cell.decode()), True, text.decode()))
    for cell, attributes, formula, value in _FORMULA_CELL.findall(xml):
        if not (value and b't="str"' in attributes):  # the saved result may be an empty text
            text = "=" + html.unescape(formula.decode("utf-8", "replace"))
            found.unreadable.append(Unreadable(sheet, *position(cell.decode()), False, text))


def _scan_hidden(sheet: int, xml: bytes, found: Findings) -> None:
    for given in _COLUMN.findall(xml, 0, xml.find(b"<sheetData")):
        if _HIDDEN.search(given):
            _note_column(sheet, _attributes(given), found)
    row = -1
    for given in _ROW.findall(xml):
        place = _attributes(given).get("r")
        row = int(place) - 1 if place else row + 1
        if _HIDDEN.search(given):
            found.hidden_rows.append(Span(sheet, row, row))


def _attributes(given: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in re.findall(rb'([\w:]+)="([^"]*)"', given)}


def _note_column(sheet: int, attributes: dict[str, str], found: Findings) -> None:
    first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
    found.hidden_columns.append(Span(sheet, first - 1, last - 1))


def _is_hidden(element: ET.Element, size: str) -> bool:
    return element.get("hidden") in _TRUE or element.get(size, "x").strip("0.") == ""


def _scan_slowly(sheet: int, xml: bytes, found: Findings) -> None:
    """Any namespace prefix, any order of attributes, cells that do not say where they stand."""
    row = column = -1
    for event, element in ET.iterparse(io.BytesIO(xml), ("start", "end")):  # noqa: S314 - DTDs are refused before
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "row":
            row, column = int(element.get("r") or row + 2) - 1, -1
            if _is_hidden(element, "ht"):
                found.hidden_rows.append(Span(sheet, row, row))
        elif event == "start" and tag == "c":
            place = element.get("r")
            row, column = position(place) if place else (row, column + 1)
        elif event == "start" and tag == "col" and _is_hidden(element, "width"):
            _note_column(sheet, dict(element.items()), found)
        elif event == "start" and tag in ("mergeCell", "dimension"):
            where = area(sheet, element.get("ref", ""))
            if where is not None:
                (found.merged if tag == "mergeCell" else found.dimensions).append(where)
        elif event == "end" and tag == "c":
            _scan_cell(sheet, row, column, element, found)
            element.clear()


def _scan_cell(sheet: int, row: int, column: int, element: ET.Element, found: Findings) -> None:
    parts = {part.tag.rpartition("}")[2]: part.text or "" for part in element}
    kind = element.get("t")
    if kind == "e":
        found.unreadable.append(Unreadable(sheet, row, column, True, parts.get("v", "")))
    elif "f" in parts and not parts.get("v") and not (kind == "str" and "v" in parts):
        found.unreadable.append(Unreadable(sheet, row, column, False, "=" + parts["f"]))


def scan_pivots(sheet: int, package: Package, target: str, found: Findings) -> None:
    """Where pivot tables stand on a sheet."""
    if not package.named("xl/pivotTables/"):
        return
    for part in relations(package, target).values():
        if "pivotTables/" in part and part in package:
            for element in ET.fromstring(package.read(part)).iter():  # noqa: S314 - DTDs are refused before
                where = area(sheet, element.get("ref", "")) if element.tag.endswith("}location") else None
                if where is not None:
                    found.pivots.append(where)

"""What an ods workbook (XML with repeated rows and columns) says of its cells beside their values."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

from etl.extract.findings import Area, Findings, Span, Unreadable
from etl.extract.package import Package

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_MOST = 1024
_FROM_1904 = re.compile(rb'<table:null-date[^>]*date-value="1904')
_TELLING = re.compile(rb'formula=|value-type="error"|visibility=|-spanned="(?!1")|xlink:href')


def scan(package: Package) -> Findings:
    """Go through all sheets."""
    xml = package.read("content.xml")
    found = Findings()
    if package.named("Basic/") and len(package.named("Basic/")) > len(package.named("Basic/script-lc.xml")):
        found.marks.append("macros")
    if b"<table:null-date" in xml and _FROM_1904.search(xml):
        found.marks.append("date_1904")
    if _TELLING.search(xml):
        if b"table:cell-range-source" in xml or b"'file://" in xml or (b"#$" in xml and b"file://" in xml):
            found.marks.append("external_links")
        _Scan(found).read(xml)
    return found


class _Scan:
    """One pass; where it stands."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.sheet = self.row = self.column = self.wide = -1
        self.repeated = 1

    def read(self, xml: bytes) -> None:
        for event, element in ET.iterparse(io.BytesIO(xml), ("start", "end")):  # noqa: S314 - DTDs are refused before
            tag = element.tag.removeprefix(_TABLE)
            if event == "start" and tag == "table":
                self.sheet, self.row, self.wide, self.repeated = self.sheet + 1, -1, -1, 1
            elif event == "start" and tag == "table-row":
                self.row, self.column = self.row + self.repeated, -1
                self.repeated = int(element.get(f"{_TABLE}number-rows-repeated", 1))
                if element.get(f"{_TABLE}visibility", "visible") != "visible":
                    self.found.hidden_rows.append(Span(self.sheet, self.row, self.row + self.repeated - 1))
            elif event == "start" and tag == "table-column":
                first = self.wide + 1
                self.wide += int(element.get(f"{_TABLE}number-columns-repeated", 1))
                if element.get(f"{_TABLE}visibility", "visible") != "visible":
                    self.found.hidden_columns.append(Span(self.sheet, first, self.wide))
            elif event == "end" and tag in ("table-cell", "covered-table-cell"):
                self._cell(element)
                element.clear()

    def _cell(self, element: ET.Element) -> None:
        width = int(element.get(f"{_TABLE}number-columns-repeated", 1))
        first, self.column = self.column + 1, self.column + width
        down = int(element.get(f"{_TABLE}number-rows-spanned", 1))
        across = int(element.get(f"{_TABLE}number-columns-spanned", 1))
        if down > 1 or across > 1:
            self.found.merged.append(Area(self.sheet, self.row, first, self.row + down - 1, first + across - 1))
        formula = element.get(f"{_TABLE}formula")
        types = [value for name, value in element.items() if name.endswith("}value-type")]
        is_error = "error" in types
        if is_error or (formula is not None and not types):
            text = "".join(element.itertext()) if is_error else str(formula).removeprefix("of:")
            for row in range(self.row, self.row + min(self.repeated, _MOST)):
                for column in range(first, first + min(width, _MOST)):
                    self.found.unreadable.append(Unreadable(self.sheet, row, column, is_error, text))

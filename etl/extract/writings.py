"""What cells mean, by the way they are written: workbooks of one template write most of theirs alike, to the byte.

So each distinct writing is understood once and has a number. Cutting sheets into writings, and frames: ``plain``.
Only what is beyond doubt is understood here: numbers without a date's format, and shared texts. Any other value is
given to the parser, in a small workbook made of such values alone (``converted``).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from python_calamine import CalamineWorkbook

from etl.extract.cells import content_of
from etl.extract.findings import MOST_COLUMNS, MOST_ROWS, position
from etl.extract.package import stored
from etl.extract.text import plain_number

CELL = b'<c r="'
# What follows CELL up to the next one: place, attributes, formula, value, and the tags of rows that end and begin.
_WRITING = re.compile(
    rb'([A-Z]{1,3}[0-9]{1,7})"([^<>/]*)'
    rb"(?:/>|></c>|>(?:<f[^<>]*/>|<f[^<>]*>[^<>]*</f>)?<v>([^<>]+)</v></c>)"
    rb"(?:\s|</row>|<row[^<>]*>)*"
)
_ATTRIBUTES = re.compile(rb'(?: s="[0-9]{1,5}")?(?: t="(n|s|str|b|e)")?')
_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_INDEX = re.compile(rb"[0-9]{1,9}")
_NUMBER_KIND, _TEXT_KIND = 0, 1
BLANK = 255
"""Kind of a cell without a value."""
_MOST_KEPT = 100_000
_MOST_STYLES = 64


class UnusualError(Exception):
    """A workbook that is to be read by the parser."""


@dataclass(frozen=True, slots=True)
class Styles:
    """What decides whether a number is a date; equal for all workbooks of one template."""

    xml: bytes
    is_1904: bool


class Vocabulary(dict[bytes, int]):
    """A cell as it is written to its number; under that number the lists hold what it means.

    ``shared``: number of its shared text, -1 for all others. ``pending``: attributes and value of writings that are
    left to the parser; those over which it breaks are ``broken``.
    """

    def __init__(self, styles: Styles) -> None:
        super().__init__()
        self.styles = styles
        self.places: list[int] = []
        self.is_filled: list[bool] = []
        self.kinds: list[int] = []
        self.texts: list[str] = []
        self.numbers: list[float | None] = []
        self.shared: list[int] = []
        self.pending: dict[int, tuple[bytes, bytes]] = {}
        self.broken: list[int] = []
        self._has_date: dict[bytes, bool] = {}

    def __missing__(self, writing: bytes) -> int:
        match = _WRITING.fullmatch(writing)
        if match is None:
            raise UnusualError
        place, attributes, value = match.groups()
        row, column = position(place.decode())
        if not 0 <= row < MOST_ROWS or column >= MOST_COLUMNS:
            raise UnusualError
        kind, text, number, shared = self._meaning(attributes, value)
        known = self[writing] = len(self.places)
        if kind is None:
            self.pending[known] = (attributes, value)
        self.places.append(row * MOST_COLUMNS + column)
        self.is_filled.append(value is not None)
        self.kinds.append(BLANK if kind is None else kind)
        self.texts.append(text)
        self.numbers.append(number)
        self.shared.append(shared)
        return known

    def _meaning(self, attributes: bytes, value: bytes | None) -> tuple[int | None, str, float | None, int]:
        """Kind, text, number and shared text; kind None where the parser has to say it. Raises UnusualError."""
        match = _ATTRIBUTES.fullmatch(attributes)
        if match is None:
            raise UnusualError
        kind = match.group(1) or b"n"
        if value is None or kind == b"e":  # errors are found by a scan of their own
            return BLANK, "", None, -1
        if kind == b"s":
            if not _INDEX.fullmatch(value):
                raise UnusualError
            return _TEXT_KIND, "", None, int(value)
        if kind == b"n" and not self._is_date(attributes):
            if not _NUMBER.fullmatch(value):
                raise UnusualError
            number = float(value)
            return _NUMBER_KIND, plain_number(number), number, -1
        return None, "", None, -1

    def _is_date(self, attributes: bytes) -> bool:
        known = self._has_date.get(attributes)
        if known is None:
            (value,) = converted(self.styles, [(attributes, b"1.5")])
            known = self._has_date[attributes] = value.__class__ is not float
        return known

    def settle(self) -> None:
        """Put in what the parser makes of the writings that were left to it."""
        made = _converted_each(self.styles, list(self.pending.values()))
        for known, value in zip(self.pending, made, strict=True):
            if value is None:
                self.broken.append(known)
            elif value != "":
                self.kinds[known], self.texts[known], self.numbers[known] = content_of(value)
        self.pending.clear()

    def frame(self) -> pl.DataFrame:
        """One row a writing, in the order of their numbers."""
        schema = {"place": pl.Int64, "kind": pl.UInt8, "text": pl.String, "number": pl.Float64, "shared": pl.Int64}
        return pl.DataFrame([self.places, self.kinds, self.texts, self.numbers, self.shared], schema=schema)


_vocabularies: dict[Styles, Vocabulary] = {}


def vocabulary(styles: Styles) -> Vocabulary:
    """The one of these styles; all begin anew when they have grown too large."""
    if sum(map(len, _vocabularies.values())) > _MOST_KEPT or len(_vocabularies) > _MOST_STYLES:
        _vocabularies.clear()
    if styles not in _vocabularies:
        _vocabularies[styles] = Vocabulary(styles)
    return _vocabularies[styles]


# -- values that are left to the parser ------------------------------------------------------------------------------

_SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_END = b'<row><c t="str"><v>.</v></c></row>'


def converted(styles: Styles, cells: Iterable[tuple[bytes, bytes]]) -> list[object]:
    """What the parser makes of cells with these attributes and values; ``""`` is a blank."""
    rows = b"".join(b"<row><c%b><v>%b</v></c></row>" % cell for cell in cells)
    day = ' date1904="1"' if styles.is_1904 else ""
    sheet = '<sheet name="S" sheetId="1" r:id="a"/>'
    texts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_SPACE}" xmlns:r="{_OFFICE}"><workbookPr{day}/>'
        f"<sheets>{sheet}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(worksheet="worksheets/s.xml", styles="styles.xml"),
    }
    parts = {name: text.encode() for name, text in texts.items()}
    parts["xl/styles.xml"] = styles.xml
    data = b"<sheetData>%b%b%b</sheetData>" % (_END, rows, _END)
    parts["xl/worksheets/s.xml"] = b'<worksheet xmlns="%b">%b</worksheet>' % (_SPACE.encode(), data)
    book = CalamineWorkbook.from_filelike(io.BytesIO(stored(parts)))
    return [line[0] for line in book.get_sheet_by_index(0).to_python()[1:-1]]


def _relations(**targets: str) -> str:
    links = (
        f'<Relationship Id="{chr(97 + number)}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_PACKAGE}">{"".join(links)}</Relationships>'


def _converted_each(styles: Styles, cells: list[tuple[bytes, bytes]]) -> list[object]:
    """As ``converted``, None for a value over which the parser breaks."""
    try:
        return converted(styles, cells)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # the parser's panics derive from it
        if len(cells) == 1:
            return [None]
    middle = len(cells) // 2
    return _converted_each(styles, cells[:middle]) + _converted_each(styles, cells[middle:])

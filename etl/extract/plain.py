"""Sheets in the shape that Excel and XlsxWriter write, read with one pattern each: faster than by the parser.

Only what is beyond doubt is read here: numbers without a date's format, and shared texts. Any other value is given to
the parser, in a small workbook made of such values alone (``converted``). A workbook with anything unusual in its XML
is left to the parser as a whole (``UnusualError``). So both ways give the same cells; tests compare them.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import ge

import polars as pl
from python_calamine import CalamineWorkbook

from etl.extract.cells import content_of
from etl.extract.findings import MOST_COLUMNS, MOST_ROWS, position
from etl.extract.package import Package, stored
from etl.extract.text import plain_number

_CELL = re.compile(rb'<c r="([A-Z]{1,3}+[0-9]{1,7}+)"([^>]*+)>(?:<f[^>]*+>(?:[^<]*+</f>)?)?<v>([^<]*+)</v></c>')
_ATTRIBUTES = re.compile(rb'(?: s="[0-9]{1,5}")?(?: t="(n|s|str|b|e)")?')
_TEXT = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_NUMBER = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_STRANGE_ENTITY = re.compile(rb"&(?!(?:lt|gt|quot|apos|amp);)")
_HEAD = re.compile(rb"""<\?xml version=["']1.0["'] encoding=["'](?:UTF|utf)-8["'][^>]*>\s*<""")
_NO_HEAD = re.compile(rb"<(?:worksheet|sst)\b")
_NUMBER_KIND, _TEXT_KIND, _ERROR_KIND, _OTHER_KIND, _BLANK = 0, 1, 2, 3, 255
_MOST_KEPT = 200_000


class UnusualError(Exception):
    """A workbook that is to be read by the parser."""


@dataclass(frozen=True, slots=True)
class Styles:
    """What decides whether a number is a date; equal for all workbooks of one template."""

    xml: bytes
    is_1904: bool


@dataclass
class PlainCells:
    """Cells of one workbook as parallel lists; ``kinds`` are those of this module, texts of numbers are in digits.

    ``sheets``: number of each sheet, and how many cells it has. ``others``: index, attributes and value of each cell
    that is left to the parser; ``serials``: what numbers it gave them.
    """

    styles: Styles
    sheets: list[tuple[int, int]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    others: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    serials: dict[int, float | None] = field(default_factory=dict)
    has_errors: bool = False


# -- one workbook ----------------------------------------------------------------------------------------------------


def read(package: Package, sheets: Sequence[str], shared: str, styles: Styles) -> PlainCells:
    """Cells of the sheets in these parts. Raises UnusualError."""
    by_index = _shared_texts(package.read(shared)) if shared else {}
    cells = PlainCells(styles)
    for number, part in enumerate(sheets):
        xml = package.read(part)
        _refuse_unusual(xml, b"</worksheet>")
        _read_sheet(number, xml, by_index, cells)
    return cells


def _read_sheet(number: int, xml: bytes, by_index: dict[bytes, str], cells: PlainCells) -> None:
    start, end = xml.find(b"<sheetData>"), xml.find(b"</sheetData>")
    if start < 0 or end < 0:
        if b"<sheetData/>" in xml:
            return
        raise UnusualError
    found = _CELL.findall(xml, start, end)
    if len(found) != xml.count(b"</c>", start, end):
        raise UnusualError
    if not found:
        return
    places, attributes, values = zip(*found, strict=True)
    kinds = list(map(_kinds(cells.styles).__getitem__, attributes))
    lookups = (_WRITTEN, by_index, _LEFT, _LEFT)
    try:
        texts = [lookups[kind][value] for kind, value in zip(kinds, values, strict=True)]
    except KeyError as error:
        raise UnusualError from error
    if max(kinds) >= _ERROR_KIND:
        before = len(cells.kinds)
        cells.has_errors = cells.has_errors or _ERROR_KIND in kinds
        others = [i for i, kind in enumerate(kinds) if kind == _OTHER_KIND]
        kinds = [_BLANK if kind == _ERROR_KIND else kind for kind in kinds]
        cells.others += [(before + i, attributes[i], values[i]) for i in others]
    where = list(map(_PLACES.__getitem__, places))
    if any(map(ge, where, where[1:])):
        raise UnusualError  # not row by row, or one cell twice
    cells.sheets.append((number, len(found)))
    cells.places += where
    cells.kinds += kinds
    cells.texts += texts


def _refuse_unusual(xml: bytes, end: bytes) -> None:
    """UTF-8 without comments, raw sections or instructions, in which something that looks like a cell might stand."""
    start = max(xml.find(b"?>", 0, 200), 0)
    if not (_HEAD.match(xml) or _NO_HEAD.match(xml)) or not xml.rstrip().endswith(end):
        raise UnusualError
    if (b"!" in xml and b"<!" in xml) or (xml.find(b"?", start + 2) >= 0 and xml.find(b"<?", start) >= 0):
        raise UnusualError


@lru_cache(maxsize=8)
def _shared_texts(xml: bytes) -> dict[bytes, str]:
    """Shared texts by their number as it is written. Raises UnusualError where one is more than a plain text."""
    _refuse_unusual(xml, b"</sst>")
    found = _TEXT.findall(xml)
    if len(found) != xml.count(b"<si") or b"_x" in xml or b"\r" in xml or b"\0" in xml:
        raise UnusualError
    if not found:
        return {}
    try:
        text = b"\0".join(found).decode()
    except UnicodeDecodeError as error:
        raise UnusualError from error
    if b"&" in xml:
        if _STRANGE_ENTITY.search(xml):
            raise UnusualError
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    _NUMBERS.extend(b"%d" % number for number in range(len(_NUMBERS), len(found)))
    return dict(zip(_NUMBERS, text.split("\0"), strict=False))


_NUMBERS: list[bytes] = []


# -- what is written, to what it means; all workbooks of a template write the same -----------------------------------


class _Written(dict[bytes, str]):
    """A number to its digits."""

    def __missing__(self, value: bytes) -> str:
        if not _NUMBER.fullmatch(value):
            raise KeyError(value)
        if len(self) > _MOST_KEPT:
            self.clear()
        text = self[value] = plain_number(float(value))
        return text


class _Left(dict[bytes, str]):
    """A value that is left to the parser; one without a value makes the workbook unusual."""

    def __missing__(self, value: bytes) -> str:
        if not value:
            raise KeyError(value)
        return ""


class _Places(dict[bytes, int]):
    """``C9`` to one number: row from 0 times MOST_COLUMNS plus column from 0."""

    def __missing__(self, cell: bytes) -> int:
        row, column = position(cell.decode())
        if not 0 <= row < MOST_ROWS or column >= MOST_COLUMNS:
            raise UnusualError
        if len(self) > _MOST_KEPT:
            self.clear()
        place = self[cell] = row * MOST_COLUMNS + column
        return place


class _Kinds(dict[bytes, int]):
    """A cell's attributes to its kind."""

    def __init__(self, styles: Styles) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, attributes: bytes) -> int:
        match = _ATTRIBUTES.fullmatch(attributes)
        if match is None:
            raise UnusualError
        known = {b"s": _TEXT_KIND, b"e": _ERROR_KIND, b"str": _OTHER_KIND, b"b": _OTHER_KIND}
        kind = known.get(match.group(1) or b"n")
        if kind is None:
            (value,) = converted(self._styles, [(attributes, b"1.5")])
            kind = _NUMBER_KIND if value.__class__ is float else _OTHER_KIND
        self[attributes] = kind
        return kind


_WRITTEN, _LEFT, _PLACES = _Written(), _Left(), _Places()


@lru_cache(maxsize=64)
def _kinds(styles: Styles) -> _Kinds:
    return _Kinds(styles)


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


# -- many workbooks --------------------------------------------------------------------------------------------------


def settle(books: Sequence[tuple[int, PlainCells]]) -> frozenset[int]:
    """Put in what the parser makes of the values that were left to it.

    Returns files with a value over which the parser breaks: let it read them as a whole and say so.
    """
    waiting: dict[Styles, dict[tuple[bytes, bytes], list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for number, (_, cells) in enumerate(books):
        for index, attributes, value in cells.others:
            waiting[cells.styles][attributes, value].append((number, index))
    broken: set[int] = set()
    for styles, given in waiting.items():
        for made, places in zip(_converted_each(styles, list(given)), given.values(), strict=True):
            if made is None:
                broken.update(books[number][0] for number, _ in places)
                continue
            kind, text, serial = (_BLANK, "", None) if made == "" else content_of(made)
            for number, index in places:
                cells = books[number][1]
                cells.kinds[index], cells.texts[index], cells.serials[index] = kind, text, serial
    return frozenset(broken)


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


def frame(books: Sequence[tuple[int, PlainCells]]) -> pl.DataFrame:
    """Cells of workbooks by file number, after ``settle``: CELL_SCHEMA."""
    runs = pl.DataFrame(
        [(file_no, number, count) for file_no, cells in books for number, count in cells.sheets],
        schema={"file_no": pl.UInt32, "sheet_no": pl.UInt16, "count": pl.UInt32},
        orient="row",
    )
    kinds = list(chain.from_iterable(cells.kinds for _, cells in books))
    place = pl.Series("place", chain.from_iterable(cells.places for _, cells in books), dtype=pl.UInt64)
    found = runs.select(pl.col("file_no", "sheet_no").repeat_by("count").explode(empty_as_null=False)).with_columns(
        row=(place // MOST_COLUMNS).cast(pl.UInt32),
        column=(place % MOST_COLUMNS).cast(pl.UInt32),
        kind=pl.Series(kinds, dtype=pl.UInt8),
        text=pl.Series(chain.from_iterable(cells.texts for _, cells in books), dtype=pl.String),
    )
    numbers = found.select(pl.when(pl.col("kind") == _NUMBER_KIND).then("text").cast(pl.Float64)).to_series()
    serials = dict(_serials(books))
    if serials:
        numbers = numbers.scatter(list(serials), list(serials.values()))
    found = found.with_columns(numbers.alias("number"))
    return found.filter(pl.col("kind") != _BLANK) if _BLANK in kinds else found


def _serials(books: Sequence[tuple[int, PlainCells]]) -> Iterator[tuple[int, float | None]]:
    before = 0
    for _, cells in books:
        for index, serial in cells.serials.items():
            yield before + index, serial
        before += len(cells.kinds)

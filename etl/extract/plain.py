"""Sheets in the shape that Excel and XlsxWriter write, cut at their cells: faster than by the parser.

A sheet becomes a list of numbers of writings (``writings``), and all sheets of a bundle one frame. A workbook with
anything unusual in its XML is left to the parser as a whole (``UnusualError``). So both ways give the same cells; tests
compare them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, groupby

import polars as pl

from etl.extract.cells import CELL_SCHEMA
from etl.extract.findings import MOST_COLUMNS, MOST_ROWS
from etl.extract.package import Package
from etl.extract.writings import BLANK, CELL, Styles, UnusualError, Vocabulary, vocabulary

_BEFORE = re.compile(rb"(?:\s|</row>|<row[^<>]*>)*")
_TEXT = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_STRANGE_ENTITY = re.compile(rb"&(?!(?:lt|gt|quot|apos|amp);)")
_HEAD = re.compile(rb"""<\?xml version=["']1.0["'] encoding=["'](?:UTF|utf)-8["'][^>]*>\s*<""")
_NO_HEAD = re.compile(rb"<(?:worksheet|sst)\b")
_SHEET = ["file_no", "sheet_no"]


@dataclass
class PlainCells:
    """Cells of one workbook: its sheets with the numbers of their writings, and its shared texts."""

    vocabulary: Vocabulary
    texts: Sequence[str]
    sheets: list[tuple[int, list[int]]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether no cell has a value."""
        is_filled = self.vocabulary.is_filled.__getitem__
        return not any(any(map(is_filled, writings)) for _, writings in self.sheets)


# -- one workbook ----------------------------------------------------------------------------------------------------


def read(package: Package, sheets: Sequence[str], shared: str, styles: Styles) -> PlainCells:
    """Cells of the sheets in these parts. Raises UnusualError."""
    texts = _shared_texts(package.read(shared)) if shared else ()
    cells = PlainCells(vocabulary(styles), texts)
    for number, part in enumerate(sheets):
        xml = package.read(part)
        _refuse_unusual(xml, b"</worksheet>")
        cells.sheets.append((number, list(map(cells.vocabulary.__getitem__, _writings(xml)))))
    return cells


def _writings(xml: bytes) -> list[bytes]:
    """Each cell of a sheet as it is written, up to the next one."""
    start, end = xml.find(b"<sheetData>"), xml.find(b"</sheetData>")
    if start < 0 or end < 0:
        if b"<sheetData/>" in xml:
            return []
        raise UnusualError
    before, *writings = xml[start + len(b"<sheetData>") : end].split(CELL)
    if not _BEFORE.fullmatch(before):
        raise UnusualError
    return writings


def _refuse_unusual(xml: bytes, end: bytes) -> None:
    """UTF-8 without comments, raw sections or instructions, in which something that looks like a cell might stand."""
    start = max(xml.find(b"?>", 0, 200), 0)
    if not (_HEAD.match(xml) or _NO_HEAD.match(xml)) or not xml.rstrip().endswith(end):
        raise UnusualError
    if (b"!" in xml and b"<!" in xml) or (xml.find(b"?", start + 2) >= 0 and xml.find(b"<?", start) >= 0):
        raise UnusualError


@lru_cache(maxsize=8)
def _shared_texts(xml: bytes) -> Sequence[str]:
    """Shared texts in their order. Raises UnusualError where one is more than a plain text."""
    _refuse_unusual(xml, b"</sst>")
    found = _TEXT.findall(xml)
    if len(found) != xml.count(b"<si") or b"_x" in xml or b"\r" in xml or b"\0" in xml:
        raise UnusualError
    if not found:
        return ()
    try:
        text = b"\0".join(found).decode()
    except UnicodeDecodeError as error:
        raise UnusualError from error
    if b"&" in xml:
        if _STRANGE_ENTITY.search(xml):
            raise UnusualError
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    return text.split("\0")


# -- many workbooks --------------------------------------------------------------------------------------------------

_RUN_SCHEMA = {
    "file_no": pl.UInt32,
    "sheet_no": pl.UInt16,
    "count": pl.UInt32,
    "first": pl.Int64,
    "most": pl.Int64,
}


def frame(books: Sequence[tuple[int, PlainCells]]) -> tuple[pl.DataFrame, frozenset[int]]:
    """Cells of workbooks by file number, CELL_SCHEMA; and the files that the parser has to read as a whole.

    Those hold a value over which the parser breaks, a text that is not there, or cells in a strange order.
    """
    parts = [pl.DataFrame(schema=CELL_SCHEMA)]
    left: set[int] = set()
    for _, group in groupby(sorted(books, key=_home), key=_home):
        cells, strange = _of_one_vocabulary(list(group))
        parts.append(cells)
        left |= strange
    return pl.concat(parts), frozenset(left)


def _home(book: tuple[int, PlainCells]) -> int:
    return id(book[1].vocabulary)


def _of_one_vocabulary(books: Sequence[tuple[int, PlainCells]]) -> tuple[pl.DataFrame, set[int]]:
    known = books[0][1].vocabulary
    known.settle()
    written = pl.Series(chain.from_iterable(w for _, book in books for _, w in book.sheets), dtype=pl.UInt32)
    texts = pl.Series(chain.from_iterable(book.texts for _, book in books), dtype=pl.String)
    runs = pl.DataFrame(list(_runs(books)), schema=_RUN_SCHEMA, orient="row").with_row_index("run")
    run = runs.select(pl.col("run").repeat_by("count").explode(empty_as_null=False)).to_series()
    cells = (
        runs.drop("count")[run]
        .hstack(known.frame()[written])
        .with_columns(is_broken=written.is_in(known.broken))
        .filter((pl.col("kind") != BLANK) | pl.col("is_broken"))
    )
    # The place on its sheet must grow from cell to cell: row by row, and no cell twice.
    place = pl.col("run").cast(pl.Int64) * (MOST_ROWS * MOST_COLUMNS) + pl.col("place")
    strange = (place.diff() <= 0) | (pl.col("shared") >= pl.col("most")) | pl.col("is_broken")
    left = cells.filter(strange)["file_no"].unique()
    if len(left):
        cells = cells.filter(~pl.col("file_no").is_in(left.implode()))
    is_shared = pl.col("shared") >= 0
    at = cells.select(pl.when(is_shared).then(pl.col("first") + pl.col("shared"))).to_series()
    return cells.select(
        *_SHEET,
        row=(pl.col("place") // MOST_COLUMNS).cast(pl.UInt32),
        column=(pl.col("place") % MOST_COLUMNS).cast(pl.UInt32),
        kind="kind",
        text=pl.when(is_shared).then(texts.gather(at)).otherwise("text"),
        number="number",
    ), set(left)


def _runs(books: Sequence[tuple[int, PlainCells]]) -> Iterator[tuple[int, int, int, int, int]]:
    """File, sheet, how many cells are written; where the workbook's shared texts begin and how many there are."""
    first = 0
    for file_no, book in books:
        for number, writings in book.sheets:
            yield file_no, number, len(writings), first, len(book.texts)
        first += len(book.texts)

"""What a scan of a workbook's own bytes finds beside the values that the parser gives.

Filled by ``xlsx``, ``xlsb``, ``xls`` and ``ods``; made into notices by ``etl.extract.notices``. Rows and columns are
numbered from 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

MOST_ROWS, MOST_COLUMNS = 2**20, 2**14


class Unreadable(NamedTuple):
    """One cell that holds no value: an error, or a formula without a saved result."""

    sheet: int
    row: int
    column: int
    is_error: bool
    text: str


class Area(NamedTuple):
    """A rectangle of a sheet, its last row and column included."""

    sheet: int
    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Span(NamedTuple):
    """Rows or columns of a sheet, the last one included."""

    sheet: int
    first: int
    last: int


@dataclass
class Findings:
    """Of one workbook; ``marks`` are facts about the whole file: macros, external_links, date_1904."""

    unreadable: list[Unreadable] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    pivots: list[Area] = field(default_factory=list)
    dimensions: list[Area] = field(default_factory=list)
    hidden_rows: list[Span] = field(default_factory=list)
    hidden_columns: list[Span] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    def drop_impossible(self) -> None:
        """What lies outside every sheet, such as row 0, is a fault of the program that wrote it and means nothing."""
        for areas in (self.merged, self.pivots, self.dimensions):
            areas[:] = [
                a
                for a in areas
                if 0 <= a.first_row <= a.last_row < MOST_ROWS and 0 <= a.first_column <= a.last_column < MOST_COLUMNS
            ]
        for spans, most in ((self.hidden_rows, MOST_ROWS), (self.hidden_columns, MOST_COLUMNS)):
            spans[:] = [s._replace(last=min(s.last, most - 1)) for s in spans if 0 <= s.first <= s.last]
        self.unreadable[:] = [u for u in self.unreadable if 0 <= u.row < MOST_ROWS and 0 <= u.column < MOST_COLUMNS]


_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")


def position(cell: str) -> tuple[int, int]:
    """Row and column of ``C9``."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]) - 1, column_number(letters)


def column_number(letters: str) -> int:
    """``A`` is 0."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def area(sheet: int, text: str) -> Area | None:
    """The rectangle of ``A1:C9``; None when the text is none."""
    corners = _corners(text)
    return None if corners is None else Area(sheet, *corners)


@lru_cache(maxsize=1024)
def _corners(text: str) -> tuple[int, int, int, int] | None:
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    left, top, right, bottom = match.groups()
    first_row, first_column = int(top) - 1, column_number(left)
    last_row = int(bottom) - 1 if bottom else first_row
    return first_row, first_column, last_row, column_number(right) if right else first_column


ERROR_TEXTS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}

_SUM_OF_RANGE = b"\x19\x10"
_OPERATORS = frozenset((3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 18, 19, 20))
# COUNT, SUM, AVERAGE, MIN, MAX, ABS, INT, ROUND, NOW, COUNTA, PRODUCT, TODAY, SUMPRODUCT, SUBTOTAL, SUMIF, COUNTIF
_NUMERIC = frozenset((0, 4, 5, 6, 7, 24, 25, 27, 74, 169, 183, 221, 228, 344, 345, 346))


def gives_number(tokens: bytes) -> bool:
    """Whether a binary formula surely ends in a number: its last token is an operator or a function such as SUM.

    Then a saved empty text is no result, and the formula was never computed.
    """
    if tokens[-4:-2] == _SUM_OF_RANGE:
        return True
    if len(tokens) > 4 and tokens[-4] & 0x1F == 2 and tokens[-4] >= 0x20 and tokens[-3] < 31:
        return int.from_bytes(tokens[-2:], "little") in _NUMERIC  # a function of any number of arguments
    if len(tokens) > 3 and tokens[-3] & 0x1F == 1 and tokens[-3] >= 0x20:
        return int.from_bytes(tokens[-2:], "little") in _NUMERIC  # a function of a fixed number of arguments
    return len(tokens) > 2 and tokens[-1] in _OPERATORS

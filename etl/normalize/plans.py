"""What a layout sees on a sheet, as positions. Working it out: ``recognize`` and ``headers``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from data_contracts.layout import Layout

Anchors = Sequence[tuple[int, int, str]]
"""Row and column from 0 and text of each known label on a sheet, in reading order.

The text is folded; of a label inside a longer text it begins with INSIDE, of a header that may be a value with HEADER,
and it is then the header's own text.
"""
INSIDE, HEADER = "\x1d", "\x1c"
NAMED = "measure_from"
"""Stands for a measure where a column says which measure its row holds."""
FAR = 2**31


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """The value of ``name`` is the first non-blank cell of ``row`` after ``column`` (from -1) and before ``stop``.

    ``inside``: label and value stand together in that cell. ``pattern``: the part of its text that counts.
    ``label``: row and column of the label.
    """

    name: str
    row: int
    column: int
    stop: int
    inside: bool = False
    pattern: str | None = None
    unit: str | None = None
    label: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column of a table; ``code`` for a wide column, ``group`` for one below upper headers or a header value."""

    column: int
    measure: str
    group: str | None = None
    into: str | None = None
    code: str | None = None
    unit: str | None = None
    has_header: bool = True


@dataclass(frozen=True, slots=True)
class HeaderValue:
    """The header cell at ``row`` and ``column`` says ``field`` for the records of ``group``: ``said`` of its text."""

    group: str
    field: str
    row: int
    column: int
    said: str


@dataclass(frozen=True, slots=True)
class Block:
    """Part of a sheet with what it shares: cells above ``shared_above``, and those left of it in its own rows."""

    top: int = 0
    left: int = 0
    bottom: int = FAR
    right: int = FAR
    shared_above: int = 0
    shared_left: int = 0
    within: Block | None = None

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell is the block's own."""
        return self.top <= row < self.bottom and self.left <= column < self.right

    def sees(self, row: int, column: int) -> bool:
        """Whether a cell is the block's own or shared with it."""
        shared = row < self.shared_above or (column < self.shared_left and self.top <= row < self.bottom)
        return (self.holds(row, column) or shared) and (self.within is None or self.within.sees(row, column))


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Where a table stands: rows ``first`` up to, not including, ``end`` (None: the sheet's end).

    ``known``: header row to the columns in it that the layout knows. ``least`` and ``most``: its outer columns; what
    stands from ``shared`` to ``left`` and from ``right`` on belongs to other blocks. With ``across`` all rows are
    columns and the other way round. ``others``: cells in its header rows that are headers of other tables, or labels.
    """

    name: str
    header_rows: tuple[int, ...]
    first: int
    end: int | None
    columns: tuple[ColumnPlan, ...]
    known: dict[int, frozenset[int]]
    least: int
    most: int
    total_rows: frozenset[int] = frozenset()
    headers: tuple[HeaderValue, ...] = ()
    across: bool = False
    shared: int = 0
    left: int = 0
    right: int = FAR
    others: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class FormPlan:
    """Measures of one record, each in its own place; ``row`` is the first of them."""

    name: str
    row: int
    cells: tuple[FieldPlan, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A field that is looked for in every text of the block."""

    name: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Omission:
    """What a sheet lacks, or holds and nobody reads: a key of the translations, the place, what it is about.

    ``label``: one that belongs to it, where the message names one.
    """

    code: str
    row: int
    column: int
    what: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """Everything a layout finds on a sheet or block.

    ``overlooked``: headers of its tables that only others know. ``omissions``: what is told although all else is read.
    """

    layout: Layout
    fields: tuple[FieldPlan, ...]
    tables: tuple[TablePlan, ...]
    overlooked: int
    forms: tuple[FormPlan, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    block: Block | None = None
    omissions: tuple[Omission, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """The header rows that came nearest to a table's, and the columns in which its headers stand or may stand."""

    across: bool
    rows: tuple[int, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a layout does not fit: what is missing; ``found`` counts what is there, ``near`` is where it is.

    ``twice``: row, column and text of labels that stand there twice while another one is missing.
    """

    layout: Layout
    missing: tuple[str, ...]
    found: int
    near: tuple[Near, ...] = ()
    twice: tuple[tuple[int, int, str], ...] = ()


@dataclass
class Sheet:
    """The anchors of a sheet or block by row. ``values``: headers that may be values, by row."""

    anchors: Anchors
    rows: dict[int, dict[str, list[int]]] = field(default_factory=dict)
    values: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row, column, text in self.anchors:
            if text[0] == HEADER:
                self.values.setdefault(row, []).append((column, text[1:]))
            else:
                self.rows.setdefault(row, {}).setdefault(text, []).append(column)

    def across(self) -> Sheet:
        """The same with rows for columns."""
        return Sheet(sorted((column, row, text) for row, column, text in self.anchors))

    def places(self, words: frozenset[str]) -> Iterator[tuple[int, int, str]]:
        """Anchors with one of the words, in reading order."""
        return ((row, column, text) for row, column, text in self.anchors if text in words)

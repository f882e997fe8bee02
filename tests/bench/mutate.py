"""One mistake in a workbook: a cell of the wrong type, a date with its parts swapped, a row or column out of place.

A mutation changes a copy of the book and says where. What becomes of it: ``tests.bench.mutations``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random

from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name, xl_rowcol_to_cell

from data_contracts.layout import CLOCKS
from etl.simulate.workbooks.book import Book, Cell, Content, Made, Page

TEXTS = ("name", "note", "reason_text", "reason_code", "defect_code", "operator", "tool_id", "order_id", "product_id")
NAMES = ("line_id", "shift_id", "batch_id", *TEXTS)
LABELS = frozenset({"header", "label"})
TYPOS = ("{}x", "Neu {}", "{} (alt)", "?")


@dataclass(frozen=True, slots=True)
class Mutation:
    """What was changed; ``row`` and ``column`` from 0 when a whole row or column moved.

    ``words``: headers and labels that are gone. ``fields``: what was read from the cells that are gone or changed.
    """

    kind: str
    sheet: str
    what: str
    cell: str | None = None
    row: int | None = None
    column: int | None = None
    words: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()


Mutated = tuple[Book, Mutation]
Kind = Callable[[Made, Random], Mutated | None]


def mutate(made: Made, random: Random, kinds: Collection[Kind] = ()) -> Mutated:
    """One mistake of a kind that this workbook can have; of all kinds when none are named."""
    order = list(kinds or KINDS.values())
    random.shuffle(order)
    for kind in order:
        found = kind(made, random)
        if found is not None:
            return found
    raise AssertionError("a workbook to which nothing can be done")


def _fields(made: Made) -> dict[tuple[str, str], str]:
    """Sheet and cell of everything that is read, with its field or measure."""
    cells = {(r.sheet, cell): m for r in made.records for m, (_, cell) in r.values.items() if cell is not None}
    return {**cells, **made.keys}


def _changed(made: Made, sheet: str) -> tuple[Book, Page]:
    """A copy in which this page may be changed."""
    pages = [
        replace(copy(page), cells=dict(page.cells), merged=list(page.merged)) if page.name == sheet else page
        for page in made.book.pages
    ]
    return Book(pages), next(page for page in pages if page.name == sheet)


def wrong_type(made: Made, random: Random) -> Mutated | None:
    """Text in a number, a number in a date, a date in a quantity, an error anywhere."""
    (sheet, name), field = random.choice(sorted(_fields(made).items()))
    book, page = _changed(made, sheet)
    place = xl_cell_to_rowcol(name)
    old = page.cells.get(place, Cell())
    new: Content = random.choice(_wrong(field))
    page.cells[place] = Cell(new, look=old.look)
    return book, Mutation(
        "wrong type", sheet, f"{field}: {old.content!r} -> {new!r}", cell=name, fields=frozenset([field])
    )


def _wrong(field: str) -> tuple[Content, ...]:
    errors = ("#REF!", "#N/A")
    if field == "production_date":
        return (7, 3.25, 99999999, "soon", "3/4", True, *errors)
    if field in CLOCKS:
        return (99, 2400, -1, "soon", "25:61", date(2026, 3, 4), *errors)
    if field in NAMES:
        return errors
    return ("abc", "12x", "1.2.3", "see note", date(2026, 3, 4), datetime(2026, 3, 4, 7, 30), True, *errors)  # noqa: DTZ001


def swapped_date(made: Made, random: Random) -> Mutated | None:
    """Day and month change places; where that is no date, as a text."""
    dates = sorted(place for place, field in made.keys.items() if field == "production_date")
    random.shuffle(dates)
    for sheet, name in dates:
        book, page = _changed(made, sheet)
        place = xl_cell_to_rowcol(name)
        old = page.cells[place]
        new = _swap(old.content)
        if new is not None and new != old.content:
            page.cells[place] = replace(old, content=new)
            return book, Mutation("swapped date", sheet, f"{old.content!r} -> {new!r}", cell=name)
    return None


def _swap(content: Content) -> Content:
    if isinstance(content, datetime):
        return content.replace(month=content.day, day=content.month) if content.day <= 12 else None
    if isinstance(content, date):
        if content.day > 12:
            return f"{content.year}-{content.day:02}-{content.month:02}"
        return content.replace(month=content.day, day=content.month)
    if isinstance(content, str):
        for mark in ("-", "/", "."):
            parts = content.split(mark)
            if len(parts) == 3:
                a, b = (0, 1) if mark == "." else (1, 2)
                head, tail = (parts[0][-2:], parts[0][:-2]) if mark == "." else ("", "")
                if mark == ".":
                    return f"{tail}{parts[1]}.{head}.{parts[2]}"
                parts[a], parts[b] = parts[b], parts[a]
                return mark.join(parts)
    return None


def shifted_row(made: Made, random: Random) -> Mutated | None:
    """What is read from one row moves one to the right or left, with all that stands between; or all of the row."""
    place = _row_read(made, random)
    there = sorted(c for r, c in place.page.cells if r == place.row)
    first, last = random.choice(((min(place.read), max(place.read)), (there[0], there[-1])))
    return _moved(place, first, last, random)


def shifted_part(made: Made, random: Random) -> Mutated | None:
    """A cell was put into a row, or taken out of it, and what stands behind it moved."""
    place = _row_read(made, random)
    there = sorted(c for r, c in place.page.cells if r == place.row)
    return _moved(place, random.choice(there), there[-1], random)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a page that may be changed, with the columns that are read from it."""

    book: Book
    page: Page
    row: int
    read: list[int]


def _row_read(made: Made, random: Random) -> _Row:
    record = random.choice(made.records)
    read = [xl_cell_to_rowcol(cell) for sheet, cell in _fields(made) if sheet == record.sheet]
    row = random.choice([xl_cell_to_rowcol(cell)[0] for _, cell in record.values.values() if cell is not None])
    return _Row(*_changed(made, record.sheet), row, [c for r, c in read if r == row])


def _moved(place: _Row, first: int, last: int, random: Random) -> Mutated:
    row, page = place.row, place.page
    step = random.choice((-1, 1)) if first > 0 else 1
    run = [c for r, c in page.cells if r == row and first <= c <= last]
    moved = {c: page.cells.pop((row, c)) for c in run}
    gone = [page.cells[row, c + step] for c in run if (row, c + step) in page.cells]
    page.cells.update({(row, c + step): cell for c, cell in moved.items()})
    words = tuple(str(cell.content) for cell in (*moved.values(), *gone) if cell.look in LABELS)
    columns = f"{xl_col_to_name(first)} to {xl_col_to_name(last)}"
    what = f"row {row + 1}, columns {columns}, moved {'right' if step > 0 else 'left'}"
    return place.book, Mutation("shifted row", page.name, what, row=row, words=words)


def inserted_row(made: Made, random: Random) -> Mutated | None:
    """A blank row inside a table; everything below moves down."""
    record = random.choice(made.records)
    row = random.choice([xl_cell_to_rowcol(cell)[0] for _, cell in record.values.values() if cell is not None])
    book, page = _changed(made, record.sheet)
    page.cells = {(r + (r >= row), c): cell for (r, c), cell in page.cells.items()}
    page.merged = [(a + (a >= row), b, c + (c >= row), d) for a, b, c, d in page.merged]
    page.hidden_rows = {r + (r >= row) for r in page.hidden_rows}
    return book, Mutation("inserted row", record.sheet, f"blank row {row + 1}", row=row)


def deleted_column(made: Made, random: Random) -> Mutated | None:
    """A column of a table goes; what stands right of it moves left."""
    record = random.choice(made.records)
    column = random.choice([xl_cell_to_rowcol(cell)[1] for _, cell in record.values.values() if cell is not None])
    book, page = _changed(made, record.sheet)
    gone = [cell for (_, c), cell in sorted(page.cells.items()) if c == column]
    words = tuple(str(cell.content) for cell in gone if cell.look in LABELS)
    known = _fields(made)
    places = [(record.sheet, xl_rowcol_to_cell(*place)) for place in page.cells if place[1] == column]
    fields = frozenset(known[place] for place in places if place in known)
    # What stands over several columns stays over those that are left.
    stays = {(top, left): page.cells.get((top, left)) for top, left, _, right in page.merged if left == column < right}
    page.cells = {(r, c - (c > column)): cell for (r, c), cell in page.cells.items() if c != column}
    page.cells.update({place: cell for place, cell in stays.items() if cell is not None})
    page.merged = [
        m for m in (_narrow(m, column) for m in page.merged if m[1::2] != (column, column)) if m[:2] != m[2:]
    ]
    page.hidden_columns = {c - (c > column) for c in page.hidden_columns}
    text = f"column {xl_col_to_name(column)} {words[:1]}"
    return book, Mutation("deleted column", record.sheet, text, column=column, words=words, fields=fields)


def _narrow(span: tuple[int, int, int, int], column: int) -> tuple[int, int, int, int]:
    top, left, bottom, right = span
    return top, left - (left > column), bottom, max(left - (left > column), right - (right >= column))


def renamed_header(made: Made, random: Random) -> Mutated | None:
    """A header or label that nobody knows, the word of another one, a number, or nothing."""
    sheets = {record.sheet for record in made.records}
    found = sorted(
        (page.name, place)
        for page in made.book.pages
        if page.name in sheets
        for place, cell in page.cells.items()
        if cell.look in LABELS and isinstance(cell.content, str)
    )
    sheet, place = random.choice(found)
    book, page = _changed(made, sheet)
    old = page.cells[place]
    beside = [str(page.cells[p].content) for s, p in found if s == sheet and p[0] == place[0]]
    elsewhere = [str(page.cells[p].content) for s, p in found if s == sheet]
    typo = random.choice(TYPOS).format(old.content)
    new: Content = random.choice((typo, random.choice(beside), random.choice(elsewhere), random.randint(1, 999), None))
    page.cells[place] = replace(old, content=new)
    return book, Mutation(
        "renamed header",
        sheet,
        f"{old.content!r} -> {new!r}",
        cell=xl_rowcol_to_cell(*place),
        words=(str(old.content),),
        fields=frozenset(field for (name, _), field in made.keys.items() if name == sheet),
    )


KINDS: dict[str, Kind] = {
    kind.__name__: kind
    for kind in (wrong_type, swapped_date, shifted_row, inserted_row, deleted_column, renamed_header)
}
HARD: dict[str, Kind] = {"shifted_part": shifted_part}
"""Mistakes that nothing in the workbook itself may give away: a measure without a bar."""

"""Find the tables of a sheet: rows of data, totals, titles. Header rows: ``headers``; meaning: ``meaning``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from etl.draft.grid import PLAIN, Cell, Grid, Place, Shape
from etl.draft.headers import Candidate, below, header_rows, is_known, is_series
from etl.draft.words import Vocabulary


@dataclass(frozen=True, slots=True)
class Header:
    """One header cell of a table, with the upper headers that hold for it, outermost first."""

    column: int
    text: str
    upper: tuple[str, ...] = ()
    row: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FoundTable:
    """A table by place only. With ``across`` rows and columns are those of the turned sheet.

    ``rows``: rows of data, blanks and totals left out. ``notes``: texts below it that are no data. ``stop``: the row in
    which something else begins; its text is ``stop_text``. ``unnamed``: filled columns without a header.
    """

    grid: Grid
    across: bool
    header_rows: tuple[int, ...]
    headers: tuple[Header, ...]
    rows: tuple[int, ...]
    totals: tuple[int, ...]
    total_texts: tuple[str, ...]
    notes: tuple[int, ...]
    title: Place | None
    stop_text: str | None
    unnamed: tuple[int, ...]
    score: float

    def column(self, header: Header) -> list[Cell]:
        """Filled cells of data below a header."""
        return list(self.grid.down(header.column, self.rows))

    @property
    def left(self) -> int:
        """The first column."""
        return min(h.column for h in self.headers)

    @property
    def right(self) -> int:
        """The last column."""
        return max(h.column for h in self.headers)

    def place(self, row: int, column: int) -> Place:
        """A place on the sheet as it lies."""
        return (column, row) if self.across else (row, column)

    def places(self) -> Iterator[Place]:
        """Every place that the table takes up."""
        columns = range(self.left, self.right + 1)
        for row in (*self.header_rows, *self.rows, *self.totals):
            for column in columns:
                if (row, column) in self.grid.cells:
                    yield self.place(row, column)


def find_tables(grid: Grid, words: Vocabulary) -> list[FoundTable]:
    """Tables of a sheet in reading order; lying ones only where no upright one stands."""
    upright = _upright(grid, words)
    turned = [replace(t, across=True) for t in _upright(grid.transposed(), words, lying=True)]
    chosen: list[FoundTable] = []
    for table in sorted((*upright, *turned), key=lambda t: (-t.score, t.across)):
        mine = set(table.places())
        if all(mine.isdisjoint(other.places()) for other in chosen):
            chosen.append(table)
    return sorted(chosen, key=lambda t: t.place(t.header_rows[-1], t.left))


def _upright(grid: Grid, words: Vocabulary, *, lying: bool = False) -> list[FoundTable]:
    kept = header_rows(grid, words, lying=lying)
    return [_table(grid, c, kept, words) for c in kept]


def _table(grid: Grid, header: Candidate, others: Sequence[Candidate], words: Vocabulary) -> FoundTable:
    upper = _upper_rows(grid, header, others, words)
    lower = [o.row for o in others if o.row > header.row and set(o.columns) & set(header.columns)]
    columns = _all_columns(grid, header, upper)
    end = min([*lower, grid.last_row + 1])
    body = _body(grid, header.row, end, _with_left(grid, header.row, columns), words)
    headers = tuple(
        Header(
            c,
            _header_cell(grid, c, header.row, upper)[1],
            _uppers(grid, c, upper),
            _header_cell(grid, c, header.row, upper)[0],
        )
        for c in columns
        if _header_cell(grid, c, header.row, upper)[1]
    )
    named = {h.column for h in headers}
    filled = {c for row in body.rows for c in grid.rows[row] if min(named) - 1 <= c <= max(named) + 1}
    title = _title(grid, min((header.row, *upper)), columns)
    return FoundTable(
        grid=grid,
        across=False,
        header_rows=(*upper, header.row),
        headers=headers,
        rows=tuple(body.rows),
        totals=tuple(body.totals),
        total_texts=tuple(dict.fromkeys(body.total_texts)),
        notes=tuple(body.notes),
        title=title,
        stop_text=body.stop_text,
        unnamed=tuple(sorted(filled - named)),
        score=header.score,
    )


def _all_columns(grid: Grid, header: Candidate, upper: Sequence[int]) -> list[int]:
    """Columns of the header row, and those whose header stands in an upper row only because it is merged."""
    columns = set(header.columns)
    for row in upper:
        for c in sorted(grid.rows[row], reverse=True):
            near = min(columns) - 2 <= c <= max(columns) + 3
            if near and (header.row, c) not in grid.cells and _is_data(grid, header.row, c):
                columns.add(c)
    return sorted(columns)


def _with_left(grid: Grid, row: int, columns: list[int]) -> list[int]:
    """Columns with the one left of them when it is filled but has no header."""
    left = columns[0] - 1
    filled = below(grid, row, left)
    return [left, *columns] if len(filled) >= 2 and (row, left) not in grid.cells else columns


def _is_data(grid: Grid, row: int, column: int) -> bool:
    return bool(below(grid, row, column))


def _header_cell(grid: Grid, column: int, row: int, upper: Sequence[int]) -> tuple[int, str]:
    for r in (row, *reversed(upper)):
        cell = grid.cells.get((r, column))
        if cell is not None:
            return r, cell.text
    return row, ""


def _upper_rows(grid: Grid, header: Candidate, others: Sequence[Candidate], words: Vocabulary) -> tuple[int, ...]:
    """Rows right above the header that stand over several of its columns."""
    found: list[int] = []
    for row in (header.row - 1, header.row - 2):
        left = _left_end(grid, row, header.columns[0])
        cells = {c: cell for c, cell in grid.rows.get(row, {}).items() if left <= c <= header.columns[-1] + 1}
        if not cells or any(row == o.row and o is not header for o in others):
            break
        alone = len(cells) == 1 and min(cells) <= header.columns[0]
        pairs = sum(
            1
            for c in cells
            if is_known(cells[c].text, words) and c + 1 in cells and not is_known(cells[c + 1].text, words)
        )
        over = [c for c in cells if c in header.columns or c - 1 in header.columns or c + 1 in header.columns]
        gaps = len(cells) < len(header.columns) or _repeats(grid, header)
        if alone or not over or not gaps or (pairs and not _repeats(grid, header)):
            break
        if any(cell.shape == Shape.NUMBER and not is_series(list(cells.values())) for cell in cells.values()):
            break
        found.insert(0, row)
    return tuple(found)


def _left_end(grid: Grid, row: int, column: int) -> int:
    """How far an upper header row goes on to the left of the lower one."""
    here = grid.rows.get(row, {})
    while any(column - step in here for step in (1, 2)):
        column -= 1 if column - 1 in here else 2
    return column


def _repeats(grid: Grid, header: Candidate) -> bool:
    texts = [grid.rows[header.row][c].text.strip().lower() for c in header.columns]
    return len(set(texts)) < len(texts)


def _uppers(grid: Grid, column: int, upper: Sequence[int]) -> tuple[str, ...]:
    """Texts of the upper rows that hold for a column: the nearest to the left, as a merged cell has it."""
    texts = []
    for row in upper:
        left = [c for c in grid.rows[row] if c <= column]
        texts.append(grid.rows[row][left[-1]].text if left else "")
    return tuple(texts)


@dataclass(slots=True)
class _Body:
    rows: list[int]
    totals: list[int]
    total_texts: list[str]
    notes: list[int]
    stop_text: str | None = None


def _body(grid: Grid, header: int, end: int, columns: Sequence[int], words: Vocabulary) -> _Body:
    """Rows of data below a header: up to another header, a title, a signature, or two blank rows and something else."""
    body = _Body([], [], [], [])
    blank = 0
    for row in range(header + 1, end):
        cells = {c: cell for c, cell in grid.rows.get(row, {}).items() if columns[0] <= c <= columns[-1]}
        if not cells:
            blank += 1
            continue
        first = next(iter(cells.values()))
        if first.is_word and words.hit(first.text, "totals").score >= 0.8:
            body.totals.append(row)
            body.total_texts.append(first.text)
        elif _ends(grid, row, end, cells, columns, body, words, blank):
            body.stop_text = first.text if first.is_word else None
            break
        elif _is_note(cells, columns, first, words) or (body.totals and _is_figure(cells, first, body, grid)):
            body.notes.append(row)
        else:
            body.rows.append(row)
        blank = 0
    return body


def _ends(
    grid: Grid,
    row: int,
    end: int,
    cells: dict[int, Cell],
    columns: Sequence[int],
    body: _Body,
    words: Vocabulary,
    blank: int,
) -> bool:
    first = next(iter(cells.values()))
    if first.is_word and (blank >= 4 or words.hit(first.text, "signatures").score >= 0.9):
        return True
    plain = any(cell.shape in PLAIN for cell in cells.values())
    if len(cells) == 1 and first.is_word and not _is_note(cells, columns, first, words):
        section = words.best(first.text, [w for w in words.words if w.startswith("sections.")]).score >= 0.75
        return section or blank > 0 or row + 1 in {end} or not plain
    pairs = [c for c in cells if cells[c].is_word and is_known(cells[c].text, words)]
    beside = sum(1 for c in pairs if c + 1 in cells and c + 1 not in pairs)
    labels = is_known(first.text, words) and first.is_word and beside * 2 >= len(pairs)
    return blank > 0 and bool(body.rows) and len(pairs) * 2 >= len(cells) - len(pairs) and (labels or not plain)


def _is_note(cells: dict[int, Cell], columns: Sequence[int], first: Cell, words: Vocabulary) -> bool:
    if not first.is_word or len(columns) < 3 or len(cells) > 2:
        return False
    opening = first.text.split("：")[0].split(":")[0].strip()
    marked = opening != first.text.strip() and words.hit(opening, "notes").score >= 0.9
    return marked or (len(cells) == 1 and first.shape == Shape.SENTENCE)


def _is_figure(cells: dict[int, Cell], first: Cell, body: _Body, grid: Grid) -> bool:
    """A figure below the total, such as a percentage: a word that no row began with, and little beside it."""
    begun = {next(iter(grid.rows[row].values())).text for row in body.rows}
    return first.shape == Shape.WORD and len(cells) == 2 and first.text not in begun


def _title(grid: Grid, row: int, columns: Sequence[int]) -> Place | None:
    """A text that stands alone in one of the three rows above."""
    for r in range(row - 1, max(row - 4, -1), -1):
        cells = {c: cell for c, cell in grid.rows.get(r, {}).items() if columns[0] - 1 <= c <= columns[-1]}
        if cells:
            column, cell = next(iter(cells.items()))
            return (r, column) if len(cells) == 1 and cell.is_word else None
    return None


def same_headers(tables: Iterable[FoundTable]) -> list[list[FoundTable]]:
    """Tables grouped by the texts of their headers, in the order of their first."""
    numbered = list(enumerate(tables))
    keyed = sorted(((_signature(t), i, t) for i, t in numbered), key=lambda item: (item[0], item[1]))
    groups = [[(i, t) for _, i, t in group] for _, group in groupby(keyed, key=lambda item: item[0])]
    return [[t for _, t in group] for group in sorted(groups, key=lambda g: g[0][0])]


def _signature(table: FoundTable) -> tuple[bool, tuple[str, ...]]:
    return table.across, tuple(h.text.strip().lower() for h in table.headers)

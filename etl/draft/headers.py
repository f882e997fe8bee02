"""Which rows of a sheet are headers: words of the trade over values that are none. What stands below: ``tables``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from etl.draft.grid import PLAIN, Cell, Grid, Shape
from etl.draft.words import Vocabulary

_LABEL = 0.68
_LOOK_AHEAD = 6
_LYING_HEADERS = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A header row over some columns; ``known``: how many of its texts are words of the trade."""

    row: int
    columns: tuple[int, ...]
    known: int
    contrast: float
    score: float


def header_rows(grid: Grid, words: Vocabulary, *, lying: bool) -> list[Candidate]:
    """Runs of cells that are the header of a table, in reading order; of a header of several rows the lowest.

    ``lying``: the sheet is turned, so that headers which stand in a column come in rows.
    """
    rows = [row for row in grid.rows if not _goes_on(grid, row)]
    return _without_upper_rows(grid, [c for row in rows for c in _candidates(grid, row, words, lying=lying)])


def _goes_on(grid: Grid, row: int) -> bool:
    """A row that looks like both rows above it is data."""
    looks = [{c: cell.shape for c, cell in grid.rows.get(r, {}).items()} for r in (row, row - 1, row - 2)]
    return looks[0] == looks[1] == looks[2]


def is_known(text: str, words: Vocabulary) -> bool:
    """Does a text look like a header or label of the trade?"""
    if len(text) > 60 or (len(text) > 3 and sum(c.isdigit() for c in text) * 3 > len(text)):
        return False
    return known_score(text, words) >= _LABEL


def known_score(text: str, words: Vocabulary) -> float:
    """How near a text comes to any header or label, names of shifts aside."""
    if words.hit(text, "values.shifts").score >= 0.95:
        return 0.0
    meanings = [m for m in words.words if not m.startswith("values.") and m not in {"totals", "notes", "signatures"}]
    return words.best(text, meanings).score


def _segments(row: dict[int, Cell]) -> Iterator[list[int]]:
    """Runs of filled columns; one blank column does not end a run."""
    run: list[int] = []
    for column in row:
        if run and column - run[-1] > 2:
            yield run
            run = []
        run.append(column)
    if run:
        yield run


def _candidates(grid: Grid, row: int, words: Vocabulary, *, lying: bool) -> Iterator[Candidate]:
    for run in _segments(grid.rows[row]):
        columns = _with_records(grid, row, run, words) if lying else run
        if not columns:
            continue
        for part in _split_at_repeats(grid, row, columns):
            found = _candidate(grid, row, part, words, lying=lying)
            if found is not None:
                yield found


def _with_records(grid: Grid, row: int, columns: list[int], words: Vocabulary) -> list[int]:
    """Of a lying table only the headers that have values for most records, and no other labels among them."""
    under = {c: list(grid.down(c, range(row + 1, row + 40))) for c in columns}
    most = max(map(len, under.values()))
    labels = {c: sum(1 for v in under[c] if v.is_word and is_known(v.text, words)) for c in columns}
    return [c for c in columns if len(under[c]) * 2 >= most and labels[c] * 4 <= len(under[c])]


def _split_at_repeats(grid: Grid, row: int, columns: list[int]) -> Iterator[list[int]]:
    """Two tables that touch: after a blank column the first header comes again."""
    first = grid.rows[row][columns[0]].text
    part: list[int] = []
    for column in columns:
        if part and column - part[-1] > 1 and grid.rows[row][column].text == first:
            yield part
            part = []
        part.append(column)
    yield part


def _candidate(grid: Grid, row: int, columns: Sequence[int], words: Vocabulary, *, lying: bool) -> Candidate | None:
    cells = {c: grid.rows[row][c] for c in columns}
    named = [c for c, cell in cells.items() if cell.is_word]
    if not _may_be_headers(cells, named, lying=lying):
        return None
    known = [c for c in named if is_known(cells[c].text, words)]
    contrast = {c: _contrast(grid, row, c, words) for c in columns}
    empty = {c for c in columns if not below(grid, row, c)}
    over = [c for c in known if contrast[c] > 0 or c in empty]
    if (len(columns) >= 4 and known == list(columns[::2])) or len(over) * 2 < len(known):
        return None  # label, value, label, value; or labels below labels
    series = len(columns) - len(named) >= 3 and is_series([cells[c] for c in columns if c not in named])
    few = len(named) / len(columns) < 0.7 and not (series and known)
    if few or (lying and (len(known) * 2 < len(columns) or not _lies(grid, row, columns, words))):
        return None
    share = sum(1 for x in contrast.values() if x > 0) / len(columns)
    labels = len(known) / len(columns)
    mean = sum(contrast.values()) / len(columns)
    again = len({cells[c].text.strip().lower() for c in named}) / len(named)
    enough = len(known) >= 2 and labels >= 0.4 and share >= 0.5
    strange = len(named) >= 4 and known and share >= 0.7 and mean >= 0.6
    template = len(empty) == len(columns) and len(known) >= 3 and labels >= 0.6
    over_words = again < 0.5 and mean < 0.8  # the same words again and again, over words: data
    if over_words or not (enough or strange or template or (series and known and share >= 0.5)):
        return None
    apart = sum(x for c, x in contrast.items() if not (series and c not in named))
    score = again * (len(known) + 0.5 * apart) + (1.0 if series else 0.0) - (0.8 if lying else 0.0)
    return Candidate(row, tuple(columns), len(known), share, score)


def _may_be_headers(cells: dict[int, Cell], named: Sequence[int], *, lying: bool) -> bool:
    """Two cells at least, short texts, not one word again and again; those of a lying table all differ."""
    texts = {cell.text.strip().lower() for cell in cells.values() if cell.is_word}
    if len(cells) < 2 or not named or any(len(cell.text) > 60 for cell in cells.values()):
        return False
    if lying and (len(texts) < len(named) or len(cells) > _LYING_HEADERS):
        return False
    return len(texts) > 1 or len(named) < 3


def _lies(grid: Grid, row: int, columns: Sequence[int], words: Vocabulary) -> bool:
    """Two records at least, each measure of one look, no labels among the values."""
    under = [below(grid, row, c) for c in columns]
    cells = [cell for line in under for cell in line]
    if max(map(len, under)) < 2 or sum(1 for c in cells if c.is_word and is_known(c.text, words)) > 0.1 * len(cells):
        return False
    alike = [max(Counter(cell.shape for cell in line).values()) / len(line) for line in under if line]
    return sum(alike) / len(alike) >= 0.8


def is_series(cells: Sequence[Cell]) -> bool:
    """Hours or days over columns: dates, clock times, or numbers that count up."""
    if all(cell.shape in {Shape.DATE, Shape.CLOCK} for cell in cells):
        return True
    numbers = [cell.number for cell in cells]
    return all(n is not None for n in numbers) and all(b == a + 1 for a, b in pairwise(numbers))  # type: ignore[operator]


def below(grid: Grid, row: int, column: int) -> list[Cell]:
    """Filled cells of the next rows."""
    return list(grid.down(column, range(row + 1, row + 1 + _LOOK_AHEAD)))


def _contrast(grid: Grid, row: int, column: int, words: Vocabulary) -> float:
    """1 when what stands below is plainly data, 0 when it is another label or nothing."""
    for cell in below(grid, row, column)[:3]:
        if cell.shape in PLAIN or cell.shape == Shape.NONE:
            return 1.0
        if is_known(cell.text, words):
            return 0.0
        return 0.8 if cell.shape == Shape.CODE else 0.5
    return 0.0


def _without_upper_rows(grid: Grid, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of header rows one below the other over the same columns the lowest is the header; the others stand over it."""
    kept: list[Candidate] = []
    for one in candidates:
        under = [o for o in candidates if o.row in {one.row + 1, one.row + 2} and set(o.columns) & set(one.columns)]
        if not any(_is_lower(grid, one, other) for other in under):
            kept.append(one)
    return kept


def _is_lower(grid: Grid, upper: Candidate, lower: Candidate) -> bool:
    if not all(row in grid.rows for row in range(upper.row, lower.row)) or lower.known < 2:
        return False
    alone = [c for c in upper.columns if c not in lower.columns]
    merged = bool(alone) and all((lower.row, c) not in grid.cells for c in alone)
    return lower.score >= 0.6 * upper.score or merged

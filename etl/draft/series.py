"""Headers that are values (hours, days, shifts) and rows that name their measure. Columns: ``understand``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from data_contracts.layout import TARGETS
from etl.draft.grid import Cell, Shape, shape_of
from etl.draft.meaning import Known, Reading, Why, is_quantity, measures_of, why
from etl.draft.tables import FoundTable, Header
from etl.draft.words import Vocabulary, plain

_TEXT = 1
_LINE = re.compile(
    r"(?:(?:[一二三四五六七八九十]+|\d+)\s*号?(线|机)|(?i:line|linie|linia|linha|línea|máy|chuyền|maschine|machine)\s*\S*\d+|[A-Z]{1,3}-?\d{1,3}#?)"
)
_HOURS = r"^\d{1,2}([:.：时点]\d{0,2})?\s*([-~–—至到]\s*\d{1,2}([:.：时点]?\d{0,2})?)?\s*(h|Uhr|点|时)?(:\d{2})?$"
_DAYS = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*$"


@dataclass(frozen=True, slots=True)
class Level:
    """One upper header row: the field that its texts name, or None when it only sums up."""

    row: int
    field: str | None
    labels: tuple[tuple[str, str], ...]
    certainty: float
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Headers of the header row that are hours or days. ``measure`` None: the row names it."""

    headers: tuple[Header, ...]
    field: str
    pattern: str
    measure: str | None
    certainty: float
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class RowNames:
    """The column whose texts name the measure of their row."""

    column: int
    header: str | None
    left_of: str | None
    labels: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    certainty: float
    why: tuple[Why, ...]


def find_levels(table: FoundTable, words: Vocabulary, known: Known) -> tuple[Level, ...]:
    """What each upper header row says of the columns below it."""
    return tuple(_level(table, n, row, words, known) for n, row in enumerate(table.header_rows[:-1]))


def _level(table: FoundTable, n: int, row: int, words: Vocabulary, known: Known) -> Level:
    own = {h.text for h in table.headers if h.row == row}
    texts = list(dict.fromkeys(h.upper[n] for h in table.headers if h.upper[n] and h.upper[n] not in own))
    nothing = Level(row, None, (), 0.0, ())
    if not texts or (len(texts) < 2 and not _repeats(table)):
        return nothing
    return (
        _by_master(row, texts, known) or _by_look(row, texts, words) or _by_columns(table, n, texts, words) or nothing
    )


def _by_master(row: int, texts: Sequence[str], known: Known) -> Level | None:
    for field in ("shift_id", "line_id", "product_id", "order_id"):
        ids = [known.id_of(field, t) for t in texts]
        if all(ids):
            labels = tuple((t, str(i)) for t, i in zip(texts, ids, strict=True))
            return Level(row, field, labels, 0.95, (why("master", field=field, share="100%"),))
    return None


def _by_look(row: int, texts: Sequence[str], words: Vocabulary) -> Level | None:
    labels = tuple((t, t) for t in texts)
    shapes = Counter(shape_of(_TEXT, t, None) for t in texts)
    shifts = sum(1 for t in texts if words.hit(t, "values.shifts").score >= 0.9) / len(texts)
    if shifts >= 0.6:
        return Level(row, "shift_id", labels, 0.85, (why("group_shifts"),))
    if shapes[Shape.DATE] == len(texts):
        return Level(row, "production_date", labels, 0.85, (why("dates"),))
    if shapes[Shape.CLOCK] == len(texts):
        return Level(row, "hour_start", labels, 0.8, (why("clocks"),))
    if all(_LINE.fullmatch(t.strip()) for t in texts):
        return Level(row, "line_id", labels, 0.75, (why("group_lines"),))
    return None


def _by_columns(table: FoundTable, n: int, texts: Sequence[str], words: Vocabulary) -> Level | None:
    """The same columns below each text: steps of a process, when nothing else is known of the texts."""
    lower = [frozenset(plain(h.text) for h in table.headers if h.upper[n] == t) for t in texts]
    alike = len(lower[0]) > 1 and sum(1 for one in lower if one == lower[0]) * 3 >= 2 * len(lower)
    if len(texts) < 2 or not alike or "process_id" not in TARGETS["output"].columns():
        return None
    named = sum(1 for t in texts if words.hit(t, "process_id").score >= 0.6) / len(texts)
    labels = tuple((t, t) for t in texts)
    reasons = (why("group_same", names=", ".join(texts[:4])),)
    return Level(table.header_rows[n], "process_id", labels, 0.5 + 0.35 * named, reasons)


def _repeats(table: FoundTable) -> bool:
    texts = [plain(h.text) for h in table.headers]
    return len(set(texts)) < len(texts)


def find_row_names(table: FoundTable, words: Vocabulary) -> RowNames | None:
    """The column of words in which plan, actual and the like stand again and again."""
    named = {h.column: h for h in table.headers}
    best: RowNames | None = None
    for column in sorted({*named, *table.unnamed}):
        cells = [c for c in table.grid.down(column, table.rows) if c.is_word]
        texts = list(dict.fromkeys(c.text.strip() for c in cells))
        if len(cells) < 2 or not 2 <= len(texts) <= 12 or len(cells) * 2 < len(table.rows):
            continue
        found = _row_names(table, column, named.get(column), texts, words)
        if found is not None and (best is None or len(found.labels) > len(best.labels)):
            best = found
    return best


def _row_names(
    table: FoundTable, column: int, header: Header | None, texts: Sequence[str], words: Vocabulary
) -> RowNames | None:
    quantities = [m for m in measures_of("output") if is_quantity("output", m)]
    labels: dict[str, str] = {}
    for text in texts:
        hits = sorted(((words.hit(text, m).score, m) for m in quantities), reverse=True)
        ignored = words.best(text, ["ignored", "totals"]).score
        free = [(s, m) for s, m in hits if m not in labels.values()]
        if free and free[0][0] >= 0.75 and free[0][0] >= ignored:
            labels[text] = free[0][1]
    if len(labels) < 2 or len(labels) * 2 < len(texts):
        return None
    right = [h for h in table.headers if h.column > column]
    if header is None and not right:
        return None
    return RowNames(
        column,
        header.text if header else None,
        None if header else right[0].text,
        tuple(labels.items()),
        tuple(t for t in texts if t not in labels),
        0.6 + 0.35 * len(labels) / len(texts),
        (why("row_names", names=", ".join(labels)),),
    )


def find_series(table: FoundTable, words: Vocabulary) -> Series | None:
    """Hours or days that stand in the header row itself."""
    cells = {h: _header_cell(table, h) for h in table.headers}
    for shape, field, pattern in ((Shape.CLOCK, "hour_start", _HOURS), (Shape.DATE, "production_date", _DAYS)):
        headers = tuple(h for h, cell in cells.items() if cell.shape == shape)
        if len(headers) >= 3:
            return _series(table, headers, field, pattern, words)
    counting = [h for h, cell in cells.items() if cell.shape == Shape.NUMBER]
    numbers = [cells[h].number or _number(cells[h].text) for h in counting]
    if len(counting) >= 4 and all(b is not None and a is not None and b == (a + 1) % 24 for a, b in pairwise(numbers)):
        return _series(table, tuple(counting), "hour_start", _HOURS, words)
    return None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,2}", text.strip()) else None


def _header_cell(table: FoundTable, header: Header) -> Cell:
    return table.grid.cells[header.row, header.column]


def _series(table: FoundTable, headers: tuple[Header, ...], field: str, pattern: str, words: Vocabulary) -> Series:
    titles = [u for u in headers[0].upper if u] + ([table.grid.cells[table.title].text] if table.title else [])
    hits = [(words.hit(t, m).score, m) for t in titles for m in ("good_qty", "planned_qty", "scrap_qty", "stop_min")]
    best = max(hits, default=(0.0, ""))
    measure = best[1] if best[0] >= 0.7 else None
    reasons = (why("series", first=headers[0].text, last=headers[-1].text),)
    return Series(headers, field, pattern, measure, 0.85 if measure else 0.7, reasons)


def as_reading(series: Series) -> Reading:
    """The series as something that can be sure or not."""
    return Reading(series.field, series.certainty, series.why)

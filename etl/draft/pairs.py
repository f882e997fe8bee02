"""Values beside labels, inside sentences and in names of sheets and files. Tables: ``tables``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data_contracts.layout import SHEET_FIELDS
from etl.draft.grid import Cell, Grid, Place, Shape
from etl.draft.meaning import Known, Why, look_fits, measures_of, why
from etl.draft.words import Vocabulary, plain

_REACH = 7
_LABEL = 0.75
_MAYBE = 0.6
_DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
_DAY_PARTS = r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日?"
_SHIFT = r"([早中夜晚白甲乙丙丁]班)"
_LINE = r"((?:[一二三四五六七八九十]+|\d+)\s*号?线|(?i:\bline|\blinie|\blinia|\blinha|\blínea)\s*\d+|\bL\d{1,3}\b)"
_FILE_DAYS = (r"(\d{4}-\d{2}-\d{2})", r"(\d{4}_\d{2}_\d{2})", r"(?<!\d)(20\d{6})(?!\d)", r"(\d{4}\.\d{2}\.\d{2})")
_FILE_MONTHS = (
    (r"(?P<year>20\d{2})[-_.年]?(?P<month>\d{2})", r"20\d{2}[-_.年]?(0[1-9]|1[0-2])(?!\d)"),
    (r"(?P<year>20\d{2})年(?P<month>\d{1,2})月", r"20\d{2}年\d{1,2}月"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A value beside its label, as a layout words it, and how sure its meaning is."""

    name: str
    label: str
    at: Place
    value_at: Place
    how: str
    certainty: float
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A field that a sentence, a sheet's name or a file's name says; ``words`` are the layout's own."""

    name: str
    words: tuple[tuple[str, str], ...]
    at: Place | None
    certainty: float
    why: tuple[Why, ...]


def find_pairs(grid: Grid, taken: Collection[Place], words: Vocabulary, known: Known) -> list[Pair]:
    """Labels outside tables with their values; of each meaning the surest, in reading order."""
    best: dict[str, Pair] = {}
    for place, cell in sorted(grid.cells.items()):
        if place in taken or not cell.is_word or len(cell.text) > 80:
            continue
        for pair in _pairs_at(grid, place, cell, taken, words, known):
            if pair.certainty > best.get(pair.name, _NONE).certainty:
                best[pair.name] = pair
    return sorted(_one_value_each(best.values()), key=lambda pair: pair.at)


_NONE = Pair("", "", (0, 0), (0, 0), "", 0.0, ())


def _one_value_each(pairs: Iterable[Pair]) -> Iterator[Pair]:
    taken: set[Place] = set()
    for pair in sorted(pairs, key=lambda p: -p.certainty):
        if pair.value_at not in taken:
            taken.add(pair.value_at)
            yield pair


def _meanings() -> list[str]:
    return list(dict.fromkeys((*SHEET_FIELDS, *measures_of("output"))))


def _pairs_at(
    grid: Grid, place: Place, cell: Cell, taken: Collection[Place], words: Vocabulary, known: Known
) -> Iterator[Pair]:
    inside = re.match(r"^\s*([^:：]{1,24})[:：]\s*(\S.*)$", cell.text, flags=re.DOTALL)
    if inside:
        label, value = inside.groups()
        yield from _readings(label, place, place, _as_cell(value), "inside", words, known)
        return
    right, below = _right(grid, place, taken, words), _below(grid, place, taken, words)
    for how, at in (("right", right), ("below", below if right is None else None)):
        if at is not None:
            yield from _readings(cell.text, place, at, grid.cells[at], how, words, known)


def _readings(
    label: str, at: Place, value_at: Place, value: Cell, how: str, words: Vocabulary, known: Known
) -> Iterator[Pair]:
    """What a label may mean, only the nearest word of it."""
    found: list[Pair] = []
    for name in _meanings():
        hit = words.hit(label, name)
        if hit.score < _LABEL and not (hit.score >= _MAYBE and _is_of(name, value, words, known)):
            continue
        quantity = name not in SHEET_FIELDS and name.endswith(("_qty", "_min", "_h", "shots", "cavities", "headcount"))
        fit, reasons = look_fits(name, [value], quantity=quantity)
        master = known.id_of(name, value.text)
        bonus = 0.05 if master else 0.0
        if name == "shift_id" and words.hit(value.text, "values.shifts").score >= 0.9:
            bonus = 0.05
        told = (why("label", label=label.strip(), word=hit.word), *reasons)
        told += (why("master", field=name, share="100%"),) if master else ()
        found.append(Pair(name, label.strip(), at, value_at, how, min(1.0, hit.score * fit * 0.95 + bonus), told))
    ignored = words.best(label, ["ignored", "signatures", "totals"]).score
    found = [pair for pair in found if pair.certainty >= max(0.5, ignored - 0.05)]
    if found:
        yield max(found, key=lambda pair: pair.certainty)


def _is_of(name: str, value: Cell, words: Vocabulary, known: Known) -> bool:
    """Does the value itself speak for a field?"""
    if name == "production_date":
        return value.shape == Shape.DATE
    named = name == "shift_id" and words.hit(value.text, "values.shifts").score >= 0.9
    return named or known.id_of(name, value.text) is not None


def _as_cell(text: str) -> Cell:
    from etl.draft.grid import shape_of  # noqa: PLC0415
    from etl.normalize.values import TEXT  # noqa: PLC0415

    return Cell(text, None, shape_of(TEXT, text, None))


def _is_label(cell: Cell, words: Vocabulary) -> bool:
    if not cell.is_word or words.hit(cell.text, "values.shifts").score >= 0.95:
        return False
    return words.best(cell.text.split("：")[0].split(":")[0], [*_meanings(), "signatures"]).score >= 0.85


def _right(grid: Grid, place: Place, taken: Collection[Place], words: Vocabulary) -> Place | None:
    row, column = place
    for c in range(column + 1, column + 1 + _REACH):
        cell = grid.cells.get((row, c))
        if cell is not None:
            return None if (row, c) in taken or _is_label(cell, words) else (row, c)
    return None


def _below(grid: Grid, place: Place, taken: Collection[Place], words: Vocabulary) -> Place | None:
    at = (place[0] + 1, place[1])
    cell = grid.cells.get(at)
    return None if cell is None or at in taken or _is_label(cell, words) else at


def find_in_sentences(grid: Grid, taken: Collection[Place], words: Vocabulary, known: Known) -> list[Said]:
    """Day, shift and line that a title says without any label."""
    found: dict[str, Said] = {}
    for place, cell in sorted(grid.cells.items()):
        if place in taken or cell.shape not in {Shape.WORD, Shape.SENTENCE, Shape.DATE, Shape.CODE}:
            continue
        for name, pattern, hit in _said_in(cell.text, words, known):
            reasons = (why("sentence", text=hit),)
            found.setdefault(name, Said(name, (("pattern", pattern),), place, 0.7, reasons))
    return list(found.values())


def _said_in(text: str, words: Vocabulary, known: Known) -> Iterator[tuple[str, str, str]]:
    clean = unicodedata.normalize("NFKC", text)
    for pattern in (_DAY_PARTS, f"({_DAY})"):
        match = re.search(pattern, clean)
        if match:
            yield "production_date", pattern, match.group(0)
            break
    shift = re.search(_SHIFT, clean)
    if shift:
        yield "shift_id", _SHIFT, shift.group(0)
    else:
        yield from _by_name("shift_id", text, known)
    line = re.search(_LINE, clean)
    if line:
        yield "line_id", _LINE, line.group(0)
    else:
        yield from _by_name("line_id", text, known)


def _by_name(name: str, text: str, known: Known) -> Iterator[tuple[str, str, str]]:
    """A name of master data that stands in a sentence; the pattern names all of its kind."""
    names = [n for n in known.ids.get(name, {}) if len(n) > 2]
    there = [n for n in names if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", plain(text))]
    if there:
        every = "|".join(sorted((re.escape(n) for n in names), key=len, reverse=True))
        yield name, f"(?i)({every})", there[0]


def find_in_names(sheet_names: Sequence[str], file_name: str, words: Vocabulary, known: Known) -> list[Said]:
    """What the names of sheets and of the file say. ``sheet_names``: of the sheets that hold a report."""
    return [*_in_sheet_names(sheet_names, file_name, words, known), *_in_file_name(file_name, known)]


def _share(texts: Sequence[str], holds: Mapping[str, bool]) -> float:
    return sum(holds[t] for t in texts) / len(texts) if texts else 0.0


def _in_sheet_names(names: Sequence[str], file_name: str, words: Vocabulary, known: Known) -> Iterator[Said]:
    shifts = {n: words.hit(n, "values.shifts").score >= 0.97 or known.id_of("shift_id", n) is not None for n in names}
    lines = {n: known.id_of("line_id", n) is not None or bool(re.fullmatch(_LINE, n.strip())) for n in names}
    days = {n: bool(re.fullmatch(r"\s*(0?[1-9]|[12]\d|3[01])\s*(日|号|th)?", n)) for n in names}
    dates = {n: bool(re.search(_DAY, n)) for n in names}
    told = (why("sheet_names", names=", ".join(names[:3])),)
    if names and _share(names, dates) >= 0.8:
        yield Said("production_date", (("sheet_name", f"({_DAY})"),), None, 0.9, told)
    elif names and _share(names, days) >= 0.8:
        month = _month_of(file_name)
        day_only = (("sheet_name", r"^\s*(?P<day>\d{1,2})"),)
        if month is not None:
            yield Said("production_date", (*day_only, ("file_name", month)), None, 0.9, told)
        else:
            yield Said("production_date", day_only, None, 0.5, told)
    if names and _share(names, shifts) >= 0.8:
        yield Said("shift_id", (("sheet_name", "^(.+)$"),), None, 0.8, told)
    elif len(names) > 1 and (tokens := _one_token_each(names, words)):
        pattern = r"(?i)(?<!\w)(" + "|".join(map(re.escape, tokens)) + r")(?!\w)"
        yield Said("shift_id", (("sheet_name", pattern),), None, 0.8, told)
    elif names and _share(names, lines) >= 0.8:
        yield Said("line_id", (("sheet_name", "^(.+)$"),), None, 0.8, told)


def _one_token_each(names: Sequence[str], words: Vocabulary) -> list[str]:
    """The name of a shift that stands in each sheet's name, where it tells the sheets apart."""
    found = []
    for name in names:
        tokens = [t for t in re.split(r"[\s_\-.]+", name) if len(t) > 1 and words.hit(t, "values.shifts").score >= 0.97]
        found += tokens[:1]
    return list(dict.fromkeys(found)) if len(found) == len(names) and len(set(found)) > 1 else []


def _month_of(file_name: str) -> str | None:
    for pattern, shape in _FILE_MONTHS:
        if re.search(shape, file_name):
            return pattern
    return None


def _in_file_name(file_name: str, known: Known) -> Iterator[Said]:
    told = (why("file_name", name=file_name),)
    for pattern in _FILE_DAYS:
        if re.search(pattern, file_name):
            yield Said("production_date", (("file_name", pattern),), None, 0.75, told)
            break
    parts = [p for p in re.split(r"[_\s-]+", file_name) if p]
    for n, part in enumerate(parts):
        if known.id_of("line_id", part) is not None or re.fullmatch(r"L\d{1,3}|[Ll]ine\d+|\d+号?线", part):
            before = r"[^_\s-]+[_\s-]+" * n
            yield Said("line_id", (("file_name", rf"^{before}([^_\s-]+)"),), None, 0.65, told)
            break

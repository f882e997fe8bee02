"""What a column or value means: its words, the look of its values, and what the site knows. Places: ``tables``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from data_contracts.layout import SHEET_FIELDS, TARGETS
from data_contracts.site import Site
from etl.draft.assign import best_pairs
from etl.draft.grid import Cell, Shape
from etl.draft.words import Hit, Vocabulary, plain

DATES = frozenset({"production_date"})
CLOCK_MEASURES = frozenset({"hour_start", "start_at", "end_at"})
_SET_BY_US = {"report_id", "source_sheet", "row_no", "is_total"}
_SURE = 0.55
_MASTER = {
    "line_id": ("line", ("line_id", "name_zh", "name_en", "aliases")),
    "shift_id": ("shift", ("shift_id", "name_zh", "name_en", "aliases")),
    "product_id": ("product", ("product_id", "name_zh", "name_en", "aliases")),
    "reason_code": ("reason", ("reason_code", "name_zh", "name_en", "aliases")),
    "defect_code": ("defect", ("defect_code", "name_zh", "name_en", "aliases")),
    "operator": ("employee", ("employee_id", "name", "aliases")),
}


@dataclass(frozen=True, slots=True)
class Why:
    """One reason for a proposal: a key of the translations with its values."""

    code: str
    params: tuple[tuple[str, str], ...] = ()


def why(code: str, **params: object) -> Why:
    """A reason with its values as text."""
    return Why(code, tuple((name, str(value)) for name, value in params.items()))


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure that something may mean, how sure that is, and why."""

    measure: str
    certainty: float
    why: tuple[Why, ...] = ()


@dataclass(frozen=True)
class Known:
    """What a site's master data calls by name: field to plain name to the id."""

    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site | None) -> Known:
        """Names of a site; none without one."""
        if site is None:
            return cls()
        return cls({name: _names(site.master[table], columns) for name, (table, columns) in _MASTER.items()})

    def id_of(self, name: str, text: str) -> str | None:
        """The id that a text stands for."""
        return self.ids.get(name, {}).get(plain(text))

    def share(self, name: str, cells: Sequence[Cell]) -> float:
        """Which part of the cells is known by this name."""
        names = self.ids.get(name, {})
        return sum(1 for c in cells if plain(c.text) in names) / len(cells) if names and cells else 0.0


def _names(frame: pl.DataFrame, columns: Iterable[str]) -> dict[str, str]:
    own = next(iter(columns))
    found: dict[str, str] = {}
    for row in frame.iter_rows(named=True):
        texts = [str(row[c]) for c in columns if row.get(c)]
        for text in (part for whole in texts for part in whole.split(";")):
            found.setdefault(plain(text), str(row[own]))
    return found


def measures_of(into: str) -> list[str]:
    """Everything a column of such a table may be called."""
    own = [c for c in TARGETS[into].columns() if not c.endswith("_cell") and c not in _SET_BY_US]
    return [*own, *(f for f in SHEET_FIELDS if f not in own)]


def is_quantity(into: str, measure: str) -> bool:
    """Does the contract hold a number?"""
    return TARGETS[into].columns().get(measure) == pl.Float64


def read_header(
    into: str, measure: str, texts: Sequence[str], cells: Sequence[Cell], words: Vocabulary, known: Known
) -> Reading:
    """How sure it is that a column with these header texts and values is ``measure``."""
    hits = [max((words.hit(t, m) for m in (measure, f"{into}.{measure}")), key=lambda h: h.score) for t in texts]
    hit = max(hits, key=lambda h: h.score, default=Hit(0.0, ""))
    fit, reasons = look_fits(measure, cells, quantity=is_quantity(into, measure))
    by_value = _by_values(measure, cells, words, known)
    score = hit.score * fit
    told: list[Why] = []
    if hit.score >= _SURE - 0.1:
        told.append(why("header", header=" ".join(texts[0].split()), word=hit.word))
    if by_value is not None and fit > 0.5:
        score = max(score, by_value.certainty * fit) + (0.1 if score > 0.3 else 0.0)
        told += by_value.why
    return Reading(measure, min(score, 1.0), (*told, *reasons))


def look_fits(measure: str, cells: Sequence[Cell], *, quantity: bool) -> tuple[float, tuple[Why, ...]]:
    """How well values suit a measure by their look alone, 0 to 1."""
    filled = [c for c in cells if c.shape != Shape.NONE]
    if not filled:
        return 0.92, (why("empty"),)
    looks = Counter(c.shape for c in filled)
    share = {shape: looks[shape] / len(filled) for shape in Shape}
    if measure in DATES:
        serials = sum(1 for c in filled if c.shape == Shape.NUMBER and 20000 <= (c.number or 0) <= 80000) / len(filled)
        good = share[Shape.DATE] + serials
        return (0.1 + 0.9 * good, (why("dates"),) if good > 0.6 else (why("no_dates"),))
    if measure in CLOCK_MEASURES:
        hours = sum(1 for c in filled if c.shape == Shape.NUMBER and 0 <= _value(c) <= 24) / len(filled)
        good = min(1.0, share[Shape.CLOCK] + share[Shape.DATE] * (measure != "hour_start") + 0.9 * hours)
        return (0.1 + 0.9 * good, (why("clocks"),) if good > 0.6 else (why("no_clocks"),))
    if quantity:
        clocks = share[Shape.CLOCK] if measure.endswith("_min") else 0.0
        good = share[Shape.NUMBER] + clocks
        return (0.1 + 0.9 * min(good, 1.0), (why("numbers"),) if good > 0.6 else (why("no_numbers"),))
    wrong = share[Shape.DATE] + share[Shape.CLOCK]
    fractions = sum(1 for c in filled if c.number is not None and c.number != int(c.number)) / len(filled)
    if measure in {"note", "reason_text", "leader"}:
        wrong += 0.7 * share[Shape.NUMBER]
    return max(0.1, 1.0 - 0.9 * max(wrong, fractions)), ()


def _value(cell: Cell) -> float:
    if cell.number is not None:
        return cell.number
    try:
        return float(cell.text.strip().replace(",", "."))
    except ValueError:
        return -1.0


def _by_values(measure: str, cells: Sequence[Cell], words: Vocabulary, known: Known) -> Reading | None:
    """What the values alone say."""
    filled = [c for c in cells if c.shape != Shape.NONE]
    if not filled:
        return None
    share = known.share(measure, filled)
    if share >= 0.6:
        return Reading(measure, 0.5 + 0.35 * share, (why("master", field=measure, share=f"{share:.0%}"),))
    if measure in DATES and all(c.shape == Shape.DATE for c in filled):
        return Reading(measure, 0.58, ())
    if measure == "shift_id":
        named = sum(1 for c in filled if words.hit(c.text, "values.shifts").score >= 0.97) / len(filled)
        if named >= 0.7:
            return Reading(measure, 0.4 + 0.4 * named, (why("shift_names"),))
    return None


def read_ignored(texts: Sequence[str], words: Vocabulary) -> float:
    """How sure it is that a column is one of those nobody loads."""
    return max((words.hit(text, "ignored").score for text in texts), default=0.0)


@dataclass(frozen=True, slots=True)
class Assigned:
    """What the headers of a table mean as a table of kind ``into``; None for those that nothing is known of."""

    into: str
    readings: tuple[Reading | None, ...]
    ignored: tuple[float, ...]
    others: tuple[tuple[Reading, ...], ...]
    score: float


def assign(
    into: str, headers: Sequence[tuple[Sequence[str], Sequence[Cell]]], words: Vocabulary, known: Known
) -> Assigned:
    """The best meaning of all headers together. ``headers``: texts and values of each."""
    measures = measures_of(into)
    readings = [[read_header(into, m, texts, cells, words, known) for m in measures] for texts, cells in headers]
    ignored = [read_ignored(texts, words) for texts, _ in headers]
    nothing = [[max(_SURE, share) if i == n else 0.0 for i in range(len(headers))] for n, share in enumerate(ignored)]
    # Of two meanings as near as each other the one of this kind of table counts: a code of defects, not of products.
    scores = [
        [r.certainty + 0.03 * (r.certainty > 0 and r.measure not in SHEET_FIELDS) for r in row] + rest
        for row, rest in zip(readings, nothing, strict=True)
    ]
    chosen = best_pairs(scores)
    taken: list[Reading | None] = [
        row[c] if c < len(measures) and row[c].certainty > 0 else None for row, c in zip(readings, chosen, strict=True)
    ]
    others = tuple(
        tuple(sorted((r for r in row if r.certainty >= 0.4 and r is not mine), key=lambda r: -r.certainty)[:3])
        for row, mine in zip(readings, taken, strict=True)
    )
    total = sum(r.certainty - 0.3 for r in taken if r is not None)
    return Assigned(into, tuple(taken), tuple(ignored), others, total)

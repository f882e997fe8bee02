"""What one table is about: kind, measures of its columns, groups, codes over columns. Its place: ``tables``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from data_contracts.layout import SHEET_FIELDS, TARGETS
from etl.draft.grid import Cell, Shape, shape_of
from etl.draft.meaning import Assigned, Known, Reading, assign, is_quantity, why
from etl.draft.series import Level, RowNames, Series, find_levels, find_row_names, find_series
from etl.draft.sums import Column, runs_along, total_of
from etl.draft.tables import FoundTable, Header
from etl.draft.words import Vocabulary
from etl.normalize.labels import fold

KEYS = ("line_id", "production_date", "shift_id")
_QUANTITIES = {"good_qty", "planned_qty", "scrap_qty", "total_qty", "rework_qty", "run_min", "stop_min"}
_STOCK = {"opening_qty", "closing_qty", "received_qty", "stored_qty", "shipped_qty"}
_WEAK = 0.72


@dataclass(frozen=True, slots=True)
class Unit:
    """Headers that read the same (one below each upper header of a group), with all their values."""

    text: str
    under: str | None
    headers: tuple[Header, ...]
    cells: tuple[Cell, ...]

    def numbers(self, table: FoundTable) -> Column:
        """Row to number, of the first of its columns."""
        column = self.headers[0].column
        cells = {row: table.grid.cells.get((row, column)) for row in table.rows}
        return {row: cell.number for row, cell in cells.items() if cell is not None and cell.number is not None}


@dataclass(frozen=True, slots=True)
class Codes:
    """Columns that stand for codes of stops or defects."""

    into: str
    units: tuple[Unit, ...]
    over: str | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class Understood:
    """A table with its meaning. ``measures``: unit to its reading; ``others``: what else it may be."""

    table: FoundTable
    into: str
    measures: tuple[tuple[Unit, Reading], ...]
    others: tuple[tuple[Unit, tuple[Reading, ...]], ...]
    ignored: tuple[tuple[Unit, Reading], ...]
    unknown: tuple[Unit, ...]
    codes: tuple[Codes, ...]
    levels: tuple[Level, ...]
    series: Series | None
    row_names: RowNames | None
    unnamed: tuple[tuple[int, Header, Reading], ...]
    score: float

    @property
    def given(self) -> set[str]:
        """Fields that the table itself says."""
        fields = {r.measure for _, r in self.measures} | {level.field for level in self.levels if level.field}
        fields |= {reading.measure for _, _, reading in self.unnamed}
        return fields | ({self.series.field} if self.series else set())


def understand(table: FoundTable, words: Vocabulary, known: Known) -> list[Understood]:
    """What a table is: nothing when nothing is reported in it, two when columns below groups are of another kind."""
    levels = find_levels(table, words, known)
    row_names = find_row_names(table, words)
    series = find_series(table, words)
    apart = {h.column for h in series.headers} if series else set()
    if row_names is not None:
        apart |= {row_names.column}
    units = [u for u in _units(table, levels) if u.headers[0].column not in apart]
    title = table.grid.cells[table.title].text if table.title else ""

    def best_of(part: Sequence[Unit]) -> Understood | None:
        tried = [_as_kind(into, table, part, levels, title, words, known) for into in TARGETS]
        fitting = [u for u in tried if _is_one(u, row_names, series)]
        return max(fitting, key=lambda u: u.score, default=None)

    whole = best_of(units)
    if whole is None:
        return []
    unnamed = tuple(_unnamed(table, whole, words, known, row_names))
    whole = replace(whole, levels=levels, series=series, row_names=row_names, unnamed=unnamed)
    single = [u for u in units if len(u.headers) == 1]
    if not any(level.field for level in levels) or whole.into != "wip" or len(single) == len(units):
        return [
            replace(whole, levels=tuple(replace(level, field=None) for level in levels))
            if whole.into == "wip"
            else whole
        ]
    return _two_kinds(whole, units, single, best_of) or [whole]


def _two_kinds(
    whole: Understood,
    units: Sequence[Unit],
    single: Sequence[Unit],
    best_of: Callable[[Sequence[Unit]], Understood | None],
) -> list[Understood]:
    """Stock in the columns outside the groups, output below them; keys belong to both."""
    stock = best_of(single)
    if stock is None:
        return []
    keys = [u for u, r in stock.measures if r.measure in SHEET_FIELDS]
    made = best_of([*keys, *(u for u in units if u not in single)])
    if made is None or made.into == "wip":
        return []
    others = tuple((u, Reading("", 0.9, (why("other_table"),))) for u in units if u not in single)
    stocked = tuple((u, Reading("", 0.9, (why("other_table"),))) for u in single if u not in keys)
    plain_levels = tuple(replace(level, field=None) for level in whole.levels)
    return [
        replace(stock, ignored=(*stock.ignored, *others), levels=plain_levels, unnamed=whole.unnamed),
        replace(made, ignored=(*made.ignored, *stocked), levels=whole.levels),
    ]


def _is_one(one: Understood, row_names: RowNames | None, series: Series | None) -> bool:
    """Does the kind of table hold what it is about?"""
    found = {r.measure for _, r in one.measures}
    wide = {c.into for c in one.codes}
    if one.into == "stop":
        timed = "downtime_min" in found or {"start_at", "end_at"} <= found
        return (timed and bool({"reason_code", "reason_text"} & found)) or (
            wide == {"stop"} and not found & _QUANTITIES
        )
    if one.into == "defect":
        return {"defect_code", "scrap_qty"} <= found or (wide == {"defect"} and not found & _QUANTITIES)
    if one.into == "wip":
        return len(found & _STOCK) >= 2
    if row_names is not None or series is not None:
        return True
    return bool(found & _QUANTITIES) or {"start_at", "end_at"} <= found


def _units(table: FoundTable, levels: Sequence[Level]) -> list[Unit]:
    told = {i for i, level in enumerate(levels) if level.field is not None}
    texts = [fold(h.text) for h in table.headers]
    again = {t for t in texts if texts.count(t) > 1}
    units: dict[tuple[str, str], list[Header]] = {}
    for header in table.headers:
        upper = [u for i, u in enumerate(header.upper) if i not in told and u]
        under = upper[-1] if upper and fold(header.text) in again else ""
        units.setdefault((fold(header.text), under), []).append(header)
    return [
        Unit(headers[0].text, under or None, tuple(headers), tuple(c for h in headers for c in table.column(h)))
        for (_, under), headers in units.items()
    ]


def _as_kind(
    into: str,
    table: FoundTable,
    units: Sequence[Unit],
    levels: Sequence[Level],
    title: str,
    words: Vocabulary,
    known: Known,
) -> Understood:
    headers = [([u.text, f"{u.under} {u.text}"] if u.under else [u.text], u.cells) for u in units]
    assigned = assign(into, headers, words, known)
    codes = tuple(_codes(into, table, units, assigned, levels, title, words, known))
    wide = {u for c in codes for u in c.units}
    measures, ignored, unknown = [], [], []
    for unit, reading, share in zip(units, assigned.readings, assigned.ignored, strict=True):
        if unit in wide:
            continue
        if reading is not None and _is_worth(reading, unit):
            measures.append((unit, reading))
        elif share >= 0.7:
            ignored.append((unit, Reading("", share, (why("ignored", header=unit.text),))))
        else:
            unknown.append(unit)
    measures, running = _without_running(table, measures)
    about = words.hit(title, f"sections.{into}").score if title else 0.0
    score = sum(r.certainty - 0.3 for _, r in measures) + (0.8 if about >= 0.75 else 0.0) + 0.25 * len(wide)
    score += 0.5 * sum(1 for _, r in measures if r.measure in {"reason_code", "defect_code"} | _STOCK)
    others = tuple(zip(units, assigned.others, strict=True))
    return Understood(
        table, into, tuple(measures), others, (*ignored, *running), tuple(unknown), codes, (), None, None, (), score
    )


def _is_worth(reading: Reading, unit: Unit) -> bool:
    return reading.certainty >= 0.55


def _without_running(
    table: FoundTable, measures: Sequence[tuple[Unit, Reading]]
) -> tuple[list[tuple[Unit, Reading]], list[tuple[Unit, Reading]]]:
    """Columns that only add up another one say nothing new."""
    numbers = {unit: unit.numbers(table) for unit, r in measures if r.measure.endswith(("_qty", "_min"))}
    kept, running = [], []
    for unit, reading in measures:
        along = [o for o in numbers if o != unit and unit in numbers and runs_along(numbers[unit], numbers[o])]
        if along and reading.certainty < 0.97:
            running.append((unit, Reading("", 0.95, (why("running", header=unit.text, other=along[0].text),))))
        else:
            kept.append((unit, reading))
    return kept, running


def _codes(
    into: str,
    table: FoundTable,
    units: Sequence[Unit],
    assigned: Assigned,
    levels: Sequence[Level],
    title: str,
    words: Vocabulary,
    known: Known,
) -> Iterator[Codes]:
    """Runs of columns of numbers that no measure fits: codes, when names, an upper header or sums say so."""
    firm = {
        r.measure: u.numbers(table)
        for u, r in zip(units, assigned.readings, strict=True)
        if r is not None and r.certainty >= _WEAK and is_quantity(into, r.measure)
    }
    for run in _runs(into, units, assigned, words):
        for part in _by_upper(run):
            found = _codes_of(table, part, firm, title, words, known)
            if found is not None:
                yield found


def _runs(into: str, units: Sequence[Unit], assigned: Assigned, words: Vocabulary) -> Iterator[list[Unit]]:
    """Neighbouring columns of numbers that may be codes; below a title of codes all of them."""
    free = []
    for unit, reading, share in zip(units, assigned.readings, assigned.ignored, strict=True):
        upper = unit.headers[0].upper[-1:]
        titled = any(words.hit(u, f"sections.{kind}").score >= 0.75 for u in upper if u for kind in ("stop", "defect"))
        sure = 0.0 if reading is None else reading.certainty
        firm = sure >= (0.97 if titled else _WEAK) or (not titled and sure > 0 and _names_key(reading))
        if not unit.cells and reading is not None and not is_quantity(into, reading.measure):
            firm = firm or sure >= _WEAK  # an empty column of remarks
        free.append(_is_numeric(unit) and share < 0.9 and not firm)
    between = [
        f
        or (
            0 < n < len(free) - 1
            and free[n - 1]
            and free[n + 1]
            and _is_numeric(u)
            and r is not None
            and r.certainty < 0.9
        )
        for n, (f, u, r) in enumerate(zip(free, units, assigned.readings, strict=True))
    ]
    run: list[Unit] = []
    for unit, is_free in zip(units, between, strict=True):
        if is_free:
            run.append(unit)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _names_key(reading: Reading | None) -> bool:
    return reading is not None and reading.measure in SHEET_FIELDS


def _by_upper(run: list[Unit]) -> Iterator[list[Unit]]:
    """Columns below different upper headers are different kinds of codes."""
    part: list[Unit] = []
    for unit in run:
        if part and unit.headers[0].upper[-1:] != part[-1].headers[0].upper[-1:]:
            yield part
            part = []
        part.append(unit)
    yield part


def _is_numeric(unit: Unit) -> bool:
    filled = [c for c in unit.cells if c.shape != Shape.NONE]
    return all(c.shape == Shape.NUMBER for c in filled) and shape_of(1, unit.text, None) not in {
        Shape.DATE,
        Shape.CLOCK,
    }


def _codes_of(
    table: FoundTable, run: list[Unit], firm: dict[str, Column], title: str, words: Vocabulary, known: Known
) -> Codes | None:
    upper = next((u for u in reversed(run[0].headers[0].upper) if u), None)
    best: Codes | None = None
    for into in ("stop", "defect"):
        reading = _reading_of_codes(table, into, run, upper, firm, title, words, known)
        if reading is not None and (best is None or reading.certainty > best.reading.certainty):
            best = Codes(into, tuple(run), upper, reading)
    return best


def _reading_of_codes(
    table: FoundTable,
    into: str,
    run: list[Unit],
    upper: str | None,
    firm: dict[str, Column],
    title: str,
    words: Vocabulary,
    known: Known,
) -> Reading | None:
    field, kind = ("reason_code", "reasons") if into == "stop" else ("defect_code", "defects")
    named = sum(1 for u in run if known.id_of(field, u.text) or words.hit(u.text, f"values.{kind}").score >= 0.66)
    share = named / len(run)
    above = max(words.hit(t, f"sections.{into}").score for t in (upper or "", title) if t) if upper or title else 0.0
    parts = [u.numbers(table) for u in run]
    said = _sum_said(into, parts, firm)
    reasons = []
    certainty = 0.0
    if said:
        certainty = 0.95
        reasons.append(why("codes_sum", measure=said))
    if above >= 0.75 and len(run) >= 2:
        certainty = max(certainty, 0.9 if share >= 0.3 else 0.8)
        reasons.append(why("codes_upper", header=upper or title))
    if share >= 0.5 and len(run) >= 2:
        certainty = max(certainty, 0.6 + 0.25 * share)
        reasons.append(why("codes_names", share=f"{share:.0%}"))
    return Reading(f"{into}:codes", certainty, tuple(reasons)) if certainty else None


def _sum_said(into: str, parts: Sequence[Column], firm: dict[str, Column]) -> str | None:
    if len(parts) < 2 or not any(parts):
        return None
    if into == "stop":
        return "stop_min" if "stop_min" in firm and total_of(parts, firm["stop_min"]) else None
    if "scrap_qty" in firm and total_of(parts, firm["scrap_qty"]):
        return "scrap_qty"
    if {"total_qty", "good_qty"} <= set(firm) and total_of(parts, firm["total_qty"], firm["good_qty"]):
        return "total_qty - good_qty"
    return None


def _unnamed(
    table: FoundTable, one: Understood, words: Vocabulary, known: Known, row_names: RowNames | None
) -> Iterator[tuple[int, Header, Reading]]:
    """Key columns without a header, by their values: shift names, days, hours, names of master data."""
    given = {r.measure for _, r in one.measures}
    for column in table.unnamed:
        after = [h for h in table.headers if h.column > column]
        cells = list(table.grid.down(column, table.rows))
        if not after or len(cells) < 2 or (row_names is not None and row_names.column == column):
            continue
        named = [((), cells)]
        best = max(
            (
                r
                for r in assign(one.into, named, words, known).readings
                if r is not None and r.measure in (*KEYS, "hour_start", "order_id", "product_id")
            ),
            key=lambda r: r.certainty,
            default=None,
        )
        if best is None and all(c.shape == Shape.CLOCK for c in cells) and one.into == "output":
            best = Reading("hour_start", 0.6, (why("clocks"),))
        if best is not None and best.measure not in given:
            given.add(best.measure)
            yield column, after[0], replace(best, certainty=0.8 * best.certainty)


def said_unit(header: str, measure: str, words: Vocabulary) -> str | None:
    """The unit in a header, when it is not the contract's own."""
    unit = words.unit(header)
    if measure.endswith("_qty") and unit in {"pack", "kg", "g"}:
        return unit
    return "h" if measure.endswith("_min") and unit == "h" else None


def is_filled_down(table: FoundTable, unit: Unit, measure: str) -> bool:
    """Is a key written once for several rows, as in a merged cell? What every row must say, no row leaves out."""
    columns = {h.column for h in unit.headers}
    filled = [any((row, c) in table.grid.cells for c in columns) for row in table.rows]
    return len(filled) > 1 and filled[0] and sum(filled) / len(filled) < (1.0 if measure in KEYS else 0.75)


def code_of(text: str, into: str, known: Known) -> str:
    """What a header of codes stands for: the id of master data, or its own text."""
    field = "reason_code" if into == "stop" else "defect_code"
    return known.id_of(field, text) or re.sub(r"\s+", " ", text).strip()

"""What one table is about: kind, measures of its columns, groups, codes over columns. Its place: ``tables``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from data_contracts.layout import SHEET_FIELDS, TARGETS
from etl.draft.codes import Codes, Unit, find_codes
from etl.draft.grid import Shape
from etl.draft.meaning import Known, Reading, assign, why
from etl.draft.series import Level, RowNames, Series, find_levels, find_row_names, find_series
from etl.draft.sums import runs_along
from etl.draft.tables import FoundTable, Header
from etl.draft.words import Vocabulary
from etl.normalize.labels import fold

KEYS = ("line_id", "production_date", "shift_id")
_QUANTITIES = {"good_qty", "planned_qty", "scrap_qty", "total_qty", "rework_qty", "run_min", "stop_min"}
_STOCK = {"opening_qty", "closing_qty", "received_qty", "stored_qty", "shipped_qty"}


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
    codes = tuple(find_codes(into, table, units, assigned, title, words, known))
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

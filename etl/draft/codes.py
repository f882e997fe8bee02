"""Columns that stand for codes of stops or defects: by names, an upper header or sums. Tables: ``understand``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data_contracts.layout import SHEET_FIELDS
from etl.draft.grid import Cell, Shape, shape_of
from etl.draft.meaning import Assigned, Known, Reading, is_quantity, why
from etl.draft.sums import Column, total_of
from etl.draft.tables import FoundTable, Header
from etl.draft.words import Vocabulary

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


def find_codes(
    into: str,
    table: FoundTable,
    units: Sequence[Unit],
    assigned: Assigned,
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


def code_of(text: str, into: str, known: Known) -> str:
    """What a header of codes stands for: the id of master data, or its own text."""
    field = "reason_code" if into == "stop" else "defect_code"
    return known.id_of(field, text) or re.sub(r"\s+", " ", text).strip()

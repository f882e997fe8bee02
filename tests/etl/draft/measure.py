"""How much of a workbook a draft gets right, field by field: the same cells must mean the same measure.

A field is one column, label, key, group of codes or set of totals. It is right when the cells that the draft reads as
this measure are those that were meant, but for one in twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from data_contracts.site import Site
from etl.draft.draft import Draft
from etl.draft.propose import draft_layout
from etl.extract.child import Caps, FileBytes, workbooks
from etl.simulate.workbooks.book import Made

Fields = dict[str, set[tuple[str, ...]]]
"""Name of a field to the facts that belong to it: sheet and cell, or sheet, cell and code, or sheet and key."""
NOT_MEASURES = {"file_no", "report_id", "source_sheet", "row_no", "is_total", "row_id"}
CODES = {"report_stop": "reason_code", "report_defect": "defect_code"}
KEYS = ("plant_id", "line_id", "production_date", "shift_id")
CAPS = Caps(cpu_s=600, file_mb=50)


def fields_of_made(made: Made) -> Fields:
    """What a generated workbook says."""
    fields: Fields = {}
    for record in made.records:
        values = {m: (v, cell) for m, (v, cell) in record.values.items() if v is not None}
        _add(fields, record.table, record.report_id, record.sheet, values, is_total=record.is_total)
    return fields


def fields_of_tables(tables: Mapping[str, pl.DataFrame]) -> Fields:
    """What was read: contract rows by table."""
    fields: Fields = {}
    for table, frame in tables.items():
        measures = [c for c in frame.columns if c not in NOT_MEASURES and not c.endswith("_cell")]
        for row in frame.iter_rows(named=True):
            values = {m: (row[m], row.get(f"{m}_cell")) for m in measures if row[m] is not None}
            _add(fields, table, row["report_id"], row["source_sheet"], values, is_total=bool(row["is_total"]))
    return fields


def _add(
    fields: Fields,
    table: str,
    report_id: str,
    sheet: str,
    values: Mapping[str, tuple[object, str | None]],
    *,
    is_total: bool,
) -> None:
    cells = {cell for _, cell in values.values() if cell}
    if is_total:
        fields.setdefault(f"{table}: totals", set()).update((sheet, cell) for cell in cells)
        return
    for key, said in zip(KEYS[1:], report_id.split("/")[1:], strict=True):
        fields.setdefault(f"key {key}", set()).update((sheet, cell, said) for cell in cells)
    for measure, (value, cell) in values.items():
        if cell is not None:
            fields.setdefault(f"{table}: {measure}", set()).add((sheet, cell))
        elif measure == CODES.get(table):
            counted = values.get("scrap_qty", values.get("downtime_min", (None, "")))[1]
            fields.setdefault(f"{table}: codes", set()).add((sheet, str(counted)))
        else:
            fields.setdefault(f"{table}: {measure} of cells", set()).update((sheet, c, str(value)) for c in cells)


def is_same(wanted: set[tuple[str, ...]], found: set[tuple[str, ...]]) -> bool:
    """Do the cells that both read, at least half of those meant, belong to the same key?"""
    both = {f[:2] for f in found} & {f[:2] for f in wanted}
    mine = {f for f in wanted if f[:2] in both}
    return len(both) * 2 >= len({f[:2] for f in wanted}) and len(
        mine ^ {f for f in found if f[:2] in both}
    ) <= 0.1 * len(mine)


def is_right(wanted: set[tuple[str, ...]], found: set[tuple[str, ...]]) -> bool:
    """Nearly all that was meant and nearly nothing else."""
    if any(len(fact) == 3 for fact in wanted):
        return is_same(wanted, found)
    return len(wanted & found) >= 0.95 * len(wanted) and len(found - wanted) <= 0.05 * len(wanted) + 0.5


@dataclass(frozen=True)
class Score:
    """Fields of one workbook that are right, and those that are not."""

    name: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    recognised: bool

    @property
    def share(self) -> float:
        """Part of the fields that are right."""
        return len(self.right) / max(1, len(self.right) + len(self.wrong))


def score(name: str, wanted: Fields, found: Fields, *, recognised: bool) -> Score:
    """Hold what was read against what was meant."""
    right = [field for field, facts in wanted.items() if is_right(facts, found.get(field, set()))]
    return Score(name, tuple(right), tuple(f for f in wanted if f not in right), recognised)


def draft_of(content: bytes, name: str, site: Site | None, *, without: str = "", language: str = "en") -> Draft:
    """A draft of a workbook; of the shipped layouts all but ``without`` may be learned from."""
    taken = workbooks([FileBytes(0, name, content)], CAPS)
    assert taken.failures == []
    learn = [layout for layout in (site.layouts if site else ()) if layout.id != without]
    return draft_layout(taken.cells, taken.sheets, site, language, file_name=name, learn_from=learn)


def score_made(layout_id: str, made: Made, site: Site, name: str = "") -> Score:
    """Draft a generated workbook as if its layout had never been shipped."""
    draft = draft_of(made.book.to_bytes(), f"{made.file_name}.xlsx", site, without=layout_id)
    return score(
        name or layout_id, fields_of_made(made), fields_of_tables(draft.tried.tables), recognised=draft.tried.recognised
    )


def overall(scores: Iterable[Score]) -> float:
    """Part of all fields that are right."""
    scores = list(scores)
    right = sum(len(s.right) for s in scores)
    return right / max(1, right + sum(len(s.wrong) for s in scores))

"""What a person decides upon or looks at, as the published version shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.scope import Scope
from etl.store.published import current


@dataclass(frozen=True, slots=True)
class Case:
    """A difference (contract ``discrepancy``), the area of its line, and its shift's rows of ``production``."""

    row: dict[str, Any]
    area_id: str | None
    production: pl.DataFrame


def difference(home: Path, discrepancy_id: str) -> Case | None:
    """The difference, or None when there is no such. Raises StoreError when nothing is published."""
    connection = current(home).cursor()
    try:
        found = connection.execute("select * from discrepancy where discrepancy_id = ?", [discrepancy_id]).pl()
        if found.is_empty():
            return None
        row = found.row(0, named=True)
        key = [row[c] for c in ("plant_id", "line_id", "production_date", "shift_id")]
        area = connection.execute("select any_value(area_id) from line where plant_id = ? and line_id = ?", key[:2])
        area_id = (area.fetchone() or (None,))[0]
        production = connection.execute(
            "select * from production where plant_id = ? and line_id = ? and production_date = ? and shift_id = ?", key
        ).pl()
    finally:
        connection.close()
    return Case(row, area_id, production)


def leaders(home: Path, key: tuple[object, ...]) -> list[str]:
    """Who filled in the reports of a plant, line, production day and shift, in any revision."""
    connection = current(home).cursor()
    try:
        rows = connection.execute(
            "select distinct leader from report where plant_id = ? and line_id = ? and production_date = ? "
            "and shift_id = ? and leader is not null order by leader",
            list(key),
        ).fetchall()
    finally:
        connection.close()
    return [str(leader) for (leader,) in rows]


def file_name(home: Path, source_file_id: str) -> str | None:
    """The name under which a file was handed in."""
    connection = current(home).cursor()
    try:
        found = connection.execute(
            "select any_value(name) from source_file where source_file_id = ?", [source_file_id]
        ).fetchone()
    finally:
        connection.close()
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Sight:
    """What a scope may see of a file: ``whole``, or only the row of a place that a figure in the scope rests on."""

    whole: bool
    place: bool


def sight(home: Path, scope: Scope, source_file_id: str, cell: str) -> Sight:
    """Of a workbook by the lines whose reports it holds; of an export, which holds all lines, for the company only."""
    if () in scope.nodes:
        return Sight(whole=True, place=True)
    inside, bound = scope.predicate("node")
    places = "(select plant_id, line_id, any_value(area_id) as area_id from line group by all)"

    def rows(table: str) -> str:
        return (
            f"(select node.* from (select fact.*, area_id from {table} fact left join {places} "
            f"using (plant_id, line_id)) node where {inside})"
        )

    connection = current(home).cursor()
    try:
        held = connection.execute(
            f"select count(*), (select count(*) from {rows('report')} where source_file_id = ?) "
            "from report where source_file_id = ?",
            [*bound, source_file_id, source_file_id],
        ).fetchone() or (0, 0)
        name = connection.execute("select any_value(name) from source_file where source_file_id = ?", [source_file_id])
        file = (name.fetchone() or (None,))[0]
        own = cell if cell[:1].isalpha() else f"record {cell}"
        # The place alone, not as a part of another: C1 is not C12, record 3 is not record 31.
        pattern = f"(^|[^A-Z0-9]){own}($|[^0-9])"
        stated = connection.execute(
            f"""
            select exists (from {rows("discrepancy")} where source_file_id = ?
                and (source_cell = ? or regexp_matches(coalesce(cells, ''), ?)))
            or exists (from {rows("discrepancy")} where starts_with(reference_locator, ?)
                and regexp_matches(reference_locator, ?))
            or exists (from {rows("production")} where source_file = ?
                and ? in (planned_qty_cell, good_qty_cell, scrap_qty_cell))
            or exists (from {rows("production")} where starts_with(reference_locator, ?)
                and regexp_matches(reference_locator, ?))
            or exists (from {rows("downtime")} where source_file = ? and source_cell = ?)
            or exists (from {rows("scrap")} where source_file = ? and source_cell = ?)
            """,
            [
                *(*bound, source_file_id, own, pattern),
                *(*bound, file, pattern),
                *(*bound, file, own),
                *(*bound, file, pattern),
                *(*bound, file, own),
                *(*bound, file, own),
            ],
        ).fetchone() or (False,)
    finally:
        connection.close()
    whole = 0 < held[0] == held[1]
    return Sight(whole=whole, place=whole or bool(stated[0]))

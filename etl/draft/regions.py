"""Rectangles of a sheet with their role, for whoever colours it. The draft: ``propose``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from etl.draft.draft import Part, Region, Role
from etl.draft.tables import FoundTable, Header

if TYPE_CHECKING:
    from etl.draft.propose import SeenSheet


def regions_of(sheet: SeenSheet, tables: Mapping[str, FoundTable], parts: Sequence[Part]) -> Iterator[Region]:
    """Regions of one sheet. ``tables``: names in the layout to the tables of this sheet."""
    name = sheet.grid.sheet_name
    by_path = {part.path: part for part in parts}
    covered: set[tuple[int, int]] = set()
    for pair in sheet.pairs:
        covered |= {pair.at, pair.value_at}
        path = f"fields.{pair.name}"
        yield Region(name, pair.at, pair.at, Role.LABEL, pair.name, pair.certainty, path)
        if pair.value_at != pair.at:
            yield Region(name, pair.value_at, pair.value_at, Role.VALUE, pair.name, pair.certainty, path)
    for table_name, table in tables.items():
        covered |= set(table.places())
        yield from _of_table(name, f"tables.{table_name}", table, by_path)
        if table.title:
            place = table.place(*table.title)
            covered.add(place)
            yield Region(name, place, place, Role.TITLE, None, 0.8, f"tables.{table_name}")
    for place in sorted(set(sheet.grid.cells) - covered):
        yield Region(name, place, place, Role.UNKNOWN, None, 0.0, "")


def _of_table(sheet: str, path: str, table: FoundTable, parts: Mapping[str, Part]) -> Iterator[Region]:
    for header in table.headers:
        part = _part_of(path, table, header, parts)
        ignored = part is None or not part.measure
        measure = part.measure if part else None
        certainty = part.certainty if part else 0.0
        where = part.path if part else f"{path}.ignore"
        at = table.place(header.row, header.column)
        role = Role.IGNORED if ignored else Role.HEADER
        yield Region(sheet, at, at, role, measure, certainty, where)
        for first, last in _runs(table.rows):
            ends = (table.place(first, header.column), table.place(last, header.column))
            yield Region(sheet, *ends, Role.IGNORED if ignored else Role.DATA, measure, certainty, where)
    for row in table.totals:
        yield Region(
            sheet, table.place(row, table.left), table.place(row, table.right), Role.TOTAL, None, 0.95, f"{path}.total"
        )


def _part_of(path: str, table: FoundTable, header: Header, parts: Mapping[str, Part]) -> Part | None:
    from etl.draft.grid import cell_name  # noqa: PLC0415

    cell = cell_name(table.place(header.row, header.column))
    mine = [p for p in parts.values() if p.path.startswith(f"{path}.") and cell in p.cells]
    exact = [p for p in mine if not p.path.endswith(".total")]
    same = [p for p in parts.values() if p.path == f"{path}.ignore.{header.text}"]
    return next(iter((*exact, *same)), None)


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive rows as first and last."""
    first = last = None
    for row in rows:
        if first is None or last is None:
            first = last = row
        elif row == last + 1:
            last = row
        else:
            yield first, last
            first = last = row
    if first is not None and last is not None:
        yield first, last

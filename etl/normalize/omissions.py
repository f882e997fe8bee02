"""What a sheet holds or lacks although its layout fits: labels twice, totals of other blocks only, a second table.

Told, never guessed. Whether a layout fits at all: ``recognize``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from data_contracts.layout import Source
from etl.normalize.headers import Found, find_table
from etl.normalize.labels import fold
from etl.normalize.plans import Anchors, Omission, Sheet, SheetPlan, TablePlan


def totals_lacked(plan: SheetPlan, plans: Sequence[SheetPlan]) -> Iterator[Omission]:
    """Blocks look alike: where the total of a table would stand in this one, when another has it."""
    for table in plan.tables:
        alike = ((p.block, t) for p in plans for t in p.tables if t.name == table.name and t.total_rows)
        other = next(alike, None)
        if table.total_rows or other is None or plan.block is None or other[0] is None:
            continue
        total, block = min(other[1].total_rows), other[0]
        label = plan.layout.tables[table.name].total[0]
        if table.across:
            yield Omission("sheet_total_missing", table.least, plan.block.left + total - block.left, label)
        else:
            yield Omission("sheet_total_missing", plan.block.top + total - block.top, table.least, label)


def tables_beside(plan: SheetPlan, anchors: Anchors) -> Iterator[Omission]:
    """Whole tables of the layout that nobody reads: their headers stand in the rows of one that is read.

    In a block also anywhere else: the label with which a block of their own begins is missing. Outside blocks a header
    that comes again below is left to the reader, for pages do repeat it.
    """
    for table in plan.tables:
        about = plan.layout.tables[table.name]
        if about.repeat:
            continue
        sheet = Sheet(anchors).across() if table.across else Sheet(anchors)
        rest = [
            (row, column, text)
            for row, column, text in sheet.anchors
            if (plan.block is not None or row in table.header_rows) and not _is_read(row, column, table, plan)
        ]
        if not rest:
            continue
        found = find_table(table.name, about.model_copy(update={"across": False}), Sheet(rest), None)
        for other in found.plans[:1]:
            row, column = other.header_rows[-1], other.least
            row, column = (column, row) if table.across else (row, column)
            yield Omission("sheet_table_beside", row, column, table.name)


def nearly_there(missed: Mapping[str, Found], tables: Sequence[TablePlan]) -> Iterator[Found]:
    """Optional tables of which most headers stand in a row that is no header of another table: one was renamed."""
    heads = {(table.across, row) for table in tables for row in table.header_rows}
    for found in missed.values():
        near = found.near
        if near and found.hits > len(found.missing) and (near.across, near.rows[-1]) not in heads:
            yield found


def labels_twice(
    places: Mapping[str, Source], found: Collection[str], tables: Sequence[TablePlan], sheet: Sheet
) -> Iterator[tuple[int, int, str]]:
    """Labels that stand twice above the tables while another one is missing: one of them may stand in its place."""
    if all(name in found for name, source in places.items() if source.label):
        return
    words = {fold(text): text for source in places.values() for text in source.label}
    top = min((t.least if t.across else t.header_rows[0] for t in tables), default=0)
    seen: dict[str, list[tuple[int, int]]] = {}
    for row, column, text in sheet.anchors:
        if text in words and row < top:
            seen.setdefault(text, []).append((row, column))
    for text, cells in seen.items():
        if len(cells) > 1:
            yield from ((row, column, words[text]) for row, column in cells)


def _is_read(row: int, column: int, table: TablePlan, plan: SheetPlan) -> bool:
    """Whether a header is one of a table that is read and lies the same way."""
    return any(
        row in other.header_rows and other.least <= column <= other.most
        for other in plan.tables
        if other.across == table.across
    )

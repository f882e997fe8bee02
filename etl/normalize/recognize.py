"""Which layout a sheet follows, and where its parts stand: from the positions of known labels, nothing else.

Sheets made from one template share the positions of their labels, so a plan is worked out once for each
distinct arrangement and applied to all its sheets at once (``etl.normalize.sheets``). Tables: ``headers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from data_contracts.layout import Layout, Place
from etl.normalize.headers import Found, find_table, header_words
from etl.normalize.labels import describe, fold
from etl.normalize.omissions import labels_twice, nearly_there, tables_beside, totals_lacked
from etl.normalize.places import FoundForms, find_forms, find_places
from etl.normalize.plans import (
    FAR,
    Anchors,
    Block,
    Mismatch,
    Near,
    Sentence,
    Sheet,
    SheetPlan,
    TablePlan,
)


def plan_sheet(layout: Layout, sheet_name: str, anchors: Anchors) -> list[SheetPlan] | Mismatch:
    """What ``layout`` sees on a sheet, a plan for each block, or what it misses."""
    if any(re.search(pattern, sheet_name) for pattern in layout.ignore_sheets):
        return Mismatch(layout, (), 0)
    if not layout.blocks:
        plan = _plan(layout, sheet_name, anchors, None)
        return (
            plan
            if isinstance(plan, Mismatch)
            else [replace(plan, omissions=(*plan.omissions, *tables_beside(plan, anchors)))]
        )
    blocks = list(_blocks(layout, anchors))
    if not blocks:
        return _without_blocks(layout, sheet_name, anchors)
    rest = [a for a in anchors if not any(block.holds(a[0], a[1]) for block in blocks)]
    return _outside(layout, sheet_name, rest) or _in_blocks(layout, sheet_name, anchors, blocks)


def _in_blocks(
    layout: Layout, sheet_name: str, anchors: Anchors, blocks: Sequence[Block]
) -> list[SheetPlan] | Mismatch:
    plans: list[SheetPlan] = []
    for block in blocks:
        mine = [a for a in anchors if block.sees(a[0], a[1])]
        plan = _plan(layout, sheet_name, mine, block)
        if isinstance(plan, Mismatch):
            return replace(plan, missing=tuple(describe(block.left, text, block.top) for text in plan.missing))
        for other in tables_beside(plan, mine):
            return _no_start(layout, other.row, other.column, len(plan.fields))
        plans.append(plan)
    return [replace(plan, omissions=(*plan.omissions, *totals_lacked(plan, plans))) for plan in plans]


def _blocks(layout: Layout, anchors: Anchors) -> Iterator[Block]:
    blocks = [Block()]
    for number, level in enumerate(layout.blocks):
        words = {fold(word) for word in level.start}
        found = [(row, column) for row, column, text in anchors if text in words]
        inner: list[Block] = []
        for block in blocks:
            starts = [place for place in found if block.holds(*place)]
            inner += _split(block, starts, level.direction) if starts else [block] if number else []
        blocks = inner
    return iter(blocks)


def _without_blocks(layout: Layout, sheet_name: str, anchors: Anchors) -> Mismatch:
    """No block begins. On a sheet that a table asks for by name more can be told than that."""
    if any(table.sheet and re.search(table.sheet, sheet_name) for table in layout.tables.values()):
        plan = _plan(layout, sheet_name, anchors, None)
        if isinstance(plan, Mismatch):
            return plan
    return Mismatch(layout, (layout.blocks[0].start[0],), 0)


def _outside(layout: Layout, sheet_name: str, anchors: Anchors) -> Mismatch | None:
    """A table that stands in no block: the label with which its block should begin is missing."""
    for name, table in layout.tables.items():
        if table.cells or (table.sheet is not None and not re.search(table.sheet, sheet_name)):
            continue
        found = find_table(name, table, Sheet(anchors), None)
        if found.plans:
            row, column = found.plans[0].header_rows[0], found.plans[0].least
            row, column = (column, row) if table.across else (row, column)
            return _no_start(layout, row, column, found.hits)
    return None


def _no_start(layout: Layout, row: int, column: int, hits: int) -> Mismatch:
    """A table that stands here lacks the label with which its block begins."""
    return Mismatch(layout, (describe(column, layout.blocks[-1].start[0], row),), hits)


def _split(outer: Block, starts: Sequence[tuple[int, int]], direction: str) -> Iterator[Block]:
    """The blocks that begin at these cells."""
    above, left = min(row for row, _ in starts), min(column for _, column in starts)
    rows = [above] if direction == "across" else sorted({row for row, _ in starts})
    for top, bottom in zip(rows, [*rows[1:], outer.bottom], strict=True):
        if direction == "down":
            yield Block(top, outer.left, bottom, outer.right, above, 0, outer)
            continue
        columns = sorted({column for row, column in starts if top <= row < bottom})
        for column, right in zip(columns, [*columns[1:], outer.right], strict=True):
            yield Block(top, column, bottom, right, above, left, outer)


def _plan(layout: Layout, sheet_name: str, anchors: Anchors, block: Block | None) -> SheetPlan | Mismatch:
    sheet = Sheet(anchors)
    missing: list[str] = []
    near: list[Near] = []
    left_out: dict[str, Found] = {}
    tables: list[TablePlan] = []
    found = 0
    wanted = {
        name: table
        for name, table in layout.tables.items()
        if table.sheet is None or re.search(table.sheet, sheet_name)
    }
    lends = any(s.sheet and re.search(s.sheet, sheet_name) for s in layout.fields.values())
    if not wanted and not lends:
        return Mismatch(layout, tuple(sorted({t.sheet for t in layout.tables.values() if t.sheet})), 0)
    stops = _stops(layout)
    for name, table in wanted.items():
        if table.cells:
            continue
        seen = find_table(name, table, sheet, block)
        tables += seen.plans
        found += seen.hits
        if not seen.plans:
            left_out.update({name: seen} if table.optional else {})
            missing += [] if table.optional else seen.missing
        near += [seen.near] if seen.near and not table.optional else []
    forms = find_forms(wanted, sheet, stops, block, tables)
    found += forms.hits
    missing += forms.missing
    for seen in nearly_there(left_out, tables):
        missing, near = [*missing, *seen.missing], [*near, *([seen.near] if seen.near else [])]
    if wanted and lends and missing and not found:
        missing = []  # a sheet that only names what others are about
    here = {n: s for n, s in layout.fields.items() if s.sheet is None or re.search(s.sheet, sheet_name)}
    fields = find_places(here, sheet, stops, block)
    absent = [
        source.label[0]
        for name, source in here.items()
        if name not in fields and source.label and not source.may_be_missing(sheet_name)
        if source.required_on or not (source.sheet_name or source.file_name or source.const)
    ]
    if missing or absent:
        labelled = sum(1 for name in fields if here[name].label)
        return Mismatch(layout, (*absent, *missing), found + labelled, tuple(near))
    twice = tuple(labels_twice(here, set(fields), tables, sheet))
    if twice:
        gone = tuple(s.label[0] for n, s in here.items() if s.label and n not in fields)
        return Mismatch(layout, gone, found + len(fields), twice=twice)
    cut = tuple(_acquainted(list(_cut(tables, forms)), _labels(here, sheet)))
    across = sheet.across() if any(t.across for t in cut) else sheet
    return SheetPlan(
        layout,
        tuple(fields.values()),
        cut,
        sum(_overlooked(table, across if table.across else sheet) for table in cut),
        forms.plans,
        tuple(Sentence(n, s.pattern) for n, s in here.items() if s.pattern and not s.label and not s.cell),
        block,
        forms.told,
    )


def _stops(layout: Layout) -> frozenset[str]:
    """Words at which the search for a label's value ends. Codes over columns may well be the value itself."""
    words = {text for source in layout.fields.values() for text in source.label}
    for level in layout.blocks:
        words.update(level.start)
    for table in layout.tables.values():
        words.update(table.total, table.end, table.ignore, *(column.header for column in table.columns.values()))
        words.update(*(cell.label for cell in table.cells.values()))
    return frozenset(map(fold, words))


def vocabulary(layouts: Iterable[Layout]) -> frozenset[str]:
    """All labels that any layout knows, folded."""
    words: set[str] = set()
    for layout in layouts:
        for source in layout.fields.values():
            words.update(source.label)
        for level in layout.blocks:
            words.update(level.start)
        for table in layout.tables.values():
            words.update(table.total, table.end, header_words(table))
            words.update(*(cell.label for cell in table.cells.values()))
    return frozenset(map(fold, words))


def _overlooked(table: TablePlan, sheet: Sheet) -> int:
    """Known words in the header row, inside or against the table, that are no column of it."""
    there = {c for columns in sheet.rows.get(table.header_rows[-1], {}).values() for c in columns if c < table.right}
    header = table.header_rows[-1]
    mine = table.known[header] | {column for row, column in table.others if row == header}
    least, most = table.least, table.most
    while least - 1 in there:
        least -= 1
    while most + 1 in there:
        most += 1
    return sum(1 for c in there if least <= c <= most and c not in mine)


def _cut(tables: Sequence[TablePlan], forms: FoundForms) -> Iterator[TablePlan]:
    """A table ends where the next table or form begins in its columns, whichever comes first."""
    cells = [(cell.row, cell.column + 1) for form in (*forms.plans, *forms.broken) for cell in form.cells]
    labels = [cell.label for form in forms.broken for cell in form.cells if cell.label]
    for table in tables:
        ends = [] if table.end is None else [table.end]
        for other in tables:
            top, least, most = _extent(other, as_across=table.across)
            if other is not table and least <= table.most and most >= table.least:
                ends.append(top)
        ends += [row for row, column in _turned(cells, table) if table.least <= column <= table.most]
        # Of a broken form a value may stand where a label was: a label against the table ends it as well.
        ends += [row for row, column in _turned(labels, table) if table.least <= column <= table.most + 1]
        yield replace(table, end=min((end for end in ends if end > table.header_rows[-1]), default=None))


def _turned(cells: Sequence[tuple[int, int]], table: TablePlan) -> Iterator[tuple[int, int]]:
    """Cells as a table sees them that may lie across."""
    return ((column, row) if table.across else (row, column) for row, column in cells)


def _labels(places: Mapping[str, Place], sheet: Sheet) -> frozenset[tuple[int, int]]:
    """Cells that hold a label of a field."""
    words = frozenset(fold(text) for place in places.values() for text in place.label)
    return frozenset((row, column) for row, column, _ in sheet.places(words))


def _acquainted(tables: Sequence[TablePlan], labels: frozenset[tuple[int, int]]) -> Iterator[TablePlan]:
    """Tables that share a header row know each other's columns, and all know the labels beside them."""
    heads = {(t.across, row, column) for t in tables for row, columns in t.known.items() for column in columns}
    for table in tables:
        words = {(column, row) for row, column in labels} if table.across else labels
        beside = {(row, column) for across, row, column in heads if across == table.across} | words
        yield replace(table, others=frozenset(p for p in beside if p[0] in table.header_rows))


def _extent(table: TablePlan, *, as_across: bool) -> tuple[int, int, int]:
    """First row, first and last column of a table, seen from one that lies this way."""
    if table.across == as_across:
        return table.header_rows[0], table.least, table.most
    return table.least, table.header_rows[0], FAR

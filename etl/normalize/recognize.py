"""Which layout a sheet follows, and where its parts stand: from the positions of known labels, nothing else.

Sheets made from one template share the positions of their labels, so a plan is worked out once for each
distinct arrangement and applied to all its sheets at once (``etl.normalize.sheets``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from data_contracts.layout import Layout, LayoutTable
from etl.normalize.labels import column_letters, fold

Anchors = Sequence[tuple[int, int, str]]
"""Row and column from 0 and folded text of each known label on a sheet, in reading order."""
_REACH = 8


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """The value of ``name`` is the first non-blank cell of ``row`` after ``column`` and before ``stop``."""

    name: str
    row: int
    column: int
    stop: int


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column of a table; ``code`` for a wide column, ``group`` for one below an upper header."""

    column: int
    measure: str
    group: str | None = None
    into: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class TablePlan:
    """Where a table stands: rows ``first`` up to, not including, ``end`` (None: the sheet's end)."""

    name: str
    header_rows: tuple[int, ...]
    first: int
    end: int | None
    columns: tuple[ColumnPlan, ...]
    known_columns: frozenset[int]
    total_rows: frozenset[int]


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """Everything a layout finds on a sheet."""

    layout: Layout
    fields: tuple[FieldPlan, ...]
    tables: tuple[TablePlan, ...]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a layout does not fit: what is missing; ``found`` counts what is there."""

    layout: Layout
    missing: tuple[str, ...]
    found: int


@dataclass
class _Sheet:
    anchors: Anchors
    rows: dict[int, dict[str, list[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row, column, text in self.anchors:
            self.rows.setdefault(row, {}).setdefault(text, []).append(column)


def vocabulary(layouts: Iterable[Layout]) -> frozenset[str]:
    """All labels that any layout knows, folded."""
    words: set[str] = set()
    for layout in layouts:
        for source in layout.fields.values():
            words.update(source.label)
        for table in layout.tables.values():
            words.update(table.total, table.end, table.ignore)
            words.update(*(column.header for column in table.columns.values()))
            words.update(*((*wide.headers, *wide.over) for wide in table.wide))
            words.update(table.group.labels if table.group else ())
    return frozenset(map(fold, words))


def plan_sheet(layout: Layout, sheet_name: str, anchors: Anchors) -> SheetPlan | Mismatch:
    """What ``layout`` sees on a sheet, or what it misses."""
    sheet = _Sheet(anchors)
    missing: list[str] = []
    tables: list[TablePlan] = []
    found = 0
    wanted = {
        name: table
        for name, table in layout.tables.items()
        if table.sheet is None or re.search(table.sheet, sheet_name)
    }
    if not wanted:
        return Mismatch(layout, tuple(sorted({t.sheet for t in layout.tables.values() if t.sheet})), 0)
    for name, table in wanted.items():
        plan, absent, hits = _find_table(name, table, sheet)
        found += hits
        if plan is not None:
            tables.append(plan)
        elif not table.optional:
            missing += absent
    fields, absent_labels, hits = _find_fields(layout, sheet)
    if missing or absent_labels:
        return Mismatch(layout, (*absent_labels, *missing), found + hits)
    return SheetPlan(layout, fields, tuple(_cut(tables)))


def _find_fields(layout: Layout, sheet: _Sheet) -> tuple[tuple[FieldPlan, ...], list[str], int]:
    labels = {fold(text): name for name, source in layout.fields.items() for text in source.label}
    plans: dict[str, FieldPlan] = {}
    for row, column, text in sheet.anchors:
        name = labels.get(text)
        if name is None or name in plans:
            continue
        later = [c for c in sorted(c for cs in sheet.rows[row].values() for c in cs) if c > column]
        plans[name] = FieldPlan(name, row, column, min([*later, column + _REACH]))
    missing = [
        source.label[0]
        for name, source in layout.fields.items()
        if name not in plans and source.label and not source.optional
        if not (source.sheet_name or source.file_name or source.const)
    ]
    return tuple(plans.values()), missing, len(plans)


def _find_table(name: str, table: LayoutTable, sheet: _Sheet) -> tuple[TablePlan | None, list[str], int]:
    best_missing = [column.header[0] for column in table.columns.values() if not column.optional]
    best_hits = 0
    for row in sorted(sheet.rows):
        columns, missing = _match_row(table, sheet, row)
        if not missing:
            return _table_plan(name, table, sheet, row, columns), [], len(columns)
        if len(columns) > best_hits:
            best_missing, best_hits = missing, len(columns)
    return None, best_missing, best_hits


def _match_row(table: LayoutTable, sheet: _Sheet, row: int) -> tuple[list[ColumnPlan], list[str]]:
    """Columns of ``table`` whose headers stand in ``row``, and the required ones that do not."""
    here = sheet.rows[row]
    groups = _groups(table, sheet.rows.get(row - 1, {}), max((c for cs in here.values() for c in cs), default=0))
    plans: list[ColumnPlan] = []
    missing: list[str] = []
    for measure, column in table.columns.items():
        places = sorted({c for header in column.header for c in here.get(fold(header), [])})
        grouped = [(value, c) for value, start, stop in groups for c in places if start <= c < stop]
        if table.group is not None and grouped:
            plans += [ColumnPlan(c, measure, group=value) for value, c in grouped]
        elif places:
            plans.append(ColumnPlan(places[0], measure))
        elif not column.optional:
            missing.append(column.header[0])
    for wide in table.wide:
        if wide.over and not any(fold(text) in sheet.rows.get(row - 1, {}) for text in wide.over):
            missing.append(wide.over[0])
        for header, code in wide.headers.items():
            places = here.get(fold(header), [])
            if places:
                measure = "downtime_min" if wide.into == "stop" else "scrap_qty"
                plans.append(ColumnPlan(places[0], measure, into=wide.into, code=code))
            else:
                missing.append(header)
    if table.group is not None and not groups:
        missing.append(next(iter(table.group.labels)))
    return plans, missing


def _groups(table: LayoutTable, upper: dict[str, list[int]], last: int) -> list[tuple[str, int, int]]:
    """Value, first column and end column of each label in the upper header row."""
    if table.group is None:
        return []
    values = {fold(label): value for label, value in table.group.labels.items()}
    starts = sorted((column, values[text]) for text, columns in upper.items() if text in values for column in columns)
    ends = [column for column, _ in starts[1:]] + [last + 1]
    return [(value, column, end) for (column, value), end in zip(starts, ends, strict=True)]


def _table_plan(name: str, table: LayoutTable, sheet: _Sheet, row: int, columns: list[ColumnPlan]) -> TablePlan:
    below = [r for r in sorted(sheet.rows) if r > row]
    ends = {fold(text) for text in table.end}
    end = next((r for r in below if ends & set(sheet.rows[r])), None)
    totals = {fold(text) for text in table.total}
    ignored = {c for text in table.ignore for c in sheet.rows[row].get(fold(text), [])}
    return TablePlan(
        name=name,
        header_rows=(row - 1, row) if table.group is not None else (row,),
        first=row + 1,
        end=end,
        columns=tuple(columns),
        known_columns=frozenset(c.column for c in columns) | frozenset(ignored),
        total_rows=frozenset(r for r in below if totals & set(sheet.rows[r])),
    )


def _cut(tables: list[TablePlan]) -> Iterable[TablePlan]:
    """A table ends where the next one's header begins, whichever comes first."""
    for table in tables:
        later = [t.header_rows[0] for t in tables if t.header_rows[0] > table.header_rows[0]]
        ends = [e for e in (*later, table.end) if e is not None]
        yield TablePlan(
            table.name,
            table.header_rows,
            table.first,
            min(ends, default=None),
            table.columns,
            table.known_columns,
            table.total_rows,
        )


def describe(column: int, text: str, row: int) -> str:
    """A header cell as a person finds it."""
    return f"{text} ({column_letters(column)}{row + 1})"

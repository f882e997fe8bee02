"""Which layout a sheet follows, and where its parts stand: from the positions of known labels, nothing else.

Sheets made from one template share the positions of their labels, so a plan is worked out once for each
distinct arrangement and applied to all its sheets at once (``etl.normalize.sheets``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from data_contracts.layout import Column, Group, Layout, LayoutTable, Wide
from etl.normalize.labels import column_letters, fold

Anchors = Sequence[tuple[int, int, str]]
"""Row and column from 0 and folded text of each known label on a sheet, in reading order."""
_REACH = 8


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """The value of ``name`` is the first non-blank cell of ``row`` after ``column`` (from -1) and before ``stop``."""

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
    """Where a table stands: rows ``first`` up to, not including, ``end`` (None: the sheet's end).

    ``known_columns`` have a header that the layout knows; ``known_upper`` likewise in the upper of two header rows.
    """

    name: str
    header_rows: tuple[int, ...]
    first: int
    end: int | None
    columns: tuple[ColumnPlan, ...]
    known_columns: frozenset[int]
    known_upper: frozenset[int]
    total_rows: frozenset[int]


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """Everything a layout finds on a sheet; ``overlooked``: headers of its tables that only other layouts know."""

    layout: Layout
    fields: tuple[FieldPlan, ...]
    tables: tuple[TablePlan, ...]
    overlooked: int


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
            words.update(table.group[0].labels if table.group else ())
    return frozenset(map(fold, words))


def plan_sheet(layout: Layout, sheet_name: str, anchors: Anchors) -> SheetPlan | Mismatch:
    """What ``layout`` sees on a sheet, or what it misses."""
    if any(re.search(pattern, sheet_name) for pattern in layout.ignore_sheets):
        return Mismatch(layout, (), 0)
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
    cut = tuple(_cut(tables))
    return SheetPlan(layout, fields, cut, sum(_overlooked(table, sheet) for table in cut))


def _find_fields(layout: Layout, sheet: _Sheet) -> tuple[tuple[FieldPlan, ...], list[str], int]:
    labels = {fold(text): name for name, source in layout.fields.items() for text in source.label}
    stops = _stops(layout)
    plans: dict[str, FieldPlan] = {}
    for row, column, text in sheet.anchors:
        name = labels.get(text)
        if name is None or name in plans:
            continue
        if layout.fields[name].value_at == "below":
            taken = any(column in sheet.rows.get(row + 1, {}).get(word, ()) for word in stops)
            plans[name] = FieldPlan(name, row + 1, column - 1, column if taken else column + 1)
            continue
        later = [c for word, cs in sheet.rows[row].items() if word in stops for c in cs if c > column]
        plans[name] = FieldPlan(name, row, column, min([*later, column + _REACH]))
    missing = [
        source.label[0]
        for name, source in layout.fields.items()
        if name not in plans and source.label and not source.optional
        if not (source.sheet_name or source.file_name or source.const)
    ]
    return tuple(plans.values()), missing, len(plans)


def _stops(layout: Layout) -> frozenset[str]:
    """Words at which the search for a label's value ends. Codes over columns may well be the value itself."""
    words = {text for source in layout.fields.values() for text in source.label}
    for table in layout.tables.values():
        words.update(table.total, table.end, table.ignore, *(column.header for column in table.columns.values()))
    return frozenset(map(fold, words))


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
    upper = sheet.rows.get(row - 1, {}) if table.group else {}
    groups = _groups(table, upper, max((c for cs in here.values() for c in cs), default=0))
    plans: list[ColumnPlan] = []
    missing: list[str] = []
    for measure, column in table.columns.items():
        places = _places(column, here)
        grouped = {value: c for value, start, stop in groups for c in reversed(places) if start <= c < stop}
        # The header of a column outside the groups may be merged over both rows: its text stands in the upper one.
        single = places or _places(column, upper)
        if grouped:
            plans += [ColumnPlan(c, measure, group=value) for value, c in grouped.items()]
            if not column.optional:
                missing += [f"{column.header[0]} ({value})" for value, _, _ in groups if value not in grouped]
        elif single:
            plans.append(ColumnPlan(single[0], measure))
        elif not column.optional:
            missing.append(column.header[0])
    for wide in table.wide:
        wide_plans, absent = _match_wide(wide, here, sheet.rows.get(row - 1, {}))
        plans += wide_plans
        missing += absent
    if table.group:
        there = {value for value, _, _ in groups}
        missing += [label for value, label in _first_labels(table.group[0]).items() if value not in there]
    return plans, missing


def _match_wide(
    wide: Wide, here: dict[str, list[int]], upper: dict[str, list[int]]
) -> tuple[list[ColumnPlan], list[str]]:
    plans: list[ColumnPlan] = []
    missing = [wide.over[0]] if wide.over and not any(fold(text) in upper for text in wide.over) else []
    measure = "downtime_min" if wide.into == "stop" else "scrap_qty"
    for header, code in wide.headers.items():
        places = here.get(fold(header), [])
        if places:
            plans.append(ColumnPlan(places[0], measure, into=wide.into, code=code))
        else:
            missing.append(header)
    return plans, missing


def _places(column: Column, row: dict[str, list[int]]) -> list[int]:
    return sorted({c for header in column.header for c in row.get(fold(header), [])})


def _first_labels(group: Group) -> dict[str, str]:
    """Value to the first label that stands for it."""
    return {value: label for label, value in reversed(group.labels.items())}


def _groups(table: LayoutTable, upper: dict[str, list[int]], last: int) -> list[tuple[str, int, int]]:
    """Value, first column and end column of each value's first label in the upper header row."""
    if not table.group:
        return []
    values = {fold(label): value for label, value in table.group[0].labels.items()}
    starts = sorted((column, values[text]) for text, columns in upper.items() if text in values for column in columns)
    spans = zip(starts, [*(column for column, _ in starts[1:]), last + 1], strict=False)
    first: dict[str, tuple[str, int, int]] = {}
    for (column, value), end in spans:
        first.setdefault(value, (value, column, end))
    return list(first.values())


def _table_plan(name: str, table: LayoutTable, sheet: _Sheet, row: int, columns: list[ColumnPlan]) -> TablePlan:
    ignored = {c for text in table.ignore for c in sheet.rows[row].get(fold(text), [])}
    known = frozenset(c.column for c in columns) | frozenset(ignored)
    upper: frozenset[int] = frozenset()
    if table.group:
        words = {fold(text) for text in (*table.group[0].labels, *table.ignore)}
        words.update(fold(header) for column in table.columns.values() for header in column.header)
        upper = frozenset(c for word, cs in sheet.rows.get(row - 1, {}).items() if word in words for c in cs)
    return TablePlan(
        name=name,
        header_rows=(row - 1, row) if table.group else (row,),
        first=row + 1,
        end=min(_rows_with(table.end, sheet, row, max(known)), default=None),
        columns=tuple(columns),
        known_columns=known,
        known_upper=upper,
        total_rows=frozenset(_rows_with(table.total, sheet, row, max(known))),
    )


def _rows_with(labels: Iterable[str], sheet: _Sheet, header: int, last: int) -> list[int]:
    """Rows below the header with one of the labels; what stands right of the table belongs to something else."""
    words = {fold(text) for text in labels}
    return [
        row
        for row, texts in sheet.rows.items()
        if row > header and any(word in words and min(columns) <= last for word, columns in texts.items())
    ]


def _overlooked(table: TablePlan, sheet: _Sheet) -> int:
    """Known words in the header row, inside or against the table, that are no column of it."""
    there = {c for columns in sheet.rows[table.header_rows[-1]].values() for c in columns}
    least, most = min(table.known_columns), max(table.known_columns)
    while least - 1 in there:
        least -= 1
    while most + 1 in there:
        most += 1
    return sum(1 for c in there if least <= c <= most and c not in table.known_columns)


def _cut(tables: list[TablePlan]) -> Iterable[TablePlan]:
    """A table ends where the next one's header begins, whichever comes first."""
    for table in tables:
        later = [t.header_rows[0] for t in tables if t.header_rows[0] > table.header_rows[0]]
        ends = [e for e in (*later, table.end) if e is not None]
        yield replace(table, end=min(ends, default=None))


def describe(column: int, text: str, row: int) -> str:
    """A header cell as a person finds it."""
    return f"{text} ({column_letters(column)}{row + 1})"

"""Where a table stands: the row that holds its headers, the upper headers above it, the rows below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data_contracts.layout import VALUE, Column, Group, LayoutTable, MeasureFrom, Wide
from etl.normalize.labels import describe, fold
from etl.normalize.plans import FAR, NAMED, Block, ColumnPlan, HeaderValue, Near, Sheet, TablePlan

Row = Mapping[str, Sequence[int]]
_MEASURE = {"stop": "downtime_min", "defect": "scrap_qty"}


@dataclass(frozen=True, slots=True)
class Found:
    """A table on a sheet, or each piece of it; else what is missing in the rows that came nearest, and where."""

    plans: list[TablePlan]
    missing: list[str]
    hits: int
    near: Near | None = None


def find_table(name: str, table: LayoutTable, sheet: Sheet, block: Block | None) -> Found:
    """The table on a sheet: the first row that holds all headers, or all such rows when they may come again."""
    if table.across:
        sheet = sheet.across()
    best: _Match | None = None
    plans: list[TablePlan] = []
    words = frozenset(map(fold, header_words(table)))
    left = 0 if block is None else block.top if table.across else block.left
    for row in sorted({*sheet.rows, *sheet.values}):
        for shift in _shifts(table):
            match = _Match(table, words, sheet, row, shift, left)
            if not match.missing:
                plans.append(match.plan(name, block))
                break
            if match.hits > (best.hits if best else 0) and not plans:
                best = match
        if plans and not table.repeat:
            break
    if plans:
        return Found(plans, [], sum(len(p.columns) for p in plans))
    if best is None:
        return Found([], [title for title, _ in _required(table)], 0)
    return Found([], best.missing, best.hits, best.near())


def header_words(table: LayoutTable) -> Iterator[str]:
    """Every text that may stand in a header row of the table."""
    for column in table.columns.values():
        yield from (*column.header, *column.left_of, *column.under)
    for wide in table.wide:
        yield from (*wide.headers, *wide.over)
    for group in table.group:
        yield from group.labels
    if table.measure_from:
        yield from (*table.measure_from.header, *table.measure_from.left_of)
    yield from table.ignore


def levels(table: LayoutTable) -> int:
    """Header rows above the lowest one, at most."""
    return len(table.group) + any(column.under for column in table.columns.values())


def _required(table: LayoutTable) -> Iterator[tuple[str, Column]]:
    return ((column.title, column) for column in table.columns.values() if not column.optional)


def _shifts(table: LayoutTable) -> range:
    """Headers named by ``under`` stand in the lowest row of the groups, or below all of them."""
    return range(2 if table.group and levels(table) > len(table.group) else 1)


@dataclass(frozen=True, slots=True)
class _Span:
    """The columns below an upper header: ``values`` are what the headers of each level say, ``at`` their cells."""

    start: int
    stop: int
    values: tuple[str, ...] = ()
    at: tuple[tuple[int, int], ...] = ()

    @property
    def key(self) -> str:
        return "\x1f".join(self.values)


class _Match:
    """One row of a sheet looked at as the header row of a table."""

    def __init__(
        self, table: LayoutTable, words: frozenset[str], sheet: Sheet, row: int, shift: int, left: int
    ) -> None:
        self.table, self.words, self.sheet, self.row, self.left = table, words, sheet, row, left
        self.here: Row = sheet.rows.get(row, {})
        under = any(column.under for column in table.columns.values())
        height = max(len(table.group) + shift, int(under))
        self.upper = [sheet.rows.get(row - n, {}) for n in range(height, 0, -1)]
        self.above: Row = sheet.rows.get(row - 1, {})
        self.header_rows = tuple(range(max(row - height, 0), row + 1))
        self.last = max((c for cs in self.here.values() for c in cs), default=0)
        self.last = max([self.last, *(c for c, _ in sheet.values.get(row, ()))])
        self.missing: list[str] = []
        self.columns: list[ColumnPlan] = []
        self.headers: dict[tuple[str, str], HeaderValue] = {}
        self.spans = self._groups(row - height)
        for measure, column in table.columns.items():
            self._place(measure, column)
        if table.measure_from:
            self._place(NAMED, _as_column(table.measure_from))
        for wide in table.wide:
            self._place_wide(wide)
        self.hits = len(self.columns)

    # -- upper headers ---------------------------------------------------------------------------------------------

    def _groups(self, top: int) -> list[_Span]:
        """The columns of each combination of upper headers."""
        spans = [_Span(0, self.last + 1)]
        for number, group in enumerate(self.table.group):
            row = top + number
            starts = self._starts(group, row)
            spans = [inner for outer in spans for inner in _inside(outer, starts, row)]
            self._tell_missing(group, spans, starts)
        if not self.table.group:
            return []
        for span in spans:
            for group, said, (row, column) in zip(self.table.group, span.values, span.at, strict=True):
                self._head(span.key, group.field, row, column, said)
        return spans

    def _starts(self, group: Group, row: int) -> list[tuple[int, str | None]]:
        """Column and value of each upper header; None where another known word ends the group."""
        there = self.sheet.rows.get(row, {})
        labels = {fold(label): value for label, value in group.labels.items()}
        found: dict[int, str | None] = {}
        for text, columns in there.items():
            if text in self.words:
                found.update(dict.fromkeys(columns, labels.get(text)))
        if group.pattern:
            for column, text in self.sheet.values.get(row, ()):
                said = _said(group.pattern, text)
                if said is not None and found.get(column) is None and fold(text) not in self.words:
                    found[column] = said
        return sorted(found.items())

    def _tell_missing(self, group: Group, spans: list[_Span], starts: list[tuple[int, str | None]]) -> None:
        if group.pattern:
            if not any(said is not None for _, said in starts):
                self.missing.append(f"{group.field} ({group.pattern})")
            return
        outer: dict[tuple[str, ...], set[str]] = {}
        for span in spans:
            outer.setdefault(span.values[:-1], set()).add(span.values[-1])
        for values, there in (outer or {(): set()}).items():
            place = f" ({' '.join(values)})" if values else ""
            self.missing += [f"{label}{place}" for value, label in _first_labels(group).items() if value not in there]

    def _heads(self, span: _Span) -> str:
        """The upper headers of a span as a person finds them."""
        told = []
        for group, said, (row, column) in zip(self.table.group, span.values, span.at, strict=True):
            there = self.sheet.rows.get(row, {})
            label = next((text for text in group.labels if column in there.get(fold(text), ())), said)
            told.append(describe(row, label, column) if self.table.across else describe(column, label, row))
        return " ".join(told)

    def _head(self, key: str, field: str, row: int, column: int, said: str) -> None:
        self.headers.setdefault((key, field), HeaderValue(key, field, row, column, said))

    def _below(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Columns below one of these texts of the row above, up to the next known text there."""
        wanted = {fold(word) for word in words}
        starts = sorted((c, text in wanted) for text, cs in self.above.items() if text in self.words for c in cs)
        ends = [*(c for c, _ in starts[1:]), FAR]
        return [(start, end) for (start, mine), end in zip(starts, ends, strict=False) if mine]

    # -- columns -----------------------------------------------------------------------------------------------------

    def _place(self, measure: str, column: Column) -> None:
        places = self._places(column, self.here)
        if column.under:
            below = self._below(column.under)
            places = [p for p in places if any(start <= p[0] < stop for start, stop in below)]
        grouped: dict[str, tuple[int, str | None]] = {}
        for span in self.spans:
            for place in places:
                if span.start <= place[0] < span.stop:
                    grouped.setdefault(span.key, place)
        # The header of a column outside the groups may be merged over all rows: its text stands in an upper one.
        single = places or ([] if column.under else [p for row in self.upper for p in self._places(column, row)])
        named = bool(column.header)
        if grouped:
            self.columns += [ColumnPlan(c, measure, k, unit=u, has_header=named) for k, (c, u) in grouped.items()]
            if not column.optional:
                without = {span.key: span for span in self.spans if span.key not in grouped}
                self.missing += [f"{self._heads(span)} / {column.title}" for span in without.values()]
        elif single:
            self.columns.append(ColumnPlan(single[0][0], measure, unit=single[0][1], has_header=named))
        elif not column.optional:
            self.missing.append(f"{column.under[0]} / {column.title}" if column.under else column.title)

    def _places(self, column: Column, row: Row) -> list[tuple[int, str | None]]:
        """Columns with the header, each with the unit that it states."""
        if column.left_of:
            right = {c for text in column.left_of for c in row.get(fold(text), ())}
            return [
                (c - 1, column.unit if isinstance(column.unit, str) else None) for c in sorted(right) if c > self.left
            ]
        found: dict[int, str | None] = {}
        for header in column.header:
            unit = column.unit.get(header) if isinstance(column.unit, dict) else column.unit
            for c in row.get(fold(header), ()):
                found.setdefault(c, unit)
        return sorted(found.items())

    def _place_wide(self, wide: Wide) -> None:
        below = self._below(wide.over) if wide.over else [(0, FAR)]
        if not below:
            self.missing.append(wide.over[0])
            below = [(0, FAR)]
        if wide.pattern:
            hits = [
                (c, said)
                for c, text in self.sheet.values.get(self.row, ())
                if fold(text) not in self.words and (said := _said(wide.pattern, text)) is not None
            ]
            found = self._adjacent([hit for hit in hits if any(start <= hit[0] < stop for start, stop in below)])
            if not found:
                self.missing.append(f"{wide.field or wide.into} ({wide.pattern})")
        else:
            found = []
            for header in wide.headers:
                places = self.here.get(fold(header), ())
                mine = [c for c in places if any(start <= c < stop for start, stop in below)]
                found += [(c, header) for c in mine]
                if not mine:
                    self.missing.append(header)
        taken: set[tuple[str | None, str]] = set()
        for column, said in sorted(found):
            outer = next((s.key for s in self.spans if s.start <= column < s.stop), None)
            if (outer, said) in taken:
                continue
            taken.add((outer, said))
            self._plan_wide(wide, column, said, outer)

    def _plan_wide(self, wide: Wide, column: int, said: str, outer: str | None) -> None:
        if wide.into is not None:
            code = wide.headers.get(said, said)
            plan = ColumnPlan(column, _MEASURE[wide.into], outer, wide.into, code, wide.unit)
        else:
            value = wide.headers.get(said, said)
            key = value if outer is None else f"{outer}\x1f{value}"
            plan = ColumnPlan(column, wide.measure or VALUE, key, unit=wide.unit)
            self._head(key, str(wide.field), self.row, column, value)
            for (group, field), head in list(self.headers.items()):
                if group == outer:
                    self._head(key, field, head.row, head.column, head.said)
        self.columns.append(plan)

    def _adjacent(self, hits: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Headers up to the first blank column after them; what stands beyond it is something else."""
        known = {c for text, cs in self.here.items() if text in self.words for c in cs}
        found: list[tuple[int, str]] = []
        for column, said in sorted(hits):
            if found and not all(c in known for c in range(found[-1][0] + 1, column)):
                break
            found.append((column, said))
        return found

    # -- the whole table -------------------------------------------------------------------------------------------

    def near(self) -> Near:
        """Where its headers stand, and as many columns beside them as are missing."""
        there = {c for text, columns in self.here.items() if text in self.words for c in columns}
        there |= {column.column for column in self.columns}
        room = len(self.missing)
        return Near(self.table.across, self.header_rows, max(min(there) - room, self.left), max(there) + room)

    def plan(self, name: str, block: Block | None) -> TablePlan:
        """Where the table stands when this row is its header."""
        table, sheet = self.table, self.sheet
        ignored = {c for text in table.ignore for c in self.here.get(fold(text), ())}
        taken = {c.column for c in self.columns}
        known = {self.row: frozenset({c.column for c in self.columns if c.has_header} | ignored)}
        for row in self.header_rows[:-1]:
            words = {c for text, cs in sheet.rows.get(row, {}).items() if text in self.words for c in cs}
            known[row] = frozenset(words | {h.column for h in self.headers.values() if h.row == row})
        seen = block or Block()
        bottom, right = (seen.right, seen.bottom) if table.across else (seen.bottom, seen.right)
        shared, left = (seen.shared_above, seen.top) if table.across else (seen.shared_left, seen.left)
        most = max(taken | ignored)
        ends = _rows_with(table.end, sheet, self.row, most)
        end = min([*ends, *([bottom] if bottom < FAR else [])], default=None)
        return TablePlan(
            name=name,
            header_rows=self.header_rows,
            first=self.row + 1,
            end=end,
            columns=tuple(self.columns),
            known=known,
            least=min(taken | ignored),
            most=most,
            total_rows=frozenset(_rows_with(table.total, sheet, self.row, most)),
            headers=tuple(self.headers.values()),
            across=table.across,
            shared=shared,
            left=left,
            right=right,
        )


def _as_column(named: MeasureFrom) -> Column:
    return Column(header=named.header, left_of=named.left_of)


def _said(pattern: str, text: str) -> str | None:
    hit = re.search(pattern, text)
    return hit[min(1, hit.re.groups)] if hit else None


def _first_labels(group: Group) -> dict[str, str]:
    """Value to the first label that stands for it."""
    return {value: label for label, value in reversed(group.labels.items())}


def _inside(outer: _Span, starts: Sequence[tuple[int, str | None]], row: int) -> Iterator[_Span]:
    """The parts of a span below each of the next level's headers."""
    ends = [*(column for column, _ in starts[1:]), outer.stop]
    for (column, said), end in zip(starts, ends, strict=False):
        start, stop = max(column, outer.start), min(end, outer.stop)
        if said is not None and start < stop and column >= outer.start:
            yield _Span(start, stop, (*outer.values, said), (*outer.at, (row, column)))


def _rows_with(labels: Iterable[str], sheet: Sheet, header: int, last: int) -> list[int]:
    """Rows below the header with one of the labels; what stands right of the table belongs to something else."""
    words = {fold(text) for text in labels}
    return [
        row
        for row, texts in sheet.rows.items()
        if row > header and any(word in words and min(columns) <= last for word, columns in texts.items())
    ]

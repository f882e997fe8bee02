"""What each layout sees in a workbook, cell by cell, and why the others do not fit. For people who write layouts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_contracts.errors import StoreError
from data_contracts.language import REASONS
from data_contracts.layout import CLOCKS, Layout
from data_contracts.site import SHIPPED, Limits, Site, read_toml
from etl.extract.child import FileBytes, Workbooks
from etl.extract.pool import ReaderPool
from etl.normalize.anchors import arrangements, parsed
from etl.normalize.cells import read_measure, read_wide
from etl.normalize.keys import sheet_fields
from etl.normalize.labels import cell_names, cell_position, column_letters, folded
from etl.normalize.picks import pick_fields, pick_values
from etl.normalize.plans import FAR, Mismatch, SheetPlan, TablePlan
from etl.normalize.recognize import plan_sheet, vocabulary
from etl.normalize.records import as_records
from etl.normalize.sheets import Recognised, Refusal, recognise

_FIRST_UNUSED = 5


@dataclass(frozen=True, slots=True)
class SeenCell:
    """A cell that a layout takes; ``value`` as it is read, ``refusal`` the reason when it cannot be."""

    cell: str
    table: str
    measure: str
    raw: str
    value: str | None
    repair: str | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class SeenTable:
    """Where a table stands; numbers are rows from 1, of a table ``across`` columns."""

    name: str
    header_rows: list[int]
    total_rows: list[int]
    skipped_rows: list[int]
    across: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A sheet or block: the layout that fits with all it takes, or why none does."""

    sheet: str
    block: str | None
    layout: str | None
    ignored: bool
    refusal: str | None
    cells: list[SeenCell]
    tables: list[SeenTable]
    unused: int
    first_unused: list[str]
    misfits: list[tuple[str, list[str]]]


def known_layouts(site: Site | None, layout_id: str | None = None) -> list[Layout]:
    """Layouts of a site, or the shipped ones; only the one that is asked for. Raises StoreError when there is none."""
    shipped = sorted((SHIPPED / "layouts").glob("*.toml"))
    layouts = site.layouts if site else [read_toml(path, Layout) for path in shipped]
    chosen = [layout for layout in layouts if layout_id in (None, layout.id)]
    if not chosen:
        raise StoreError(f"there is no layout {layout_id!r}; known: {', '.join(sorted(x.id for x in layouts))}")
    return chosen


def look(path: Path, layouts: Sequence[Layout], limits: Limits | None = None, language: str = "en") -> list[Seen]:
    """What layouts see in a workbook. Raises StoreError when it cannot be read."""
    read = _read(path, limits or Limits(), language)
    known = recognise(read.cells, read.sheets, layouts)
    outcomes = _outcomes(read, layouts)
    takes = _Taking(path, read, known, language)
    views: list[Seen] = []
    for number, name in read.sheets.sort("sheet_no").select("sheet_no", "sheet_name").iter_rows():
        found = known.matched.filter(pl.col("sheet_no") == number)
        fits = {known.plans[i].layout.id for i in found["plan_id"]}
        misfits = [(m.layout.id, list(m.missing)) for m in outcomes.get(number, []) if m.layout.id not in fits]
        for row in found.iter_rows(named=True):
            views.append(takes.of(row, known.plans[row["plan_id"]], misfits))
        if found.is_empty() and number in outcomes:
            told = [_told(r, name, language) for r in known.refusals if r.sheet_no in (number, None)]
            ignored = not told and not known.matched.is_empty()
            views.append(Seen(name, None, None, ignored, "; ".join(told) or None, [], [], 0, [], misfits))
    return views


def _read(path: Path, limits: Limits, language: str) -> Workbooks:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    with ReaderPool(limits) as pool:
        read = pool.workbooks([FileBytes(0, path.name, content)])
    for failure in read.failures:
        raise StoreError(f"{path}: {REASONS.text(f'reason.{failure.code}', language, **failure.params)}")
    return read


def _told(refusal: Refusal, sheet: str, language: str) -> str:
    return REASONS.text(f"reason.{refusal.code}", language, **{"sheet": sheet, **refusal.params})


def _outcomes(read: Workbooks, layouts: Sequence[Layout]) -> dict[int, list[Mismatch]]:
    """Sheet to the layouts that do not fit it, nearest first."""
    found: dict[int, list[Mismatch]] = {}
    for row in arrangements(read.cells, read.sheets, layouts).iter_rows(named=True):
        plans = [plan_sheet(layout, row["sheet_name"], parsed(row["arrangement"])) for layout in layouts]
        misses = [plan for plan in plans if isinstance(plan, Mismatch)]
        found[row["sheet_no"]] = sorted(misses, key=lambda m: (-m.found, len(m.missing), m.layout.id))
    return found


class _Taking:
    """The values of a workbook, picked once and told for each sheet or block."""

    def __init__(self, path: Path, read: Workbooks, known: Recognised, language: str) -> None:
        self.read, self.known, self.language = read, known, language
        self.numbered = known.matched.with_columns(
            file_name=pl.lit(path.stem),
            **({"sheet_no": pl.col("part_no")} if "part_no" in known.matched.columns else {}),
        )
        self.fields = pick_fields(read.cells, known.matched, known.plans)
        self.values = pick_values(read.cells, known.matched, known.plans)
        named = read.cells.with_columns(cell=cell_names(read.cells["row"], read.cells["column"]))
        self.cells = named.filter(pl.col("text").str.strip_chars() != "").with_columns(folded=folded("text"))

    def of(self, place: dict[str, int], plan: SheetPlan, misfits: list[tuple[str, list[str]]]) -> Seen:
        """One sheet or block as its layout sees it."""
        number = place.get("part_no", place["sheet_no"])
        here = self.numbered.filter(pl.col("sheet_no") == number)
        fields = sheet_fields(plan.layout, here, self.fields.filter(pl.col("sheet_no") == number))
        values = self.values.filter(pl.col("sheet_no") == number)
        seen = [*self._fields(fields), *sorted(self._cells(plan.layout, values), key=_in_reading_order)]
        taken = {cell.cell for cell in seen} | set(values["cell"])
        sheet = self.cells.filter(pl.col("sheet_no") == place["sheet_no"])
        if plan.block is not None:
            holds = [plan.block.holds(*cell) for cell in sheet.select("row", "column").iter_rows()]
            sheet = sheet.filter(pl.Series(holds, dtype=pl.Boolean))
        words = vocabulary([plan.layout])
        heads = {(row, column, t.across) for t in plan.tables for row, cs in t.known.items() for column in cs}
        unused = [
            f"{cell} {text}"
            for row, column, cell, text, word in sheet.sort("row", "column")
            .select("row", "column", "cell", "text", "folded")
            .iter_rows()
            if cell not in taken and word not in words
            if (row, column, False) not in heads and (column, row, True) not in heads
        ]
        block = f"{column_letters(plan.block.left)}{plan.block.top + 1}" if plan.block else None
        tables = [_table(t, sheet, values) for t in plan.tables]
        name = str(place["sheet_name"])
        return Seen(
            name, block, plan.layout.id, False, None, seen, tables, len(unused), unused[:_FIRST_UNUSED], misfits
        )

    def _fields(self, fields: pl.DataFrame) -> Iterator[SeenCell]:
        rows = fields.sort("place").select("cell", "place", "name", "text", "value", "repair", "bad").iter_rows()
        for cell, place, name, text, value, repair, bad in rows:
            where = {0: cell, 1: "(sheet name)", 2: "(file name)", 3: "(constant)"}.get(place, cell)
            yield SeenCell(where, "", name, text, value, repair, self._reason(bad))

    def _cells(self, layout: Layout, values: pl.DataFrame) -> Iterator[SeenCell]:
        cells = as_records(layout, values)
        narrow = cells.filter(pl.col("code").is_null())
        parts = [
            read_measure(layout, str(table), str(measure), part)
            for (table, measure), part in narrow.group_by(["table", "measure"], maintain_order=True)
        ]
        coded = cells.filter(pl.col("code").is_not_null())
        parts += [read_wide(layout, coded)] if coded.height else []
        for part in parts:
            shown = part.unique(["cell", "measure"], keep="first", maintain_order=True)
            for row in shown.iter_rows(named=True):
                measure = row["measure"] if row["code"] is None else f"{row['measure']}:{row['code']}"
                value = _shown(row)
                reason = None if row["is_total"] else self._reason(row["bad"])
                yield SeenCell(row["cell"], row["table"], measure, row["text"], value, row["repair"], reason)

    def _reason(self, code: str | None) -> str | None:
        return None if code is None else REASONS.text(f"reason.{code}", self.language)


def _in_reading_order(cell: SeenCell) -> tuple[str, int, int]:
    return cell.table, *cell_position(cell.cell)


def _shown(row: dict[str, object]) -> str | None:
    value = row["value"] if row["value"] is not None else row.get("moment")
    if value is None:
        return None
    if row["measure"] in CLOCKS and isinstance(value, float):
        return f"{int(value) // 60:02}:{int(value) % 60:02}"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    unit = row.get("unit")
    return f"{text} {unit}" if unit in ("pack", "kg", "g") else text


def _table(plan: TablePlan, sheet: pl.DataFrame, values: pl.DataFrame) -> SeenTable:
    """Rows in which the table's columns hold something of which nothing is taken are notes."""
    line, across = ("column", "row") if plan.across else ("row", "column")
    columns = [c.column for c in plan.columns]
    end = FAR if plan.end is None else plan.end
    filled = sheet.filter(pl.col(across).is_in(columns), pl.col(line) >= plan.first, pl.col(line) < end)
    taken = set(values.filter(pl.col("table") == plan.name)["row"])
    skipped = sorted(set(filled[line]) - taken)
    header, total, notes = ([row + 1 for row in sorted(part)] for part in (plan.header_rows, plan.total_rows, skipped))
    return SeenTable(plan.name, header, total, notes, plan.across)


def seen_lines(views: Sequence[Seen]) -> Iterator[str]:
    """The same for people to read."""
    for seen in views:
        place = f"{seen.sheet}!{seen.block}" if seen.block else seen.sheet
        yield f"{place}: {seen.layout or ('ignored' if seen.ignored else 'no layout')}"
        if seen.refusal:
            yield f"  {seen.refusal}"
        for table in seen.tables:
            what = "columns" if table.across else "rows"
            parts = [("header", table.header_rows), ("total", table.total_rows), ("skipped", table.skipped_rows)]
            told = ", ".join(f"{name} {' '.join(map(str, rows))}" for name, rows in parts if rows)
            yield f"  table {table.name} ({what}): {told}"
        width = max((len(cell.cell) for cell in seen.cells), default=0)
        names = max((len(f"{c.table}.{c.measure}") for c in seen.cells), default=0)
        for cell in seen.cells:
            name = f"{cell.table}.{cell.measure}".lstrip(".")
            raw = "" if cell.raw == cell.value else f"  “{cell.raw}”"
            note = f"  [{cell.repair}]" if cell.repair else ""
            wrong = f"  refused: {cell.refusal}" if cell.refusal else ""
            yield f"  {cell.cell:<{width}}  {name:<{names}}  {cell.value or '—'}{raw}{note}{wrong}"
        if seen.unused:
            more = " …" if seen.unused > len(seen.first_unused) else ""
            yield f"  not used: {seen.unused} cells: {'; '.join(seen.first_unused)}{more}"
        for layout, missing in seen.misfits:
            yield f"  {layout} does not fit; missing: {', '.join(missing) or 'nothing known here'}"


def all_known(views: Sequence[Seen]) -> bool:
    """Whether every sheet is recognised or ignored."""
    return all(seen.layout or seen.ignored for seen in views)

"""Write the works as a site folder: configuration, master data, workbooks in every layout, exports in every dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random

import polars as pl
from xlsxwriter.utility import xl_cell_to_rowcol

from etl.simulate.exporters import OUTPUT, STOP
from etl.simulate.labels import LABEL_SCHEMA
from etl.simulate.workbooks import Made, Pen, makers
from etl.simulate.workbooks.book import Cell, Page
from etl.simulate.workbooks.happened import Shift, Stock
from etl.simulate.works.plant import Plant
from etl.simulate.works.plants import plants
from etl.simulate.works.slips import spread
from etl.simulate.works.told import Fault, Told, Where
from etl.simulate.works.world import LEDGER, World, make_world, master_of

PLAIN_WAYS = frozenset(
    {
        "text",
        "blanks",
        "full_width",
        "none",
        "thousands",
        "formula",
        "decimals",
        "colon",
        "datetime",
        "slashes",
        "chinese",
        "time",
        "clock",
        "range",
    }
)
"""Ways of filling a cell that nobody should hear of."""
ODDITY = 0.08
Placed = dict[str, tuple[Made, str]]
"""Report to the workbook in which it stands, and the name of its file."""
DAILY = frozenset({"shift-sheet", "daily-book", "dashboard-report"})


def make_works(home: Path, *, first: date, days: int, seed: int, error_rate: float = 0.1) -> pl.DataFrame:
    """Write the site of three plants for some days into the folder ``home``.

    Returns one row per injected mistake, LABEL_SCHEMA; ``cells`` are all that may be blamed. Labels stand nowhere in
    the site. The same arguments make the same site.
    """
    works = plants()
    last = date.fromordinal(first.toordinal() + days - 1)
    master = master_of(works, first, last)
    world = make_world(works, master, first, days, seed)
    spread(world, error_rate, Random(f"{seed}/slips"))
    _write_site(home, works, master, days)
    placed: Placed = {}
    for n, group in enumerate(_books(world)):
        made, texts = _made(group, Pen(seed * 1000 + n, ODDITY, PLAIN_WAYS))
        name = f"{made.file_name}.xlsx" if texts is None else f"{made.file_name} {texts}.xlsx"
        folder = home / "inbox" / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(made.book.to_bytes())
        placed |= {told.shift.report_id: (made, name) for told in group}
    rows = [_label(told, placed) for told in world.shifts if told.fault]
    _write_exports(home / "inbox" / "mes", world)
    return pl.DataFrame(rows, schema=LABEL_SCHEMA, orient="row").sort("production_date", "line_id", "shift_id", "kind")


def _write_site(home: Path, works: Sequence[Plant], master: dict[str, pl.DataFrame], days: int) -> None:
    (home / "master").mkdir(parents=True, exist_ok=True)
    for name, frame in master.items():
        frame.write_csv(home / "master" / f"{name}.csv")
    blocks = ['[site]\nid = "works"\nname = "ShiftLedger works"\nlanguage = "en"\n']
    blocks += [
        f'[[plant]]\nid = "{p.plant_id}"\nname_zh = "{p.name_zh}"\nname_en = "{p.name_en}"\ntimezone = "{p.zone}"\n'
        for p in works
    ]
    blocks.append(f"[expectation]\nwarning_after_h = 2\nerror_after_h = 24\nhorizon_days = {days}\n")
    (home / "site.toml").write_text("\n".join(blocks), encoding="utf-8")


def _books(world: World) -> Iterator[list[Told]]:
    """Shifts that stand in one workbook: of a line and day, of a hall and day, of a line and week, or of a month."""

    def book(told: Told) -> tuple[object, ...]:
        layout, day = told.line.layout_id, told.shift.production_date
        if layout == "shift-sheet":
            return (layout, told.plant.plant_id, told.line.line_id, day)
        if layout in DAILY:
            return (layout, told.plant.plant_id, "", day)
        if layout == "hourly-log":
            return (layout, told.plant.plant_id, told.line.line_id, day.isocalendar().week)
        return (layout, told.plant.plant_id, "", day.month)

    def place(told: Told) -> tuple[object, ...]:
        if told.line.layout_id in DAILY:
            return (told.line.line_id, told.truth.slot.start_at)
        return (told.shift.production_date, told.line.line_id, told.truth.slot.start_at)

    reported = [told for told in world.shifts if told.is_reported]
    for _, group in groupby(sorted(reported, key=lambda t: tuple(map(str, book(t)))), key=book):
        yield sorted(group, key=place)


def _made(group: Sequence[Told], pen: Pen) -> tuple[Made, str | None]:
    layout = group[0].line.layout_id
    shifts = [told.shift for told in group]
    if layout == LEDGER:
        shifts = _with_keeper(shifts)
    made = makers()[layout](shifts, pen)
    for told in group:
        for edit in told.edits:
            for page, cell in _cells(made, told.shift.report_id, edit.where):
                row, column = xl_cell_to_rowcol(cell)
                if edit.below:
                    value = page.cells[row, column]
                    page.cells[row + 1, column] = value
                    page.merged.append((row, column, row + 1, column))
                elif edit.content is None:
                    page.cells.pop((row, column), None)
                else:
                    new = edit.content if isinstance(edit.content, Cell) else Cell(edit.content)
                    page.cells[row, column] = replace(new, look=page.cells[row, column].look)
    several = layout in {"monthly-book", "monthly-list", LEDGER}
    return made, group[0].plant.plant_id if several else None


def _with_keeper(shifts: Sequence[Shift]) -> list[Shift]:
    """The ledger's own line in front: its stock names the orders that stand beside the machines."""
    with_stock = []
    for _, of_day in groupby(shifts, key=lambda shift: shift.production_date):
        both = list(of_day)
        keeper = replace(
            both[0],
            line_id="L35",
            line_name="35号线",
            runs=(),
            stock=tuple(Stock(run.order_id, f"B{n}", 900, 300, 0, 200, 100) for n, run in enumerate(both[0].runs)),
        )
        with_stock += [keeper, *both]
    return with_stock


def _cells(made: Made, report_id: str, where: Where) -> Iterator[tuple[Page, str]]:
    """Page and name of every cell that ``where`` means."""
    pages = {page.name: page for page in made.book.pages}
    if where.table == "report":
        for (sheet, cell), name in made.keys.items():
            if name == where.measure and any(r.sheet == sheet and r.report_id == report_id for r in made.records):
                yield pages[sheet], cell
        return
    mine = [r for r in made.records if r.table == where.table and r.report_id == report_id]
    for number, record in enumerate(r for r in mine if where.measure in r.values):
        at = record.values.get("hour_start", (None, None))[0]
        order = record.values.get("order_id", (None, None))[0]
        if where.hour is not None and at != where.hour:
            continue
        if where.order_id is not None and order is not None and order != where.order_id:
            continue
        if where.nth is not None and number != where.nth:
            continue
        written = record.values[where.measure][1]
        if written is not None:
            yield pages[record.sheet], written


def _label(told: Told, placed: Placed) -> dict[str, object]:
    fault = _fault(told)
    wheres = [(told.shift.report_id, where) for where in fault.where] + list(fault.others)
    found = [(report_id, where) for report_id, where in wheres if report_id in placed]
    cells = [(page.name, name) for r, where in found for page, name in _cells(placed[r][0], r, where)]
    file = placed[told.shift.report_id][1] if told.is_reported else None
    first = cells[0] if cells else (None, None)
    return {
        **_unplaced(told),
        "source_file": file,
        "source_sheet": first[0],
        "cells": " ".join(dict.fromkeys(name for _, name in cells)) or None,
        "source_cell": first[1],
        "report_file": file,
        "report_sheet": first[0],
        "report_cell": first[1],
    }


def _fault(told: Told) -> Fault:
    if told.fault is None:
        raise AssertionError("only shifts with a fault are labelled")
    return told.fault


def _unplaced(told: Told) -> dict[str, object]:
    fault = _fault(told)
    shift = told.shift
    return {
        **dict.fromkeys(LABEL_SCHEMA),
        "kind": fault.kind,
        "rule_no": fault.rule_no,
        "cause": fault.cause,
        "plant_id": shift.plant_id,
        "line_id": shift.line_id,
        "production_date": shift.production_date,
        "shift_id": shift.shift_id,
        "measure": fault.where[0].measure if fault.where else "report",
        "true_value": None if fault.true_value is None else str(fault.true_value),
        "written_value": None if fault.written_value is None else str(fault.written_value),
        "description": fault.kind.replace("_", " "),
    }


def _write_exports(folder: Path, world: World) -> None:
    folder.mkdir(parents=True, exist_ok=True)

    def day(told: Told) -> date:
        return told.shift.production_date

    for plant in plants():
        mine = sorted((t for t in world.shifts if t.plant is plant), key=day)
        late: list[Told] = []
        for of_day, group in groupby(mine, key=day):
            shifts = list(group)
            for export in dict.fromkeys(t.line.output for t in shifts):
                here, before = ([t for t in part if t.line.output is export] for part in (shifts, late))
                records = pl.concat([_output(before, late=True), _output(here, late=False)])
                _write(folder, export(records, plant, f"{of_day:%Y%m%d}"))
            _write(folder, plant.stops(_stops(shifts), plant, f"{plant.plant_id}_{of_day:%Y%m%d}"))
            late = shifts
        after = f"{day(late[0]) + timedelta(days=1):%Y%m%d}"
        for export in dict.fromkeys(t.line.output for t in late):
            records = _output([t for t in late if t.line.output is export], late=True)
            if not records.is_empty():
                _write(folder, export(records, plant, after))


def _write(folder: Path, made: tuple[str, bytes]) -> None:
    name, content = made
    (folder / name).write_bytes(content)


def _output(shifts: Iterable[Told], *, late: bool) -> pl.DataFrame:
    """Records of these shifts that come with the day's own export, or with the one after it."""
    rows = [
        {
            "record_id": count.record_id,
            "line_id": told.line.line_id,
            "start_at": count.start_at,
            "end_at": count.end_at,
            "order_id": count.order_id,
            "product_id": count.product_id,
            "good_qty": float(count.good_qty),
            "scrap_qty": float(count.scrap_qty),
            "is_cancelled": count.is_cancelled,
        }
        for told in shifts
        for count in told.counts
        if count.is_repeated or count.is_late == late
    ]
    return pl.DataFrame(rows, schema={**OUTPUT, "is_cancelled": pl.Boolean})


def _stops(shifts: Sequence[Told]) -> pl.DataFrame:
    rows = [
        {
            "record_id": f"S{told.line.line_id}{start:%y%m%d%H%M%S}",
            "line_id": told.line.line_id,
            "start_at": start,
            "end_at": end,
            "reason_code": reason,
        }
        for told in shifts
        for start, end, reason in sorted(told.stops)
    ]
    return pl.DataFrame(rows, schema=STOP)


def loaded_at(first: date, days: int) -> datetime:
    """An instant soon after the last shift, at which no report of the day after it is due yet."""
    return datetime.fromordinal(first.toordinal() + days).replace(hour=5, minute=30, tzinfo=UTC)

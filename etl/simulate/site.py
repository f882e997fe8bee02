"""Make a whole site folder: configuration, master data, reports, exports, with known errors in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from etl.simulate.day import DayJob, make_day, set_time
from etl.simulate.draft import Grid
from etl.simulate.exports import write_orders
from etl.simulate.labels import UNEXPLAINED, Label, as_frame, label_row
from etl.simulate.oddities import write_broken_files, write_future_report
from etl.simulate.plan import Plan, plan_errors
from etl.simulate.plant import master_frames, write_plant
from etl.simulate.schedule import Order, Slot, neighbours, orders_of, slots_between
from etl.simulate.workbook import report_name

WORKERS = 2
WORTH_A_POOL = 300
ORDERS_FILE = "erp_orders.json"


def make_site(  # noqa: PLR0913 - each is a plain choice of the caller, by name
    home: Path,
    *,
    last_day: date,
    days: int,
    lines: int = 6,
    plants: int = 2,
    seed: int = 7,
    error_rate: float = 0.05,
    interval_min: int = 60,
    through: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """Write a site with ``days`` production days up to ``last_day`` into the folder ``home``.

    Args:
        home: Folder; made when it does not exist.
        last_day: Last production day.
        days: Number of production days.
        lines: Lines, alternating between the plants.
        plants: 2: a plant with three shifts in Suzhou and one with two in Leipzig; 1: only the first.
        seed: The same seed makes the same site.
        error_rate: Share of shifts with one injected error each; 0 for none and no broken files either.
        interval_min: Length of the MES's counter intervals; a divisor of 60.
        through: Nothing after this instant exists yet (UTC unless it has a zone).
        progress: Called with days done and days in all.

    Returns:
        One row per injected error, see ``labels.LABEL_SCHEMA``. They stand nowhere in the site.

    Raises:
        ValueError: An argument is out of range.
    """
    _check(days, lines, plants, interval_min)
    if through is not None and through.tzinfo is not None:
        through = through.astimezone(UTC).replace(tzinfo=None)
    first = last_day - timedelta(days=days - 1)
    master = master_frames(lines, plants, first, last_day)
    write_plant(home, master, days)
    for folder in ("reports", "mes"):
        (home / "inbox" / folder).mkdir(parents=True, exist_ok=True)
    slots = slots_between(master, first, last_day, seed)
    plan = plan_errors(slots, error_rate, seed, through)
    orders = orders_of(slots, plan.lowered)
    orders_path = home / "inbox" / "mes" / ORDERS_FILE
    write_orders(orders_path, orders)
    if slots:
        set_time(orders_path, slots[0].start_at)
    rows = [row for rows in _make_days(_jobs(home, slots, plan, seed, interval_min, through), progress) for row in rows]
    rows += _over_produced_labels(orders, plan)
    ended = [slot for slot in slots if through is None or slot.end_at <= through]
    if error_rate > 0 and ended:
        reports = home / "inbox" / "reports"
        write_broken_files(reports, ended[-1], seed)
        rows.append(write_future_report(reports, ended[0], last_day, seed))
    return as_frame(rows)


def _check(days: int, lines: int, plants: int, interval_min: int) -> None:
    if days < 1 or not 1 <= lines <= 99 or plants not in (1, 2):
        raise ValueError("days must be at least 1, lines 1 to 99, plants 1 or 2")
    if interval_min < 1 or 60 % interval_min:
        raise ValueError(f"interval_min is {interval_min}; it must divide an hour")


def _jobs(
    home: Path, slots: list[Slot], plan: Plan, seed: int, interval_min: int, through: datetime | None
) -> list[DayJob]:
    by_day: dict[date, list[Slot]] = {}
    for slot in slots:
        if through is None or slot.start_at < through:
            by_day.setdefault(slot.production_date, []).append(slot)
    others = neighbours(slots)
    return [
        DayJob(
            home,
            tuple(of_day),
            {slot.key: plan.kinds[slot.key] for slot in of_day if slot.key in plan.kinds},
            {key: order for key, order in others.items() if key.endswith(day.isoformat())},
            seed,
            interval_min,
            through,
        )
        for day, of_day in by_day.items()
    ]


def _make_days(jobs: list[DayJob], progress: Callable[[int, int], None] | None) -> Iterator[list[dict[str, object]]]:
    """Make the days, with a second process when there are many."""

    def counted(results: Iterator[list[dict[str, object]]]) -> Iterator[list[dict[str, object]]]:
        for done, rows in enumerate(results, start=1):
            if progress is not None:
                progress(done, len(jobs))
            yield rows

    if sum(len(job.slots) for job in jobs) < WORTH_A_POOL:
        yield from counted(map(make_day, jobs))
        return
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        yield from counted(pool.map(make_day, jobs))


def _over_produced_labels(orders: list[Order], plan: Plan) -> list[dict[str, object]]:
    """An order with less planned than was made (rule 24): the wrong number stands with the ERP."""
    rows = []
    for number, order in enumerate(orders, start=1):
        slot = plan.over_produced.get(order.order_id)
        if slot is None:
            continue
        hours = int((slot.end_at - slot.start_at).total_seconds()) // 3600
        label = Label(
            "over_produced",
            24,
            UNEXPLAINED,
            "good_qty",
            None,
            order.planned_qty,
            str(number),
            "order made beyond its planned quantity",
            report_cell=Grid(hours).total_cell("C"),
            is_in_export=True,
        )
        report = report_name(slot.plant_id, slot.line_id, slot.production_date)
        rows.append(label_row(label, slot, source_file=ORDERS_FILE, report_file=report, report_sheet=slot.shift_name))
    return rows

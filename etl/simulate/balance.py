"""A small plant whose sources can be balanced: people, counters, packing, material, a flow of two lines, a ledger.

Lines L01 and L02 stand behind each other, L03 confirms into an ERP, line W01 keeps the ledger of a workshop. All else
is the plant of ``site``. Mistakes: ``balance_mistakes``, at most one a line and day. Files: ``balance_files``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil
from pathlib import Path
from random import Random

import polars as pl

from data_contracts.tables import TABLES
from etl.simulate.balance_files import CONFIRMS, DELIVERS, PLANT, TAKES, Made, people_at_work, write_files
from etl.simulate.balance_ledger import LEDGER_KINDS, LEDGER_LINE, write_ledgers
from etl.simulate.balance_mistakes import EVENTS, MISTAKES, SHORT
from etl.simulate.draft import write_down
from etl.simulate.exports import record_shift, write_orders
from etl.simulate.figures import Figures
from etl.simulate.labels import UNEXPLAINED, Case, Label, as_frame, label_row
from etl.simulate.plant import PRODUCTS, master_frames, write_plant
from etl.simulate.schedule import Slot, orders_of, slots_between
from etl.simulate.truth import Hour, Interval, ShiftTruth, make_truth
from etl.simulate.workbook import report_name

FLOW = "assembly"
CAVITIES = {"HX": 1, "BR": 2, "CV": 4, "GR": 1}
HABIT = 12
KINDS = (*EVENTS, *MISTAKES, "flow", *LEDGER_KINDS)


@dataclass(slots=True)
class _Line:
    """What a line carries from shift to shift."""

    counter: int
    unpacked: int


def make_balance_site(home: Path, *, last_day: date, days: int, seed: int = 7, error_rate: float = 0.1) -> pl.DataFrame:
    """Write the site into the folder ``home``; the same arguments give the same site.

    Returns one row per injected error, see ``labels.LABEL_SCHEMA``. Raises ValueError for fewer than one day.
    """
    if days < 1:
        raise ValueError("days must be at least 1")
    first = last_day - timedelta(days=days - 1)
    master = master_frames(3, 1, first, last_day)
    slots = slots_between(master, first, last_day, seed)
    # The confirming line makes one product only: a habit can form.
    product = PRODUCTS[seed % len(PRODUCTS)]
    slots = [replace(slot, product=product) if slot.line_id == CONFIRMS else slot for slot in slots]
    slots = [_behind(slot, slots) if slot.line_id == TAKES else slot for slot in slots]
    write_plant(home, _with_ledger_line(master), days)
    flow = [(FLOW, PLANT, line, None, role) for line, role in ((DELIVERS, "delivers"), (TAKES, "takes"))]
    flow_table = TABLES["flow"]
    pl.DataFrame(flow, schema=flow_table.columns(), orient="row").write_csv(home / "master" / "flow.csv")
    for folder in ("reports", "mes"):
        (home / "inbox" / folder).mkdir(parents=True, exist_ok=True)
    write_orders(home / "inbox" / "mes" / "erp_orders.json", orders_of(slots, {}))
    rng = Random(f"{seed}/balance")
    made = Made()
    _shifts(made, slots, _plan(slots, error_rate, rng), seed)
    write_files(home, made, rng)
    made.rows += write_ledgers(home / "inbox" / "reports", first, days, error_rate, Random(f"{seed}/ledger"))
    return as_frame(made.rows)


def _behind(slot: Slot, slots: list[Slot]) -> Slot:
    """The taking line works on what the delivering line makes in the same shift."""
    source = next(
        s
        for s in slots
        if (s.line_id, s.production_date, s.shift_id) == (DELIVERS, slot.production_date, slot.shift_id)
    )
    return replace(source, line_id=TAKES, order_id=source.order_id.replace(DELIVERS, TAKES), leader=slot.leader)


def _with_ledger_line(master: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    line = {"plant_id": PLANT, "area_id": "A1", "line_id": LEDGER_LINE, "calendar_id": "P1-1x8", "aliases": "W01"}
    shift = {"calendar_id": "P1-1x8", "shift_id": "early", "name_zh": "早班", "start": "06:00", "end": "14:00"}
    more = {"line": [line], "shift": [{**shift, "weekdays": "1234567"}]}
    return {
        name: pl.concat([frame, TABLES[name].conform(pl.DataFrame(more[name]))]) if name in more else frame
        for name, frame in master.items()
    }


def _plan(slots: list[Slot], error_rate: float, rng: Random) -> dict[str, str]:
    """Kind of mistake by ``Slot.key``; each kind on a line that lends itself to it. Flows concern whole days."""
    wanted = round(error_rate * len(slots))
    kinds = [kind for kind in KINDS if kind not in LEDGER_KINDS]
    cycle = [kinds[n % len(kinds)] for n in range(wanted)]
    only = {"withdrawn": CONFIRMS, "rejected": CONFIRMS, "slow": CONFIRMS, "flow": TAKES, "material": DELIVERS}
    taken: set[tuple[str, date]] = set()
    plan: dict[str, str] = {}
    first = min(slot.production_date for slot in slots)
    for kind in cycle:
        fitting = [
            slot
            for slot in slots
            if only.get(kind, slot.line_id) == slot.line_id
            and (slot.line_id, slot.production_date) not in taken
            # A habit takes some shifts to form; a counter's former end must be there.
            and (kind != "slow" or _usual_shifts(slot, slots) >= HABIT)
            and (kind != "counter_start" or slot.production_date > first)
        ]
        if not fitting:
            continue
        slot = rng.choice(fitting)
        taken.add((slot.line_id, slot.production_date))
        plan[slot.key] = kind
    return plan


def _usual_shifts(slot: Slot, slots: list[Slot]) -> int:
    """Shifts of the line before this one."""
    return sum(s.line_id == slot.line_id and s.start_at < slot.start_at for s in slots)


def _shifts(made: Made, slots: list[Slot], plan: dict[str, str], seed: int) -> None:
    rng = Random(f"{seed}/shifts")
    lines = {line: _Line(rng.randrange(10_000, 90_000), rng.randrange(0, 20)) for line in (DELIVERS, TAKES, CONFIRMS)}
    delivered: dict[tuple[date, str], ShiftTruth] = {}
    short = {s.production_date: s for s in slots if plan.get(s.key) == "flow"}
    for slot in sorted(slots, key=lambda s: (s.start_at, s.line_id)):
        truth = delivered.get((slot.production_date, slot.shift_id)) if slot.line_id == TAKES else None
        if slot.line_id == TAKES:
            if truth is None:
                raise AssertionError("the delivering line is made first")
            truth = _assembled(slot, truth, SHORT if slot.production_date in short else 0.0, rng)
        else:
            truth = make_truth(slot, seed)
            delivered[slot.production_date, slot.shift_id] = truth
        output, stops = record_shift(truth)
        case = Case(truth, write_down(truth), output, stops, None)
        kind = plan.get(slot.key, "")
        label = EVENTS[kind](case) if kind in EVENTS else None
        case.draft.figures = _figures_of(case, lines[slot.line_id], rng)
        if kind in MISTAKES:
            label = MISTAKES[kind](case, rng)
        made.cases.append(case)
        if label is not None:
            made.rows.append(_placed(label, slot))
            if label.record is not None:
                made.withdrawn.add(id(label.record))
    made.rows += map(_flow_label, short.values())


def _assembled(slot: Slot, source: ShiftTruth, lost: float, rng: Random) -> ShiftTruth:
    """Every good piece of the delivering line is taken; some become scrap, a share of ``lost`` is never seen again."""
    hours, defects = [], 0
    for hour in source.hours:
        taken = round(hour.good_qty * (1 - lost))
        bad = min(taken, rng.choice((0, 0, 0, 1, 1, 2)))
        defects += bad
        interval = Interval(hour.start_at, taken - bad, bad)
        hours.append(Hour(hour.start_at, hour.run_s, hour.planned_qty, taken - bad, bad, (interval,)))
    return ShiftTruth(slot, tuple(hours), source.stops, source.breaks, {"Q01": defects} if defects else {})


def _figures_of(case: Case, line: _Line, rng: Random) -> Figures:
    """What a careful leader writes; rounded as people round, and now and then a counter starts anew."""
    slot, draft = case.truth.slot, case.draft
    good, made = draft.good_total, draft.good_total + draft.scrap_total
    product = slot.product
    cavities = CAVITIES[product.product_id[:2]]
    if rng.random() < 0.03:
        line.counter = 0
    start = line.counter
    line.counter += ceil(made / cavities)
    there, open_before = line.unpacked + good, line.unpacked
    packed = there // product.pack_size * product.pack_size
    line.unpacked = there - packed
    people = people_at_work(slot)
    shift_h = len(case.truth.hours)
    weight = made * product.piece_weight_g / 1000 * rng.uniform(0.992, 1.008)
    return Figures(
        headcount=people,
        labour_h=round(people * shift_h * rng.uniform(0.92, 1.0) * 4) / 4,
        material_kg=round(weight, 1) if slot.line_id == DELIVERS else None,
        counter_start=start,
        counter_end=line.counter,
        cavities=cavities,
        packed_qty=packed,
        unpacked_qty=open_before,
        yield_pct=round(100 * good / made, 1) if made else None,
        attainment_pct=round(100 * good / sum(hour.planned_qty for hour in draft.hours), 1),
    )


def _placed(label: Label, slot: Slot) -> dict[str, object]:
    report = report_name(slot.plant_id, slot.line_id, slot.production_date)
    sheet = slot.shift_name
    places = {"report_file": report, "report_sheet": sheet, "source_file": report, "source_sheet": sheet}
    return label_row(label, slot, **places)


def _flow_label(slot: Slot) -> dict[str, object]:
    text = "less taken than was delivered"
    label = Label("flow", 29, UNEXPLAINED, "total_qty", None, None, None, text)
    return label_row(label, slot, shift_id=None, order_id=None)

"""What really happened in a shift: run time, stops, good and scrap, balanced to the second.

Run + stops + breaks = shift; good comes from run time, ideal cycle and performance; defects add up to scrap.
What people and the MES make of it: ``draft`` and ``exports``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, sqrt
from random import Random

from etl.simulate.plant import DEFECTS
from etl.simulate.schedule import PERFORMANCE, Slot

BREAK_S = 900
MARGIN_S = 180
SCRAP_RATE = 0.012
MAX_STOPS = 5


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop, in seconds from the start of the shift."""

    start_s: int
    end_s: int
    reason_code: str


@dataclass(frozen=True, slots=True)
class Interval:
    """What the counter of the MES gained in one interval."""

    start_at: datetime
    good_qty: int
    scrap_qty: int


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a shift; ``run_s`` is what neither stops nor breaks took."""

    start_at: datetime
    run_s: int
    planned_qty: int
    good_qty: int
    scrap_qty: int
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class ShiftTruth:
    """A shift as it was."""

    slot: Slot
    hours: tuple[Hour, ...]
    stops: tuple[Stop, ...]
    breaks: tuple[tuple[int, int], ...]
    defects: dict[str, int]

    @property
    def good_qty(self) -> int:
        """Good pieces of the shift."""
        return sum(hour.good_qty for hour in self.hours)

    @property
    def scrap_qty(self) -> int:
        """Scrapped pieces of the shift."""
        return sum(hour.scrap_qty for hour in self.hours)


def make_truth(slot: Slot, seed: int, interval_min: int = 60) -> ShiftTruth:
    """The truth of one shift; the same slot, seed and interval always give the same."""
    rng = Random(f"{seed}/{slot.key}")
    length_s = int((slot.end_at - slot.start_at).total_seconds())
    breaks = _breaks(length_s, slot.break_min)
    stops = _stops(length_s, breaks, slot.is_first_of_order, rng)
    idle = [*breaks, *((stop.start_s, stop.end_s) for stop in stops)]
    performance = PERFORMANCE * rng.uniform(0.994, 1.006)
    drafts = [_hour_counts(start, idle, slot, performance, rng) for start in range(0, length_s, 3600)]
    scraps = [max(0, round(rng.gauss(good * SCRAP_RATE, sqrt(good * SCRAP_RATE)))) for _, good, _ in drafts]
    scraps[max(range(len(drafts)), key=lambda i: drafts[i][1])] += max(0, 2 - sum(scraps))
    detail = Random(f"{seed}/{slot.key}/intervals")
    hours = []
    for number, ((run_s, good, rate), scrap) in enumerate(zip(drafts, scraps, strict=True)):
        start_s = number * 3600
        planned_s = 3600 - _overlap(start_s, start_s + 3600, breaks)
        hours.append(
            Hour(
                slot.start_at + timedelta(seconds=start_s),
                run_s,
                floor(planned_s * PERFORMANCE / slot.product.cycle_s),
                good,
                scrap,
                _intervals(slot, start_s, idle, (rate, scrap), interval_min, detail),
            )
        )
    return ShiftTruth(slot, tuple(hours), tuple(stops), tuple(breaks), _defects(sum(scraps), rng))


def _overlap(start: int, end: int, spans: list[tuple[int, int]]) -> int:
    return sum(max(0, min(end, b) - max(start, a)) for a, b in spans)


def _breaks(length_s: int, break_min: float) -> list[tuple[int, int]]:
    """Quarters of an hour, spread over the shift, at the beginning of an hour."""
    count, hours = int(break_min * 60) // BREAK_S, length_s // 3600
    starts = [(k + 1) * hours // (count + 1) * 3600 for k in range(count)]
    return [(start, start + BREAK_S) for start in starts]


def _stops(length_s: int, breaks: list[tuple[int, int]], has_changeover: bool, rng: Random) -> list[Stop]:
    stops: list[Stop] = []
    if has_changeover:
        start = rng.randrange(120, 300)
        stops.append(Stop(start, start + rng.randrange(1200, 2400), "S01"))
    for _ in range(rng.randrange(2, MAX_STOPS)):
        reason = rng.choice(("D01", "D02", "D02", "D03", "D03", "D04", "D05"))
        duration = rng.randrange(240, 1500)
        if rng.random() < 0.02:
            reason, duration = "P01", rng.randrange(1500, 2700)
        for _attempt in range(12):
            start = rng.randrange(MARGIN_S, length_s - duration - MARGIN_S)
            taken = [*breaks, *((stop.start_s, stop.end_s) for stop in stops)]
            if not _overlap(start - MARGIN_S, start + duration + MARGIN_S, taken):
                stops.append(Stop(start, start + duration, reason))
                break
    return sorted(stops, key=lambda stop: stop.start_s)


def _hour_counts(
    start_s: int, idle: list[tuple[int, int]], slot: Slot, performance: float, rng: Random
) -> tuple[int, int, float]:
    """Run seconds, good pieces and pieces a second of one hour."""
    run_s = 3600 - _overlap(start_s, start_s + 3600, idle)
    rate = performance * rng.uniform(0.985, 1.015) / slot.product.cycle_s
    return run_s, floor(run_s * rate), rate


def _intervals(
    slot: Slot,
    start_s: int,
    idle: list[tuple[int, int]],
    rate_and_scrap: tuple[float, int],
    interval_min: int,
    rng: Random,
) -> tuple[Interval, ...]:
    """The hour's counts as a counter would have shown them; they add up to the hour."""
    rate, scrap = rate_and_scrap
    step_s = interval_min * 60
    starts = range(start_s, start_s + 3600, step_s)
    goods, before, run_s = [], 0, 0
    for start in starts:
        run_s += step_s - _overlap(start, start + step_s, idle)
        counter = floor(run_s * rate)
        goods.append(counter - before)
        before = counter
    scraps = [0] * len(goods)
    running = [i for i, good in enumerate(goods) if good] or [0]
    for _ in range(scrap):
        scraps[rng.choice(running)] += 1
    return tuple(
        Interval(slot.start_at + timedelta(seconds=start), good, bad)
        for start, good, bad in zip(starts, goods, scraps, strict=True)
    )


def _defects(scrap: int, rng: Random) -> dict[str, int]:
    pieces = rng.choices([defect.code for defect in DEFECTS], weights=(5, 4, 3, 2, 1), k=scrap)
    return {code: pieces.count(code) for code in sorted(set(pieces))}

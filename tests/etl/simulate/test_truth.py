"""What happens in a made-up shift adds up."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from etl.simulate.draft import write_down
from etl.simulate.plant import master_frames
from etl.simulate.schedule import Slot, slots_between
from etl.simulate.truth import make_truth

MONDAY = date(2026, 3, 16)


def slots_of(first: date, last: date, lines: int = 4) -> list[Slot]:
    return slots_between(master_frames(lines, 2, first, last), first, last, seed=7)


@pytest.mark.parametrize("interval_min", [60, 10])
def test_truth_balances_good_plus_scrap_over_hours_and_intervals(interval_min: int) -> None:
    for slot in slots_of(MONDAY, MONDAY):
        truth = make_truth(slot, 7, interval_min)
        for hour in truth.hours:
            assert hour.good_qty == sum(interval.good_qty for interval in hour.intervals)
            assert hour.scrap_qty == sum(interval.scrap_qty for interval in hour.intervals)
            assert hour.good_qty <= hour.run_s / slot.product.cycle_s
        assert sum(truth.defects.values()) == truth.scrap_qty


def test_run_stops_and_breaks_make_up_the_shift() -> None:
    for slot in slots_of(MONDAY, date(2026, 3, 29)):
        truth = make_truth(slot, 7)
        stops_s = sum(stop.end_s - stop.start_s for stop in truth.stops)
        breaks_s = sum(end - start for start, end in truth.breaks)
        run_s = sum(hour.run_s for hour in truth.hours)
        assert run_s + stops_s + breaks_s == (slot.end_at - slot.start_at).total_seconds()
        assert breaks_s == slot.break_min * 60


def test_stops_and_breaks_never_overlap() -> None:
    for slot in slots_of(MONDAY, date(2026, 3, 22)):
        truth = make_truth(slot, 7)
        spans = sorted([*truth.breaks, *((stop.start_s, stop.end_s) for stop in truth.stops)])
        assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_the_interval_of_the_counter_does_not_change_what_happened() -> None:
    for slot in slots_of(MONDAY, MONDAY):
        hourly, fine = make_truth(slot, 7, 60), make_truth(slot, 7, 10)
        assert [hour.good_qty for hour in hourly.hours] == [hour.good_qty for hour in fine.hours]
        assert hourly.stops == fine.stops


def night(line_id: str, day: date) -> Slot:
    return next(s for s in slots_of(day, day) if s.line_id == line_id and s.shift_id == "night")


def test_a_daylight_saving_night_of_twelve_hours_has_eleven_in_spring() -> None:
    draft = write_down(make_truth(night("L02", date(2026, 3, 28)), 7))
    assert len(draft.hours) == 11
    assert [hour.text for hour in draft.hours][7:9] == ["01:00-02:00", "03:00-04:00"]


def test_a_daylight_saving_night_of_twelve_hours_has_thirteen_in_autumn() -> None:
    draft = write_down(make_truth(night("L02", date(2026, 10, 24)), 7))
    assert len(draft.hours) == 13
    assert [hour.text for hour in draft.hours].count("02:00-03:00") == 2


def test_a_plant_without_daylight_saving_keeps_its_eight_hours() -> None:
    assert len(make_truth(night("L01", date(2026, 3, 28)), 7).hours) == 8


def test_one_line_rests_on_sundays() -> None:
    sunday = date(2026, 3, 22)
    assert {slot.line_id for slot in slots_of(sunday, sunday)} == {"L01", "L02", "L04"}


def test_an_order_keeps_its_product_and_starts_once() -> None:
    slots = slots_of(MONDAY, date(2026, 4, 16))
    products: dict[str, set[str]] = {}
    for slot in slots:
        products.setdefault(slot.order_id, set()).add(slot.product.product_id)
    assert len(products) > 8
    assert all(len(of_order) == 1 for of_order in products.values())
    starts = [slot.order_id for slot in slots if slot.is_first_of_order]
    assert len(starts) == len(set(starts))

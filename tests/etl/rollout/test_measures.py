"""Hours given back come from timings, with an interval, or are said not to be known."""

from __future__ import annotations

import pytest

from etl.rollout.measures import LEAST_TIMINGS, Kind, net_hours, payback_months, sample, saved_hours

TWENTY = LEAST_TIMINGS


def kind(before: list[float], now: list[float], reports: int = 60) -> Kind:
    return Kind("shift-sheet", before, now, reports)


def test_sixty_reports_that_took_twenty_minutes_and_take_five_give_fifteen_hours_back() -> None:
    net = net_hours([kind([20.0] * TWENTY, [5.0] * TWENTY)], effort_hours=3)
    assert net is not None
    assert (net.hours, net.low, net.high) == (12.0, 12.0, 12.0)


def test_the_median_before_and_the_mean_now_count_so_that_slow_reports_are_not_forgotten() -> None:
    before = [10.0] * 19 + [600.0]
    now = [5.0] * 19 + [45.0]
    net = net_hours([kind(before, now)], effort_hours=0)
    assert net is not None
    assert net.hours == pytest.approx(60 * (10 - 7) / 60)


def test_the_interval_holds_the_figure_and_is_the_same_each_time() -> None:
    spread = [float(15 + n % 11) for n in range(40)]
    first, again = (net_hours([kind(spread, [6.0, 4.0] * 15)], effort_hours=0) for _ in range(2))
    assert first == again
    assert first is not None
    assert first.low < first.hours < first.high


@pytest.mark.parametrize(("before", "now"), [(TWENTY - 1, TWENTY), (TWENTY, TWENTY - 1), (0, 0)])
def test_with_fewer_than_twenty_timings_nothing_is_said(before: int, now: int) -> None:
    assert net_hours([kind([20.0] * before, [5.0] * now)], effort_hours=0) is None
    assert saved_hours(kind([20.0] * before, [5.0] * now), 30) is None


def test_a_kind_without_enough_timings_is_left_out_by_name() -> None:
    timed, untimed = kind([20.0] * TWENTY, [5.0] * TWENTY), Kind("monthly-book", [60.0], [], 12)
    net = net_hours([timed, untimed], effort_hours=0)
    assert net is not None
    assert net.left_out == ("monthly-book",)
    assert net.hours == 15


def test_effort_can_cost_more_than_is_given_back() -> None:
    net = net_hours([kind([6.0] * TWENTY, [5.0] * TWENTY)], effort_hours=40)
    assert net is not None
    assert net.hours == -39


def test_a_sample_tells_its_median_and_its_middle_half() -> None:
    told = sample([10.0, 20.0, 30.0, 40.0, 50.0])
    assert (told.count, told.median_min, told.lower_min, told.upper_min) == (5, 30, 20, 40)
    assert sample([]).median_min is None
    assert sample([7.0]).median_min == 7


def test_what_gives_nothing_back_never_pays() -> None:
    assert payback_months(12_000, 100, 60) == 2
    assert payback_months(12_000, 0, 60) is None
    assert payback_months(12_000, -3, 60) is None

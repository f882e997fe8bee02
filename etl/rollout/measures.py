"""What the automation gives back, in hours of people: from timings with a stopwatch, never from guesses.

Net hours = sum over reports of (median before - minutes now) - hours of building and support. The interval is a
bootstrap's (Efron & Tibshirani 1993, percentile method): both samples are drawn again with replacement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean, median, quantiles

LEAST_TIMINGS = 20
"""Below so many timings of a kind nothing is said of it."""
DRAWS, SEED = 2000, 7
_LOW, _HIGH = 0.025, 0.975


@dataclass(frozen=True, slots=True)
class Sample:
    """Timings of one kind of report, in minutes: how many, their median and the middle half (25 % to 75 %)."""

    count: int
    median_min: float | None
    lower_min: float | None
    upper_min: float | None

    @property
    def is_enough(self) -> bool:
        """Whether anything may be said of it."""
        return self.count >= LEAST_TIMINGS


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of report: timed before and now, and how many reports were handled since."""

    name: str
    before_min: Sequence[float]
    now_min: Sequence[float]
    reports: int

    @property
    def is_enough(self) -> bool:
        """Whether both samples are large enough."""
        return len(self.before_min) >= LEAST_TIMINGS and len(self.now_min) >= LEAST_TIMINGS


@dataclass(frozen=True, slots=True)
class NetHours:
    """Hours given back, with the interval that holds 95 of 100 times; ``left_out``: kinds with too few timings."""

    hours: float
    low: float
    high: float
    effort_hours: float
    left_out: tuple[str, ...]


def sample(minutes: Sequence[float]) -> Sample:
    """What a set of timings says of itself."""
    if not minutes:
        return Sample(0, None, None, None)
    if len(minutes) == 1:
        return Sample(1, minutes[0], minutes[0], minutes[0])
    lower, _, upper = quantiles(minutes, n=4, method="inclusive")
    return Sample(len(minutes), median(minutes), lower, upper)


def net_hours(kinds: Sequence[Kind], effort_hours: float) -> NetHours | None:
    """Hours given back by the kinds that were timed enough; None while there is no such kind: "not enough data".

    The reports that were not timed are taken to need what the timed ones needed on average.
    """
    counted = [kind for kind in kinds if kind.is_enough and kind.reports]
    if not counted:
        return None
    dice = Random(SEED)  # noqa: S311 - the same data must give the same interval
    drawn = sorted(
        sum(_hours(_again(kind.before_min, dice), _again(kind.now_min, dice), kind.reports) for kind in counted)
        - effort_hours
        for _ in range(DRAWS)
    )
    hours = sum(_hours(kind.before_min, kind.now_min, kind.reports) for kind in counted) - effort_hours
    left_out = tuple(kind.name for kind in kinds if kind.reports and not kind.is_enough)
    return NetHours(hours, drawn[int(_LOW * DRAWS)], drawn[int(_HIGH * DRAWS) - 1], effort_hours, left_out)


def payback_months(cost: float, saved_hours_a_month: float, cost_per_hour: float) -> float | None:
    """Months until the hours given back have paid the cost; None when they never do."""
    gain = saved_hours_a_month * cost_per_hour
    return cost / gain if gain > 0 else None


def saved_hours(kind: Kind, reports: float) -> float | None:
    """Hours that so many reports of a kind give back, effort not counted; None when it was not timed enough."""
    return _hours(kind.before_min, kind.now_min, reports) if kind.is_enough else None


def _hours(before_min: Sequence[float], now_min: Sequence[float], reports: float) -> float:
    return reports * (median(before_min) - fmean(now_min)) / 60


def _again(minutes: Sequence[float], dice: Random) -> list[float]:
    return dice.choices(minutes, k=len(minutes))

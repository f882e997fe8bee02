"""Rule 49: times of stops are hours and minutes, across midnight too. It tells more of what rule 6 finds, and leads it."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks import stop_duration
from data_contracts.crosschecks.base import CrossCheck, Evidence, Example

_DAY_MIN = 1440
_HOUR_MIN = 60
_ROUNDING_MIN = 1.0


def compare(evidence: Evidence) -> pl.DataFrame:
    """One row per stop whose minutes agree with start and end once they are read as hours, or once midnight is passed."""
    stops = stop_duration.compare(evidence)
    stated, span = pl.col("reported_value"), pl.col("reference_value")
    hours, rest = stated.floor(), stated - stated.floor()
    readings = [
        stated * _HOUR_MIN,  # 1.5 for 90
        hours * _HOUR_MIN + rest * 100,  # 1.30 for 90
        _DAY_MIN - stated,  # end minus start, the wrong way round the clock
        stated - _DAY_MIN,  # the end lies after a midnight that the shift does not pass
    ]
    agrees = pl.any_horizontal(((reading - span).abs() <= _ROUNDING_MIN) for reading in readings)
    differs = (stated - span).abs() > _ROUNDING_MIN
    return stops.filter(differs & (stated > 0) & agrees)


RULE = CrossCheck(
    id="time_reading",
    number=49,
    family="reading",
    severity="warning",
    name={"zh": "时间不是小数,跨零点无误", "en": "Times are no decimals and pass midnight"},
    message={
        "zh": "停机写了 {reported},开始到结束是 {reference} 分钟。可能按小数小时填写,或没有考虑跨零点。请按分钟填写。",
        "en": "The stop says {reported}, from start to end it is {reference} min: perhaps hours as a decimal, "
        "or a stop across midnight. Enter minutes.",
    },
    compare=compare,
    rank=-2,
    example=Example(1.5, 90.0, "downtime_min"),
)

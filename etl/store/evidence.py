"""What the published version says of the lines in a scope: whether their reports come and agree, how many, how fast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import polars as pl

from data_contracts.scope import Scope
from etl.store.published import Published, current

DAYS = 90
"""How far back the evidence reaches, in production days before the version was published."""
MONTH = 30
LATE_MIN = 120
"""Minutes after the end of its shift; what was due before the first load was not waited for."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """``days``: one row per line and production day, ``etl.rollout.gates.EVIDENCE``.

    ``lines``: plant_id, line_id, area_id, and of the last 30 days ``received``, ``late`` reports and ``errors``
    (differences that are errors or block). ``reports``: how many by plant_id, line_id, layout_id, production_date.
    ``cycle``: one row per report of the last 30 days: plant_id, line_id, cycle_min, from its arrival until a version
    showed it. ``as_of``: when the version was published, UTC.
    """

    days: pl.DataFrame
    lines: pl.DataFrame
    reports: pl.DataFrame
    cycle: pl.DataFrame
    as_of: datetime


def gather(home: Path, scope: Scope) -> Evidence:
    """Evidence of the lines in a scope. Raises StoreError when nothing is published."""
    published = current(home)
    about = published.path.stat()
    return _gathered(published, (about.st_ino, about.st_mtime_ns), scope)


@lru_cache(maxsize=32)
def _gathered(published: Published, _file: tuple[int, int], scope: Scope) -> Evidence:
    """A version never changes: what it says to a scope is asked once."""
    as_of = datetime.fromisoformat(published.published_at).replace(tzinfo=None)
    predicate, bound = scope.predicate("line")
    places = f"select distinct plant_id, line_id, area_id from line where {predicate}"
    since, month = (as_of - timedelta(days=DAYS)).date(), (as_of - timedelta(days=MONTH)).date()
    connection = published.cursor()
    try:
        days, lines, reports, cycle = (
            connection.execute(text.format(places=places), [*bound, *values]).pl()
            for text, values in (
                (_DAYS, [since, as_of]),
                (_LINES, [month, LATE_MIN, month]),
                (_REPORTS, []),
                (_CYCLE, [month]),
            )
        )
    finally:
        connection.close()
    return Evidence(days, lines, reports, cycle, as_of)


_DAYS = """
with place as ({places}),
due as (
    select plant_id, line_id, production_date,
        count(*) filter (expected) as expected, count(*) filter (received) as received
    from mart_completeness semi join place using (plant_id, line_id)
    where production_date >= ? and shift_end_at <= ? group by all
),
blocked as (
    select plant_id, line_id, production_date, count(*) as blocked from report
    where is_current and status = 'blocked' group by all
),
unexplained as (
    select plant_id, line_id, production_date, count(*) as unexplained from discrepancy
    where status in ('open', 'reopened') and severity in ('warning', 'error', 'block') group by all
),
compared as (
    select plant_id, line_id, production_date,
        count(report_good_qty - mes_good_qty) + count(report_scrap_qty - mes_scrap_qty) as compared,
        count(*) filter (abs(report_good_qty - mes_good_qty) < 1e-6)
            + count(*) filter (abs(report_scrap_qty - mes_scrap_qty) < 1e-6) as equal
    from production group by all
)
select plant_id, line_id, production_date, expected, received, coalesce(blocked, 0) as blocked,
    coalesce(unexplained, 0) as unexplained, coalesce(compared, 0) as compared, coalesce(equal, 0) as equal
from due left join blocked using (plant_id, line_id, production_date)
left join unexplained using (plant_id, line_id, production_date)
left join compared using (plant_id, line_id, production_date)
order by all
"""

_LINES = """
with place as ({places}),
due as (
    select plant_id, line_id, count(*) filter (received) as received,
        count(*) filter (received and lateness_min > late.min and shift_end_at >= late.first_load) as late
    from mart_completeness, (select ?::date as since, ? as min, (select min(started_at) from load) as first_load) late
    where production_date >= late.since group by all
),
wrong as (
    select plant_id, line_id, count(*) as errors from discrepancy
    where production_date >= ? and severity in ('error', 'block') and status != 'waived' group by all
)
select plant_id, line_id, any_value(area_id) as area_id, any_value(coalesce(received, 0)) as received,
    any_value(coalesce(late, 0)) as late, any_value(coalesce(errors, 0)) as errors
from place left join due using (plant_id, line_id) left join wrong using (plant_id, line_id)
group by plant_id, line_id order by plant_id, line_id
"""

_REPORTS = """
with place as ({places})
select plant_id, line_id, layout_id, production_date, count(*) as reports
from report semi join place using (plant_id, line_id) where is_current group by all order by all
"""

_CYCLE = """
with place as ({places})
select report.plant_id, report.line_id,
    (epoch(publication.published_at) - epoch(report.received_at)) / 60 as cycle_min
from report semi join place using (plant_id, line_id)
join source_file using (source_file_id)
join publication on publication.load_id = source_file.load_id
where report.is_current and report.production_date >= ?
order by all
"""

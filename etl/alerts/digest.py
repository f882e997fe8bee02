"""What a production day came to in one part of the company: the overview's figures, and what changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from data_contracts.scope import Scope
from data_contracts.tables.discrepancy import SEVERITIES
from etl.links import dashboard_link
from etl.store.audit import Head
from etl.store.outlook import Outlook

DEFAULT_TIME = time(7, 0)
MISSING_DAYS = 7
WORST = 5
EVENTS = ("opened", "reopened", "resolved", "decided")


@dataclass(frozen=True, slots=True)
class LineDay:
    """One line's day. Quantities in pieces; ``open_severe``: open blocks and errors of any day."""

    plant_id: str
    line_id: str
    plan_met_qty: float | None
    plan_base_qty: float | None
    missing: int
    open_severe: int
    link: str


@dataclass(frozen=True, slots=True)
class Figures:
    """A digest's figures. ``output`` and ``before``: sums of the day and the day before (``etl.store.outlook.output``).

    ``times`` and ``times_before``: the sums of OEE of those days (``etl.store.outlook.times``).
    ``open``: severity to open differences of any day; ``missing``: reports of the last seven days, ``missing_today`` of
    this one; ``changes``: what happened to differences in the 24 hours up to ``until`` (on the plant's clock);
    ``worst``: the gravest open differences with a link each; ``head``: the audit log as it was then.
    """

    scope: str
    day: date
    until: datetime
    output: dict[str, Any]
    before: dict[str, Any]
    times: dict[str, Any]
    times_before: dict[str, Any]
    open: dict[str, int]
    missing: int
    missing_today: int
    held: int
    changes: dict[str, int]
    lines: tuple[LineDay, ...]
    worst: tuple[tuple[dict[str, Any], str], ...]
    head: Head
    version: int
    link: str
    differences_link: str


def last_whole_day(now: datetime, zone: str) -> date:
    """The production day before today's on the clock of ``zone``; ``now`` is UTC without a zone."""
    return now.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date() - timedelta(days=1)


def figures(
    outlook: Outlook,
    scope: Scope,
    day: date,
    now: datetime,
    *,
    at: time,
    zone: str,
    head: Head,
) -> Figures:
    """The digest of production day ``day``, as of ``at`` on the next morning, or of ``now`` (UTC) when that is earlier.

    The future is not missing.
    """
    until = datetime.combine(day + timedelta(days=1), at, ZoneInfo(zone))
    until = min(until, now.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)))
    last, first = (_utc(moment) for moment in (until, until - timedelta(days=1)))
    differences = outlook.open_differences(scope)
    severe = differences.filter(pl.col("severity").is_in(["block", "error"]))
    missing = outlook.missing_reports(scope, (day - timedelta(days=MISSING_DAYS - 1), day), last)
    today = missing.filter(pl.col("production_date") == day)
    held = outlook.held_back(scope).filter(pl.col("received_at").is_between(first, last, closed="right"))
    changed = dict(outlook.changes(scope, first, last).iter_rows())
    counts = dict(differences.group_by("severity").len().iter_rows())
    yesterday = day - timedelta(days=1)
    span = {"from": str(day), "to": str(day)}
    return Figures(
        scope=str(scope),
        day=day,
        until=until,
        output=outlook.output(scope, (day, day)).row(0, named=True),
        before=outlook.output(scope, (yesterday, yesterday)).row(0, named=True),
        times=outlook.times(scope, (day, day)).row(0, named=True),
        times_before=outlook.times(scope, (yesterday, yesterday)).row(0, named=True),
        open={str(severity): counts[severity] for severity in SEVERITIES if severity in counts},
        missing=missing.height,
        missing_today=today.height,
        held=held["source_file_id"].n_unique(),
        changes={event: changed.get(event, 0) for event in EVENTS},
        lines=tuple(_lines(outlook, scope, day, today, severe)),
        worst=tuple(
            (row, dashboard_link("discrepancies", id=row["discrepancy_id"]))
            for row in severe.head(WORST).iter_rows(named=True)
        ),
        head=head,
        version=outlook.version,
        link=dashboard_link("overview", **span),
        differences_link=dashboard_link("discrepancies"),
    )


def _lines(outlook: Outlook, scope: Scope, day: date, missing: pl.DataFrame, severe: pl.DataFrame) -> list[LineDay]:
    key = ["plant_id", "line_id"]
    made = outlook.output(scope, (day, day), key)
    parts = (
        made,
        missing.group_by(key).agg(missing=pl.len()),
        severe.group_by(key).agg(open_severe=pl.len()),
    )
    lines = pl.concat([part.select(key) for part in parts]).unique().sort(key)
    for part in parts:
        lines = lines.join(part, on=key, how="left")
    return [
        LineDay(
            **{name: row[name] for name in (*key, "plan_met_qty", "plan_base_qty")},
            missing=row["missing"] or 0,
            open_severe=row["open_severe"] or 0,
            link=dashboard_link(
                "output", plant=row["plant_id"], line=row["line_id"], **{"from": str(day), "to": str(day)}
            ),
        )
        for row in lines.iter_rows(named=True)
    ]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)

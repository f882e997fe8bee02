"""The daily report: the digest's figures of a production day, with the lines, days and losses behind them.

How it looks on paper: ``etl.alerts.paper``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from data_contracts.scope import Scope
from etl.alerts.digest import MISSING_DAYS, Figures
from etl.store.outlook import Outlook

CHART_DAYS = 30
LINE = ["plant_id", "line_id"]


@dataclass(frozen=True, slots=True)
class Daily:
    """One part of the company on one production day.

    ``week`` and ``week_before``: sums of seven days and of the seven before; ``days``: output of the last thirty by
    production day; ``lines``: sums of the day and the day before by line; ``losses``: minutes by line and reason;
    ``missing``: shifts without a report; ``received`` of ``expected`` reports, both of the last seven days.
    """

    digest: Figures
    published_at: datetime
    is_final: bool
    week: dict[str, Any]
    week_before: dict[str, Any]
    days: pl.DataFrame
    lines: pl.DataFrame
    losses: pl.DataFrame
    missing: pl.DataFrame
    expected: int
    received: int


def daily(outlook: Outlook, scope: Scope, found: Figures) -> Daily:
    """The report around a digest that was made from the same version."""
    day = found.day
    as_of = found.until.astimezone(UTC).replace(tzinfo=None)
    span = (day - timedelta(days=MISSING_DAYS - 1), day)
    missing = outlook.missing_reports(scope, span, as_of)
    came = outlook.completeness(scope, span, as_of).row(0, named=True)
    finality = outlook.finality(scope, day).row(0, named=True)
    return Daily(
        digest=found,
        published_at=_utc(outlook.published_at),
        is_final=bool(finality["rows_all"]) and finality["rows_all"] == finality["rows_final"],
        week=outlook.output(scope, span).row(0, named=True),
        week_before=outlook.output(scope, _before(span)).row(0, named=True),
        days=outlook.output(scope, (day - timedelta(days=CHART_DAYS - 1), day), ["production_date"]),
        lines=_lines(outlook, scope, found),
        losses=outlook.losses(scope, day),
        missing=missing.sort("production_date", descending=True, maintain_order=True),
        expected=came["expected"],
        received=came["received"],
    )


def _lines(outlook: Outlook, scope: Scope, found: Figures) -> pl.DataFrame:
    yesterday = found.day - timedelta(days=1)
    known = pl.DataFrame(
        [(one.plant_id, one.line_id, one.missing, one.open_severe, one.link) for one in found.lines],
        schema={**dict.fromkeys(LINE, pl.String), "missing": pl.Int64, "open_severe": pl.Int64, "link": pl.String},
        orient="row",
    )
    before = outlook.output(scope, (yesterday, yesterday), LINE).select(
        *LINE, before_met_qty="plan_met_qty", before_base_qty="plan_base_qty"
    )
    made, times = (question(scope, (found.day, found.day), LINE) for question in (outlook.output, outlook.times))
    for part in (made, times, before):
        known = known.join(part, on=LINE, how="left", maintain_order="left")
    return known


def _before(span: tuple[date, date]) -> tuple[date, date]:
    days = timedelta(days=MISSING_DAYS)
    return span[0] - days, span[1] - days


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

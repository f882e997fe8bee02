"""What a load has to look at again: files to read once more, days to recompute. The load itself: ``etl.load``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime, timedelta

import duckdb

from data_contracts.crosschecks.base import EARLIER_DAYS
from data_contracts.site import Site
from etl.step import Step
from etl.store import warehouse

DayRange = tuple[date, date]


def to_read_again(step: Step, days: DayRange | None) -> list[str]:
    """Files of a backfill's days; and what was refused or blocked, when layouts or master data have changed since."""
    ids: set[str] = set()
    if days:
        for table in ("report", "mes_output", "mes_stop", "mes_material", "mes_attendance"):
            rows = step.connection.execute(
                f"select distinct source_file_id from {table} where production_date between ? and ?",  # noqa: S608
                list(days),
            ).fetchall()
            ids.update(row[0] for row in rows)
    if has_changed(step, "configuration"):
        rows = step.connection.execute(
            "select source_file_id from source_file where status != 'loaded' "
            "union select source_file_id from report where status = 'blocked'"
        ).fetchall()
        ids.update(row[0] for row in rows)
    return sorted(ids)


def has_changed(step: Step, name: str) -> bool:
    """Whether the configuration, or what judges by it, is another than at the last load."""
    return warehouse.setting(step.connection, name) not in (None, FINGERPRINTS[name](step.site))


def _reading(site: Site) -> str:
    """Changes when anything changes that decides what can be read."""
    mappings = [f"{source.id} {source.mapping}" for source in site.sources]
    return _hashed([*map(repr, site.layouts), *map(repr, site.exports), *mappings, _judging(site)])


def _judging(site: Site) -> str:
    """Changes when anything changes by which rows that have been read are judged and consolidated."""
    config = site.config.model_dump_json(exclude={"limits", "site", "decisions", "alert"})
    defect_layouts = sorted(x.id for x in site.layouts if any(t.into == "defect" for t in x.tables.values()))
    return _hashed([config, *defect_layouts, *(frame.write_csv() for _, frame in sorted(site.master.items()))])


def _hashed(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


FINGERPRINTS: dict[str, Callable[[Site], str]] = {"configuration": _reading, "judging": _judging}


def days_with_data(step: Step) -> list[date]:
    """Every production day that any source speaks of."""
    rows = step.connection.execute(
        "select production_date from report union select production_date from mes_output "
        "union select production_date from discrepancy"
    ).fetchall()
    return [row[0] for row in rows if row[0] is not None]


def days_that_follow(connection: duckdb.DuckDBPyConnection) -> list[date]:
    """Days with reports so soon after a touched one that a rule looks back from them to it."""
    rows = connection.execute(
        "select distinct report.production_date from report join dirty_day on report.production_date "
        "between dirty_day.production_date + 1 and dirty_day.production_date + ?::integer",
        [EARLIER_DAYS],
    ).fetchall()
    return [row[0] for row in rows]


def days_in_motion(step: Step, now: datetime) -> list[date]:
    """Days whose reports may have become overdue since the last load."""
    row = step.connection.execute(
        "select min(d), max(d) from "
        "(select production_date d from report union all select production_date from mes_output)"
    ).fetchone()
    if row is None or row[0] is None:
        return []
    first, last = row
    before = warehouse.setting(step.connection, "reconciled_at")
    horizon = last + timedelta(days=step.site.config.expectation.horizon_days)
    overdue_days = int(step.site.config.expectation.error_after_h // 24) + 2
    start = max(first, datetime.fromisoformat(before).date() - timedelta(days=overdue_days)) if before else first
    return span((start, min(horizon, now.date()))) if start <= min(horizon, now.date()) else []


def span(days: DayRange) -> list[date]:
    """All days from the first to the last."""
    return [days[0] + timedelta(days=n) for n in range((days[1] - days[0]).days + 1)]

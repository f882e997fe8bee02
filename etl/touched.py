"""What a load has to look at again: files to read once more, days to recompute. The load itself: ``etl.load``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import duckdb

from data_contracts.crosschecks.base import EARLIER_DAYS
from data_contracts.site import Site
from etl.step import Step
from etl.store import vault, warehouse

DayRange = tuple[date, date]
_NOT_JUDGING = {"limits", "site", "decisions", "alert", "rollout", "value", "retention"}


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
    # What was retired cannot be read again: its rows stay as they are.
    gone = vault.retired(step.data)
    return sorted(file_id for file_id in ids if not vault.is_retired(step.data, file_id, gone))


def has_changed(step: Step, name: str) -> bool:
    """Whether the configuration, or what judges by it, is another than at the last load."""
    return warehouse.setting(step.connection, name) not in (None, FINGERPRINTS[name](step.site))


def _reading(site: Site) -> str:
    """Changes when anything changes that decides what can be read."""
    mappings = [f"{source.id} {source.mapping}" for source in site.sources]
    return _hashed([*map(repr, site.layouts), *map(repr, site.exports), *mappings, _judging(site)])


def _judging(site: Site) -> str:
    """Changes when anything changes by which rows that have been read are judged and consolidated."""
    config = site.config.model_dump_json(exclude=_NOT_JUDGING)
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
    """Days whose reports may have become overdue since the last load, or are expected only by what came with this one.

    A plant's first report makes reports of the days after it expected, its last sign of life those of some days more.
    """
    spans, former = _expected_spans(step), _former_spans(step)
    days: set[date] = set()
    for plant_id in spans.keys() | former.keys():
        here, before = ({*span(known[plant_id])} if plant_id in known else set() for known in (spans, former))
        days |= here ^ before
    since = warehouse.setting(step.connection, "reconciled_at")
    if since and spans:
        overdue = timedelta(days=int(step.site.config.expectation.error_after_h // 24) + 2)
        first, last = min(s[0] for s in spans.values()), max(s[1] for s in spans.values())
        days.update(span((max(first, datetime.fromisoformat(since).date() - overdue), last)))
    return sorted(day for day in days if day <= now.date())


def remember_motion(step: Step, now: datetime) -> None:
    """Note up to when days have been reconciled, and which days reports are expected for, for the next load."""
    spans = {plant_id: [day.isoformat() for day in days] for plant_id, days in _expected_spans(step).items()}
    warehouse.setting(step.connection, "reconciled_at", now.isoformat())
    warehouse.setting(step.connection, "expected_days", json.dumps(spans, sort_keys=True))


def _expected_spans(step: Step) -> dict[str, DayRange]:
    """Plant to the days of which it owes reports: from its first one to some days after its last sign of life."""
    rows = step.connection.execute(
        "select plant_id, min(production_date) filter (is_report), max(production_date) from "
        "(select plant_id, production_date, true as is_report from report union all "
        "select plant_id, production_date, false from mes_output) where plant_id is not null group by plant_id"
    ).fetchall()
    horizon = timedelta(days=step.site.config.expectation.horizon_days)
    return {plant_id: (first, last + horizon) for plant_id, first, last in rows if first is not None}


def _former_spans(step: Step) -> dict[str, DayRange]:
    known: dict[str, list[str]] = json.loads(warehouse.setting(step.connection, "expected_days") or "{}")
    return {plant_id: (date.fromisoformat(days[0]), date.fromisoformat(days[1])) for plant_id, days in known.items()}


def span(days: DayRange) -> list[date]:
    """All days from the first to the last."""
    return [days[0] + timedelta(days=n) for n in range((days[1] - days[0]).days + 1)]

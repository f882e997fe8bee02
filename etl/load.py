"""A load: stage what is new, reconcile the days it touched, publish a version.

The same functions serve the command line and the Dagster assets.
Each step is one transaction and leaves a queue of days behind, so that a load that died is finished by the next one.
What a step works with: ``etl.step``. Which files and days it looks at again: ``etl.touched``.
"""

from __future__ import annotations

import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from time import monotonic

import duckdb
import polars as pl

from data_contracts.language import REASONS
from data_contracts.scope import Actor
from data_contracts.tables import TABLES
from data_contracts.tables.discrepancy import OPEN
from etl.ingest import Progress, ingest
from etl.outcome import LoadResult, PublishResult, ReconcileResult, StageResult
from etl.reconcile.changes import with_cause
from etl.reconcile.consolidate import choose, consolidate
from etl.reconcile.crosscheck import run
from etl.reconcile.evidence import build, settle, verdict
from etl.reconcile.lifecycle import advance
from etl.reconcile.marts import mart_discrepancy
from etl.reconcile.rulings import ruled as obeyed
from etl.reconcile.rulings import with_unseen, with_waivers
from etl.sources import Collected, collect
from etl.step import Step, open_step, utc
from etl.store import history, inbox, pulled, reading, ruled, warehouse
from etl.store import publish as publishing
from etl.store.configured import record_changes
from etl.store.deliveries import Sending
from etl.store.publish import NewVersion
from etl.store.staging import settle_reports
from etl.touched import (
    FINGERPRINTS,
    DayRange,
    days_in_motion,
    days_that_follow,
    days_with_data,
    has_changed,
    remember_motion,
    span,
    to_read_again,
)

CHUNK_DAYS = 61
"""Days reconciled at once: memory stays the same however long the history is."""


def run_load(
    home: Path,
    actor: Actor,
    *,
    now: datetime | None = None,
    days: DayRange | None = None,
    progress: Progress | None = None,
) -> LoadResult:
    """Stage, reconcile, publish. With ``days`` their originals are read again and the days recomputed.

    Raises SiteError for a wrong configuration, KeyAccessError and StoreError for the store; bad input never raises.
    """
    start = monotonic()
    moment = utc(now)
    with open_step(home) as step:
        staged = stage_with(step, actor, moment, days, progress)
        reconciled = reconcile_with(step, actor, staged.load_id, moment, days)
        made = publish_with(step, actor, staged.load_id, moment, finished=now or utc(None))
        routes = step.site.config.alert
    sendings = _tell(home, actor, moment) if routes else ()
    return LoadResult(
        staged.load_id,
        "published",
        staged.files_new,
        staged.files_quarantined,
        staged.notices,
        staged.rows_staged,
        reconciled.days,
        reconciled.discrepancies_open,
        made.version,
        monotonic() - start,
        staged.sources,
        sendings,
    )


def stage(
    home: Path,
    actor: Actor,
    *,
    now: datetime | None = None,
    days: DayRange | None = None,
    progress: Progress | None = None,
) -> StageResult:
    """Collect, extract, normalize, validate and stage what is new (and, with ``days``, what these rest on)."""
    with open_step(home) as step:
        return stage_with(step, actor, utc(now), days, progress)


def stage_with(
    step: Step, actor: Actor, moment: datetime, days: DayRange | None, progress: Progress | None
) -> StageResult:
    """``stage`` with what is open already. ``moment``: UTC, as stored."""
    load_id = f"{moment:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    record_changes(step.site.home, step.data, step.audit, actor)
    seen = inbox.look(step.connection, step.site.home / "inbox", frozenset(p.id for p in step.site.config.plant))
    databases = _collect_databases(step, actor, moment)
    arrivals = [*databases.arrivals, *seen.arrivals]
    again = to_read_again(step, days)
    files = inbox.from_vault(step.connection, step.data, step.keys, again) + arrivals
    ids = "\n".join(sorted(a.source_file_id for a in files))
    step.audit.append(
        actor,
        "load.start",
        load_id,
        days=days,
        files=len(files),
        files_sha256=hashlib.sha256(ids.encode()).hexdigest(),
        names=[a.name for a in arrivals[:50]],
        unreadable=seen.unreadable[:50],
    )
    with ThreadPoolExecutor(1) as beside, warehouse.transaction(step.connection):
        kept = beside.submit(inbox.keep, step.data, step.keys, arrivals, moment.date(), _only_plant(step))
        taken = ingest(step.connection, files, step.site, load_id, moment, reread=again, progress=progress)
        kept.result()  # nothing is committed before its original lies in the vault
        inbox.remember(step.connection, seen.told)
        pulled.remember(step.connection, databases.states)
        if days:
            warehouse.mark_days(step.connection, span(days))
        if has_changed(step, "judging"):
            warehouse.mark_days(step.connection, days_with_data(step))
        for name, fingerprint in FINGERPRINTS.items():
            warehouse.setting(step.connection, name, fingerprint(step.site))
        row = {
            "load_id": load_id,
            "started_at": moment,
            "status": "staged",
            "files_new": len(arrivals),
            "files_quarantined": taken.quarantined,
            "notices": taken.told,
            "rows_staged": taken.rows,
            "actor": actor.name,
        }
        warehouse.insert(step.connection, "load", TABLES["load"].conform(pl.DataFrame([row])))
    dirty = step.connection.execute("select production_date from dirty_day order by 1").fetchall()
    held = warehouse.held_files(step.connection, load_id)
    step.audit.append(actor, "load.staged", load_id, rows=taken.rows, quarantined=taken.quarantined)
    touched = tuple(d[0] for d in dirty)
    return StageResult(
        load_id, len(arrivals), taken.quarantined, held, taken.told, taken.rows, touched, databases.outcomes
    )


def _only_plant(step: Step) -> str | None:
    plants = step.site.config.plant
    return plants[0].id if len(plants) == 1 else None


def _collect_databases(step: Step, actor: Actor, now: datetime) -> Collected:
    """What is new in databases; each that could not be read has a record in the audit log."""
    found = collect(step.connection, step.site, now)
    for outcome in found.outcomes:
        if outcome.reason:
            step.audit.append(actor, "source.read", outcome.source_id, outcome=outcome.status, reason=outcome.reason)
    return found


def reconcile(
    home: Path, actor: Actor, load_id: str, *, now: datetime | None = None, days: DayRange | None = None
) -> ReconcileResult:
    """Cross-checks, causes, consolidation and history for the days that were touched."""
    with open_step(home) as step:
        return reconcile_with(step, actor, load_id, utc(now), days)


def reconcile_with(step: Step, actor: Actor, load_id: str, moment: datetime, days: DayRange | None) -> ReconcileResult:
    """``reconcile`` with what is open already. ``moment``: UTC, as stored."""
    connection = step.connection
    if days:
        warehouse.mark_days(connection, span(days))
    warehouse.mark_days(connection, days_in_motion(step, moment))
    with warehouse.transaction(connection):
        warehouse.mark_days(connection, days_that_follow(connection))
        warehouse.mark_days(connection, ruled.take_in(connection, step.data, step.keys, step.site.config.site.id))
        touched = warehouse.take_days(connection)
        done = [_nothing()]
        for start in range(0, len(touched), CHUNK_DAYS):
            done.append(reconcile_days(step, actor, touched[start : start + CHUNK_DAYS], moment))
        findings, events = (pl.concat(part) for part in zip(*done, strict=True))
        warehouse.mark_days(connection, [*touched, *findings["production_date"]], "unpublished_day")
        remember_motion(step, moment)
        open_count = _one(connection, "select count(*) from discrepancy where status in ('open', 'reopened')")
        connection.execute(
            "update load set status = 'reconciled', discrepancies_open = ? where load_id = ?", [open_count, load_id]
        )
    opened = events.filter(pl.col("event").is_in(["opened", "reopened"])).height
    resolved = events.filter(pl.col("event") == "resolved").height
    still = findings.filter(pl.col("status").is_in(OPEN))
    return ReconcileResult(tuple(touched), opened, resolved, open_count, still)


def publish(home: Path, actor: Actor, load_id: str, *, now: datetime | None = None) -> PublishResult:
    """A new published version, and the pointer to it; then alerts, which cannot fail a load any more."""
    moment = utc(now)
    with open_step(home) as step:
        made = publish_with(step, actor, load_id, moment, finished=now or utc(None))
        routes = step.site.config.alert
    return PublishResult(made.version, made.path, _tell(home, actor, moment) if routes else ())


def publish_with(step: Step, actor: Actor, load_id: str, moment: datetime, *, finished: datetime) -> NewVersion:
    """``publish`` with what is open already; nobody is told yet. ``moment``: UTC, as stored."""
    connection = step.connection
    version = publishing.next_version(connection, step.data)
    with warehouse.transaction(connection):
        connection.execute(
            "update load set status = 'published', finished_at = ?, published_version = ? where load_id = ?",
            [max(moment, utc(finished)), version, load_id],
        )
        changed = warehouse.queued_days(connection, "unpublished_day")
        followed = mart_discrepancy(reading.followed_discrepancies(connection, changed))
        warehouse.replace_days(connection, "mart_discrepancy", followed, changed)
    made = publishing.publish(connection, step.data, step.keys, step.site.master, moment, load_id)
    step.audit.append(actor, "load.published", load_id, version=made.version)
    return made


def _tell(home: Path, actor: Actor, now: datetime) -> tuple[Sending, ...]:
    from etl.alerts.sending import send_due  # noqa: PLC0415 - what sends is imported only where somebody is told

    return send_due(home, actor, now)


def reconcile_days(step: Step, actor: Actor, days: list[date], now: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Recompute whole production days in the caller's transaction: their discrepancies, and what happened to them."""
    connection = step.connection
    frames = reading.read_days(connection, days)
    newest = build(frames, step.site, days, now)
    findings, settled = run(newest, lambda blocked: settle(newest, frames, blocked))
    settle_reports(connection, verdict(frames, settled))
    rulings = ruled.in_force(connection)
    rows = choose(settled, step.site.config.consolidation)
    findings = with_waivers(with_unseen(findings, rows, rulings, days), rulings, step.site.master["line"])
    previous = reading.previous_discrepancies(connection, days, settled.output, findings)
    note = REASONS.text("decide.contradicted", step.site.language)
    discrepancies, events = advance(previous, findings, now, actor, rulings, note)
    version = publishing.next_version(connection, step.data)
    history.replace_discrepancies(connection, discrepancies, version)
    warehouse.insert(connection, "discrepancy_event", events)
    still = discrepancies.filter(pl.col("status") != "resolved")
    model = consolidate(settled, obeyed(rows, rulings, days), still, rulings)
    for name, frame in model.tables.items():
        cause = with_cause if name == "production" else None
        history.replace_days(connection, name, frame, days, version, cause)
    return discrepancies, events


def _nothing() -> tuple[pl.DataFrame, pl.DataFrame]:
    return TABLES["discrepancy"].no_rows(), TABLES["discrepancy_event"].no_rows()


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return 0 if row is None else int(row[0])

"""Databases of a site: what a load takes from them, and what a person sees when testing one. Wires extract and store.

The address of a database comes from the settings of the machine and goes nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from data_contracts.errors import SiteError
from data_contracts.export import ExportMapping
from data_contracts.language import REASONS
from data_contracts.scope import Actor
from data_contracts.site import Site
from data_contracts.source import Source
from etl.extract import watermark
from etl.extract.preflight import RefusedError
from etl.extract.pull import Memory, Pull, pull
from etl.normalize.fields import fits
from etl.settings import data_folder, settings, source_url, source_variable
from etl.store import pulled
from etl.store.audit import AuditLog
from etl.store.inbox import PULLED, Arrival
from etl.store.keys import load_keys

FIRST_ROWS = 100


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """What a load took from one source. ``is_behind``: there is more, the next load goes on; ``reason``: why."""

    source_id: str
    status: str
    rows: int
    is_behind: bool
    watermark: str | None
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """New snapshots of all sources, what is to be remembered with them, and how each source fared."""

    arrivals: list[Arrival]
    states: list[pulled.Remembered]
    outcomes: tuple[SourceOutcome, ...]


@dataclass(frozen=True, slots=True)
class SourceLook:
    """What a test of a source found; ``reason``: why it cannot be read as it is."""

    source_id: str
    server: str | None
    columns: tuple[str, ...]
    newest: str | None
    first_rows: int
    reason_code: str | None = None
    reason: str | None = None


def collect(connection: duckdb.DuckDBPyConnection, site: Site, now: datetime) -> Collected:
    """Pull what is new from every source. A source that fails stops no other; nothing is raised for it."""
    known = {row[0] for row in connection.execute("select source_file_id from source_file").fetchall()}
    arrivals: list[Arrival] = []
    states, outcomes = [], []
    for source in site.sources:
        before = pulled.recall(connection, source.id, _fingerprint(source))
        memory = Memory(watermark.from_text(before.watermark or "null"), before.seen)
        try:
            found = _pull(source, site, memory, now)
        except RefusedError as error:
            outcomes.append(_outcome(source, site, "failed", Pull(memory, failure=error)))
            continue
        for number, content in enumerate(found.snapshots, start=1):
            file_id = hashlib.sha256(content).hexdigest()
            if file_id not in known:
                name = f"{PULLED}{source.id}/{now:%Y%m%dT%H%M%S}-{number:06}.jsonl"
                arrivals.append(Arrival(file_id, name, "export", None, content, 0, None, source.mapping))
                known.add(file_id)
        text = watermark.to_text(found.memory.watermark)
        states.append(pulled.Remembered(source.id, before.fingerprint, text, found.memory.seen))
        outcomes.append(_outcome(source, site, "partial" if found.failure else "read", found))
    return Collected(arrivals, states, tuple(outcomes))


def look(home: Path, actor: Actor, source_id: str, now: datetime) -> SourceLook:
    """Connect to a source, read a few rows and change nothing; audited.

    Raises SiteError when there is no such source or its variable is not set.
    """
    site = Site.open(home)
    source = next((s for s in site.sources if s.id == source_id), None)
    if source is None:
        known = ", ".join(s.id for s in site.sources) or "none; see docs/how-to/read-from-a-database.md"
        raise SiteError(f"{home}/sources: no source {source_id!r}; known: {known}")
    if source_url(source.id) is None:
        reason = REASONS.text("reason.source_no_url", site.language, variable=source_variable(source.id))
        raise SiteError(f"{home}/sources: {source_id}: {reason}")
    seen = _look(source, site, now)
    data = data_folder(home)
    log = AuditLog(data, load_keys(data, settings().key_dir, create=True))
    log.append(actor, "source.test", source.id, outcome="failed" if seen.reason else "done", reason=seen.reason)
    return seen


def _look(source: Source, site: Site, now: datetime) -> SourceLook:
    from etl.extract.database import opened  # noqa: PLC0415 - SQLAlchemy only where there is a source

    server, newest, rows = None, None, 0
    columns: list[str] = []
    few = source.model_copy(update={"batch_rows": FIRST_ROWS, "load_rows": FIRST_ROWS})
    failure: RefusedError | None = None
    try:
        with opened(few, source_url(source.id), source_variable(source.id)) as database:
            server = database.server
            columns = database.columns()
            found = pull(database, Memory(), _horizon(site, source, now), _accept(site, source))
            rows = found.rows
            newest = database.newest()
    except RefusedError as error:
        failure = error
    told = _told(failure, site)
    return SourceLook(source.id, server, tuple(columns), None if newest is None else str(newest), rows, *told)


def _pull(source: Source, site: Site, memory: Memory, now: datetime) -> Pull:
    from etl.extract.database import opened  # noqa: PLC0415 - SQLAlchemy only where there is a source

    with opened(source, source_url(source.id), source_variable(source.id)) as database:
        return pull(database, memory, _horizon(site, source, now), _accept(site, source))


def _accept(site: Site, source: Source) -> Callable[[list[str]], None]:
    mapping = _mapping(site, source)

    def accept(columns: list[str]) -> None:
        missing, unknown = fits(mapping, dict.fromkeys(columns, ""))
        for code, names in (("export_columns_missing", missing), ("export_columns_unknown", unknown)):
            if names:
                raise RefusedError(code, columns=", ".join(names), mapping=mapping.id)

    return accept


def _mapping(site: Site, source: Source) -> ExportMapping:
    return next(mapping for mapping in site.exports if mapping.id == source.mapping)


def _horizon(site: Site, source: Source, now: datetime) -> watermark.Horizon:
    zone = _mapping(site, source).zone
    return watermark.Horizon(now, tuple(site.zones.values()) if zone == "plant" else (zone,))


def _outcome(source: Source, site: Site, status: str, found: Pull) -> SourceOutcome:
    newest = found.memory.watermark
    told = _told(found.failure, site)
    return SourceOutcome(source.id, status, found.rows, found.is_behind, None if newest is None else str(newest), *told)


def _told(failure: RefusedError | None, site: Site) -> tuple[str | None, str | None]:
    if failure is None:
        return None, None
    return failure.code, REASONS.text(f"reason.{failure.code}", site.language, **failure.params)


def _fingerprint(source: Source) -> str:
    """Changes when the question changes, and with it what the watermark says of the answer."""
    asked = source.model_dump_json(include={"query", "table", "columns", "watermark", "start"})
    return hashlib.sha256(asked.encode()).hexdigest()

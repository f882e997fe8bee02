"""What would become of some reports: the load's own code in a transaction that is never committed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from data_contracts.tables import TABLES
from data_contracts.tables.discrepancy import OPEN
from etl.extract.child import SHEET_SCHEMA
from etl.ingest import Progress, ingest
from etl.load import CHUNK_DAYS, reconcile_days
from etl.reconcile.cases import led
from etl.step import Step, open_step, utc
from etl.store import warehouse
from etl.store.inbox import Arrival, readable_name


@dataclass(frozen=True, slots=True)
class Preflight:
    """What became of the files looked at, of no others. ``source_file_id`` is the sha256 of a file.

    ``reports``, ``held_back`` and ``findings``: contracts report, quarantine and discrepancy. ``said``: one row per
    file and report in it (source_file_id, report_id), also where the ledger has that report from another file.
    ``repairs``: contract value, cells that were repaired. ``sheets``: source_file_id, sheet_no, sheet_name.
    ``notices``: contract notice.
    ``templates``: source_file_id and version of files made by ``shiftledger template``.
    """

    reports: pl.DataFrame
    held_back: pl.DataFrame
    findings: pl.DataFrame
    said: pl.DataFrame
    repairs: pl.DataFrame
    sheets: pl.DataFrame
    templates: pl.DataFrame
    notices: pl.DataFrame


def _of(findings: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    still = findings.filter(pl.col("status").is_in(OPEN), pl.col("measure") != "revision")
    # A person sees one thing to fix: what follows from it is not told again.
    return led(still.join(reports, on="report_id", how="semi"))


_NOTHING_SAID = pl.DataFrame(
    schema={"file_no": pl.UInt32, **{c: TABLES["report"].columns()[c] for c in (*warehouse.KEY, "content_hash")}}
)
_NO_SHEETS = pl.DataFrame(schema=SHEET_SCHEMA)
_NO_TEMPLATES = pl.DataFrame(schema={"file_no": pl.UInt32, "version": pl.Int32})


class _LookedAtError(Exception):
    """Ends the transaction without leaving a trace."""


def preflight(
    home: Path,
    actor: Actor,
    files: Sequence[Path | Arrival],
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Preflight:
    """Check reports against contracts, cross-checks and what the MES has sent so far. Nothing is stored.

    A file that lies nowhere is given as an ``Arrival``.
    Costs the production days that the files touch, not the history. Raises StoreError when a file is not there.
    """
    moment = utc(now)
    arrivals = list({a.source_file_id: a for a in map(_arrival, files)}.values())
    outcome: Preflight | None = None
    with open_step(home) as step:
        try:
            with warehouse.transaction(step.connection):
                outcome = _look(step, actor, arrivals, moment, progress)
                raise _LookedAtError
        except _LookedAtError:
            pass
        step.audit.append(actor, "check", ", ".join(a.name for a in arrivals))
    if outcome is None:
        raise StoreError("the check did not finish")
    return outcome


def _look(
    step: Step, actor: Actor, arrivals: Sequence[Arrival], moment: datetime, progress: Progress | None
) -> Preflight:
    connection = step.connection
    ids = pl.DataFrame({"source_file_id": [a.source_file_id for a in arrivals]})
    numbered = ids.with_row_index("file_no")
    warehouse.take_days(connection)
    known = dict(connection.execute("select source_file_id, received_at from source_file").fetchall())
    dated = [replace(a, received_at=known.get(a.source_file_id)) for a in arrivals]
    again = ids["source_file_id"].to_list()
    taken = ingest(connection, dated, step.site, "preflight", moment, reread=again, progress=progress)
    said = pl.concat([_NOTHING_SAID, *taken.content])
    warehouse.mark_days(connection, said["production_date"])
    days = warehouse.take_days(connection)
    found = [TABLES["discrepancy"].no_rows()]
    for start in range(0, len(days), CHUNK_DAYS):
        found.append(reconcile_days(step, actor, days[start : start + CHUNK_DAYS], moment)[0])
    said = said.join(numbered, on="file_no")
    holds = warehouse.read(
        connection,
        "select source_file_id, report_id from report semi join ids using (source_file_id) "
        "union select said.source_file_id, report_id from said "
        "join report using (plant_id, line_id, production_date, shift_id, content_hash) where report.is_current",
        ids=ids,
        said=said,
    )
    reports = warehouse.read(connection, "select * from report semi join holds using (report_id)", holds=holds)
    return Preflight(
        reports,
        warehouse.read(connection, "select * from quarantine semi join ids using (source_file_id)", ids=ids),
        _of(pl.concat(found), reports),
        holds,
        warehouse.read(
            connection,
            "select value.* from value semi join holds using (report_id) where repair is not null",
            holds=holds,
        ),
        pl.concat([_NO_SHEETS, *taken.sheets]).join(numbered, on="file_no").drop("file_no"),
        pl.concat([_NO_TEMPLATES, *taken.templates]).join(numbered, on="file_no").drop("file_no"),
        warehouse.read(connection, "select * from notice semi join ids using (source_file_id)", ids=ids),
    )


def sha256(path: Path) -> str:
    """``source_file_id`` of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _arrival(path: Path | Arrival) -> Arrival:
    if isinstance(path, Arrival):
        return path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    return Arrival(hashlib.sha256(content).hexdigest(), readable_name(path.name), "report", None, content, 0)

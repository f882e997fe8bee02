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
from etl.ingest import ingest
from etl.load import open_step, reconcile_days, utc
from etl.store import warehouse
from etl.store.inbox import Arrival, readable_name


@dataclass(frozen=True, slots=True)
class Preflight:
    """``held_back``: contract quarantine; ``findings``: contract discrepancy; ``notices``: contract notice.

    All of the files looked at only.
    """

    reports: pl.DataFrame
    held_back: pl.DataFrame
    findings: pl.DataFrame
    notices: pl.DataFrame


def _of(findings: pl.DataFrame, reports: pl.DataFrame) -> pl.DataFrame:
    still = findings.filter(pl.col("status") != "resolved", pl.col("measure") != "revision")
    return still.join(reports, on="report_id", how="semi")


_NOTHING_SAID = TABLES["report"].no_rows().select(*warehouse.KEY, "content_hash")


class _LookedAtError(Exception):
    """Ends the transaction without leaving a trace."""


def preflight(home: Path, actor: Actor, files: Sequence[Path], *, now: datetime | None = None) -> Preflight:
    """Check reports against contracts, cross-checks and what the MES has sent so far. Nothing is stored.

    Raises StoreError when a file is not there.
    """
    moment = utc(now)
    arrivals = list({a.source_file_id: a for a in map(_arrival, files)}.values())
    ids = pl.DataFrame({"source_file_id": [a.source_file_id for a in arrivals]})
    outcome: Preflight | None = None
    with open_step(home) as step:
        connection = step.connection
        try:
            with warehouse.transaction(connection):
                warehouse.take_days(connection)
                known = dict(connection.execute("select source_file_id, received_at from source_file").fetchall())
                dated = [replace(a, received_at=known.get(a.source_file_id)) for a in arrivals]
                again = ids["source_file_id"].to_list()
                taken = ingest(connection, dated, step.site, "preflight", moment, reread=again)
                said = pl.concat([_NOTHING_SAID, *taken.content])
                warehouse.mark_days(connection, said["production_date"])
                days = warehouse.take_days(connection)
                found, _ = reconcile_days(step, actor, days, moment) if days else (None, None)
                reports = warehouse.read(
                    connection,
                    "select * from report semi join ids using (source_file_id) union select report.* from report "
                    "semi join said using (plant_id, line_id, production_date, shift_id, content_hash) "
                    "where is_current",
                    ids=ids,
                    said=said,
                )
                held, told = (
                    warehouse.read(connection, f"from {name} semi join ids using (source_file_id)", ids=ids)
                    for name in ("quarantine", "notice")
                )
                mine = TABLES["discrepancy"].no_rows() if found is None else _of(found, reports)
                outcome = Preflight(reports, held, mine, told)
                raise _LookedAtError
        except _LookedAtError:
            pass
        step.audit.append(actor, "check", ", ".join(a.name for a in arrivals))
    if outcome is None:
        raise StoreError("the check did not finish")
    return outcome


def _arrival(path: Path) -> Arrival:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    return Arrival(hashlib.sha256(content).hexdigest(), readable_name(path.name), "report", None, content, 0)

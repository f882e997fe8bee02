"""A small plant for tests of whole loads: two lines, two days, three shifts, no errors but those a test hands in."""

import hashlib
import io
import os
import sys
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from data_contracts.scope import Actor
from data_contracts.tables import TABLES
from etl import desk
from etl.load import run_load
from etl.outcome import LoadResult
from etl.settings import data_folder, settings
from etl.simulate import make_site
from etl.simulate.draft import ReportDraft, write_down
from etl.simulate.plant import master_frames
from etl.simulate.schedule import slots_between
from etl.simulate.truth import make_truth
from etl.simulate.workbook import write_workbook
from etl.store import warehouse
from etl.store.keys import load_keys
from etl.touched import DayRange

FIRST, LAST = date(2026, 3, 30), date(2026, 3, 31)
NOW = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
ACTOR = Actor("li.wei")
LINES, PLANTS, SEED = 2, 1, 7
MODEL = ("production", "downtime", "scrap", "mart_output", "mart_loss", "mart_completeness")
ROOT = Path(__file__).parents[1]
ENTRY = (sys.executable, "-c", "from etl.cli import main; main()")


def make(home: Path) -> None:
    """The plant's site with one reader process, nothing loaded."""
    make_site(home, last_day=LAST, days=2, lines=LINES, plants=PLANTS, seed=SEED, error_rate=0)
    with (home / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n[limits]\nworkers = 1\n")


def load(home: Path, now: datetime = NOW, days: DayRange | None = None) -> LoadResult:
    return run_load(home, ACTOR, now=now, days=days)


def draft(line: str = "L01", day: date = LAST, shift: str = "early") -> ReportDraft:
    """What a careful leader hands in for one shift; change it before handing it in."""
    slots = slots_between(master_frames(LINES, PLANTS, FIRST, LAST), FIRST, LAST, SEED)
    slot = next(s for s in slots if (s.line_id, s.production_date, s.shift_id) == (line, day, shift))
    return write_down(make_truth(slot, SEED))


def hand_in(home: Path, report: ReportDraft, name: str, at: datetime = NOW) -> Path:
    """Put a report into the inbox, written at ``at``."""
    path = home / "inbox" / "reports" / name
    write_workbook(path, [report])
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def with_text(path: Path, old: str, new: str) -> None:
    """Replace a text in all cells of a workbook; everything else stays as it is."""
    content = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            after.writestr(entry, before.read(entry).replace(old.encode(), new.encode()))
    path.write_bytes(content.getvalue())


def ask(home: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows of the version that counts now."""
    connection = desk.current_version(home).connect()
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def kept(home: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows of the warehouse."""
    data = data_folder(home)
    with (
        warehouse.writer(data),
        warehouse.opened(data, load_keys(data, settings().key_dir, create=False)) as connection,
    ):
        return connection.execute(sql).fetchall()


def _hash(home: Path, queries: Iterable[str]) -> str:
    connection = desk.current_version(home).connect()
    digest = hashlib.sha256()
    try:
        for query in queries:
            frame: pl.DataFrame = connection.execute(query).pl()
            digest.update(frame.sort(frame.columns, nulls_last=True).write_csv().encode())
    finally:
        connection.close()
    return digest.hexdigest()


def model(home: Path) -> str:
    """Hash of what was made and what differs, without when it was seen."""
    open_only = (
        "select * exclude (first_seen_at, last_seen_at, status, first_version) from discrepancy "
        "where status in ('open', 'reopened')"
    )
    return _hash(home, [*(f"select * exclude (first_version) from {name}" for name in MODEL), open_only])


def state(home: Path) -> str:
    """Hash of everything published but the history of loads and of differences."""
    reports = "select * from report"
    files = "select * exclude (load_id) from source_file"
    return model(home) + _hash(home, [reports, files])


def everything(home: Path) -> dict[str, int]:
    """Rows of every table of the warehouse."""
    names = [name for name, table in TABLES.items() if table.layer() != "master"]
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    return {str(name): int(str(count)) for name, count in kept(home, counts)}

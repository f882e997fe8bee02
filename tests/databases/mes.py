"""The database of a small MES, in SQLite and in PostgreSQL: one table of counters, a user that may only read."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from etl.outcome import LoadResult
from tests.databases.postgres import Server
from tests.ledger import LAST, NOW, ask, kept, load

PASSWORD = "Canary/p@ss 7Q4Z"  # noqa: S105 - made up, to look for where it must not be
IN_URL = "Canary%2Fp%40ss%207Q4Z"
SOURCE = """
id = "mes-counter"
mapping = "counter"
table = "counter"
watermark = "changed_at"
overlap_min = 30
timeout_s = 20
"""
MAPPING = """
id = "counter"
kind = "output"
zone = "plant"
key = ["record"]
ignore = "record"
[columns]
start_at = { from = "counted_at", formats = ["%d.%m.%Y %H:%M"] }
line_id = { from = "line" }
product_id = { from = "product", optional = true }
good_qty = { from = "good" }
scrap_qty = { from = "scrap", optional = true }
"""
COLUMNS = ("record", "counted_at", "line", "product", "good", "scrap", "changed_at")
START = datetime(2026, 3, 31, 6, 0)  # noqa: DTZ001 - the plant's clock


def at(minutes: int) -> datetime:
    """So many minutes after the early shift began."""
    return START + timedelta(minutes=minutes)


@dataclass
class Mes:
    """A site and its database."""

    site: Path
    database: Any = field(init=False)
    mark: str = field(init=False, default="?")
    url: str = field(init=False)

    @contextmanager
    def ready(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """With the table made, the source described and its address set."""
        shutil.rmtree(self.site / "inbox")
        (self.site / "sources").mkdir()
        self.describe()
        (self.site / "exports" / "counter.toml").parent.mkdir(exist_ok=True)
        (self.site / "exports" / "counter.toml").write_text(MAPPING, encoding="utf-8")
        self.open()
        monkeypatch.setenv("SHIFTLEDGER_SOURCE_MES_COUNTER_URL", self.url)
        try:
            yield
        finally:
            self.database.close()

    def describe(self, text: str = SOURCE) -> None:
        """Write the file of the source."""
        (self.site / "sources" / "mes.toml").write_text(text, encoding="utf-8")

    def open(self) -> None:
        """Make the database and its table."""
        raise NotImplementedError

    def run(self, statement: str, *values: object) -> None:
        """A statement of the database's owner."""
        raise NotImplementedError

    def count(self, record: str, minutes: int, good: object, *, changed: int | None = None, **more: object) -> None:
        """A record of the counter on line L01; a former one of that name goes."""
        row = {"record": record, "counted_at": at(minutes), "line": "L01", "product": None, "good": good, "scrap": 0}
        row |= {"changed_at": at(minutes if changed is None else changed), **more}
        self.run("delete from counter where record = " + self.mark, record)
        marks = ", ".join([self.mark] * len(COLUMNS))
        self.run(f"insert into counter values ({marks})", *(row[name] for name in COLUMNS))

    def load(self, minutes: int = 0) -> LoadResult:
        """A load so many minutes after ``NOW``."""
        return load(self.site, NOW + timedelta(minutes=minutes))

    def load_days(self) -> LoadResult:
        """The day of all records, computed again."""
        return load(self.site, NOW + timedelta(days=1), (LAST, LAST))

    def staged(self) -> dict[str, float]:
        """Good quantity by record."""
        found = kept(self.site, "select record_key, good_qty from mes_output order by 1")
        return {str(key).removeprefix("counter|"): float(str(good)) for key, good in found}


def files(site: Path) -> list[tuple[object, ...]]:
    """Names and states of everything that was taken in."""
    return ask(site, "select name, status from source_file order by name")


class SqliteMes(Mes):
    """In a file; times are texts."""

    def open(self) -> None:
        path = self.site.parent / "mes #1.sqlite"
        path.unlink(missing_ok=True)
        self.database = sqlite3.connect(path, isolation_level=None)
        self.url = f"sqlite:///{path}"
        self.run(
            "create table counter (record text, counted_at text, line text, product text, good numeric, scrap real, "
            "changed_at text)"
        )

    def run(self, statement: str, *values: object) -> None:
        self.database.execute(statement, [v.isoformat(" ") if isinstance(v, datetime) else v for v in values])


class PostgresMes(Mes):
    """On a server; the source's user may only select."""

    mark = "%s"

    def __init__(self, site: Path, server: Server) -> None:
        super().__init__(site)
        self.mark = "%s"
        self.server = server

    def open(self) -> None:
        self.database = self.server.new_database("mes")
        self.url = self.server.url("mes", "reader", IN_URL)
        self.run(
            "create table counter (record text, counted_at timestamp, line text, product text, good numeric(12, 3), "
            "scrap double precision, changed_at timestamp)"
        )
        self.run("drop role if exists reader")
        self.run(f"create role reader login password '{PASSWORD}'")
        self.run("grant select on counter to reader")

    def run(self, statement: str, *values: object) -> None:
        self.database.execute(statement, values or None)

"""What has been sent to whom, in an encrypted SQLite file beside the warehouse; each note is one transaction.

A sending is noted after the service took it. A crash between the two sends it once more; nothing is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import sqlcipher3
from filelock import FileLock

from data_contracts.errors import StoreError
from etl.store.keys import Keys
from etl.store.sqlcipher import connect

FILE, LOCK = "deliveries.sqlite", "deliveries.lock"
_TABLES = """
create table if not exists delivery (
    route_id text not null, event_key text not null, at text not null, primary key (route_id, event_key)
) without rowid;
create table if not exists sending (
    route_id text not null, at text not null, kind text not null, outcome text not null, events integer not null,
    reason text
);
"""


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt to tell a route something. ``kind``: alert, digest or test; ``outcome``: sent or failed."""

    route_id: str
    at: datetime
    kind: str
    outcome: str
    events: int
    reason: str | None = None


class Deliveries:
    """The open state; held by one process at a time."""

    def __init__(self, connection: sqlcipher3.Connection) -> None:
        self._connection = connection

    def known(self, route_id: str) -> pl.DataFrame:
        """``event_key`` of all that this route was told."""
        rows = self._connection.execute("select event_key from delivery where route_id = ?", (route_id,)).fetchall()
        return pl.DataFrame({"event_key": [row[0] for row in rows]}, schema={"event_key": pl.String})

    def note(self, sending: Sending, event_keys: Iterable[str] = ()) -> None:
        """Keep how an attempt ended; what was sent is known from now on."""
        with self._connection:
            self._connection.execute(
                "insert into sending values (?, ?, ?, ?, ?, ?)",
                (
                    *(sending.route_id, sending.at.isoformat(), sending.kind, sending.outcome),
                    *(sending.events, sending.reason),
                ),
            )
            self._connection.executemany(
                "insert or ignore into delivery values (?, ?, ?)",
                [(sending.route_id, key, sending.at.isoformat()) for key in event_keys],
            )

    def last(self, route_id: str) -> Sending | None:
        """The latest attempt of a route."""
        row = self._connection.execute(
            "select at, kind, outcome, events, reason from sending where route_id = ? order by rowid desc limit 1",
            (route_id,),
        ).fetchone()
        return None if row is None else Sending(route_id, datetime.fromisoformat(row[0]), *row[1:])


def key(data: bytes) -> str:
    """The key of this file as SQLCipher takes it."""
    return data.hex()


@contextmanager
def opened(data: Path, keys: Keys) -> Iterator[Deliveries]:
    """The state of one data folder, alone: nothing is sent twice by two processes. Raises StoreError."""
    path = data / FILE
    try:
        with FileLock(str(data / LOCK)), closing(connect(path, keys, key)) as connection:
            connection.executescript(_TABLES)
            path.chmod(0o600)
            yield Deliveries(connection)
    except (OSError, sqlcipher3.Error) as error:
        raise StoreError(f"{path}: {error}; nothing was sent, the next load tries again") from None

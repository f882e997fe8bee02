"""What was known when: a load keeps the rows that it replaces, and any version's rows can be asked for again.

A row that stays as it was keeps its ``first_version``; one that changes or goes moves to ``<table>_history``. So the
history costs what changes, and reading it needs no old version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import duckdb
import polars as pl

from data_contracts.errors import StoreError
from data_contracts.tables import TABLES
from etl.store.warehouse import change, days_frame, insert, read

_SUFFIX = "_history"
KEPT = tuple(name.removesuffix(_SUFFIX) for name in TABLES if name.endswith(_SUFFIX))
"""Tables whose former rows are kept."""
_NOT_SAID = ("first_version", "last_seen_at")
_DIGITS = 6
Cause = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
"""From rows that went and rows that came to the former with their ``cause``."""


def replace_days(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    frame: pl.DataFrame,
    days: Sequence[date],
    version: int,
    cause: Cause | None = None,
) -> None:
    """Put a table's rows for whole production days in place of the old ones, as ``version`` will show them."""
    inside = f"from {table} where production_date in (select production_date from days)"
    old = read(connection, f"select * {inside}", days=days_frame(days))
    change(connection, f"delete {inside}", days=days_frame(days))
    insert(connection, table, _kept(connection, table, old, frame, version, cause))


def replace_discrepancies(connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, version: int) -> None:
    """Put discrepancies in place of those with the same identity, as ``version`` will show them."""
    ids = frame.select("discrepancy_id")
    inside = "from discrepancy where discrepancy_id in (select discrepancy_id from ids)"
    old = read(connection, f"select * {inside}", ids=ids)
    change(connection, f"delete {inside}", ids=ids)
    insert(connection, "discrepancy", _kept(connection, "discrepancy", old, frame, version, None))


def _kept(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    old: pl.DataFrame,
    new: pl.DataFrame,
    version: int,
    cause: Cause | None,
) -> pl.DataFrame:
    """The new rows with the version since which they stand; rows that are no more go to the history."""
    said = [c for c in new.columns if c not in _NOT_SAID]
    before, after = (_numbered(frame, said) for frame in (old, new))
    on = [f"_{c}" for c in (*said, "nth")]
    known = before.select(*on, since="first_version")
    stays = after.join(known, on=on, how="left", nulls_equal=True, maintain_order="left", coalesce=True)
    is_new = after.join(known.drop("since"), on=on, how="anti", nulls_equal=True)
    gone = before.join(after.select(on), on=on, how="anti", nulls_equal=True).select(old.columns)
    # What no version ever showed, from a load that died, was never known to anybody.
    shown = gone.filter(pl.col("first_version").fill_null(0) < version)
    if cause is not None:
        shown = cause(shown, is_new.select(new.columns))
    history = TABLES[f"{table}{_SUFFIX}"]
    insert(connection, f"{table}{_SUFFIX}", history.conform(shown.with_columns(last_version=pl.lit(version - 1))))
    return stays.with_columns(first_version=pl.coalesce("since", pl.lit(version, pl.Int32))).select(new.columns)


def _numbered(frame: pl.DataFrame, said: Sequence[str]) -> pl.DataFrame:
    """Adds what is compared as ``_<column>`` and, because rows may repeat, ``_nth`` among equal ones.

    Sums may come in another order: numbers are compared to the sixth digit.
    """
    numbers = [name for name in said if frame.schema[name] == pl.Float64]
    keys = [(pl.col(c).round(_DIGITS) + 0.0 if c in numbers else pl.col(c)).alias(f"_{c}") for c in said]
    named = frame.with_columns(keys)
    return named.with_columns(_nth=pl.int_range(pl.len()).over([f"_{c}" for c in said]))


def version_at(connection: duckdb.DuckDBPyConnection, moment: datetime) -> int:
    """The version that readers saw at an instant (UTC without zone). Raises StoreError when there was none yet."""
    row = connection.execute(
        "select max(version) filter (published_at <= ?), min(published_at) from publication", [moment]
    ).fetchone()
    if row is None or row[0] is None:
        first = f"; the first version is of {row[1]} UTC" if row and row[1] else ""
        raise StoreError(f"{moment} UTC: nothing had been published{first}")
    return int(row[0])


def views_at(connection: duckdb.DuckDBPyConnection, *, moment: datetime, alias: str = "ledger") -> Mapping[str, str]:
    """Table to the query that gives its rows as readers saw them at ``moment``, over the newest version.

    Master tables keep no history and are as they are now.
    """
    version = version_at(connection, moment)
    views = {
        "publication": f"from {alias}.publication where version <= {version}",
        "discrepancy_event": f'from {alias}.discrepancy_event where "at" <= '
        f"(select max(published_at) from {alias}.publication where version <= {version})",
        **{name: f"from {alias}.{name}" for name, table in TABLES.items() if table.layer() == "master"},
    }
    since = f"coalesce(first_version, 0) <= {version}"
    for name in KEPT:
        columns = ", ".join(f'"{c}"' for c in TABLES[name].columns())
        views[name] = (
            f"select {columns} from {alias}.{name} where {since} union all "
            f"select {columns} from {alias}.{name}{_SUFFIX} where {since} and last_version >= {version}"
        )
    return views

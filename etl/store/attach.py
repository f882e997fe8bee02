"""The only place that knows how a database is opened: DuckDB files, encrypted through OpenSSL (httpfs)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import duckdb_extension_httpfs

from data_contracts.errors import KeyAccessError, StoreError
from etl.settings import settings
from etl.store.contents import Contents, contents
from etl.store.keys import Keys, duckdb_key

Views = Callable[[duckdb.DuckDBPyConnection], Mapping[str, str]]
LEDGER = "ledger"
"""Name of the published version among the databases of its connection."""


@cache
def _openssl_extension() -> str:
    root = Path(duckdb_extension_httpfs.__file__).parent / "extensions"
    found = sorted(root.glob(f"v{duckdb.__version__}/httpfs.duckdb_extension"))
    if not found:
        raise StoreError(
            f"duckdb {duckdb.__version__} has no matching httpfs extension, so it cannot write encrypted files safely; "
            "install the versions of requirements.lock"
        )
    return str(found[0])


def _engine() -> duckdb.DuckDBPyConnection:
    chosen = settings()
    connection = duckdb.connect(":memory:")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute(f"LOAD '{_openssl_extension()}'")
    connection.execute("SET temp_file_encryption = true")
    connection.execute(f"SET threads = {chosen.threads}")
    try:
        connection.execute("SET memory_limit = $1", [chosen.memory_limit])
    except duckdb.Error as error:
        raise StoreError(f"SHIFTLEDGER_MEMORY_LIMIT is {chosen.memory_limit!r}: {error}") from None
    return connection


@contextmanager
def attached(
    path: Path, keys: Keys, *, alias: str = "db", spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may write ``path`` (created when missing), closed at the end.

    Raises StoreError when another process writes, KeyAccessError when the key does not fit.
    """
    connection = _engine()
    try:
        if spill is not None:
            connection.execute(f"SET temp_directory = '{_quoted(spill)}'")
        _attach(connection, path, keys, alias, "")
        connection.execute(f"USE {alias}")
        yield connection
        connection.execute("USE memory")
        connection.execute(f"DETACH {alias}")
    finally:
        connection.close()


def open_readonly(
    path: Path, keys: Keys, *, alias: str = LEDGER, spill: Path | None = None, views: Views | None = None
) -> duckdb.DuckDBPyConnection:
    """A locked read-only connection: no other file, no extension, no setting can be reached from it.

    ``spill``: folder for what does not fit into memory; every connection takes one of its own in it, because DuckDB
    names such files alike in all processes. Without it nothing is spilled. ``views``: asked for names and queries;
    then these tables stand there and no others.
    """
    connection = _engine()
    try:
        own = "" if spill is None else _quoted(spill / f"reader-{os.getpid()}-{secrets.token_hex(4)}")
        connection.execute(f"SET temp_directory = '{own}'")
        _attach(connection, path, keys, alias, "READ_ONLY, ")
        connection.execute(f"USE {alias}")
        if views is not None:
            for name, query in views(connection).items():
                connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
            connection.execute("USE memory")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection


def add(connection: duckdb.DuckDBPyConnection, path: Path, keys: Keys, alias: str) -> None:
    """Attach a second file for writing."""
    _attach(connection, path, keys, alias, "")


def is_newest(path: Path, keys: Keys) -> bool:
    """Whether a file opens with the newest data key. Raises StoreError for another trouble than its key."""
    connection = _engine()
    try:
        told = _try(connection, path, keys.data, "db", "READ_ONLY, ")
    finally:
        connection.close()
    if told and not _is_wrong_key(told):
        raise StoreError(f"{path}: cannot be opened: {told.splitlines()[0]}")
    return not told


def held_in(path: Path, keys: Keys, spill: Path) -> Contents:
    """What a file that nobody writes holds. Raises StoreError, KeyAccessError."""
    connection = _engine()
    try:
        connection.execute(f"SET temp_directory = '{_quoted(spill)}'")
        _attach(connection, path, keys, "db", "READ_ONLY, ")
        return contents(connection, "db")
    except duckdb.Error as error:
        raise StoreError(f"{path}: damaged: {str(error).splitlines()[0]}") from None
    finally:
        connection.close()


def recrypt(path: Path, keys: Keys, target: Path, spill: Path) -> Contents:
    """Copy a file that nobody writes into a new one with the newest data key; what was copied.

    Raises StoreError when the copy does not hold the same.
    """
    connection = _engine()
    try:
        connection.execute(f"SET temp_directory = '{_quoted(spill)}'")
        _attach(connection, path, keys, "former", "READ_ONLY, ")
        _attach(connection, target, keys, "fresh", "")
        connection.execute("COPY FROM DATABASE former TO fresh")
        connection.execute("CHECKPOINT fresh")
        connection.execute("DETACH fresh")
        _attach(connection, target, keys, "fresh", "READ_ONLY, ")
        before, after = contents(connection, "former"), contents(connection, "fresh")
    except duckdb.Error as error:
        raise StoreError(f"{path}: cannot be encrypted anew: {str(error).splitlines()[0]}") from None
    finally:
        connection.close()
    if before != after:
        raise StoreError(f"{path}: the copy under the new key does not hold the same; the old file stays")
    return before


def _attach(connection: duckdb.DuckDBPyConnection, path: Path, keys: Keys, alias: str, options: str) -> None:
    # The statement holds the key, so the original error must not travel on, not even as context: raised out here.
    text = _try_all(connection, path, keys, alias, options)
    if not text:
        return
    if _is_wrong_key(text):
        raise KeyAccessError(f"{path}: the key does not fit this file; set SHIFTLEDGER_KEY_DIR")
    if "lock" in text.lower():
        raise StoreError(f"{path}: another process is writing; try again when it has finished")
    raise StoreError(f"{path}: cannot be opened: {text.splitlines()[0]}")


def _try_all(connection: duckdb.DuckDBPyConnection, path: Path, keys: Keys, alias: str, options: str) -> str:
    text = ""
    for key in keys.of_data():
        text = _try(connection, path, key, alias, options)
        if not _is_wrong_key(text):
            break
    return text


def _try(connection: duckdb.DuckDBPyConnection, path: Path, key: bytes, alias: str, options: str) -> str:
    """Attach a file; what went wrong, blank for nothing."""
    try:
        connection.execute(f"ATTACH '{_quoted(path)}' AS {alias} ({options}ENCRYPTION_KEY '{duckdb_key(key)}')")
    except duckdb.Error as error:
        return str(error)
    return ""


def _is_wrong_key(text: str) -> bool:
    return "encrypt" in text.lower()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")

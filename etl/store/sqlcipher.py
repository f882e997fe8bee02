"""Encrypted SQLite files: opened with the key that fits, copied to another key, counted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from data_contracts.errors import StoreError
from etl.store.contents import Contents
from etl.store.keys import Keys

Form = Callable[[bytes], str]
"""From a data key to the key of one kind of file, as SQLCipher takes it (hex)."""
WRONG_KEY = "file is not a database"


def connect(path: Path, keys: Keys, form: Form, **options: Any) -> dbapi2.Connection:
    """Open a file, made when missing, with the first data key that fits. Raises dbapi2.Error."""
    told = WRONG_KEY
    for data in keys.of_data():
        opened = _try(path, form(data), options)
        if not isinstance(opened, str):
            return opened
        told = opened
        if WRONG_KEY not in told:
            break
    del data  # a traceback may print what a function held
    raise dbapi2.DatabaseError(told)


def _try(path: Path, key: str, options: Any) -> dbapi2.Connection | str:
    """The open file, or what went wrong."""
    connection = dbapi2.connect(str(path), **options)
    try:
        connection.execute("pragma cipher_log_level = NONE")  # it would tell stderr of every key that does not fit
        connection.execute(f"pragma key = \"x'{key}'\"")
        connection.execute("select count(*) from sqlite_master").fetchone()
    except dbapi2.DatabaseError as error:
        connection.close()
        return str(error)
    return connection


def is_newest(path: Path, keys: Keys, form: Form) -> bool:
    """Whether a file opens with the newest data key. Raises StoreError for another trouble than its key."""
    opened = _try(path, form(keys.data), {})
    if not isinstance(opened, str):
        opened.close()
        return True
    if WRONG_KEY not in opened:
        raise StoreError(f"{path}: {opened}")
    return False


def recrypt(path: Path, keys: Keys, form: Form, target: Path) -> Contents:
    """Copy a file into a new one with the newest data key; what was copied. The caller keeps everybody else out.

    Raises StoreError when the copy is not whole.
    """
    target.touch(mode=0o600)
    try:
        with closing(connect(path, keys, form)) as former:
            told = _export(former, target, form(keys.data))
            before = contents(former)
        with closing(connect(target, keys, form)) as fresh:
            is_whole = contents(fresh) == before and not fresh.execute("pragma cipher_integrity_check").fetchall()
    except dbapi2.Error as error:
        raise StoreError(f"{path}: cannot be encrypted anew: {error}; the old file stays") from None
    if told or not is_whole or not is_newest(target, keys, form):
        raise StoreError(f"{path}: the copy under the new key does not hold the same; the old file stays {told}")
    return before


def _export(connection: dbapi2.Connection, target: Path, key: str) -> str:
    """Copy an open file; what went wrong, blank for nothing."""
    try:
        connection.execute(f"attach database ? as fresh key \"x'{key}'\"", (str(target),))
        connection.execute("select sqlcipher_export('fresh')")
        connection.execute("detach database fresh")
    except dbapi2.Error as error:
        return str(error)
    return ""


def contents(connection: dbapi2.Connection) -> Contents:
    """Every table with the number of its rows and a hash of its definition and rows."""
    tables = connection.execute(
        "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
    ).fetchall()
    return {name: _held(connection, name, sql) for name, sql in tables}


def _held(connection: dbapi2.Connection, name: str, sql: str) -> tuple[int, str]:
    rows = sorted(map(repr, connection.execute(f'select * from "{name}"')))
    digest = hashlib.sha256("\n".join([sql, *rows]).encode(errors="backslashreplace")).hexdigest()
    return len(rows), digest

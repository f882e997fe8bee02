"""How the state store is opened: SQLCipher or PostgreSQL, brought to the tables of this version by alembic."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy.engine import URL, make_url
from sqlcipher3 import dbapi2

from data_contracts.errors import KeyAccessError, StoreError
from etl.settings import settings
from etl.store import sqlcipher
from etl.store.keys import Keys, state_key
from etl.store.state import FILE, LOCK

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = int.from_bytes(hashlib.sha256(b"shiftledger state").digest()[:7])
_WAIT_S = 30


@contextmanager
def opened(data: Path, keys: Keys) -> Iterator[sa.Connection]:
    """One transaction on the state store, which is made when it is not there.

    Raises StoreError when it cannot be reached, KeyAccessError when the key does not fit.
    """
    url = settings().state_url
    place = "SHIFTLEDGER_STATE_URL" if url else str(data / FILE)
    engine = _postgresql(url.get_secret_value()) if url else _sqlcipher(data / FILE, keys)
    # A rotation of keys puts another file in place: who waits for the old one would write into nothing.
    alone = nullcontext() if url else FileLock(str(data / LOCK), timeout=_WAIT_S)
    try:
        with alone, engine.begin() as connection:
            _migrate(connection)
            yield connection
    except sa.exc.IntegrityError:
        raise
    except (sa.exc.SQLAlchemyError, dbapi2.Error, OSError) as error:
        told = str(getattr(error, "orig", None) or error).partition("\n")[0]
    else:
        return
    finally:
        engine.dispose()
    # The driver's own error may show the address, so it must not travel on, not even as context: raised out here.
    if sqlcipher.WRONG_KEY in told:
        raise KeyAccessError(f"{place}: the key does not fit this file, or it is damaged; restore it from its backup")
    if url:
        told = told.replace(str(make_url(url.get_secret_value()).password or "\0"), "***")
    raise StoreError(f"{place}: the state store cannot be used: {told}")


def _sqlcipher(path: Path, keys: Keys) -> sa.Engine:
    def connect() -> Any:
        if not path.exists():
            path.touch(mode=0o600)
        connection = sqlcipher.connect(path, keys, state_key, timeout=_WAIT_S, isolation_level=None)
        connection.execute("pragma foreign_keys = on")
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, module=dbapi2, poolclass=sa.NullPool, hide_parameters=True)
    # The driver's own transactions leave out what alters tables.
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
    return engine


def _postgresql(text: str) -> sa.Engine:
    try:
        address: URL | None = make_url(text)
    except sa.exc.ArgumentError:
        address = None
    if address is None or address.get_backend_name() != "postgresql":
        raise StoreError("SHIFTLEDGER_STATE_URL: write postgresql://user:password@host/database")
    arguments = {"connect_timeout": 10, "application_name": "shiftledger"}
    return sa.create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args=arguments,
        poolclass=sa.NullPool,
        hide_parameters=True,
    )


def _migrate(connection: sa.Connection) -> None:
    """Bring the tables to this version, one process at a time. Raises StoreError for a store of a later version."""
    known = _known_revisions()
    if _revision(connection) == known[0]:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    if _revision(connection) not in {None, *known}:
        raise StoreError("the state store was written by a later version of ShiftLedger; install that one")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


@cache
def _known_revisions() -> tuple[str, ...]:
    """The newest first. Read once: roles are looked up at every deed."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()

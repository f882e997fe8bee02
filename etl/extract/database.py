"""One read-only look into a database: SQLite, PostgreSQL or SQL Server, through SQLAlchemy.

Nothing can be written: the query runs as a part of ours (see ``split_query``), in a transaction that may only read,
and is rolled back. What a driver says is told without what is secret in the address. Turning rows into snapshots:
``pull``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import URL, make_url

from data_contracts.source import Source, split_query
from etl.extract.preflight import RefusedError

_SECRET_WORDS = ("pass", "pwd", "secret", "token", "key")
_TIMED_OUT = ("57014", "55P03", "25P03")
"""PostgreSQL: the statement took too long, a lock was not to be had, the transaction idled."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a query: names of its columns and its rows in parts."""

    columns: list[str]
    parts: Generator[list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Database:
    """One read-only transaction. Every method raises RefusedError when the database does not answer as it should."""

    source: Source
    connection: sa.Connection
    deadline: float
    tell: Callable[[Exception], RefusedError]

    @property
    def server(self) -> str:
        """What answers, and its version."""
        version = ".".join(map(str, self.connection.dialect.server_version_info or ()))
        return f"{self.connection.dialect.name} {version}".strip()

    def rows(self, since: object) -> Rows:
        """Rows from a watermark on (all of them without one), by the watermark. The caller closes ``parts``."""
        where = "" if since is None else f"where {self._watermark} >= :since "
        result = self._run(where + self._order, since)
        return Rows(list(result.keys()), self._parts(result))

    def columns(self) -> list[str]:
        """Names of the query's columns."""
        with closing(self._run("where 1 = 0")) as result:
            return list(result.keys())

    def newest(self) -> object:
        """The highest watermark; None when there is no row."""
        return self._run("", select=f"max({self._watermark})").scalar()

    def has_blank(self) -> bool:
        """Whether a row has no watermark: it would never be read."""
        return self._run(f"where {self._watermark} is null").first() is not None

    @property
    def is_over(self) -> bool:
        """Whether the time for this source is used up."""
        return monotonic() > self.deadline

    @property
    def _order(self) -> str:
        return f"order by {self._watermark}"

    @property
    def _watermark(self) -> str:
        return self.connection.dialect.identifier_preparer.quote(self.source.watermark)

    def _run(self, rest: str, since: object = None, *, select: str = "*") -> sa.CursorResult[Any]:
        head, body = split_query(self.source.query) if self.source.query else ("", self._table())
        # Only text of the site's own file and quoted names; values are bound. Colons are not ours to bind.
        inner = f"{head}select {select} from ({body}".replace(":", r"\:")  # noqa: S608
        query = sa.text(f"{inner}\n) as source_rows {rest}")
        if ":since" in rest:
            query = query.bindparams(sa.bindparam("since", self._as_bound(since), type_=sa.types.NULLTYPE))
        with self._told():
            return self.connection.execute(query, execution_options={"stream_results": rest.endswith(self._order)})

    def _table(self) -> str:
        quoted = self.connection.dialect.identifier_preparer.quote
        columns = ", ".join(map(quoted, self.source.columns)) or "*"
        return f"select {columns} from {'.'.join(map(quoted, self.source.table.split('.')))}"  # noqa: S608

    def _as_bound(self, value: object) -> object:
        """SQLite has no moments, only texts of them."""
        if self.connection.dialect.name == "sqlite" and isinstance(value, date):
            return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        return value

    def _parts(self, result: sa.CursorResult[Any]) -> Generator[list[tuple[object, ...]]]:
        with self._told(), closing(result):
            while part := result.fetchmany(self.source.batch_rows):
                yield [tuple(row) for row in part]

    @contextmanager
    def _told(self) -> Iterator[None]:
        with _telling(self.tell):
            yield


@contextmanager
def opened(source: Source, url: SecretStr | None, variable: str) -> Iterator[Database]:
    """A database for one look. Raises RefusedError: no address, an unknown kind, nobody answers."""
    if url is None:
        raise RefusedError("source_no_url", variable=variable)
    try:
        address = make_url(url.get_secret_value())
        engine = _engine(address, source)
    except (sa.exc.SQLAlchemyError, ValueError, LookupError):
        raise RefusedError("source_url_wrong", variable=variable) from None
    deadline = monotonic() + source.timeout_s
    secrets = _secrets(address, url.get_secret_value())

    def tell(error: Exception) -> RefusedError:
        return _refusal(error, secrets, timed_out=monotonic() >= deadline - 0.05, seconds=source.timeout_s)

    try:
        with _telling(tell, unreachable=True):
            connection = engine.connect()
        try:
            with _telling(tell, unreachable=True):
                connection = _read_only(connection, source, deadline)
            yield Database(source, connection, deadline, tell)
        finally:
            connection.invalidate()  # whatever it still does, it shall not be waited for
            connection.close()
    finally:
        engine.dispose()


def _engine(address: URL, source: Source) -> sa.Engine:
    kind = address.get_backend_name()
    common: dict[str, Any] = {"poolclass": sa.NullPool, "hide_parameters": True}
    soon = min(source.timeout_s, 10)
    if kind == "sqlite":
        path = Path(address.database or "").absolute()
        address = URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
        return sa.create_engine(address, connect_args={"timeout": soon}, **common)
    if kind == "postgresql":
        silence = {"keepalives_idle": soon, "keepalives_interval": 5, "keepalives_count": 3}
        arguments = {"connect_timeout": soon, "application_name": "shiftledger", **silence}
        return sa.create_engine(address.set(drivername="postgresql+psycopg"), connect_args=arguments, **common)
    if kind == "mssql":
        arguments = {"timeout": source.timeout_s, "login_timeout": soon, "appname": "shiftledger"}
        return sa.create_engine(address.set(drivername="mssql+pymssql"), connect_args=arguments, **common)
    raise ValueError(kind)


def _read_only(connection: sa.Connection, source: Source, deadline: float) -> sa.Connection:
    """A transaction that may only read, waits for no lock for long and ends in time."""
    kind = connection.dialect.name
    milliseconds = source.timeout_s * 1000
    if kind == "sqlite":
        connection.exec_driver_sql("pragma query_only = on")
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: monotonic() > deadline, 10_000)
    elif kind == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        for name, value in (("statement_timeout", milliseconds), ("lock_timeout", min(milliseconds, 10_000))):
            connection.execute(sa.text("select set_config(:name, :value, true)"), {"name": name, "value": str(value)})
    else:
        connection.exec_driver_sql(f"set lock_timeout {min(milliseconds, 10_000)}")
    return connection


@contextmanager
def _telling(tell: Callable[[Exception], RefusedError], *, unreachable: bool = False) -> Iterator[None]:
    """What a driver raises becomes a refusal; its own traceback, which may show the address, goes."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError, ValueError, ArithmeticError) as error:
        refusal = tell(error)
        if unreachable and refusal.code == "source_query":
            refusal = RefusedError("source_unreachable", detail=refusal.params["detail"])
        raise refusal from None


def _refusal(error: Exception, secrets: list[str], *, timed_out: bool, seconds: int) -> RefusedError:
    cause = getattr(error, "orig", None) or error
    if timed_out or getattr(cause, "sqlstate", None) in _TIMED_OUT or "database is locked" in str(cause):
        return RefusedError("source_too_slow", seconds=seconds)
    detail = " ".join(str(cause).split())
    for secret in secrets:
        detail = detail.replace(secret, "***")
    return RefusedError("source_query", detail=detail[:300])


def _secrets(address: URL, text: str) -> list[str]:
    """What must not be told: the password, as written and as meant, and what options say under a secret's name."""
    told = [str(address.password)] if address.password else []
    for name, value in address.query.items():
        if any(word in name.lower() for word in _SECRET_WORDS):
            told += [value] if isinstance(value, str) else list(value)
    return [text, *{form for secret in told for form in (secret, quote(secret, safe=""), quote_plus(secret))}]

"""One PostgreSQL server for all tests of a worker; a site of two lines whose MES speaks through a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases.mes import Mes, PostgresMes, SqliteMes
from tests.databases.postgres import Server, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def mes(request: pytest.FixtureRequest, fresh_site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mes]:
    """A database with an empty table of counters, known to a site that has nothing else to load."""
    if request.param == "sqlite":
        one: Mes = SqliteMes(fresh_site)
    else:
        one = PostgresMes(fresh_site, request.getfixturevalue("postgres"))
    with one.ready(monkeypatch):
        yield one


@pytest.fixture
def postgres_mes(fresh_site: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mes]:
    """The same in PostgreSQL only."""
    one = PostgresMes(fresh_site, postgres)
    with one.ready(monkeypatch):
        yield one


@pytest.fixture
def sqlite_mes(fresh_site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mes]:
    """The same in SQLite only."""
    one = SqliteMes(fresh_site)
    with one.ready(monkeypatch):
        yield one

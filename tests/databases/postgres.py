"""A PostgreSQL server of our own in a temporary folder, without a network port; stopped at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

MISSING = "no PostgreSQL server here; `.ci/system-packages` installs it (Debian: postgresql)"
UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Server:
    """A running server; its superuser is ``owner`` and needs no password on the socket."""

    folder: Path

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.folder), dbname=database, user="owner", autocommit=True)

    def url(self, database: str, user: str, password: str) -> str:
        return f"postgresql://{user}:{password}@/{database}?host={self.folder}"

    def new_database(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        """An empty database of that name, connected as its owner."""
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.connect(name)


def binary(name: str) -> str:
    """Path of a server's program, on PATH or where Debian puts it. Fails the test when there is none."""
    on_path = shutil.which(name)
    found = [on_path] if on_path else sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))
    if not found:
        pytest.fail(MISSING)
    return found[-1]


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the context; run by an unprivileged user when the tests run as root."""
    programs = {name: binary(name) for name in ("initdb", "pg_ctl")}
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    data = folder / "data"
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)

    def call(program: str, *arguments: str) -> None:
        command = [programs[program], "-D", str(data), *arguments]
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    try:
        call("initdb", "-U", "owner", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        (data / "pg_hba.conf").write_text("local all owner trust\nlocal all all scram-sha-256\n")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=20"
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

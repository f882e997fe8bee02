"""A realistic site, loaded, and what it found. Idempotent: an existing demo site is loaded on, not made again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.language import REASONS
from data_contracts.rights import ROLES
from data_contracts.scope import Actor
from etl import desk
from etl.load import run_load
from etl.progress import progress_bar
from etl.settings import settings
from etl.simulate import make_site


def make_demo(home: Path, days: int, actor: Actor) -> Iterator[str]:
    """Make the site when it is not there, load it, and yield the lines of a short report."""
    now = datetime.now(UTC)
    if (home / "site.toml").is_file():
        yield f"[1/3] {home} is there already and is loaded on; remove the folder to start afresh"
    else:
        yield f"[1/3] making {days} production days of two plants in {home}"
        with progress_bar() as tell:
            make_site(
                home,
                last_day=now.date(),
                days=days,
                through=now,
                progress=lambda done, total: tell("days", done, total),
            )
    yield "[2/3] loading"
    with progress_bar() as tell:
        result = run_load(home, actor, progress=tell)
    took = f"{result.files_new} new files, {result.rows_staged} rows, {result.seconds:.1f} s"
    yield f"      load {result.load_id}: {took}"
    yield "[3/3] what it found"
    connection = desk.current_version(home).connect()
    try:
        yield from _report(connection)
    finally:
        connection.close()
    yield f'Ask further:  shiftledger query {home} "from discrepancy limit 20"'


def make_people(home: Path, actor: Actor) -> Iterator[str]:
    """A person of each role, made once, and a link that signs each of them in once; yields the lines to print."""
    now = datetime.now(UTC).replace(tzinfo=None)
    known = {held.name for held in desk.people(home, actor)}
    yield "      one of each role; each link works once"
    for role in ROLES:
        if role not in known:
            desk.grant(home, actor, role, role, "*", "made for the demo", now=now)
        token = desk.add_link(home, actor, role, now=now)
        yield f"        {role:<10} {settings().dashboard_url}/?ticket={token}"


def _report(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    def rows(sql: str) -> list[tuple[object, ...]]:
        return connection.execute(sql).fetchall()

    for status, count in rows("select status, count(*) from source_file group by all order by all"):
        yield f"      files {status}: {count}"
    for name, reason in rows("select name, reason from source_file where status = 'quarantined' order by name"):
        yield f"        {name}: {reason}"
    for status, count in rows("select status, count(*) from report group by all order by all"):
        yield f"      reports {status}: {count}"
    yield "      differences by rule"
    for rule_id, severity, count in rows(
        "select rule_id, severity, count(*) from discrepancy where status in ('open', 'reopened') "
        "group by rule_id, severity, rule_no order by rule_no, severity"
    ):
        rule = CROSSCHECKS[str(rule_id)]
        yield f"        {rule.number:>3}  {rule.name['en']:<48} {severity:<8} {count:>5}"
    yield "      differences by probable cause"
    for cause, count in rows(
        "select probable_cause, count(*) as n from discrepancy where status in ('open', 'reopened') "
        "group by all order by n desc, 1"
    ):
        yield f"             {REASONS.text(f'cause.{cause}', 'en'):<48} {'':<8} {count:>5}"

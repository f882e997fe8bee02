"""The state store: an encrypted file or PostgreSQL, the same rows in both, never changed, never guessed."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import alembic.autogenerate
import pytest
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext

from data_contracts.errors import DecisionError, KeyAccessError, StoreError
from data_contracts.tables import TABLES
from etl.store.keys import Keys
from etl.store.state import FILE, acts
from etl.store.state.decisions import add, note
from etl.store.state.engine import opened
from etl.store.state.schema import METADATA
from tests.databases.postgres import Server

KEYS = Keys(b"d" * 32, b"v" * 32, b"a" * 32)
AT = datetime(2026, 3, 2, 8, 0, 0, 123456)  # noqa: DTZ001 - UTC as stored
DECISION: dict[str, Any] = {
    "decision_id": "r1",
    "kind": "set",
    "discrepancy_id": "d1",
    "rule_id": "good_vs_mes",
    "plant_id": "P1",
    "line_id": "L1",
    "production_date": date(2026, 3, 2),
    "shift_id": "早班",
    "hour_start": AT,
    "measure": "good_qty",
    "value": 0.1 + 0.2,
    "reason": "CANARY7Q4Z",
    "decided_by": "li.wei",
    "decided_at": AT,
    "needs_second": True,
}


@pytest.fixture(params=["file", "postgresql"])
def data(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose state store is a file or a fresh database."""
    if request.param == "postgresql":
        use_postgresql(request.getfixturevalue("postgres"), monkeypatch)
    return tmp_path


def use_postgresql(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with server.new_database("state") as owner:
        owner.execute("drop role if exists keeper")
        owner.execute("create role keeper login password 'p@ss-w0rd'")
        owner.execute("grant all on schema public to keeper")
    monkeypatch.setenv("SHIFTLEDGER_STATE_URL", server.url("state", "keeper", "p%40ss-w0rd"))


def shown(data: Path, site: str = "mine") -> list[tuple[Any, ...]]:
    found = acts(data, KEYS, site).decisions
    return found.select("decision_id", "status", "value", "shift_id", "hour_start", "approved_by", "undone_by").rows()


def did(data: Path, event: str, actor: str = "zhang.min") -> None:
    note(data, KEYS, "mine", "r1", event, at=AT, actor=actor, reason=None)


def test_a_decision_comes_back_as_it_was_taken_down_with_what_became_of_it(data: Path) -> None:
    add(data, KEYS, "mine", DECISION)
    assert shown(data) == [("r1", "pending", 0.1 + 0.2, "早班", AT, None, None)]
    did(data, "approved")
    assert shown(data)[0][1] == "in_force"
    did(data, "undone", "li.wei")
    assert shown(data) == [("r1", "undone", 0.1 + 0.2, "早班", AT, "zhang.min", "li.wei")]
    told = acts(data, KEYS, "mine").events.select("discrepancy_id", "event", "actor", "reason").rows()
    assert sorted(told) == [
        ("d1", "approved", "zhang.min", None),
        ("d1", "proposed", "li.wei", "CANARY7Q4Z"),
        ("d1", "undone", "li.wei", None),
    ]


def test_of_several_decisions_on_a_difference_the_last_that_came_into_force_holds(data: Path) -> None:
    for number, needs_second in enumerate((False, False, True), start=1):
        taken = {"decision_id": f"r{number}", "decided_at": AT.replace(hour=number), "needs_second": needs_second}
        add(data, KEYS, "mine", {**DECISION, **taken})
    assert [row[1] for row in shown(data)] == ["replaced", "in_force", "pending"]
    note(data, KEYS, "mine", "r2", "undone", at=AT, actor="li.wei", reason="so")
    assert [row[1] for row in shown(data)] == ["in_force", "undone", "pending"]
    note(data, KEYS, "mine", "r3", "approved", at=AT, actor="zhang.min", reason=None)
    assert [row[1] for row in shown(data)] == ["replaced", "undone", "in_force"]


def test_the_same_is_done_once_also_by_two_at_the_same_time(data: Path) -> None:
    add(data, KEYS, "mine", DECISION)

    def approve(actor: str) -> str:
        try:
            did(data, "approved", actor)
        except DecisionError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(approve, ("zhang.min", "wang.fang"))) == ["again", "done"]


def test_one_store_may_hold_several_sites(data: Path) -> None:
    add(data, KEYS, "mine", DECISION)
    add(data, KEYS, "yours", DECISION)
    note(data, KEYS, "yours", "r1", "undone", at=AT, actor="li.wei", reason="so")
    assert [row[1] for row in shown(data)] == ["pending"]
    assert [row[1] for row in shown(data, "yours")] == ["undone"]


def test_nothing_becomes_of_a_decision_that_does_not_exist(data: Path) -> None:
    with pytest.raises(DecisionError):
        did(data, "approved")


def test_migrations_end_in_the_tables_that_the_program_works_with(data: Path) -> None:
    with opened(data, KEYS) as connection:
        context = MigrationContext.configure(connection)
        assert alembic.autogenerate.compare_metadata(context, METADATA) == []


def test_a_store_of_a_later_version_is_left_alone(data: Path) -> None:
    add(data, KEYS, "mine", DECISION)
    with opened(data, KEYS) as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StoreError, match="later version"):
        shown(data)


def test_every_column_of_the_contract_is_kept_or_follows() -> None:
    kept = set(METADATA.tables["decision"].c.keys())
    assert set(TABLES["decision"].columns()) - kept == {"status", "approved_by", "undone_by"}


def test_a_site_on_which_nobody_decided_has_no_store(tmp_path: Path) -> None:
    assert shown(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_encrypted_readable_by_its_owner_only_and_opened_by_its_key(tmp_path: Path) -> None:
    add(tmp_path, KEYS, "mine", DECISION)
    path = tmp_path / FILE
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_bytes()
    assert b"CANARY7Q4Z" not in content
    assert not content.startswith(b"SQLite format")
    with pytest.raises(KeyAccessError, match="does not fit"):
        acts(tmp_path, Keys(b"x" * 32, b"v" * 32, b"a" * 32), "mine")
    shutil.copyfile(path, tmp_path / "copy")
    path.write_bytes(content[:1000])
    with pytest.raises((KeyAccessError, StoreError)):
        shown(tmp_path)


@pytest.mark.parametrize("url", ["mysql://u:s3cret@h/d", "nonsense s3cret", "postgresql://u:s3cret@/d?host=/nowhere"])
def test_an_address_that_does_not_work_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_STATE_URL", url)
    with pytest.raises(StoreError, match="SHIFTLEDGER_STATE_URL") as told:
        shown(tmp_path)
    assert "s3cret" not in str(told.value)

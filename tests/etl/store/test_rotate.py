"""Keys are changed while readers go on; former files, keys and copies of them open nothing any more."""

import base64
import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from data_contracts.errors import KeyAccessError, StoreError
from data_contracts.scope import Actor, Scope
from etl import desk
from etl.keeping import rotate_keys
from etl.settings import settings
from etl.store import attach, deliveries, rotate, vault
from etl.store.audit import AuditLog
from etl.store.audit_seal import REKEY
from etl.store.contents import Contents
from etl.store.deliveries import Sending
from etl.store.keys import Keys, load_keys
from etl.store.state import acts
from tests.ledger import ACTOR, FIRST, LAST, ask, everything, load, state

THEN = datetime(2026, 4, 2, 9, 0)  # noqa: DTZ001 - UTC as stored
COMPANY = Scope.company()


def keys_of(home: Path) -> Keys:
    return load_keys(home / "data", settings().key_dir, create=False)


def names(home: Path) -> list[str]:
    ring = keys_of(home).ring
    assert ring is not None
    return ring.names()


def originals(home: Path) -> dict[str, bytes]:
    data, keys = home / "data", keys_of(home)
    return {path.name: vault.get(data, keys, path.name) for path in vault.originals(data)}


def decided(home: Path) -> list[object]:
    return acts(home / "data", keys_of(home), "demo").decisions["reason"].to_list()


@pytest.fixture
def lived_in(loaded_site: Path) -> Path:
    """A site with a decision and a sending as well, so that every kind of file is there."""
    place = desk.Place(plant_id="P1")
    desk.waive(loaded_site, ACTOR, COMPANY, "good_vs_mes", place, (LAST, LAST), "scale in repair", now=THEN)
    with deliveries.opened(loaded_site / "data", keys_of(loaded_site)) as known:
        known.note(Sending("mail", THEN, "alert", "sent", 1), ["event-1"])
    return loaded_site


def test_after_a_rotation_all_is_there_under_new_keys_only(lived_in: Path) -> None:
    before = state(lived_in), everything(lived_in), originals(lived_in), decided(lived_in)
    old = keys_of(lived_in)
    aside = lived_in.parent / "old-keys"
    shutil.copytree(lived_in.parent / "keys", aside)

    data, wrapping, audit = rotate_keys(lived_in, ACTOR)

    assert (state(lived_in), everything(lived_in), originals(lived_in), decided(lived_in)) == before
    assert data.files == 4
    assert data.destroyed == 1
    assert data.rows > 1000
    assert wrapping.wrapped == wrapping.files == len(before[2])
    assert audit.destroyed == 0
    new = keys_of(lived_in)
    assert not {old.data, old.vault} & {new.data, new.vault}
    assert names(lived_in) == ["audit", "audit.2", "data.2", "vault.2", "vault~P1~2026-04.2"]
    assert desk.verify_audit(lived_in, ACTOR) == []
    with deliveries.opened(lived_in / "data", new) as known:
        assert known.known("mail")["event_key"].to_list() == ["event-1"]
    assert load(lived_in).published_version == 2
    former = load_keys(lived_in / "data", aside, create=False)
    for action in _openings(lived_in / "data", former):
        with pytest.raises((KeyAccessError, StoreError)):
            action()


def _openings(data: Path, keys: Keys) -> list[Callable[[], object]]:
    original = next(vault.originals(data)).name
    published = max((data / "published").glob("v*.duckdb"))
    return [
        lambda: attach.open_readonly(published, keys),
        lambda: attach.open_readonly(data / "warehouse.duckdb", keys),
        lambda: acts(data, keys, "demo"),
        lambda: deliveries.opened(data, keys).__enter__(),
        lambda: vault.get(data, keys, original),
    ]


def test_a_reader_goes_on_through_a_rotation_and_a_new_one_sees_the_same(lived_in: Path) -> None:
    reader = desk.current_version(lived_in).connect()
    try:
        counted = "select count(*), sum(good_qty) from production"
        before = reader.execute(counted).fetchall()
        rotate_keys(lived_in, ACTOR, ["data"])
        assert reader.execute(counted).fetchall() == before
        assert reader.execute("select count(*) from discrepancy").fetchone() is not None
        assert ask(lived_in, counted) == before
    finally:
        reader.close()


def test_in_the_midst_of_a_rotation_readers_and_people_who_decide_get_in(lived_in: Path) -> None:
    before = state(lived_in)
    seen: list[str] = []
    really = rotate._on_record

    def look(log: AuditLog, actor: Actor, path: Path, held: Contents) -> None:
        seen.append(path.name)
        assert state(lived_in) == before
        assert "scale in repair" in decided(lived_in)
        really(log, actor, path, held)

    with patch.object(rotate, "_on_record", look):
        rotate_keys(lived_in, ACTOR, ["data"])
    assert seen == ["warehouse.duckdb", "v000001.duckdb", "state.db", "deliveries.sqlite"]


def test_keys_that_were_loaded_before_a_rotation_still_find_their_way(lived_in: Path) -> None:
    keys = keys_of(lived_in)
    log = AuditLog(lived_in / "data", keys)
    rotate_keys(lived_in, ACTOR)
    rotate_keys(lived_in, ACTOR, ["audit"])
    assert acts(lived_in / "data", keys, "demo").decisions.height == 1
    log.append(ACTOR, "alert.sent", "mail")
    assert log.verify() == []


def test_the_pointer_states_what_lies_there_now(lived_in: Path) -> None:
    pointer = lived_in / "data" / "published" / "CURRENT"
    before = json.loads(pointer.read_text())
    rotate_keys(lived_in, ACTOR, ["data"])
    after = json.loads(pointer.read_text())
    assert after["sha256"] != before["sha256"]
    assert after["size"] == (lived_in / "data" / "published" / after["file"]).stat().st_size
    assert {k: v for k, v in after.items() if k not in ("sha256", "size")} == {
        k: v for k, v in before.items() if k not in ("sha256", "size")
    }


def test_a_copy_that_does_not_hold_the_same_is_not_taken(lived_in: Path) -> None:
    before = state(lived_in)
    with (
        patch.object(attach, "contents", side_effect=[{"production": (2, "a")}, {"production": (1, "b")}]),
        pytest.raises(StoreError, match="does not hold the same"),
    ):
        rotate_keys(lived_in, ACTOR, ["data"])
    assert state(lived_in) == before
    assert [done.resumed for done in rotate_keys(lived_in, ACTOR, ["data"])] == [True]
    assert names(lived_in).count("data.2") == 1
    assert "data" not in names(lived_in)
    assert state(lived_in) == before


def test_every_step_of_a_rotation_is_on_record_and_no_key_is(lived_in: Path) -> None:
    ring = keys_of(lived_in).ring
    assert ring is not None
    keys = [ring.get(name) for name in ring.names()]
    rotate_keys(lived_in, ACTOR)
    keys += [ring.get(name) for name in ring.names()]
    log = AuditLog(lived_in / "data", keys_of(lived_in))
    records = [(r["actor"], r["action"], r["target"], r["outcome"]) for r in log.records()]
    mine = [record[1:] for record in records if record[0] == ACTOR.name and str(record[1]).startswith(("key.", REKEY))]
    assert mine == [
        ("key.rotate", "data", "begun"),
        *(
            ("key.recrypt", name, "done")
            for name in ("warehouse.duckdb", "v000001.duckdb", "state.db", "deliveries.sqlite")
        ),
        ("key.destroy", "data", "done"),
        ("key.rotate", "data", "done"),
        ("key.rotate", "vault", "begun"),
        ("key.destroy", "vault, vault~P1~2026-04", "done"),
        ("key.rotate", "vault", "done"),
        ("key.rotate", "audit", "begun"),
        (REKEY, str(log.path), "done"),
        ("key.rotate", "audit", "done"),
    ]
    forms = [form for key in keys for form in (key, base64.b64encode(key), key.hex().encode())]
    for path in lived_in.rglob("*"):
        if path.is_file():
            assert not any(form in path.read_bytes() for form in forms), path


def test_days_can_be_read_again_from_a_vault_under_new_keys(lived_in: Path) -> None:
    before = state(lived_in)
    rotate_keys(lived_in, ACTOR, ["vault"])
    load(lived_in, days=(FIRST, LAST))
    assert state(lived_in) == before

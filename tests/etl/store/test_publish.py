"""Published versions: immutable, the pointer moves last, readers keep what they opened, five are kept."""

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

from data_contracts.errors import StoreError
from etl import desk
from etl.load import publish
from tests.ledger import ACTOR, NOW, ask, state


def publish_again(home: Path) -> int:
    return publish(home, ACTOR, "another load", now=NOW).version


def hashes(home: Path) -> dict[str, str]:
    folder = home / "data" / "published"
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("v*"))}


def test_versions_are_never_changed_and_the_last_five_are_kept(loaded_site: Path) -> None:
    before = state(loaded_site)
    seen = hashes(loaded_site)
    for version in range(2, 8):
        assert publish_again(loaded_site) == version
        now = hashes(loaded_site)
        assert all(now[name] == digest for name, digest in seen.items() if name in now)
        seen = now
    assert list(seen) == [f"v{number:06d}.duckdb" for number in range(3, 8)]
    assert state(loaded_site) == before


def test_a_reader_keeps_the_version_it_opened_even_after_its_file_is_gone(loaded_site: Path) -> None:
    reader = desk.current_version(loaded_site).connect()
    try:
        for _ in range(6):
            publish_again(loaded_site)
        assert not (loaded_site / "data" / "published" / "v000001.duckdb").exists()
        assert reader.execute("select count(*), max(published_version) from load").fetchall() == [(1, 1)]
        assert reader.execute("select count(*) from production").fetchall() == ask(
            loaded_site, "select count(*) from production"
        )
    finally:
        reader.close()
    assert desk.current_version(loaded_site).version == 7


def test_the_pointer_states_size_and_hash_of_its_file(loaded_site: Path) -> None:
    publish_again(loaded_site)
    pointer = json.loads((loaded_site / "data" / "published" / "CURRENT").read_text())
    path = loaded_site / "data" / "published" / pointer["file"]
    assert pointer["version"] == 2
    assert pointer["size"] == path.stat().st_size
    assert pointer["sha256"] == hashes(loaded_site)[path.name]


def test_a_version_cut_short_is_made_anew_from_the_warehouse(loaded_site: Path) -> None:
    before = state(loaded_site)
    path = loaded_site / "data" / "published" / "v000001.duckdb"
    path.write_bytes(path.read_bytes()[:50_000])
    with pytest.raises((StoreError, duckdb.Error)):
        ask(loaded_site, "from production")
    publish_again(loaded_site)
    assert state(loaded_site) == before


def test_files_left_by_a_publish_that_died_are_cleared_away(loaded_site: Path) -> None:
    folder = loaded_site / "data" / "published"
    (folder / ".v000002.dead.tmp").write_bytes(b"half")
    (folder / ".v000002.dead.tmp.wal").write_bytes(b"half")
    publish_again(loaded_site)
    assert not list(folder.glob(".*"))

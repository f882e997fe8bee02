"""A change of the configuration is on record at the next load, with what changed and who committed it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from data_contracts.scope import Actor
from etl.store.audit import AuditLog
from etl.store.configured import record_changes
from etl.store.keys import load_keys

LOADER = Actor("schedule:hourly_load", "system")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    home = tmp_path / "site"
    for name, text in {"site.toml": "a", "master/line.csv": "b", "layouts/own.toml": "c", "inbox/x.csv": "d"}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    (home / "data").mkdir()
    return home


def loaded(site: Path) -> list[tuple[object, ...]]:
    """What a load puts on record about the configuration."""
    log = AuditLog(site / "data", load_keys(site / "data", site.parent / "keys", create=True))
    before = sum(1 for _ in log.records())
    record_changes(site, site / "data", log, LOADER)
    told = list(log.records())[before:]
    return [(one["actor"], one["action"], one["target"], dict(one["details"]).get("author")) for one in told]  # type: ignore[call-overload]


def git(site: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Wang Fang", "-c", "user.email=wang@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=site, check=True, capture_output=True)


def test_the_first_load_remembers_and_the_next_one_has_nothing_to_tell(site: Path) -> None:
    assert loaded(site) == [("schedule:hourly_load", "config.first", str(site), None)]
    assert loaded(site) == []


def test_files_that_changed_came_and_went_are_told_each_with_both_hashes(site: Path) -> None:
    loaded(site)
    (site / "site.toml").write_text("other")
    (site / "exports").mkdir()
    (site / "exports" / "new.toml").write_text("e")
    (site / "layouts" / "own.toml").unlink()
    (site / "inbox" / "x.csv").write_text("no configuration")
    told = loaded(site)
    assert [target for _, _, target, _ in told] == ["exports/new.toml", "layouts/own.toml", "site.toml"]
    assert {author for *_, author in told} == {"unknown"}
    log = AuditLog(site / "data", load_keys(site / "data", site.parent / "keys", create=False))
    came, went, changed = (dict(one["details"]) for one in list(log.records())[-3:])  # type: ignore[call-overload]
    assert (came["old"], went["new"]) == (None, None)
    assert changed["old"] != changed["new"]
    assert loaded(site) == []


def test_the_author_is_who_committed_the_file_as_it_is(site: Path) -> None:
    git(site, "init")
    loaded(site)
    (site / "site.toml").write_text("committed")
    git(site, "add", "site.toml")
    git(site, "commit", "-m", "shift times")
    (site / "master" / "line.csv").write_text("not committed")
    assert [(target, author) for _, _, target, author in loaded(site)] == [
        ("master/line.csv", "unknown"),
        ("site.toml", "Wang Fang <wang@example.org>"),
    ]

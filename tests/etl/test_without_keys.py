"""The command line asks for no role: whoever has the keys may do everything, whoever has none sees nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from data_contracts.errors import KeyAccessError
from etl.cli import app
from tests.docs.generate import verbs
from tests.ledger import everything

NO_DATA = {
    ("init",): "makes a new folder",
    ("demo",): "makes a site of its own",
    ("serve",): "starts servers that ask for the keys themselves",
    ("template",): "made from the configuration",
    ("layout", "show"): "reads the workbook that is given",
    ("layout", "draft"): "reads the workbook that is given",
    ("source", "list"): "reads the configuration",
    ("contracts", "export"): "made from the configuration",
    ("contracts", "diff"): "reads the two documents that are given",
    ("alerts", "list"): "reads the configuration",
    ("alerts", "test"): "sends a test message",
    ("source", "test"): "looks at a database of others",
    ("audit", "witness"): "keeps the head of the log, for a user who has no keys",
}
"""Verbs that touch no data of a site, and what they do instead."""
GIVEN: dict[tuple[str, ...], list[str]] = {
    ("load",): ["{site}"],
    ("check",): ["{site}", "{site}/inbox/reports/P1_L01_2026-03-31.xlsx"],
    ("query",): ["{site}", "select * from line"],
    ("digest",): ["{site}"],
    ("report",): ["{site}", "-o", "{site}-report.pdf"],
    ("decide",): ["{site}", "some-id", "--accept", "mes", "--reason", "asked for"],
    ("approve",): ["{site}", "some-id"],
    ("undo",): ["{site}", "some-id", "--reason", "asked for"],
    ("waive",): [
        "{site}",
        "good_vs_mes",
        "--from",
        "2026-03-31",
        "--to",
        "2026-03-31",
        "--reason",
        "asked for",
    ],
    ("decisions",): ["{site}"],
    ("audit", "verify"): ["{site}"],
    ("keys", "rotate"): ["{site}"],
    ("backup",): ["{site}", "{site}-backup", "--key-file", "{site}.key"],
    ("restore",): ["{site}-backup", "{site}-second", "--key-file", "{site}.key"],
    ("retire",): ["{site}", "--reason", "asked for"],
    ("rollout", "show"): ["{site}"],
    ("rollout", "time"): ["{site}", "{site}/timings.csv"],
    ("rollout", "effort"): ["{site}", "3", "--reason", "asked for"],
    ("rollout", "move"): ["{site}", "P1/L01", "parallel", "--reason", "asked for"],
    ("people", "grant"): ["{site}", "wang", "viewer", "P1", "--reason", "asked for"],
    ("people", "revoke"): ["{site}", "some-id", "--reason", "asked for"],
    ("people", "list"): ["{site}"],
    ("people", "add"): ["{site}", "wang"],
    ("people", "link"): ["{site}", "wang"],
}


def test_every_verb_is_tried_here_or_touches_no_data() -> None:
    assert set(GIVEN) | set(NO_DATA) == set(verbs())
    assert not set(GIVEN) & set(NO_DATA)


@pytest.mark.parametrize("verb", GIVEN, ids=" ".join)
def test_without_the_keys_a_verb_shows_and_changes_nothing(
    loaded_site: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]
) -> None:
    (loaded_site / "timings.csv").write_text("kind,phase,minutes,timed_on,timed_by\nbook,before,9,2026-03-31,wang\n")
    before, rows = {path: path.read_bytes() for path in files(loaded_site)}, everything(loaded_site)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("SHIFTLEDGER_KEY_DIR", str(loaded_site.parent / "of-somebody-else"))
        words = [word.replace("{site}", str(loaded_site)) for word in GIVEN[verb]]
        done = CliRunner().invoke(app, [*verb, *words])
    shown = done.output + str(done.exception)
    assert done.exit_code != 0, shown
    assert isinstance(done.exception, KeyAccessError) or "SHIFTLEDGER_KEY_DIR" in shown, shown
    assert not [mark for mark in ("WO-L0", "HX-1040", "装配") if mark in shown]
    assert {path: path.read_bytes() for path in files(loaded_site) if path in before} == before
    assert everything(loaded_site) == rows


def files(home: Path) -> list[Path]:
    """Everything but locks."""
    return [path for path in home.rglob("*") if path.is_file() and path.suffix != ".lock"]

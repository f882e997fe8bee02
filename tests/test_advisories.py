"""What pip-audit could not look up is never told as free of vulnerabilities."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.advisories import Judged, judged

CLEAN = {"name": "polars", "version": "2.1.0", "vulns": []}
FLAW = {"id": "PYSEC-2014-8", "fix_versions": ["2.7.2"]}
FLAWED = {"name": "jinja2", "version": "2.4.1", "vulns": [FLAW, {"id": "CVE-1", "fix_versions": []}]}
SKIPPED = {"name": "duckdb", "skip_reason": "Dependency not found on PyPI and could not be audited: duckdb (1.5.5)"}


def test_each_package_is_checked_or_told_as_not_checked() -> None:
    assert judged({"dependencies": [CLEAN, FLAWED, SKIPPED], "fixes": []}) == Judged(
        2,
        ("jinja2 2.4.1: PYSEC-2014-8, right in 2.7.2", "jinja2 2.4.1: CVE-1, right in no version yet"),
        ("duckdb: Dependency not found on PyPI and could not be audited: duckdb (1.5.5)",),
    )


@pytest.mark.parametrize(
    ("says", "more", "code"),
    [
        ("nothing at all", [], 3),
        ("nothing at all", ["--where-possible"], 0),
        ('{"dependencies": [{"name": "jinja2", "skip_reason": "not found"}]}', [], 3),
        ('{"dependencies": [{"name": "jinja2", "version": "2.4.1", "vulns": []}]}', [], 3),
    ],
)
def test_where_no_database_answers_that_is_said_and_no_success(
    tmp_path: Path, says: str, more: list[str], code: int
) -> None:
    """What pip-audit prints without a network is put in its place: its own answer depends on where this runs."""
    command = tmp_path / "pip-audit"
    command.write_text(f"#!/bin/sh\necho '{says}'\n")
    command.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-m", "tests.advisories", "--pip-audit", command, *more],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert "NOT CHECKED: no database of advisories answers here" in done.stdout

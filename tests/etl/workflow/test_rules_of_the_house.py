"""What holds for every module of the workflow, checked on its syntax tree."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.database_use import database_use
from tests.ledger import ROOT

MODULES = sorted((ROOT / "etl" / "workflow").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_asset_check_schedule_or_sensor_talks_to_a_database(path: Path) -> None:
    assert list(database_use(ast.parse(path.read_text(encoding="utf-8")))) == []

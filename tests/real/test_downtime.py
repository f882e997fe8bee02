"""A bottling line's workbook against the same plant's text files: nothing differs, and one changed digit is found."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.load import run_load
from tests.real.downtime import make_site

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("bottling")]
WORKBOOK = "Manufacturing_Line_Productivity.xlsx"


def _load(home: Path) -> None:
    run_load(home, SYSTEM, now=datetime(2024, 9, 20))  # noqa: DTZ001 - stored instants are UTC without a zone


def _rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = current_version(home).connect()
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.fixture
def home(real: Path, key_dir: Path, tmp_path: Path) -> Path:
    assert key_dir.is_dir()
    return make_site(real, tmp_path / "site")


def test_38_batches_balance_to_the_minute_and_nothing_differs(home: Path) -> None:
    _load(home)
    assert _rows(home, "select count(*) from production") == [(38,)]
    assert _rows(home, "select status, count(*) from source_file group by all") == [("loaded", 3)]
    assert _rows(home, "select sum(downtime_min), count(*) from downtime group by source") == [(1388, 61), (1388, 61)]
    assert _rows(home, "select * from discrepancy") == []
    assert _rows(home, "select * from quarantine") == []


def test_the_balance_is_really_checked_for_all_batches(home: Path) -> None:
    products = home / "master" / "product.csv"
    products.write_text(products.read_text().replace("batch,60", "batch,61").replace("batch,98", "batch,99"))
    _load(home)
    found = _rows(home, "select count(*), min(delta), max(delta) from discrepancy where rule_no = 4")
    assert found == [(38, 1, 1)]


def test_a_batch_that_ends_after_midnight_ends_on_the_next_day(home: Path) -> None:
    _load(home)
    found = _rows(home, "select production_date::varchar, good_qty from production where order_id = '422148'")
    assert found == [("2024-09-03", None)]
    # 22:55 to 01:05 is 130 minutes: with the end on the same day the balance of this batch would be off by a day.
    assert _rows(home, "select count(*) from discrepancy where order_id = '422148'") == [(0,)]


@pytest.mark.parametrize(
    ("sheet", "cell", "old", "new", "delta"),
    [
        ("Line downtime", "C3", 60, 61, 1),
        ("Line downtime", "G40", None, 5, 5),
        ("Line downtime", "H19", 16, 36, 20),
        ("Line downtime", "E40", 25, 15, -10),
    ],
)
def test_one_changed_digit_in_the_workbook_is_one_difference_at_that_cell(
    home: Path, sheet: str, cell: str, old: int | None, new: int, delta: int
) -> None:
    path = home / "inbox" / "reports" / WORKBOOK
    workbook = openpyxl.load_workbook(path)
    if cell == "H19":
        cell = next(c.coordinate for c in workbook[sheet]["H"] if c.value == old)
    assert workbook[sheet][cell].value == old
    workbook[sheet][cell].value = new
    workbook.save(path)
    _load(home)
    found = _rows(home, "select rule_no, severity, also_rules, source_sheet, source_cell, delta from discrepancy")
    assert found == [(19, "error", "4", sheet, cell, delta)]  # as grave as rule 4, which it breaks too


def test_one_changed_digit_in_the_export_is_one_difference_at_its_record(home: Path) -> None:
    path = home / "inbox" / "mes" / "line-downtime.csv"
    lines = path.read_text().splitlines()
    assert lines[2] == "422111||60.0|||||15.0|||||"
    lines[2] = "422111||60.0|||||18.0|||||"
    path.write_text("\n".join(lines) + "\n")
    _load(home)
    found = _rows(home, "select rule_no, also_rules, source_cell, reference_locator, delta from discrepancy")
    assert found == [(19, None, "H3", "line-downtime.csv · record 3", -3)]


def test_a_corrected_workbook_is_a_new_revision_and_resolves_the_difference(home: Path, real: Path) -> None:
    path = home / "inbox" / "reports" / WORKBOOK
    workbook = openpyxl.load_workbook(path)
    workbook["Line downtime"]["C3"].value = 90
    workbook.save(path)
    _load(home)
    assert _rows(home, "select status from discrepancy") == [("open",)]
    shutil.copy(real / "Manufacturing-Downtime-dataset" / WORKBOOK, home / "inbox" / "reports" / "corrected.xlsx")
    _load(home)
    assert _rows(home, "select status from discrepancy where rule_no = 19") == [("resolved",)]
    revisions = _rows(
        home, "select revision, is_current, status from report where production_date = '2024-08-29' order by 1"
    )
    assert revisions == [(1, False, "superseded"), (2, True, "accepted")]
    untouched = _rows(home, "select max(revision) from report where production_date = '2024-08-30'")
    assert untouched == [(1,)]

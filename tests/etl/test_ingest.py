"""What a load tells of each file: loaded, partly loaded, or quarantined with a reason; one never stops the others."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart

from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.extract.pool import ReaderPool
from etl.load import run_load
from tests.etl.files import Grid, workbook
from tests.etl.normalize.plant import Plant
from tests.etl.normalize.test_exports import OUTPUT
from tests.etl.normalize.test_layouts import BASIC, HEAD, HOURS

GOOD = [*HEAD, *HOURS]


def charts_only() -> bytes:
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart").add_chart(BarChart())
    book.remove(book.worksheets[0])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture
def home(tmp_path: Path, reader: ReaderPool, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    (tmp_path / "keys").mkdir()
    folder = tmp_path / "site"
    for name in ("reports", "mes"):
        (folder / "inbox" / name).mkdir(parents=True)
    Plant(folder, reader).site(BASIC, exports=[OUTPUT.replace('id = "out"', 'id = "out"\nfile_name = "out*.csv"')])
    return folder


def load(home: Path, sql: str) -> list[tuple[Any, ...]]:
    run_load(home, SYSTEM, now=datetime(2026, 1, 7))  # noqa: DTZ001 - stored instants are UTC without a zone
    connection = current_version(home).connect()
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_each_file_has_its_own_fate_and_reason(home: Path) -> None:
    reports, mes = home / "inbox" / "reports", home / "inbox" / "mes"
    (reports / "a-good.xlsx").write_bytes(workbook({"S": GOOD}))
    (reports / "b-cut.xlsx").write_bytes(workbook({"S": GOOD})[:900])
    (reports / "c-charts.xlsx").write_bytes(charts_only())
    (reports / "d-unknown.xlsx").write_bytes(workbook({"S": [["hello"]]}))
    late = [["Date", "2026-01-06", None, "Line", "L1"], *HEAD[1:], ["Hour", "Good"], ["06:00", "x"], ["07:00", 5]]
    (reports / "e-partly.xlsx").write_bytes(workbook({"S": late}))
    (mes / "out1.csv").write_text("id;line;at;good\nR1;L1;2026-01-05T00:00:00Z;5\n")
    (mes / "out2.csv").write_text("id;line;at\nR1;L1;2026-01-05T00:00:00Z\n")
    (mes / "renamed.csv").write_text("id;line;at;good\nR2;L1;2026-01-05T00:00:00Z;5\n")
    (mes / "stray.csv").write_text("name;colour\nR2;red\n")
    assert load(home, "select name, status, reason_code, layout_id from source_file order by name") == [
        ("a-good.xlsx", "loaded", None, "basic"),
        ("b-cut.xlsx", "quarantined", "file_damaged", None),
        ("c-charts.xlsx", "quarantined", "file_empty", None),
        ("d-unknown.xlsx", "quarantined", "sheet_no_layout", None),
        ("e-partly.xlsx", "partial", None, "basic"),
        ("out1.csv", "loaded", None, "out"),
        ("out2.csv", "quarantined", "export_columns_missing", None),
        ("renamed.csv", "loaded", None, "out"),
        ("stray.csv", "quarantined", "export_no_mapping", None),
    ]


def test_a_sheet_that_is_refused_holds_back_only_itself(home: Path) -> None:
    pages: dict[str, Grid] = {"S": GOOD, "extra": [["Hour", "Good", "Weight"], ["06:00", 5, 7]]}
    (home / "inbox" / "reports" / "book.xlsx").write_bytes(workbook(pages))
    sql = "select source_sheet, reason_code from quarantine"
    assert load(home, sql) == [("extra", "sheet_columns_missing")]
    assert load(home, "select status from source_file") == [("partial",)]

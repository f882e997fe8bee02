"""``layout show``: what each layout sees, and why the others do not fit."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from etl.cli import app
from tests.etl.files import Grid, workbook

SHEET: Grid = [
    ["日期", "2026-01-05", "线别", "L1", "班次", "早班", "工单号", "O-1", "产品型号", "A"],
    [],
    ["时段", "计划", "实际", "不良", "停机(min)", "备注"],
    ["06:00-07:00", 100, "9O", "x", 5],
    ["合计", 100, 90, 0, 5],
    ["停机记录"],
    ["开始", "结束", "分钟", "原因代码", "描述"],
    ["不良明细"],
    ["代码", "数量"],
    [],
    ["制表", "Li", None, None, None, None, "stray"],
]


def test_every_cell_is_told_with_its_meaning_its_repair_and_its_refusal(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(workbook({"早班": SHEET}))
    shown = CliRunner().invoke(app, ["layout", "show", str(path), "--json", "--layout", "shift-sheet"])
    assert shown.exit_code == 0
    (seen,) = json.loads(shown.stdout)
    assert (seen["layout"], seen["misfits"]) == ("shift-sheet", [])
    cells = {(c["cell"], c["measure"]): c for c in seen["cells"]}
    assert cells["D1", "line_id"]["value"] == "L1"
    assert (cells["C4", "good_qty"]["value"], cells["C4", "good_qty"]["repair"]) == ("90", "letter_o")
    assert cells["D4", "scrap_qty"]["refusal"] == "A number belongs here. Write digits only."
    assert seen["tables"][0] == {
        "name": "hours",
        "header_rows": [3],
        "total_rows": [5],
        "skipped_rows": [],
        "across": False,
    }
    assert (seen["unused"], seen["first_unused"]) == (2, ["B11 Li", "G11 stray"])


def test_a_sheet_that_nothing_fits_is_told_with_what_is_missing_and_exits_with_1(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(workbook({"早班": [["日期", "2026-01-05"], ["时段", "实际"], ["06:00", 5]]}))
    shown = CliRunner().invoke(app, ["layout", "show", str(path)])
    assert shown.exit_code == 1
    assert "shift-sheet does not fit; missing: 线别, 工单号, 产品型号, 计划, 不良, 停机(min), 备注" in shown.stdout

"""``layout show``: what each layout sees, and why the others do not fit."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from etl.cli import app
from etl.new_site import make_empty_site
from tests.etl.files import Grid, workbook

LAYOUT = """
id = "basic"
[fields]
production_date = { label = "Date" }
line_id = { label = "Line" }
shift_id = { const = "early" }
[tables.hours]
into = "output"
total = "Total"
end = "Signed"
columns.hour_start = { header = "Hour" }
columns.good_qty = { header = "Good" }
columns.scrap_qty = { header = "Scrap" }
"""
SHEET: Grid = [
    ["Date", "2026-01-05", "Line", "L1"],
    ["Hour", "Good", "Scrap"],
    ["06:00-07:00", "9O", "x"],
    ["Total", 90, 0],
    ["Signed", "Li", None, None, "stray"],
]


def show(folder: Path, sheet: Grid, *options: str) -> Result:
    make_empty_site(folder / "site")
    (folder / "site" / "layouts" / "basic.toml").write_text(LAYOUT)
    (folder / "report.xlsx").write_bytes(workbook({"Sheet": sheet}))
    asked = [str(folder / "report.xlsx"), "--site", str(folder / "site"), "--layout", "basic", *options]
    return CliRunner().invoke(app, ["layout", "show", *asked])


def test_every_cell_is_told_with_its_meaning_its_repair_and_its_refusal(tmp_path: Path) -> None:
    shown = show(tmp_path, SHEET, "--json")
    assert shown.exit_code == 0
    (seen,) = json.loads(shown.stdout)
    assert (seen["layout"], seen["misfits"]) == ("basic", [])
    cells = {(c["cell"], c["measure"]): c for c in seen["cells"]}
    assert cells["D1", "line_id"]["value"] == "L1"
    assert (cells["B3", "good_qty"]["value"], cells["B3", "good_qty"]["repair"]) == ("90", "letter_o")
    assert cells["C3", "scrap_qty"]["refusal"] == "A number belongs here. Write digits only."
    (table,) = seen["tables"]
    assert (table["name"], table["header_rows"], table["total_rows"]) == ("hours", [2], [4])
    assert (seen["unused"], seen["first_unused"]) == (2, ["B5 Li", "E5 stray"])


def test_a_sheet_that_nothing_fits_is_told_with_what_is_missing_and_exits_with_1(tmp_path: Path) -> None:
    shown = show(tmp_path, [["Date", "2026-01-05"], ["Hour", "Good"], ["06:00", 5]])
    assert shown.exit_code == 1
    assert "basic does not fit; missing: Line, Scrap" in shown.stdout


def test_the_shipped_layouts_are_tried_without_a_site(tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").write_bytes(workbook({"Sheet": SHEET}))
    shown = CliRunner().invoke(app, ["layout", "show", str(tmp_path / "report.xlsx")])
    assert shown.exit_code == 1
    assert "shift-sheet does not fit" in shown.stdout

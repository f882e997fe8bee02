"""From a workbook to the table ``notice``: what concerns a report is told with its cell, the rest is not."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest

from data_contracts.language import LANGUAGES
from etl.preflight import preflight
from etl.tell import notice_text
from tests.ledger import ACTOR, NOW, draft, hand_in, kept, load


@pytest.fixture
def odd(loaded_site: Path) -> Path:
    """A report of the early shift whose rows, columns and cells were played with."""
    path = hand_in(loaded_site, draft(), "odd.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=False)
    page = book["早班"]
    for row in range(7, 15):
        page.cell(row, 4).value = None  # the running total is a formula that openpyxl leaves without a result
    page.row_dimensions[9].hidden = True
    page.row_dimensions[60].hidden = True
    page.cell(60, 1).value = "a note far below"
    page.column_dimensions["E"].hidden = True
    page.column_dimensions["T"].hidden = True
    page.cell(3, 20).value = "a note far right"
    page.cell(12, 7).value = "  "
    page.cell(12, 25).value = "  "
    page.merge_cells("F10:F11")
    page.merge_cells("A1:L2")
    page["F11"]  # what stood there is gone with the merge
    notes = book.create_sheet("notes")
    notes["A1"] = "not a report"
    notes.row_dimensions[1].hidden = True
    notes.sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    path.unlink()
    outside = loaded_site.parent / "odd.xlsx"
    outside.write_bytes(target.getvalue())
    return outside


def test_only_what_concerns_a_report_is_told_and_each_with_its_cell(loaded_site: Path, odd: Path) -> None:
    found = preflight(loaded_site, ACTOR, [odd], now=NOW)
    told = {(code, cell) for code, cell in found.notices.select("reason_code", "source_cell").rows()}
    assert told == {
        ("hidden_row_data", "A9"),
        ("hidden_column_data", "E3"),
        ("blank_text", "G12"),
        ("merged_over_rows", "F10"),
    }
    merged = found.notices.filter(reason_code="merged_over_rows").row(0, named=True)
    assert json.loads(merged["reason_params"]) == {"measure": "stop_min", "rows": 2, "range": "F10:F11"}
    assert (merged["line_id"], merged["shift_id"], merged["source_sheet"]) == ("L01", "early", "早班")
    for language in LANGUAGES:
        lines = [notice_text(row, language) for row in found.notices.iter_rows(named=True)]
        assert any(line.startswith("早班!A9: ") for line in lines)
        assert not any("{" in line for line in lines)


def test_a_load_counts_notices_and_reading_again_does_not_double_them(loaded_site: Path, odd: Path) -> None:
    (loaded_site / "inbox" / "reports" / "odd.xlsx").write_bytes(odd.read_bytes())
    result = load(loaded_site)
    assert result.notices == 4
    assert kept(loaded_site, "select count(*) from notice where source_file = 'odd.xlsx'") == [(4,)]
    assert kept(loaded_site, "select max(notices) from load") == [(4,)]

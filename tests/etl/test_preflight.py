"""``check``: what would be refused or differ, and nothing of it stays."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from data_contracts.errors import StoreError
from etl.annotate.problems import problems
from etl.preflight import Preflight, preflight
from tests.ledger import ACTOR, NOW, draft, everything, hand_in, kept, load, state


def check(home: Path, *files: Path) -> Preflight:
    return preflight(home, ACTOR, files, now=NOW)


def differing(home: Path, name: str, by: int = 60) -> Path:
    """A report that says more than the MES in the hour of cell C9, outside the inbox."""
    report = draft()
    report.hours[2].good_qty = (report.hours[2].good_qty or 0) + by
    return Path(shutil.move(hand_in(home, report, name), home.parent / name))


def test_a_difference_is_told_with_its_cell_and_nothing_is_stored(loaded_site: Path) -> None:
    before, rows = state(loaded_site), everything(loaded_site)
    originals = sorted((loaded_site / "data" / "vault").rglob("*"))

    found = check(loaded_site, differing(loaded_site, "bad.xlsx"))

    assert found.findings["rule_id"].to_list() == ["good_vs_mes"]
    (problem,) = problems(found.held_back, found.findings, "en")
    assert (problem.sheet, problem.where, problem.severity, problem.is_refused) == ("早班", "C9", "error", False)
    assert found.held_back.is_empty()
    assert everything(loaded_site) == rows
    assert state(loaded_site) == before
    assert sorted((loaded_site / "data" / "vault").rglob("*")) == originals
    assert kept(loaded_site, "from dirty_day") == []


def test_a_correct_report_is_told_to_be_correct(loaded_site: Path) -> None:
    found = check(loaded_site, differing(loaded_site, "good.xlsx", by=0))
    assert (found.reports.height, found.held_back.height, found.findings.height) == (1, 0, 0)


def test_a_report_that_is_in_the_ledger_already_is_told_as_the_ledger_has_it(loaded_site: Path) -> None:
    hand_in(loaded_site, draft(), "aside.xlsx").unlink()
    path = differing(loaded_site, "bad.xlsx")
    inside = loaded_site / "inbox" / "reports" / "bad.xlsx"
    shutil.copy2(path, inside)
    load(loaded_site)
    rows = everything(loaded_site)

    found = check(loaded_site, inside)
    assert found.reports["revision"].to_list() == [2]
    assert found.findings["source_cell"].to_list() == ["C9"]

    with inside.open("ab") as file:
        file.write(b"\0")  # saved again: other bytes, the same content
    again = check(loaded_site, inside)
    assert again.reports.height == 1
    assert again.findings["source_cell"].to_list() == ["C9"]
    assert everything(loaded_site) == rows


def test_several_files_and_one_of_them_twice(loaded_site: Path) -> None:
    bad = differing(loaded_site, "bad.xlsx")
    copied = Path(shutil.copyfile(bad, bad.with_name("copied.xlsx")))
    paper = bad.with_name("paper.xlsx")
    paper.write_text("see paper")
    inside = loaded_site / "inbox" / "reports" / "P1_L02_2026-03-31.xlsx"

    found = check(loaded_site, bad, copied, paper, inside)

    assert found.reports.height == 4
    assert found.findings.height == 1
    (problem,) = problems(found.held_back, found.findings.clear(), "en")
    assert problem.message.startswith("This is text or CSV, no Excel workbook.")
    assert (problem.sheet, problem.where, problem.is_refused) == (None, None, True)


def test_a_report_of_the_future_and_one_of_an_unknown_line_are_told(loaded_site: Path) -> None:
    early, elsewhere = draft(), draft("L02")
    early.production_date += timedelta(days=365)
    elsewhere.product_text = "ZZ-1"
    files = [hand_in(loaded_site, early, "early.xlsx"), hand_in(loaded_site, elsewhere, "elsewhere.xlsx")]
    found = check(loaded_site, *files)
    assert sorted(found.findings.select("rule_id", "source_cell").rows()) == [
        ("date_open", "B3"),
        ("known_and_valid", "H4"),
    ]


def test_a_site_in_which_nothing_was_loaded_yet_can_be_checked_against(fresh_site: Path) -> None:
    found = check(fresh_site, fresh_site / "inbox" / "reports" / "P1_L01_2026-03-31.xlsx")
    assert found.reports.height == 3
    assert kept(fresh_site, "select count(*) from report") == [(0,)]


def test_a_file_that_is_not_there_is_told(loaded_site: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere\.xlsx: No such file"):
        check(loaded_site, Path("nowhere.xlsx"))

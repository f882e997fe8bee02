"""``check``: what it prints, the annotated copies it writes, and what it never writes over."""

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from data_contracts.site import Site
from etl.cli import app
from etl.template import make_template, workbook
from tests.ledger import LAST, draft, everything, hand_in


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def differing(home: Path, name: str, by: int = 60) -> Path:
    """A report that says more than the MES in the hour of cell C9, outside the inbox."""
    report = draft()
    report.hours[2].good_qty = (report.hours[2].good_qty or 0) + by
    return Path(shutil.move(hand_in(home, report, name), home.parent / name))


def unreadable(home: Path, name: str) -> Path:
    """One with a word for a number in E9, full-width digits in C10, and the mark of a formula in its remark."""
    path = differing(home, name, by=0)
    book = openpyxl.load_workbook(path)
    sheet = book["早班"]
    sheet["E9"] = "many"
    sheet["C10"] = "".join(chr(ord(digit) + 0xFEE0) for digit in str(sheet["C10"].value))
    sheet["G9"] = "'=1+1"
    book.save(path)
    return path


def told(result: Result) -> list[dict[str, object]]:
    body = json.loads(result.stdout)
    return [{k: v for k, v in one.items() if k != "file"} for one in (*body["refused"], *body["differences"])]


def test_findings_are_told_by_file_and_sheet_in_the_order_of_cells_and_in_one_line(loaded_site: Path) -> None:
    bad, odd = differing(loaded_site, "bad.xlsx"), unreadable(loaded_site, "odd.xlsx")
    said = run(loaded_site, odd, bad, "--language", "en")
    assert said.exit_code == 1
    lines = said.stdout.splitlines()
    assert lines[:2] == ["odd.xlsx", "  早班"]
    assert lines[2] == "    E9 [Refused] Scrap “many”: A number belongs here. Write digits only."
    assert "  Read after a repair: full-width characters read as plain ones: 1 (早班: C10)" in lines
    at = lines.index("bad.xlsx")
    assert lines[at + 1] == "  早班"
    assert lines[at + 2].startswith("    C9 [Error 17] Good quantity: The report says ")
    assert lines[-1].startswith("2 reports, 1 refused cell, ")
    assert lines[-1].endswith(": hand in after correcting odd.xlsx 早班!E9, bad.xlsx 早班!C9")
    zh = run(loaded_site, odd, "--language", "zh").stdout.splitlines()
    assert zh[2].startswith("    E9 [未读取] 不良数 “many”: 这里应是数字")
    assert zh[-1] == "1 份报表,1 个单元格未读取,0 处差异:请改正 E9 后再交"


@pytest.mark.parametrize("known", [False, True], ids=["new", "in the ledger"])
def test_an_annotated_copy_read_back_says_the_same_as_the_report(loaded_site: Path, known: bool) -> None:
    bad, odd = differing(loaded_site, "bad.xlsx"), unreadable(loaded_site, "odd.xlsx")
    if known:
        shutil.copy2(bad, loaded_site / "inbox" / "reports")
        assert CliRunner().invoke(app, ["load", str(loaded_site)]).exit_code == 0
    rows = everything(loaded_site)
    out = loaded_site.parent / "out"
    before = [path.read_bytes() for path in (bad, odd)]
    first = run(loaded_site, bad, odd, "--annotate", out, "--json")
    assert first.exit_code == 1
    again = run(loaded_site, out / "bad.xlsx", out / "odd.xlsx", "--json")
    assert told(again) == told(first) != []
    assert json.loads(again.stdout)["repairs"] == json.loads(first.stdout)["repairs"]
    assert [path.read_bytes() for path in (bad, odd)] == before
    assert everything(loaded_site) == rows
    sheet = openpyxl.load_workbook(out / "odd.xlsx")["早班"]
    assert (sheet["E9"].value, sheet["E9"].fill.fgColor.rgb) == ("many", "FFFFC7CE")
    assert sheet["G9"].data_type == "s"
    assert (out / "bad.xlsx").stat().st_mode & 0o777 == 0o644


def test_nothing_is_written_over_unless_said_and_never_a_report(loaded_site: Path) -> None:
    bad = differing(loaded_site, "bad.xlsx")
    folder = loaded_site.parent / "out"
    (folder / "sub").mkdir(parents=True)
    there = folder / "bad.xlsx"
    there.write_text("mine")
    copied = Path(shutil.copy2(bad, folder / "sub" / "bad.xlsx"))
    wrong: list[Sequence[object]] = [
        [bad, "--annotate", bad],
        [bad, "--annotate", bad.parent, "--force"],
        [bad, "--annotate", there],
        [bad, "--annotate", folder],
        [bad, "--annotate", folder / "copy.xls"],
        [bad, copied, "--annotate", folder, "--force"],
        [bad, copied, "--annotate", there, "--force"],
        [folder / "none*.xlsx"],
        [folder / "gone.xlsx"],
    ]
    for arguments in wrong:
        said = run(loaded_site, *arguments)
        assert said.exit_code != 0, arguments
        assert said.exception is not None
        assert said.stdout == ""
        assert there.read_text() == "mine"
    assert run(loaded_site, bad, "--annotate", there, "--force").exit_code == 1
    assert openpyxl.load_workbook(there).sheetnames[-1] == "Check result"
    assert sorted(p.name for p in folder.iterdir()) == ["bad.xlsx", "sub"]


def test_folders_and_patterns_are_gone_through_and_a_file_that_cannot_be_read_gets_no_copy(loaded_site: Path) -> None:
    folder = loaded_site.parent / "reports"
    (folder / "night").mkdir(parents=True)
    shutil.move(differing(loaded_site, "bad.xlsx"), folder / "night" / "bad.xlsx")
    (folder / "paper.xlsx").write_text("see paper")
    (folder / "~$bad.xlsx").write_text("lock")
    out = loaded_site.parent / "out"
    said = run(loaded_site, folder, "--annotate", out, "--language", "en")
    assert said.exit_code == 1
    assert said.stdout.startswith(
        f"annotated copy: {out / 'night' / 'bad.xlsx'}\npaper.xlsx: no annotated copy. This is text or CSV"
    )
    assert "night/bad.xlsx\n  早班\n    C9 " in said.stdout
    assert [p.relative_to(out).as_posix() for p in out.rglob("*.*")] == ["night/bad.xlsx"]
    found = json.loads(run(loaded_site, folder / "*" / "b*.xlsx", "--json").stdout)
    assert (found["reports"], len(found["differences"]), found["notices"]) == (1, 1, [])


def test_an_older_template_is_noticed_and_read(loaded_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "CURRENT", 0)
    path = loaded_site.parent / "old.xlsx"
    make_template(loaded_site, "L01", day=LAST).save(path, force=False)
    found = json.loads(run(loaded_site, path, "--json", "--language", "en").stdout)
    assert found["refused"] == []
    assert found["notices"] == [
        {
            "file": "old.xlsx",
            "text": "This is version 0 of the template; version 1 is current. Download it anew: shiftledger template",
        }
    ]


def test_the_last_line_names_each_cell_with_its_file_and_files_that_are_refused_as_a_whole(loaded_site: Path) -> None:
    odd, paper = unreadable(loaded_site, "odd.xlsx"), loaded_site.parent / "paper.xlsx"
    book = openpyxl.load_workbook(odd)
    book["早班"]["B4"] = None
    book.save(odd)
    paper.write_text("line,day\n")
    said = run(loaded_site, odd, paper, "--language", "en").stdout.splitlines()
    assert said[-1].endswith(": hand in after correcting odd.xlsx 早班!E9, paper.xlsx")
    unsigned = next(n for n, line in enumerate(said) if "[Warning 16]" in line)
    assert said[unsigned + 1].startswith("      (L01 ")


def test_rows_that_lack_the_same_are_told_once(loaded_site: Path) -> None:
    path = loaded_site.parent / "blank.xlsx"
    make_template(loaded_site, "L01", shift="early", today=date(2026, 3, 31)).save(path, force=False)
    said = run(loaded_site, path, "--language", "en").stdout.splitlines()
    assert (
        said[2] == "    rows 9-17, 31, 43 [Refused] Production day: This row does not say: Production day. Fill it in."
    )
    assert said[-1] == "0 reports, 0 refused cells, 1 other refusal, 0 differences: hand in after correcting the file"
    assert "standard-report" in {layout.id for layout in Site.open(loaded_site).layouts}

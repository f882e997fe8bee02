"""A leader has a report checked, corrects it, hands it in, and sees what became of it; only of lines of their own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import streamlit as st
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from data_contracts.errors import ScopeError, StoreError
from data_contracts.scope import Actor, Scope
from etl.desk import Upload, check_report, hand_in, lines_of, template_of
from etl.settings import data_folder
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.dashboards.test_pages import run, shown
from tests.etl.test_preflight import differing

LEADER = Actor("li.wei")
COMPANY = Scope.company()


@pytest.fixture
def site(loaded_site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("SHIFTLEDGER_SCOPE", "SHIFTLEDGER_ACTOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHIFTLEDGER_SITE", str(loaded_site))
    st.cache_data.clear()
    st.cache_resource.clear()
    return loaded_site


def report(site: Path, by: int) -> Upload:
    """A report of line L01 that says so much more than the MES in cell C9."""
    return Upload("L01.xlsx", differing(site, f"{by}.xlsx", by).read_bytes())


def handed_over(upload: Upload, language: str = "en") -> AppTest:
    return run("desk", lang=language).file_uploader(key="desk.file").upload(upload.name, upload.content).run()


def inbox(site: Path) -> dict[str, str]:
    files = (site / "inbox" / "reports").rglob("L01*.xlsx")
    return {path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize(("language", "refusal"), [("en", "hand in after correcting C9"), ("zh", "请改正 C9 后再交")])
def test_a_mistake_is_told_with_its_cell_in_the_leaders_language(site: Path, language: str, refusal: str) -> None:
    test = handed_over(report(site, 60), language)
    text = shown(test)
    assert refusal in text
    assert "早班!C9" in text
    assert test.button(key="desk.hand_in").label == {"en": "Hand in all the same", "zh": "仍然提交"}[language]
    assert inbox(site) == {}


def test_the_copy_has_the_cell_marked(site: Path, tmp_path: Path) -> None:
    found = check_report(site, LEADER, COMPANY, report(site, 60), "zh")
    assert found.copy is not None
    (tmp_path / "copy.xlsx").write_bytes(found.copy)
    comment = load_workbook(tmp_path / "copy.xlsx")["早班"]["C9"].comment
    assert comment is not None
    assert not found.is_clean


def test_a_corrected_report_is_handed_in_once_and_under_its_own_name(site: Path) -> None:
    first, second = report(site, 0), report(site, 60)
    test = handed_over(first).button(key="desk.hand_in").click().run()
    assert "Handed in as L01.xlsx" in shown(test)
    assert "waits for the next load" in shown(test)
    assert hand_in(site, LEADER, COMPANY, first, "en") == "L01.xlsx"
    other = hand_in(site, LEADER, COMPANY, second, "en")
    folder = "inbox/reports/P1"
    assert inbox(site) == {f"{folder}/L01.xlsx": first.sha256, f"{folder}/{other}": second.sha256}
    data = data_folder(site)
    log = AuditLog(data, load_keys(data, Path(data.parents[1] / "keys"), create=False))
    told = [record for record in log.records() if record["action"] == "report.hand_in"]
    assert [record["actor"] for record in told] == ["local", "li.wei"]


def test_a_report_of_another_line_is_neither_checked_nor_taken(site: Path) -> None:
    other = Scope.parse("P1/A2")
    found = check_report(site, LEADER, other, report(site, 60), "en")
    assert "outside your scope" in found.refusal
    assert found.problems == ()
    with pytest.raises(ScopeError):
        hand_in(site, LEADER, other, report(site, 0), "en")
    assert inbox(site) == {}


@pytest.mark.parametrize("name", ["../../site.toml", "evil.exe", ".xlsx"])
def test_what_is_no_workbooks_name_is_refused(site: Path, name: str) -> None:
    with pytest.raises(StoreError):
        hand_in(site, LEADER, COMPANY, Upload(name, b"x"), "en")


def test_a_template_is_made_for_a_line_of_the_scope_only(site: Path) -> None:
    line = lines_of(site, COMPANY)[0]
    assert template_of(site, LEADER, COMPANY, line.plant_id, line.line_id, "zh").startswith(b"PK")
    with pytest.raises(ScopeError):
        template_of(site, LEADER, Scope.parse("elsewhere"), line.plant_id, line.line_id, "zh")
    assert lines_of(site, Scope()) == []


def test_earlier_reports_are_told_with_what_became_of_them(site: Path) -> None:
    assert site.is_dir()
    text = shown(run("desk", lang="en"))
    assert "What became of earlier reports" in text
    assert "accepted" in text

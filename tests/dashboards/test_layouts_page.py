"""A person hands in a workbook, sees what is proposed, corrects it, tries it, saves it; everything is on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data_contracts.language import REASONS
from data_contracts.scope import Actor
from etl.desk import Upload, draft_of, layouts_in_force, save_layout, try_on
from etl.settings import data_folder
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.dashboards.conftest import use
from tests.dashboards.small_site import EVIL, SmallSite
from tests.dashboards.test_pages import run, shown
from tests.etl.draft.sheets import book

WANG = Actor("Wang")
MINIMAL = 'id = "mine"\ntitle_zh = "甲"\ntitle_en = "Mine"\n'
KEYS = {
    "line_id": '{ label = "Linie:" }',
    "production_date": '{ label = "Datum:" }',
    "shift_id": '{ label = "Schicht:" }',
}
GOOD = (
    MINIMAL
    + "\n[fields]\n"
    + "\n".join(f"{key} = {place}" for key, place in KEYS.items())
    + '\n\n[tables.rows]\ninto = "output"\ntotal = ["Summe"]\nignore = ["Rolle"]\n\n[tables.rows.columns]\n'
    + 'hour_start = { header = "Stunde" }\nplanned_qty = { header = "Soll" }\ngood_qty = { header = "Gutteile" }\n'
)


def assembly(day: date, *, good: object = 41, role: str = "R1") -> Upload:
    """A report of line L1 that no layout knows."""
    rows: list[list[Any]] = [
        ["Montagebericht"],
        [],
        ["Datum:", day, None, "Schicht:", "Day", None, "Linie:", "L1"],
        [],
        ["Stunde", "Soll", "Gutteile", "Rolle"],
        ["08:00", 50, 48, role],
        ["09:00", 50, good, role],
        ["Summe", 100, 89],
    ]
    return Upload(f"assembly {day}.xlsx", book({"Montage": rows}))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallSite]:
    """A site that has loaded nothing yet."""
    new = SmallSite(tmp_path / "site", tmp_path / "keys")
    new.configure()
    with (new.home / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n[limits]\nworkers = 1\n")
    use(new, monkeypatch)
    yield new
    data = data_folder(new.home)
    if (data / "key-id").is_file():
        assert AuditLog(data, load_keys(data, new.key_dir, create=False)).verify() == []


def records(site: SmallSite, action: str) -> list[dict[str, Any]]:
    data = data_folder(site.home)
    log = AuditLog(data, load_keys(data, site.key_dir, create=False))
    return [dict(record) for record in log.records() if record["action"] == action]


def hand_in(site: SmallSite, upload: Upload, language: str = "en") -> AppTest:
    assert site.home.is_dir()
    test = run("layouts", lang=language)
    return test.file_uploader(key="layouts.file").upload(upload.name, upload.content).run()


@pytest.mark.parametrize(("language", "own"), [("zh", "其中本站点 0 个"), ("en", "0 of this site")])
def test_before_anything_is_loaded_the_page_lists_the_layouts_in_force(
    site: SmallSite, language: str, own: str
) -> None:
    assert not (site.home / "data").exists()
    text = shown(run("layouts", lang=language))
    assert own in text
    assert "shift-sheet.toml" in text


def test_a_workbook_is_drafted_corrected_tried_and_saved(site: SmallSite) -> None:
    test = hand_in(site, assembly(date(2026, 11, 2), role=EVIL))
    text = shown(test)
    assert 'title="C5: header, ' in text
    assert ">good_qty</small>" in text
    assert EVIL not in text
    assert 'id = "draft-assembly-2026-11-02"' in (test.text_area(key="layouts.text").value or "")

    test.text_area(key="layouts.text").set_value(GOOD).run()
    test.button(key="layouts.try").click().run()
    text = shown(test)
    assert "What came of it" in text
    assert "First rows: output" in text

    test.text_input(key="layouts.name").set_value("assembly.toml").run()
    test.button(key="layouts.save").click().run()
    assert "✓ Saved" in shown(test)
    assert (site.home / "layouts" / "assembly.toml").read_text() == GOOD
    assert dict(test.query_params) == {"lang": "en"}
    (saved,) = records(site, "layout.save")
    assert saved["actor"] == "local"
    assert saved["details"]["old_sha256"] is None
    assert len(records(site, "layout.draft")) == len(records(site, "layout.try")) == 1

    test.button(key="layouts.save").click().run()
    assert "is in force already" in shown(test)
    test.checkbox(key="layouts.force").set_value(True).run()
    test.button(key="layouts.save").click().run()
    assert "✓ Saved" in shown(test)


def test_a_wrong_text_is_told_with_its_line_and_nothing_is_tried(site: SmallSite) -> None:
    test = hand_in(site, assembly(date(2026, 11, 2)), "zh")
    test.text_area(key="layouts.text").set_value(GOOD.replace('"Gutteile"', '"Gutteile", heder = 1')).run()
    test.button(key="layouts.try").click().run()
    text = shown(test)
    line = GOOD.splitlines().index('good_qty = { header = "Gutteile" }') + 1
    assert f"第 {line} 行" in text
    assert "tables.rows.columns.good_qty.heder" in text
    assert "试读结果" not in text
    assert records(site, "layout.try")[0]["outcome"] == "refused"


def test_what_is_no_workbook_is_refused_in_the_persons_language(site: SmallSite) -> None:
    drafted = draft_of(site.home, WANG, Upload("a.xlsx", b"nothing"), "zh")
    assert drafted.refusal == REASONS.text("reason.file_is_text", "zh")
    assert {record["outcome"] for record in records(site, "layout.draft")} == {"refused"}


def test_a_layout_is_tried_on_the_workbooks_that_wait_too(site: SmallSite) -> None:
    waiting = site.home / "inbox" / "reports"
    waiting.mkdir(parents=True)
    for day in (3, 4):
        (waiting / f"{day}.xlsx").write_bytes(assembly(date(2026, 11, day), good="many" if day == 4 else 40).content)
    (waiting / "other.xlsx").write_bytes(book({"Sheet1": [["nothing", "of", "the", "kind"]]}))
    upload = assembly(date(2026, 11, 2))
    tried = try_on(site.home, WANG, GOOD, upload, "en")
    assert len(tried.files) == 4
    assert {file.origin: file.tried.reports for file in tried.recognised} == {"upload": 1, "inbox": 1}
    assert sorted(file.name for file in tried.recognised) == ["3.xlsx", "4.xlsx", upload.name]
    (refused,) = [(file.name, one) for file in tried.recognised for one in file.tried.refused]
    assert (refused[0], refused[1].place, refused[1].raw) == ("4.xlsx", "Montage!C7", "many")
    assert len(try_on(site.home, WANG, GOOD, upload, "en", everywhere=False).files) == 1


def test_a_layout_that_fits_as_well_as_one_in_force_is_told(site: SmallSite) -> None:
    save_layout(site.home, WANG, "first.toml", GOOD)
    tried = try_on(site.home, WANG, GOOD.replace('"mine"', '"other"'), assembly(date(2026, 11, 2)), "en")
    assert tried.files[0].tried.others == ("mine",)


@pytest.mark.parametrize("name", ["../evil.toml", "a/b.toml", "/x.toml", "A.toml", "_a.toml", ".toml", "a.toml\n"])
def test_a_name_that_is_no_plain_file_name_is_refused(site: SmallSite, name: str) -> None:
    saved = save_layout(site.home, WANG, name, GOOD, force=True)
    assert saved.path is None
    assert "small letters" in saved.problems[0].text
    assert not list(site.home.parent.rglob("*evil*"))
    assert not (site.home / "layouts").exists()
    assert records(site, "layout.save")[0]["outcome"] == "refused"


def test_a_file_that_is_there_is_replaced_only_on_purpose(site: SmallSite) -> None:
    save_layout(site.home, WANG, "a.toml", GOOD)
    changed = GOOD.replace("Mine", "Ours")
    assert save_layout(site.home, WANG, "a.toml", changed).exists
    assert (site.home / "layouts" / "a.toml").read_text() == GOOD
    assert save_layout(site.home, WANG, "shift-sheet.toml", GOOD).exists  # one of the product's
    assert save_layout(site.home, WANG, "a.toml", changed, force=True).path
    assert (site.home / "layouts" / "a.toml").read_text() == changed
    first, *_, last = (r["details"] for r in records(site, "layout.save") if r["outcome"] == "done")
    assert last["old_sha256"] == first["new_sha256"] != last["new_sha256"]


def test_a_layout_with_which_the_site_would_not_open_is_not_saved(site: SmallSite) -> None:
    save_layout(site.home, WANG, "a.toml", GOOD)
    saved = save_layout(site.home, WANG, "b.toml", GOOD)
    assert "'mine' is the id of" in saved.problems[0].text
    assert str(site.home / "layouts" / "b.toml") in saved.problems[0].text
    assert [layout.file_name for layout in layouts_in_force(site.home) if layout.is_own] == ["a.toml"]

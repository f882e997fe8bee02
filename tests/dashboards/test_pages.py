"""Every page runs in both languages, says what it rests on, and says plainly when there is nothing to show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboards.app
from etl.desk import SheetWindow
from tests.dashboards.small_site import EVIL, SmallSite

PAGES = ("overview", "output", "discrepancies", "trend")


def run(page: str, **address: str) -> AppTest:
    """One run of a page at an address."""

    def script(key: str) -> None:
        from dashboards.app import found_pages, run_page  # noqa: PLC0415 - AppTest runs this body on its own

        run_page(next(module for module in found_pages() if key == module.PAGE.key))

    test = AppTest.from_function(script, kwargs={"key": page}, default_timeout=60)
    for name, value in address.items():
        test.query_params[name] = value
    return test.run()


def shown(test: AppTest) -> str:
    """All HTML and text of the page, without the style sheet."""
    assert not test.exception
    parts = [element.proto.body for element in test.get("html")]
    texts = [part for part in parts if not part.startswith(("<style", "<script"))]
    return "\n".join([*texts, *(caption.value for caption in test.caption)])


@pytest.fixture(autouse=True)
def _no_vault(at_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small site, unless a test makes its own. Reading a source is the pipeline's, and tested with the browser."""
    window = SheetWindow("早班", 8, 2, [["100", EVIL], ["100", "1890"]], (9, 3))
    monkeypatch.setattr("dashboards.origin.source_window", lambda *_args, **_named: window)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_it_rests_on_in_the_readers_language(page: str, language: str) -> None:
    text = shown(run(page, lang=language))
    assert ("已收报表 17 / 应收 18" if language == "zh" else "Reports received 17 of 18") in text
    assert ("缺 1" if language == "zh" else "1 missing") in text
    assert ("暂定数据" if language == "zh" else "Provisional") in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_hour_board_names_the_cell_of_origin(language: str) -> None:
    text = shown(run("hours", lang=language, plant="P1", line="L1", **{"from": "2026-03-12", "to": "2026-03-12"}))
    assert "2026-03-12_L1.xlsx / 早班!C9" in text
    assert "+1,793" in text


def test_missing_output_reads_not_available_and_never_zero() -> None:
    text = shown(run("output", lang="en", plant="P2", shift="night", **{"from": "2026-03-12", "to": "2026-03-12"}))
    quantities = text.split('aria-label="Shift"')[1]
    assert "n/a" in quantities
    assert ">0.0 %<" not in quantities


def test_a_link_carries_raw_codes_and_the_language() -> None:
    assert 'href="output?lang=zh&amp;from=' in shown(run("overview", lang="zh"))
    assert "severity=block&amp;plant=P1&amp;line=L2" in shown(run("overview", lang="zh"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_difference_opens_from_its_address(language: str) -> None:
    text = shown(run("discrepancies", lang=language, id="d-slip"))
    assert "1,890" in text
    assert 'data-testid="marked-cell"' in text
    assert "1890 / 189 = 10" in text
    assert "revision 2" in text


def test_what_stands_in_a_source_is_never_markup() -> None:
    text = shown(run("discrepancies", lang="en", id="d-night")) + shown(run("discrepancies", lang="en", id="d-slip"))
    assert EVIL not in text
    assert "&lt;script&gt;" in text


def test_the_list_offers_only_what_the_address_asks_for() -> None:
    test = run("discrepancies", lang="en", severity="error", cause="unit_slip", line="L1", plant="P1")
    assert test.dataframe[0].value["Cell"].tolist() == ["C9"]


def test_an_unknown_difference_is_said_so() -> None:
    assert "no difference d-nothing" in shown(run("discrepancies", lang="en", id="d-nothing"))


def test_filters_without_rows_say_what_to_do() -> None:
    assert "Widen the days" in shown(run("output", lang="en", **{"from": "2020-01-01", "to": "2020-01-02"}))


def test_an_address_with_nonsense_still_opens() -> None:
    text = shown(run("overview", lang="xx", line="'; drop", **{"from": "yesterday"}))
    assert "Nothing to show" in text


def test_turning_the_language_keeps_the_filters() -> None:
    test = run("discrepancies", lang="en", severity="error")
    test.segmented_control(key="control.lang").set_value("zh").run()
    assert test.query_params["lang"] == "zh"
    assert test.query_params["severity"] == "error"
    assert "差异" in shown(test)


def test_choosing_a_plant_writes_its_code_and_drops_the_line() -> None:
    test = run("output", lang="zh", plant="P1", line="L1")
    test.selectbox(key="control.plant").set_value("P2").run()
    assert test.query_params["plant"] == "P2"
    assert "line" not in test.query_params


def test_a_reader_of_one_line_sees_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_SCOPE", "P1/A2/L2")
    for page in PAGES:
        text = shown(run(page, lang="en"))
        assert "Line 1" not in text
        assert "Line 9" not in text
    assert "outside your scope" in shown(run("discrepancies", lang="en", id="d-slip"))


def test_a_wrong_scope_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_SCOPE", "a/b/c/d")
    assert "write plant, plant/area or plant/area/line" in shown(run("overview", lang="en"))


def test_a_site_without_a_published_version_says_how_to_load(new_site: SmallSite) -> None:
    new_site.configure()
    text = shown(run("overview", lang="en"))
    assert "Not ready yet" in text
    assert "shiftledger load" in text


def test_a_version_without_rows_is_no_error(new_site: SmallSite) -> None:
    new_site.tables = {"line": new_site.tables["line"]}
    new_site.publish()
    assert "no output that you may see" in shown(run("overview", lang="en"))


def test_a_new_version_is_seen_at_the_next_run(new_site: SmallSite) -> None:
    new_site.publish(1)
    assert "Version 1" in shown(run("overview", lang="en"))
    new_site.tables["discrepancy"] = []
    new_site.publish(2)
    text = shown(run("overview", lang="en"))
    assert "Version 2" in text
    assert "1 block" not in text


def test_a_damaged_version_is_explained_without_a_stack_trace(new_site: SmallSite) -> None:
    new_site.publish()
    folder = new_site.home / "data" / "published"
    file = json.loads((folder / "CURRENT").read_text())["file"]
    (folder / file).write_bytes(b"no database")
    text = shown(run("overview", lang="en"))
    assert "This cannot be shown" in text
    assert "Traceback" not in text


def test_the_router_opens_the_overview_first(at_site: SmallSite) -> None:
    assert at_site.home.is_dir()
    test = AppTest.from_file(str(Path(dashboards.app.__file__)), default_timeout=60).run()
    assert "<h1>Overview</h1>" in shown(test)
    assert test.query_params["lang"] == "en"


@pytest.mark.parametrize("page", ["overview", "hours", "output", "losses", "discrepancies", "health", "trend", "kiosk"])
def test_a_page_opens_with_every_filter_set(page: str) -> None:
    chosen = {"plant": "P1", "area": "A1", "line": "L1", "shift": "day", "from": "2026-03-10", "to": "2026-03-12"}
    assert "<h1>" in shown(run(page, lang="zh", **chosen))

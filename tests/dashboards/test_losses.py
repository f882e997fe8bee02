"""Losses: minutes and pieces from sums, the most first, each leading to its cell; a reader sees their own only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dashboards.figures.bars import Bar, Field, bars, heat
from dashboards.figures.losses import lanes, pareto
from dashboards.filters import Filters
from dashboards.origin import Origin
from dashboards.queries import losses
from dashboards.queries._reading import Reader
from dashboards.words import Words
from data_contracts.errors import RetiredError
from data_contracts.scope import Scope
from etl.desk import SheetWindow, current_version
from tests.dashboards.small_site import LAST_DAY, WORKBOOK, SmallSite
from tests.dashboards.test_pages import run, shown

COMPANY = Scope.company()
DAY = Filters(first=LAST_DAY, last=LAST_DAY)
EN = Words("en")
ONE_DAY = {"from": "2026-03-12", "to": "2026-03-12"}


@pytest.fixture
def reader(at_site: SmallSite) -> Iterator[Reader]:
    with Reader(current_version(at_site.home)) as opened:
        yield opened


def test_minutes_add_up_by_reason_and_the_most_come_first(reader: Reader) -> None:
    rows = losses.reasons(reader, COMPANY, DAY).select("loss_category", "reason_code", "loss_min", "events").rows()
    assert rows == [("delay", "D01", 40.0, 1), ("setup", "S01", 30.0, 1), ("delay", "unknown", 10.0, 1)]
    assert losses.reasons(reader, Scope.parse("P1/A2"), DAY).is_empty()


def test_times_rest_only_on_shifts_whose_stops_are_known(reader: Reader) -> None:
    row = losses.times(reader, COMPANY, DAY).row(0, named=True)
    assert (row["shifts"], row["shifts_timed"]) == (6, 5)
    assert row["busy_min"] == 5 * 660
    assert row["run_min"] == 5 * 660 - 80
    assert row["delay_min"] == 50


def test_shares_of_a_pareto_end_at_everything(reader: Reader) -> None:
    rows = losses.reasons(reader, COMPANY, DAY)
    made = pareto(rows, "loss_min", EN.hours, lambda row: str(row["reason_code"]), lambda row: "x", EN)
    assert [bar.length for bar in made] == [40.0, 30.0, 10.0]
    assert [bar.kind for bar in made] == ["delay", "setup", "delay"]
    assert made[0].note == "50 % · Σ 50 %"
    assert str(made[-1].note).endswith("Σ 100 %")


def test_a_lane_holds_the_share_of_the_day_that_was_lost(reader: Reader) -> None:
    stops = losses.timeline(reader, COMPANY, DAY)
    end = losses.day_ends(reader, COMPANY, DAY)["end_at"].max()
    made = lanes(stops, end, lambda row: row["source"], lambda row: "", lambda row: "")  # type: ignore[arg-type]
    assert [lane.label for lane in made] == ["report", "mes"]
    first = made[0].spans[0]
    assert first.start == pytest.approx(1 / 24)
    assert first.length == pytest.approx(40 / 1440)


def test_a_bar_that_nobody_measured_is_a_gap() -> None:
    text = bars([Bar("a", None, "n/a"), Bar("b", 2.0, "2")], "what")
    assert text.count("<i ") == 1
    assert "n/a" in text


def test_a_field_without_a_figure_is_blank_and_no_link() -> None:
    text = heat(["Mon"], [("L1", [Field("", 0, "", "somewhere")])], "line", "what")
    assert "somewhere" not in text


@pytest.mark.parametrize(("language", "name"), [("en", "D01 · Breakdown"), ("zh", "D01 · 设备故障")])
def test_the_page_ranks_reasons_and_opens_one_by_its_code(at_site: SmallSite, language: str, name: str) -> None:
    assert at_site.home.is_dir()
    text = shown(run("losses", lang=language, reason="D01", **ONE_DAY))
    assert f"{name}</a>" in text
    assert "0.7 h" in text
    assert f"{WORKBOOK} / 早班!C7" in text
    assert ("1.5 % of planned busy time" if language == "en" else "占计划忙碌时间 1.5%") in text


@pytest.mark.parametrize(
    ("category", "there", "not_there"),
    [
        ("delay", ["D01 · Breakdown", "No reason given"], ["S01 · Changeover", "Scratch"]),
        ("setup", ["S01 · Changeover"], ["D01 · Breakdown", "Scratch"]),
        ("scrap", ["Q01 · Scratch"], ["D01 · Breakdown", "S01 · Changeover"]),
    ],
)
def test_a_bar_of_the_waterfall_opens_the_losses_of_its_category_only(
    at_site: SmallSite, category: str, there: list[str], not_there: list[str]
) -> None:
    assert at_site.home.is_dir()
    assert f"losses?lang=en&amp;from=2026-03-12&amp;to=2026-03-12&amp;category={category}" in shown(
        run("output", lang="en", **ONE_DAY)
    )
    text = shown(run("losses", lang="en", category=category, **ONE_DAY))
    assert [name for name in there if name not in text] == []
    assert [name for name in not_there if name in text] == []
    assert "D01 · Breakdown" in shown(run("losses", lang="en", category="nonsense", **ONE_DAY))


def test_a_cell_of_a_stop_opens_on_the_page(at_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_site.home.is_dir()
    window = SheetWindow("早班", 8, 2, [["100", "40"]], (8, 3))
    monkeypatch.setattr("dashboards.origin.source_window", lambda *_args, **_named: window)
    source = f"P1~L1~{LAST_DAY}~day~{WORKBOOK}~早班~C7"
    assert 'data-testid="marked-cell"' in shown(run("losses", lang="en", source=source, **ONE_DAY))
    monkeypatch.setenv("SHIFTLEDGER_SCOPE", "P1/A2")
    assert "marked-cell" not in shown(run("losses", lang="en", source=source, **ONE_DAY))


@pytest.mark.parametrize(("language", "why"), [("zh", "单元格无法再打开"), ("en", "can no longer be opened")])
def test_a_cell_of_an_original_that_was_retired_says_so_and_when(
    at_site: SmallSite, monkeypatch: pytest.MonkeyPatch, language: str, why: str
) -> None:
    assert at_site.home.is_dir()

    def gone(*_args: object, **_named: object) -> SheetWindow:
        raise RetiredError("0" * 64, "2029-06-10")

    monkeypatch.setattr("dashboards.origin.source_window", gone)
    source = f"P1~L1~{LAST_DAY}~day~{WORKBOOK}~早班~C7"
    text = shown(run("losses", lang=language, source=source, **ONE_DAY))
    assert why in text
    assert "2029-06-10" in text
    assert "marked-cell" not in text


@pytest.mark.parametrize("text", [None, "", "a~b", "P1~L1~no-day~day~f~s~C7"])
def test_nonsense_is_no_origin(text: str | None) -> None:
    assert Origin.read(text) is None


def test_an_origin_survives_its_address() -> None:
    row = {"plant_id": "P1", "line_id": "L1", "production_date": LAST_DAY, "shift_id": "day"}
    origin = Origin.of(row, "mes.csv", None, "record 3")
    assert origin is not None
    assert Origin.read(str(origin)) == origin
    assert origin.place == "mes.csv · 3"

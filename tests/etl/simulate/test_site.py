"""A made-up site opens, repeats itself, and its labels are true."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from data_contracts.site import Site
from etl.simulate import make_site
from etl.simulate.draft import Grid
from etl.simulate.mistakes import MISTAKES

LAST_DAY = date(2026, 3, 29)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pl.DataFrame]:
    home = tmp_path_factory.mktemp("site")
    return home, make_site(home, last_day=LAST_DAY, days=12, lines=4, error_rate=0.25)


def outputs(home: Path) -> pl.DataFrame:
    frames = [pl.read_csv(path) for path in sorted((home / "inbox/mes").glob("mes_output_*.csv"))]
    return pl.concat(frames)


def hashes(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


def test_a_made_site_opens(made: tuple[Path, pl.DataFrame]) -> None:
    site = Site.open(made[0])
    assert site.zones == {"P1": "Asia/Shanghai", "P2": "Europe/Berlin"}
    assert {name for name, frame in site.master.items() if frame.is_empty()} == {"flow", "survivorship", "tool"}


def test_the_same_seed_makes_the_same_site(tmp_path: Path) -> None:
    one = make_site(tmp_path / "one", last_day=LAST_DAY, days=2, lines=3, error_rate=0.3)
    two = make_site(tmp_path / "two", last_day=LAST_DAY, days=2, lines=3, error_rate=0.3)
    other = make_site(tmp_path / "other", last_day=LAST_DAY, days=2, lines=3, error_rate=0.3, seed=8)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    assert one.equals(two)
    assert not one.equals(other)


def test_a_day_is_the_same_in_a_longer_period(tmp_path: Path) -> None:
    make_site(tmp_path / "short", last_day=LAST_DAY, days=1, lines=2, error_rate=0)
    make_site(tmp_path / "long", last_day=LAST_DAY, days=3, lines=2, error_rate=0)
    short, long = hashes(tmp_path / "short"), hashes(tmp_path / "long")
    files = {name for name in short if name.endswith((".xlsx", ".csv")) and name.startswith("inbox")}
    assert len(files) == 4
    assert {name: long[name] for name in files} == {name: short[name] for name in files}


def test_every_kind_of_error_is_injected(made: tuple[Path, pl.DataFrame]) -> None:
    assert {*MISTAKES, "over_produced", "corrected", "future"} == set(made[1]["kind"])


def test_a_shift_has_at_most_one_error(made: tuple[Path, pl.DataFrame]) -> None:
    assert not made[1].select("line_id", "production_date").is_duplicated().any()


def test_every_label_points_at_the_cell_that_was_written(made: tuple[Path, pl.DataFrame]) -> None:
    home, labels = made
    in_reports = labels.filter(pl.col("source_file").str.ends_with(".xlsx"))
    assert in_reports.height > 10
    for label in in_reports.iter_rows(named=True):
        book = openpyxl.load_workbook(home / "inbox/reports" / label["source_file"], data_only=True)
        value = book[label["source_sheet"]][label["source_cell"]].value
        shown = value.date() if isinstance(value, datetime) else value
        assert (None if shown is None else str(shown)) == label["written_value"], label
        if label["kind"] not in {"corrected", "wrong_order"}:
            assert label["written_value"] != label["true_value"], label


def test_a_doubled_record_stands_in_the_line_that_its_label_names(made: tuple[Path, pl.DataFrame]) -> None:
    home, labels = made
    label = labels.row(by_predicate=pl.col("kind") == "record_doubled", named=True)
    lines = (home / "inbox/mes" / label["source_file"]).read_text(encoding="utf-8").splitlines()
    record = lines[int(label["source_cell"]) - 1].split(",")
    assert record[1] == label["line_id"]
    assert record[5] == label["written_value"]
    assert sum(line.split(",")[1:] == record[1:] for line in lines) == 2


def test_an_over_produced_order_was_planned_too_low(made: tuple[Path, pl.DataFrame]) -> None:
    home, labels = made
    label = labels.row(by_predicate=pl.col("kind") == "over_produced", named=True)
    produced = outputs(home).filter(pl.col("order") == label["order_id"])["good_qty"].sum()
    assert produced > int(label["written_value"])


def test_labels_stand_nowhere_in_the_site(made: tuple[Path, pl.DataFrame]) -> None:
    home, labels = made
    texts = [path.read_text(encoding="utf-8") for path in home.rglob("*") if path.suffix in {".csv", ".toml"}]
    assert not any(words in text for text in texts for words in labels["description"].unique())


def test_records_have_unique_numbers(made: tuple[Path, pl.DataFrame]) -> None:
    assert not outputs(made[0])["record_id"].is_duplicated().any()


def test_without_errors_reports_and_mes_agree(tmp_path: Path) -> None:
    labels = make_site(tmp_path, last_day=LAST_DAY, days=3, lines=4, error_rate=0)
    assert labels.is_empty()
    mes = dict(outputs(tmp_path).group_by("line").agg(pl.col("good_qty").sum()).iter_rows())
    reported: dict[str, int] = dict.fromkeys(mes, 0)
    shifts: dict[str, int] = dict.fromkeys(mes, 0)
    for path in (tmp_path / "inbox/reports").glob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path, data_only=True):
            hours = next(row for row in range(7, 25) if sheet.cell(row, 1).value == "合计 Total") - 7
            grid = Grid(hours)
            line = sheet["H3"].value
            good = [sheet[grid.hour_cell("C", hour)].value for hour in range(hours)]
            scrap = [sheet[grid.hour_cell("E", hour)].value for hour in range(hours)]
            assert sum(good) == sheet[grid.total_cell("C")].value
            assert sum(scrap) == sheet[grid.total_cell("E")].value
            assert sum(scrap) == sum(sheet[grid.defect_cell("C", i)].value or 0 for i in range(6))
            reported[line] += sum(good)
            shifts[line] += 1
    assert all(abs(reported[line] - mes[line]) <= shifts[line] for line in mes)


def test_nothing_exists_after_through(tmp_path: Path) -> None:
    through = datetime(2026, 3, 29, 7, 30)  # noqa: DTZ001 - instants are UTC without a zone here
    make_site(tmp_path, last_day=LAST_DAY, days=1, lines=2, error_rate=0, through=through)
    book = openpyxl.load_workbook(tmp_path / "inbox/reports/P1_L01_2026-03-29.xlsx")
    assert book.sheetnames == ["早班"]
    assert not (tmp_path / "inbox/reports/P2_L02_2026-03-29.xlsx").exists()
    assert outputs(tmp_path)["hour_start_utc"].max() == "2026-03-29T06:00:00Z"


def test_finer_intervals_make_more_records_of_the_same_output(tmp_path: Path) -> None:
    make_site(tmp_path / "h", last_day=LAST_DAY, days=1, lines=2, error_rate=0)
    make_site(tmp_path / "m", last_day=LAST_DAY, days=1, lines=2, error_rate=0, interval_min=10)
    hourly, fine = outputs(tmp_path / "h"), outputs(tmp_path / "m")
    assert fine.height == 6 * hourly.height
    assert fine["good_qty"].sum() == hourly["good_qty"].sum()


def test_an_interval_that_does_not_divide_an_hour_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="divide an hour"):
        make_site(tmp_path, last_day=LAST_DAY, days=1, interval_min=7)


def test_several_processes_make_the_same_site_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = make_site(tmp_path / "one", last_day=LAST_DAY, days=2, lines=3, error_rate=0.3)
    monkeypatch.setattr("etl.simulate.site.WORTH_A_POOL", 0)
    many = make_site(tmp_path / "many", last_day=LAST_DAY, days=2, lines=3, error_rate=0.3)
    assert one.equals(many)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "many")


def test_progress_counts_every_day(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    make_site(
        tmp_path,
        last_day=LAST_DAY,
        days=3,
        lines=1,
        error_rate=0,
        progress=lambda done, of: steps.append((done, of)),
    )
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_every_label_of_a_report_that_exists_names_its_cell(made: tuple[Path, pl.DataFrame]) -> None:
    for label in made[1].filter(pl.col("kind") != "missing_report").iter_rows(named=True):
        assert label["report_cell"]
        assert (made[0] / "inbox/reports" / label["report_file"]).is_file()


def test_a_missing_report_has_no_sheet(made: tuple[Path, pl.DataFrame]) -> None:
    home, labels = made
    names = {"early": "早班", "late": "中班", "day": "白班", "night": "夜班"}
    for label in labels.filter(pl.col("kind") == "missing_report").iter_rows(named=True):
        name = f"{label['plant_id']}_{label['line_id']}_{label['production_date']}.xlsx"
        book = openpyxl.load_workbook(home / "inbox/reports" / name)
        assert names[label["shift_id"]] not in book.sheetnames

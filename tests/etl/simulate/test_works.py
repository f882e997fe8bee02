"""The works open, repeat themselves, hold every kind of mistake, and their labels point at what was written."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from data_contracts.site import Site
from etl.simulate.workbooks import makers
from etl.simulate.works import make_works
from etl.simulate.works.plants import plants
from etl.simulate.works.slips import slips

FIRST = date(2026, 5, 4)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pl.DataFrame]:
    home = tmp_path_factory.mktemp("works")
    return home, make_works(home, first=FIRST, days=10, seed=41, error_rate=0.2)


def hashes(home: Path) -> dict[str, str]:
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_works_open_as_a_site_of_three_plants(made: tuple[Path, pl.DataFrame]) -> None:
    assert Site.open(made[0]).zones == {plant.plant_id: plant.zone for plant in plants()}
    assert len(plants()) == 3


def test_every_shipped_layout_and_a_different_calendar_in_every_plant_are_there() -> None:
    used = {line.layout_id for plant in plants() for line in plant.lines}
    assert used == set(makers())
    calendars = [frozenset(plant.calendars.values()) for plant in plants()]
    assert len(set(calendars)) == 3


def test_the_same_seed_makes_the_same_works(tmp_path: Path) -> None:
    one = make_works(tmp_path / "one", first=FIRST, days=3, seed=1, error_rate=0.2)
    two = make_works(tmp_path / "two", first=FIRST, days=3, seed=1, error_rate=0.2)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    assert one.equals(two)
    assert not one.equals(make_works(tmp_path / "other", first=FIRST, days=3, seed=2, error_rate=0.2))


def test_every_kind_of_slip_is_injected(made: tuple[Path, pl.DataFrame]) -> None:
    assert set(made[1]["kind"]) == set(slips())


def test_a_line_has_no_two_mistakes_in_neighbouring_shifts(made: tuple[Path, pl.DataFrame]) -> None:
    assert not made[1].select("line_id", "production_date", "shift_id").is_duplicated().any()


@pytest.mark.parametrize("kind", ["letter", "typed_sum", "transposed", "packs", "separator"])
def test_a_label_points_at_the_cell_that_was_written(made: tuple[Path, pl.DataFrame], kind: str) -> None:
    home, labels = made
    mine = labels.filter(pl.col("kind") == kind)
    assert mine.height > 0
    for label in mine.iter_rows(named=True):
        book = openpyxl.load_workbook(home / "inbox/reports" / label["report_file"], data_only=True)
        value = book[label["report_sheet"]][label["report_cell"]].value
        plain = (
            str(value)
            .strip()
            .translate(str.maketrans("０１２３４５６７８９", "0123456789"))
            .replace(",", "")
            .replace(".", "")
        )
        assert plain.removesuffix("0") in {
            label["written_value"].replace(".", ""),
            label["written_value"].removesuffix("0"),
        }


def test_a_missing_report_is_in_no_workbook(made: tuple[Path, pl.DataFrame]) -> None:
    missing = made[1].filter(pl.col("kind") == "missing")
    assert missing.height > 0
    assert missing["report_file"].null_count() == missing.height


def test_without_mistakes_there_are_no_labels(tmp_path: Path) -> None:
    assert make_works(tmp_path, first=FIRST, days=2, seed=3, error_rate=0).is_empty()

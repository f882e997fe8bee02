"""Data health: each shift has one state, the worst that is true; late is told only of what was waited for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl
import pytest

from dashboards.figures.health import matrix
from dashboards.filters import Filters
from dashboards.queries import health
from dashboards.queries._reading import Reader
from data_contracts.scope import Scope
from etl.desk import current_version
from tests.dashboards.small_site import LAST_DAY, SmallSite
from tests.dashboards.test_pages import run, shown

DAY = Filters(first=LAST_DAY, last=LAST_DAY)
AS_OF = datetime(2026, 3, 13, 1, 30)  # noqa: DTZ001 - UTC by contract


@pytest.fixture
def site(new_site: SmallSite) -> SmallSite:
    """Two loads, the first before the last day; the day shift of L2 came five hours late and one row was refused."""
    for load in new_site.tables["load"]:
        load["started_at"] = datetime(2026, 3, 12)  # noqa: DTZ001
    for row in new_site.tables["mart_completeness"]:
        if row["line_id"] == "L2" and row["shift_id"] == "day" and row["production_date"] == LAST_DAY:
            row["lateness_min"] = 300.0
    new_site.tables["quarantine"] = [
        {
            "source_file_id": "f1",
            "source_file": "L1.xlsx",
            "source_cell": "C9",
            "plant_id": "P1",
            "line_id": "L1",
            "production_date": LAST_DAY,
            "shift_id": "night",
            "raw": "abc",
            "reason_code": "template_text",
            "reason_params": "{}",
            "load_id": "load-0",
        }
    ]
    new_site.tables["source_file"].append(
        {"source_file_id": "f1", "name": "L1.xlsx", "kind": "report", "status": "partial", "load_id": "load-0"}
    )
    new_site.publish()
    return new_site


@pytest.fixture
def reader(site: SmallSite) -> Iterator[Reader]:
    with Reader(current_version(site.home)) as opened:
        yield opened


def test_every_shift_has_the_worst_state_that_is_true(reader: Reader) -> None:
    rows = health.shifts(reader, Scope.company(), DAY, AS_OF)
    states = dict(rows.select(pl.concat_str("line_id", "shift_id", separator=" "), "state").iter_rows())
    assert states == {
        "L1 day": "provisional",
        "L1 night": "refused",
        "L2 day": "late",
        "L2 night": "final",
        "L9 day": "final",
        "L9 night": "missing",
    }


def test_what_ended_before_the_first_load_was_not_waited_for(site: SmallSite, reader: Reader) -> None:
    assert site.home.is_dir()
    before = Filters(first=LAST_DAY, last=LAST_DAY, line="L2", shift="day")
    assert health.shifts(reader, Scope.company(), before, AS_OF)["state"].to_list() == ["late"]
    site.tables["load"] = [row | {"started_at": datetime(2026, 3, 13, 1)} for row in site.tables["load"]]  # noqa: DTZ001
    site.publish(2)
    with Reader(current_version(site.home)) as later:
        assert health.shifts(later, Scope.company(), before, AS_OF)["state"].to_list() == ["final"]


def test_a_reader_of_one_line_sees_no_other_and_no_counts_of_the_company(reader: Reader) -> None:
    scope = Scope.parse("P1/A2")
    assert set(health.shifts(reader, scope, DAY, AS_OF)["line_id"]) == {"L2"}
    assert health.held_back(reader, scope, DAY).is_empty()
    assert health.loads(reader, scope)["files_new"].null_count() == 4


def test_a_shift_that_nobody_expected_is_blank() -> None:
    rows = pl.DataFrame(
        [{"plant_id": "P1", "line_id": "L1", "shift_id": "day", "production_date": LAST_DAY, "state": "final"}]
    )
    day_before = LAST_DAY.replace(day=11)
    made = matrix(rows, [day_before, LAST_DAY], lambda row: "L1", lambda row: "told", lambda row: "there")
    assert [field.text for field in made[0][1]] == ["", "✓"]
    assert made[0][1][0].link == ""


@pytest.mark.parametrize(("language", "words"), [("en", ("missing", "refused")), ("zh", ("缺报", "被拒"))])
def test_the_page_shows_the_matrix_and_why_something_was_refused(
    site: SmallSite, language: str, words: tuple[str, str]
) -> None:
    assert site.home.is_dir()
    text = shown(run("health", lang=language))
    for word in words:
        assert word in text
    assert "abc" in text
    assert "load-0" in text

"""The time model: a waterfall that ends where OEE begins, ratios from sums, and what they rest on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.figures.oee import kpis, steps, waterfall
from dashboards.filters import Filters
from dashboards.queries import losses, output
from dashboards.queries._reading import Reader
from dashboards.words import Words
from data_contracts.scope import Scope
from etl.desk import current_version
from tests.dashboards.small_site import LAST_DAY, SmallSite
from tests.dashboards.test_pages import run, shown

TIMES: dict[str, Any] = {
    "oee_pot_min": 480.0,
    "oee_planned_min": 30.0,
    "oee_busy_min": 450.0,
    "oee_setup_min": 20.0,
    "oee_delay_min": 40.0,
    "oee_run_min": 390.0,
    "oee_produced_min": 360.0,
    "oee_good_min": 351.0,
    "run_min": 390.0,
}
PIECES = {"scrap_part_qty": 9.0, "produced_qty": 360.0}
NOTHING: dict[str, Any] = dict.fromkeys(TIMES)
EN = Words("en")


@pytest.fixture
def reader(at_site: SmallSite) -> Iterator[Reader]:
    with Reader(current_version(at_site.home)) as opened:
        yield opened


def test_losses_lead_from_planned_time_to_good_pieces() -> None:
    made = {name: minutes for name, minutes, _ in steps(TIMES)}
    lost = sum(minutes or 0 for name, minutes, is_loss in steps(TIMES) if is_loss)
    assert made["pot"] == 480
    assert 480 - lost == made["good"]


def test_each_bar_begins_where_the_one_before_ended() -> None:
    bars = waterfall(TIMES, NOTHING, EN, {"delay": "losses?"})
    places = [(bar.start, bar.length) for bar in bars]
    assert places == [(0, 480), (450, 30), (430, 20), (390, 40), (360, 30), (351, 9), (0, 351)]
    assert [bar.link for bar in bars if bar.link] == ["losses?"]
    assert all("before n/a" in str(bar.note) for bar in bars)


def test_faster_than_planned_is_said_and_draws_no_bar() -> None:
    fast = TIMES | {"oee_produced_min": 400.0}
    speed = next(bar for bar in waterfall(fast, NOTHING, EN, {}) if "speed" in str(bar.label))
    assert speed.length == 0
    assert speed.text.startswith("▲ −")


def test_oee_is_its_three_parts_multiplied() -> None:
    made = {kpi.key: kpi for kpi in kpis(TIMES, PIECES, {"delay_min": 40.0, "events": 4.0})}
    parts = [made[key].value or 0.0 for key in ("availability", "effectiveness", "quality")]
    assert made["oee"].value == pytest.approx(math.prod(parts))
    assert made["oee"].value == pytest.approx(351 / 450)
    assert made["nee"].value == pytest.approx(410 / 450 * 360 / 390 * 351 / 360)
    assert made["mttr"].value == 10
    assert made["scrap_ratio"].value == 0.025


def test_without_times_nothing_is_claimed() -> None:
    made = kpis(NOTHING, dict.fromkeys(PIECES), {"delay_min": None, "events": None})
    assert {kpi.value for kpi in made} == {None}


def test_oee_of_the_page_is_that_of_the_published_version(at_site: SmallSite, reader: Reader) -> None:
    assert at_site.home.is_dir()
    sql = (
        "select sum(ideal_good_min) / sum(pot_min - planned_stop_min) as oee from mart_output "
        "where production_date = ? and run_min is not null and ideal_good_min is not null"
    )
    oee = reader.rows(sql, [LAST_DAY])["oee"].item()
    text = shown(run("output", lang="en", **{"from": str(LAST_DAY), "to": str(LAST_DAY)}))
    assert f"{100 * oee:.1f} %" in text
    assert "Rests on 5 of 6 shifts" in text


def test_products_and_orders_add_up_to_the_day(reader: Reader) -> None:
    day = Filters(first=LAST_DAY, last=LAST_DAY)
    whole = output.output(reader, Scope.company(), day)["planned_qty"].item()
    for by in ("product_id", "order_id"):
        assert output.made(reader, Scope.company(), day, by)["planned_qty"].sum() == whole
    assert output.made(reader, Scope.parse("P1/A2"), day, "order_id")["planned_qty"].sum() == 2400
    with pytest.raises(ValueError, match="cannot group by"):
        output.made(reader, Scope.company(), day, "leader")


def test_a_field_of_the_heat_map_opens_its_line_and_shift(at_site: SmallSite, reader: Reader) -> None:
    assert at_site.home.is_dir()
    text = shown(run("output", lang="zh"))
    assert "plant=P1&amp;line=L1&amp;shift=day" in text
    by_shift = losses.times(reader, Scope.company(), Filters(first=LAST_DAY, last=LAST_DAY), ("shift_id",))
    assert by_shift["shifts_paced"].to_list() == [3, 2]

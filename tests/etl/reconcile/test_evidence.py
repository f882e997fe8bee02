"""Which revision of a report counts, what gates do, and what a shift is expected to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from data_contracts.layout import Layout
from data_contracts.site import Site, SiteConfig
from data_contracts.tables import TABLES
from etl.reconcile.crosscheck import run
from etl.reconcile.evidence import build, settle, verdict
from tests import evidence as plant
from tests.evidence import DAY, KEY, Row, at, mes_output, mes_stops, orders, output, reports, stops

CONFIG = SiteConfig.model_validate({"site": {"id": "acme", "name": "Acme"}, "plant": [{"id": "P1", "timezone": "UTC"}]})


def site(**master: list[Row]) -> Site:
    """The line L1 with its early shift from tests.evidence."""
    return Site(Path(), CONFIG, plant.master(**master), (), ())


def frames(**given: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What the store reads for some days; what the test does not state is empty."""
    span = {"plant_id": pl.String, "first_day": pl.Date, "last_day": pl.Date}
    day = {"plant_id": "P1", "first_day": DAY, "last_day": DAY}
    empty = {
        "reports": reports(),
        "output": output(),
        "stops": plant.stops(),
        "defects": plant.defects(),
        "wip": plant.wip(),
        "shifts": plant.shifts(),
        "mes_cancelled": mes_output(),
        "mes_material": plant.mes_material(),
        "mes_attendance": plant.mes_attendance(),
        "mes_output": mes_output(),
        "mes_stops": mes_stops(),
        "readings": plant.readings(),
        "held_cells": plant.held_cells(),
        "merged_values": plant.merged_values(),
        "orders": orders(),
        "mes_days": plant.days(),
        "mes_stop_days": plant.days(),
        "order_output": plant.order_output().select("order_id", *KEY, "good_qty"),
        "report_days": pl.DataFrame([day], schema=span),
        "earlier_reports": reports(),
        "earlier_output": output(),
        "earlier_stops": stops(),
        "earlier_wip": plant.wip(),
        "earlier_shifts": plant.shifts(),
        "record_days": pl.DataFrame(schema={"plant_id": pl.String, "last_day": pl.Date}),
    }
    return {**empty, **given}


NOW = at("20:00")


def two_revisions(**newest: object) -> Mapping[str, pl.DataFrame]:
    """A first report with 40 pieces and a corrected one with 45."""
    both = reports(
        {"report_id": "R1", "status": "superseded", "is_current": False}, {"report_id": "R2", "revision": 2, **newest}
    )
    rows = output({"report_id": "R1", "good_qty": 40}, {"report_id": "R2", "good_qty": 45, "product_id": "A"})
    return frames(reports=both, output=rows)


def statuses(given: Mapping[str, pl.DataFrame], where: Site) -> dict[str, tuple[bool, str]]:
    newest = build(given, where, [DAY], NOW)
    _, settled = run(newest, lambda blocked: settle(newest, given, blocked))
    return {r: (current, status) for r, current, status in verdict(given, settled).iter_rows()}


def test_only_the_newest_revision_is_compared() -> None:
    newest = build(two_revisions(), site(), [DAY], NOW)
    assert newest.reports["report_id"].to_list() == ["R2"]
    assert newest.output["good_qty"].to_list() == [45]


def test_a_corrected_report_supersedes_the_first() -> None:
    assert statuses(two_revisions(), site()) == {"R1": (False, "superseded"), "R2": (True, "accepted")}


UNKNOWN: list[Row] = [{"product_id": "B"}]


def test_a_corrected_report_that_a_gate_blocks_gives_way_to_the_first() -> None:
    given, where = two_revisions(), site(product=UNKNOWN)
    assert statuses(given, where) == {"R1": (True, "accepted"), "R2": (False, "blocked")}
    newest = build(given, where, [DAY], NOW)
    findings, settled = run(newest, lambda blocked: settle(newest, given, blocked))
    assert settled.output["good_qty"].to_list() == [40]
    assert "known_and_valid" in findings["rule_id"].to_list()


def test_a_blocked_report_without_a_former_one_counts_as_handed_in_with_no_rows() -> None:
    given = frames(reports=reports({}), output=output({"good_qty": 45, "product_id": "A"}))
    newest = build(given, site(product=UNKNOWN), [DAY], NOW)
    findings, settled = run(newest, lambda blocked: settle(newest, given, blocked))
    assert settled.reports.select("status", "is_current").row(0) == ("blocked", False)
    assert settled.output.is_empty()
    assert findings["rule_no"].to_list() == [39]


def test_a_former_revision_that_was_blocked_in_its_day_does_not_come_back() -> None:
    given = dict(two_revisions())
    given["reports"] = reports(
        {"report_id": "R1", "status": "blocked", "is_current": False}, {"report_id": "R2", "revision": 2}
    )
    assert statuses(given, site(product=UNKNOWN)) == {"R1": (False, "blocked"), "R2": (False, "blocked")}


def test_a_report_that_was_blocked_is_judged_anew_once_the_product_is_known() -> None:
    given = frames(reports=reports({"status": "blocked"}), output=output({"good_qty": 45, "product_id": "A"}))
    assert statuses(given, site(product=[{"product_id": "A"}])) == {"R1": (True, "accepted")}


def test_reports_of_different_shifts_do_not_supersede_each_other() -> None:
    given = frames(reports=reports({}, {"report_id": "R2", "line_id": "L2"}))
    assert build(given, site(), [DAY], NOW).reports.height == 2


def test_a_shift_is_expected_from_the_plants_first_report_until_some_days_after_its_last_sign() -> None:
    days = [DAY + timedelta(days=n) for n in range(-2, 12)]
    expected = build(frames(reports=reports({})), site(), days, NOW).expected
    assert expected["production_date"].to_list() == days[2:10]


def test_a_plant_that_never_handed_in_a_report_is_not_expected_to() -> None:
    silent = frames(report_days=frames()["report_days"].clear())
    assert build(silent, site(), [DAY], NOW).expected.is_empty()


def test_records_of_the_mes_are_a_sign_of_life() -> None:
    records = pl.DataFrame({"plant_id": ["P1"], "last_day": [DAY + timedelta(days=3)]})
    days = [DAY + timedelta(days=n) for n in range(14)]
    assert build(frames(record_days=records), site(), days, NOW).expected.height == 11


def test_windows_are_planned_for_the_wanted_days_only() -> None:
    days = [DAY, DAY + timedelta(days=5)]
    assert build(frames(), site(), days, NOW).windows["production_date"].to_list() == days


@pytest.mark.parametrize("source", ["mes_output", "output"])
def test_a_stop_that_names_only_its_order_gets_the_shift_of_that_order(source: str) -> None:
    nowhere: Row = {"line_id": None, "production_date": None, "shift_id": None, "order_id": "O1", "downtime_min": 5}
    made = {"mes_output": mes_output({"order_id": "O1"}), "output": output({"order_id": "O1"})}[source]
    given = frames(**{"reports": reports({}), "mes_stops": mes_stops(nowhere), source: made})
    here = build(given, site(), [DAY], NOW)
    assert here.mes_stops.select(*KEY).row(0, named=True) == KEY
    assert here.mes_stop_days.row(0) == ("P1", "L1", DAY, DAY)


def test_days_with_stops_come_from_the_whole_history_not_from_the_days_being_loaded() -> None:
    history = plant.days({"first_day": date(2026, 2, 1), "last_day": date(2026, 3, 31)})
    here = build(frames(mes_stop_days=history), site(), [DAY], NOW)
    assert here.mes_stop_days.row(0) == ("P1", "L1", date(2026, 2, 1), date(2026, 3, 31))


def test_what_was_made_of_an_order_is_cumulative_over_other_days_and_these() -> None:
    before = plant.order_output({"order_id": "O1", "production_date": date(2026, 3, 1), "good_qty": 60})
    rows = output(
        {"order_id": "O1", "good_qty": 30, "good_qty_cell": "C7"},
        {"order_id": "O1", "good_qty": 5, "good_qty_cell": "C8"},
    )
    given = frames(reports=reports({}), output=rows, order_output=before.select("order_id", *KEY, "good_qty"))
    made = build(given, site(), [DAY], NOW).order_output
    assert made.select("good_qty", "cumulative", "source_cell").rows() == [(60, 60, None), (35, 95, "C8")]


def test_an_order_counts_as_the_mes_counts_it_where_the_mes_names_orders() -> None:
    rows = output({"order_id": "O1", "good_qty": 30, "good_qty_cell": "C7"}, {"order_id": "O9", "good_qty": 5})
    records = mes_output({"order_id": "O1", "good_qty": 33}, {"order_id": "O2", "good_qty": 4})
    made = build(frames(reports=reports({}), output=rows, mes_output=records), site(), [DAY], NOW).order_output
    told = made.select("order_id", "good_qty", "source_cell").rows()
    assert told == [("O1", 33, "C7"), ("O2", 4, None)]


def test_an_order_counts_as_reported_where_the_mes_names_none() -> None:
    rows = output({"order_id": "O1", "good_qty": 30, "good_qty_cell": "C7"})
    given = frames(reports=reports({}), output=rows, mes_output=mes_output({"good_qty": 33}))
    assert build(given, site(), [DAY], NOW).order_output["good_qty"].to_list() == [30]


def test_layouts_are_known_by_what_they_have_a_place_for() -> None:
    def layout(name: str, **tables: object) -> Layout:
        fields = {k: {"const": "x"} for k in ("line_id", "production_date", "shift_id")}
        return Layout.model_validate({"id": name, "fields": fields, "tables": tables})

    plain = {"into": "output", "columns": {"good_qty": {"header": "Good"}}}
    scrap = {"into": "output", "columns": {"scrap_qty": {"header": "Scrap"}}}
    wide = {**plain, "wide": [{"into": "defect", "headers": {"Scratch": "Q1"}}]}
    stop = {"into": "stop", "columns": {"downtime_min": {"header": "Min"}}}
    wide_stop = {**plain, "wide": [{"into": "stop", "headers": {"Fault": "D1"}}]}
    layouts = (
        layout("plain", rows=plain),
        layout("scrap", rows=scrap),
        layout("wide", rows=wide),
        layout("stops", rows=plain, stops=stop),
        layout("wide-stops", rows=wide_stop),
    )
    here = build(frames(), replace(site(), layouts=layouts), [DAY], NOW)
    assert here.scrap_layouts == {"scrap", "wide"}
    assert here.stop_layouts == {"stops", "wide-stops"}


def test_evidence_carries_the_sites_expectations() -> None:
    closed = SiteConfig.model_validate(
        {
            **CONFIG.model_dump(),
            "period": {"closed_through": date(2026, 2, 28)},
            "expectation": {"warning_after_h": 1, "error_after_h": 12},
        }
    )
    here = build(frames(), replace(site(), config=closed), [DAY], NOW)
    assert (here.closed_through, here.warning_after_h, here.error_after_h) == (date(2026, 2, 28), 1, 12)
    assert isinstance(here.now, datetime)
    assert set(TABLES) >= set(here.master)


def test_a_report_knows_whether_the_one_before_is_of_the_shift_planned_right_before() -> None:
    yesterday, long_ago = DAY - timedelta(days=1), DAY - timedelta(days=3)
    mine = reports({"report_id": "R1"})
    for before, is_next in ((yesterday, True), (long_ago, False)):
        former = reports({"report_id": "R0", "production_date": before})
        newest = build(frames(reports=mine, earlier_reports=former), site(), [DAY], NOW)
        told = newest.sequence.filter(~pl.col("is_earlier")).select("report_id", "before", "is_next").rows()
        assert told == [("R1", "R0", is_next)]

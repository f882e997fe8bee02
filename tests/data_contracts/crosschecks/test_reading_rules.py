"""Rules about reading, 13 and 45 to 50: what was read another way than it was meant, told once and first."""

from __future__ import annotations

import pytest

from data_contracts.crosschecks import Evidence
from etl.reconcile.crosscheck import run
from tests.data_contracts.crosschecks.found import found, one, values, where
from tests.evidence import (
    Row,
    at,
    evidence,
    held_cells,
    master,
    merged_values,
    mes_output,
    mes_stops,
    output,
    readings,
    reports,
    stops,
)

PRODUCTS = [{"product_id": "A", "pack_size": 24, "piece_weight_g": 182}]


def told(given: Evidence) -> list[tuple[object, ...]]:
    """Number, cell, further numbers and cause of everything that is found."""
    findings, _ = run(given, lambda _: given)
    return findings.select("rule_no", "source_cell", "also_rules", "probable_cause").rows()


def good(reported: float, counted: float) -> Evidence:
    return evidence(
        reports=reports({}),
        output=output({"good_qty": reported, "good_qty_cell": "C7", "product_id": "A"}),
        mes_output=mes_output({"good_qty": counted, "product_id": "A"}),
        master=master(product=PRODUCTS),
    )


@pytest.mark.parametrize(
    ("reported", "counted", "rule_no"),
    [(480, 48, 46), (48, 4800, 46), (48, 48000, 46), (576, 48, 45), (20, 480, 45), (8736, 48, 45)],
)
def test_a_slip_is_told_once_by_the_rule_that_explains_it(reported: float, counted: float, rule_no: int) -> None:
    assert (rule_no, "C7", "17", "unit_slip") in told(good(reported, counted))


def test_a_factor_between_few_pieces_is_chance() -> None:
    assert (17, "C7", None, "unit_slip") in told(good(24, 2))


def test_minutes_written_as_hours_are_another_unit() -> None:
    finding = one(
        evidence(
            reports=reports({}),
            stops=stops({"downtime_min": 1.5, "downtime_min_cell": "C20", "reason_code": "D1"}),
            mes_stops=mes_stops({"downtime_min": 90, "reason_code": "D1"}),
        ),
        "unit_mix",
    )
    assert values(finding)[:3] == ("downtime_min", 1.5, 90)
    assert where(finding)[:2] == ("early", "C20")


def test_a_cell_with_an_error_is_told_at_its_cell() -> None:
    given = evidence(
        reports=reports({"refused_rows": 1}),
        held_cells=held_cells(
            {"source_cell": "C9", "measure": "good_qty", "raw": "#REF!", "reason_code": "cell_error"}
        ),
    )
    finding = one(given, "formulas_hold")
    assert (finding["source_cell"], finding["measure"], finding["reported_text"]) == ("C9", "good_qty", "#REF!")


def test_a_cell_of_a_file_that_no_longer_counts_is_not_told() -> None:
    held = held_cells({"source_cell": "C9", "source_file_id": "old", "raw": "#REF!", "reason_code": "cell_error"})
    assert found(evidence(reports=reports({}), held_cells=held), "formulas_hold") == []


def test_a_total_of_shots_is_added_up_again() -> None:
    rows: list[Row] = [
        {"shots": 100, "shots_cell": "G7"},
        {"shots": 120, "shots_cell": "G8"},
        {"shots": 230, "shots_cell": "G9", "is_total": True},
    ]
    finding = one(evidence(reports=reports({}), output=output(*rows)), "formulas_hold")
    assert (*values(finding)[:4], finding["source_cell"]) == ("shots", 230, 220, 10, "G9")


def test_a_value_below_a_merged_cell_is_what_counts_twice() -> None:
    rows: list[Row] = [
        {"good_qty": 94, "good_qty_cell": "C7", "hour_start": at("06:00")},
        {"good_qty": 94, "good_qty_cell": "C8", "hour_start": at("07:00")},
    ]
    given = evidence(
        reports=reports({}),
        output=output(*rows),
        mes_output=mes_output({"good_qty": 46, "hour_start": at("06:00")}, {"good_qty": 48, "hour_start": at("07:00")}),
        merged_values=merged_values("C8"),
    )
    assert (47, "C8", "17", "double_count") in told(given)


def test_a_hidden_value_that_is_not_read_is_nobodys_business() -> None:
    given = evidence(
        reports=reports({}), output=output({"good_qty": 94, "good_qty_cell": "C7"}), merged_values=merged_values("J8")
    )
    assert found(given, "merged_twice") == []


@pytest.mark.parametrize(("raw", "repair"), [("46083", "serial"), ("13/4/2026", "day_order")])
def test_a_day_that_had_to_be_worked_out_is_told(raw: str, repair: str) -> None:
    day = readings(
        {"source_cell": "B3", "table_name": "report", "measure": "production_date", "raw": raw, "repair": repair}
    )
    finding = one(evidence(reports=reports({}), readings=day), "date_reading")
    assert (finding["source_cell"], finding["reported_text"], finding["reference_text"]) == ("B3", raw, "2026-03-02")


def test_a_day_in_full_width_digits_is_not_told() -> None:
    day = readings({"source_cell": "B3", "measure": "production_date", "raw": "２０２６-03-02", "repair": "full_width"})
    assert found(evidence(reports=reports({}), readings=day), "date_reading") == []


def stop(start: str, end: str, minutes: float) -> Evidence:
    row = {"start_at": at(start), "end_at": at(end), "downtime_min": minutes, "downtime_min_cell": "C20"}
    return evidence(reports=reports({}), stops=stops({**row, "start_at_cell": "A20", "end_at_cell": "B20"}))


@pytest.mark.parametrize("minutes", [1.5, 1.3, 1350])
def test_minutes_that_agree_once_they_are_read_another_way_are_a_matter_of_reading(minutes: float) -> None:
    assert (49, "C20", "6") in [row[:3] for row in told(stop("08:00", "09:30", minutes))]


def test_a_stop_that_ends_after_midnight_in_a_shift_that_does_not_pass_it() -> None:
    assert (49, "B20", "6") in [row[:3] for row in told(stop("23:50", "00:10", 20))]


def test_minutes_that_are_simply_wrong_are_rule_six() -> None:
    assert found(stop("08:00", "09:30", 75), "time_reading") == []
    assert [row[0] for row in told(stop("08:00", "09:30", 75))] == [6]


@pytest.mark.parametrize(
    ("raw", "repair", "read"),
    [("1O5", "letter_o", "105"), ("120+30", "sum", "150"), ("１２O", "full_width letter_o", "120")],
)
def test_letters_and_sums_in_a_number_are_told_with_what_was_read(raw: str, repair: str, read: str) -> None:
    finding = one(
        evidence(reports=reports({}), readings=readings({"source_cell": "C7", "raw": raw, "repair": repair})),
        "repaired_characters",
    )
    assert (finding["source_cell"], finding["reported_text"], finding["reference_text"]) == ("C7", raw, read)


@pytest.mark.parametrize("repair", ["full_width", "none", "thousands", "unit_word unit_kg", "serial"])
def test_repairs_that_leave_no_doubt_are_not_told(repair: str) -> None:
    cell = readings({"source_cell": "C7", "raw": "x", "repair": repair})
    assert found(evidence(reports=reports({}), readings=cell), "repaired_characters") == []


def test_a_total_that_leaves_a_text_out_follows_the_text() -> None:
    rows: list[Row] = [
        {"good_qty": 105, "good_qty_cell": "C7"},
        {"good_qty": 90, "good_qty_cell": "C8"},
        {"good_qty": 90, "good_qty_cell": "C9", "is_total": True},
    ]
    given = evidence(
        reports=reports({}),
        output=output(*rows),
        readings=readings({"source_cell": "C7", "raw": "1O5", "repair": "letter_o"}),
    )
    findings, _ = run(given, lambda _: given)
    cases = dict(findings.select("rule_no", "case_id").rows())
    leader = findings.filter(findings["rule_no"] == 50)["discrepancy_id"].item()
    assert cases == {1: leader, 50: leader}

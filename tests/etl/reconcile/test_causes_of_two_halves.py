"""Causes that show in more than one row: another shift or order, a copy, a withdrawn record, a counter that stopped."""

from __future__ import annotations

from typing import Any

from data_contracts.crosschecks import Evidence
from data_contracts.language import evidence_text
from etl.reconcile.crosscheck import run
from tests.evidence import KEY, Row, at, evidence, mes_output, output, reports, sequence, windows

LATE: Row = {**KEY, "shift_id": "late"}
SHIFTS: tuple[Row, Row] = ({}, {**LATE, "start_at": at("14:00"), "end_at": at("22:00")})


def told(given: Evidence, rule: str = "good_vs_mes") -> list[dict[str, Any]]:
    """The differences that one rule tells, with the evidence in words."""
    findings, _ = run(given, lambda _: given)
    rows = findings.filter(findings["rule_id"] == rule).sort("shift_id", "order_id", nulls_last=True).to_dicts()
    return [{**row, "words": evidence_text(row["probable_cause"], row["cause_evidence"], "en")} for row in rows]


def two_shifts(early: float, late: float) -> Evidence:
    """The MES counted 400 and 380; the reports say what is given."""
    return evidence(
        reports=reports({}, {**LATE, "report_id": "R2"}),
        output=output(
            {"good_qty": early, "good_qty_cell": "C7"},
            {**LATE, "report_id": "R2", "good_qty": late, "good_qty_cell": "C7"},
        ),
        mes_output=mes_output({"good_qty": 400}, {**LATE, "good_qty": 380}),
        windows=windows(*SHIFTS),
    )


def test_pieces_noted_in_the_next_shift_are_one_case_over_two_shifts() -> None:
    early, late = told(two_shifts(370, 411))
    assert [early["probable_cause"], late["probable_cause"]] == ["shift_boundary"] * 2
    assert early["words"] == "This shift has 30 too few, the next shift (2026-03-02 late) 31 too many."
    assert late["words"] == "This shift has 31 too many, the shift before (2026-03-02 early) 30 too few."
    assert early["case_id"] == late["case_id"] == late["discrepancy_id"]


def test_two_shifts_that_both_lack_pieces_are_two_cases() -> None:
    early, late = told(two_shifts(370, 351))
    assert [early["probable_cause"], late["probable_cause"]] == ["unexplained"] * 2
    assert early["case_id"] != late["case_id"]


def test_a_boundary_needs_about_the_same_number_of_pieces() -> None:
    assert [row["probable_cause"] for row in told(two_shifts(370, 450))] == ["unexplained"] * 2


def two_orders(first: float, second: float) -> Evidence:
    """The MES counted 200 of WO-1 and 180 of WO-2; the report says what is given."""
    return evidence(
        reports=reports({}),
        output=output(
            {"order_id": "WO-1", "good_qty": first, "good_qty_cell": "C7"},
            {"order_id": "WO-2", "good_qty": second, "good_qty_cell": "C8"},
        ),
        mes_output=mes_output({"order_id": "WO-1", "good_qty": 200}, {"order_id": "WO-2", "good_qty": 180}),
    )


def test_pieces_booked_to_the_other_order_of_the_shift_are_one_case() -> None:
    one, other = told(two_orders(225, 155))
    assert [one["probable_cause"], other["probable_cause"]] == ["wrong_order"] * 2
    assert one["words"] == "This order has 25 too many, order WO-2 of the same shift 25 too few."
    assert one["case_id"] == other["case_id"]


def test_one_order_alone_is_not_booked_wrongly() -> None:
    assert [row["probable_cause"] for row in told(two_orders(225, 180))] == ["unexplained"]


def test_an_order_that_did_not_run_is_a_wrong_order() -> None:
    (row,) = told(
        evidence(
            reports=reports({}),
            output=output({"order_id": "WO-9", "order_id_cell": "E4", "good_qty": 200}),
            mes_output=mes_output({"order_id": "WO-1", "good_qty": 200}),
        ),
        "same_order",
    )
    assert row["probable_cause"] == "wrong_order"
    assert row["words"] == "The report names WO-9, what ran was WO-1."


def test_a_copied_report_explains_what_else_differs_in_it() -> None:
    good = [40, 41, 42, 43, 44, 45, 46, 47, 48, 49]
    rows = [{"good_qty": qty, "good_qty_cell": f"C{n}", "row_no": n} for n, qty in enumerate(good, start=7)]
    copy = [{**row, "report_id": "P1/L1/2026-03-02/late/r1", **LATE} for row in rows]
    both = reports({"report_id": "P1/L1/2026-03-02/early/r1"}, {**LATE, "report_id": "P1/L1/2026-03-02/late/r1"})
    findings = told(
        evidence(
            reports=both,
            output=output(*({**row, "report_id": "P1/L1/2026-03-02/early/r1"} for row in rows), *copy),
            mes_output=mes_output({"good_qty": 445}, {**LATE, "good_qty": 397}),
            windows=windows(*SHIFTS),
            sequence=sequence(both.with_columns(windows(*SHIFTS)["start_at"], windows(*SHIFTS)["end_at"])),
        )
    )
    assert [(row["shift_id"], row["probable_cause"]) for row in findings] == [("late", "copied_sheet")]
    assert findings[0]["words"] == "The figures are almost those of the report of 2026-03-02 early."


def test_what_the_mes_withdrew_and_the_report_still_counts_is_a_cancellation() -> None:
    (row,) = told(
        evidence(
            reports=reports({}),
            output=output({"good_qty": 355, "good_qty_cell": "C7"}),
            mes_output=mes_output({"good_qty": 120}, {"good_qty": 80}),
            mes_cancelled=mes_output({"good_qty": 155, "record_no": 9}, {"good_qty": -155}),
        ),
        "cancelled_counted",
    )
    assert row["probable_cause"] == "cancellation_not_reversed"
    assert row["words"] == "The MES withdrew 155 (mes.csv · record 9), the report still counts them."


def test_scrap_of_a_withdrawn_record_belongs_to_the_case_of_its_good_pieces() -> None:
    given = evidence(
        reports=reports({}),
        output=output({"good_qty": 355, "good_qty_cell": "C7", "scrap_qty": 12, "scrap_qty_cell": "E7"}),
        mes_output=mes_output({"good_qty": 200, "scrap_qty": 6}),
        mes_cancelled=mes_output({"good_qty": 155, "scrap_qty": 6, "record_no": 9}),
    )
    (good,), (scrap,) = told(given, "cancelled_counted"), told(given, "scrap_vs_mes")
    assert scrap["case_id"] == good["case_id"] == good["discrepancy_id"]
    assert (good["probable_cause"], scrap["probable_cause"]) == ("cancellation_not_reversed", "double_count")


def test_a_withdrawn_record_of_another_size_explains_nothing() -> None:
    (row,) = told(
        evidence(
            reports=reports({}),
            output=output({"good_qty": 355, "good_qty_cell": "C7"}),
            mes_output=mes_output({"good_qty": 120}, {"good_qty": 80}),
            mes_cancelled=mes_output({"good_qty": 90}),
        )
    )
    assert row["probable_cause"] == "unexplained"


def hours(*good: float | None) -> list[Row]:
    """Hours from 06:00; the report and the MES write them alike."""
    return [
        {"hour_start": at(f"{6 + n:02}:00"), "good_qty": qty, "good_qty_cell": f"C{7 + n}"}
        for n, qty in enumerate(good)
    ]


def counted(*good: float | None) -> list[Row]:
    return [
        {k: v for k, v in row.items() if k != "good_qty_cell"} for row in hours(*good) if row["good_qty"] is not None
    ]


def test_hours_in_which_the_mes_counts_nothing_while_the_line_ran_are_a_collection_gap() -> None:
    (row,) = told(
        evidence(
            reports=reports({}),
            output=output(*hours(50, 52, 47, 49, 51, 46)),
            mes_output=mes_output(*counted(50, 52, 0, None, 51, 46)),
        )
    )
    assert row["probable_cause"] == "counter_gap"
    assert row["words"] == "From 08:00 to 10:00 the MES counted nothing while the line ran (about 96)."


def test_a_report_without_hours_shows_the_gap_by_the_pace_of_the_others() -> None:
    (row,) = told(
        evidence(
            reports=reports({}),
            output=output({"good_qty": 395, "good_qty_cell": "C7"}),
            mes_output=mes_output(*counted(50, 52, 0, 0, 51, 46, 49, 50)),
        )
    )
    assert row["probable_cause"] == "counter_gap"


def test_a_counter_that_starts_again_makes_a_count_that_no_hour_can_hold() -> None:
    (row,) = told(
        evidence(
            reports=reports({}),
            output=output(*hours(50, 52, 47)),
            mes_output=mes_output(*counted(50, -4812, 47)),
        )
    )
    assert row["probable_cause"] == "counter_gap"
    assert row["words"] == "At 07:00 the MES counted -4812, which no hour can hold: the counter was reset or leapt."


def test_an_hour_noted_in_the_one_beside_it_is_a_boundary() -> None:
    rows = told(
        evidence(
            reports=reports({}),
            output=output(*hours(50, 60, 38, 50)),
            mes_output=mes_output(*counted(50, 50, 48, 50)),
        ),
        "hour_vs_mes",
    )
    assert [row["probable_cause"] for row in rows] == ["shift_boundary"] * 2

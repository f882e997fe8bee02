"""The probable cause of a difference: evidence for each, and the first that fits counts."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from polars._typing import PolarsDataType

from data_contracts.crosschecks.base import COMPARED
from data_contracts.language import evidence_text
from etl.reconcile.causes import CAUSES, with_causes
from tests.evidence import KEY, Row, evidence, master

PRODUCTS = [{"product_id": "A", "pack_size": 24, "piece_weight_g": 182}]
PLANT = evidence(master=master(product=PRODUCTS))
_ROW: dict[str, PolarsDataType] = {**COMPARED, "delta": pl.Float64, "discrepancy_id": pl.String, "rule_no": pl.Int32}


def cause(reported: float | None, reference: float | None, **more: Any) -> tuple[str, dict[str, str] | None]:
    """Probable cause and its evidence for a difference in good pieces of product A."""
    row: Row = {
        **KEY,
        "discrepancy_id": "d",
        "measure": "good_qty",
        "rule_no": 17,
        "product_id": "A",
        "reported_parts": [],
        "reference_parts": [],
        "beside": [],
        **more,
        "reported_value": reported,
        "reference_value": reference,
        "delta": (reported or 0) - (reference or 0),
    }
    frame = pl.DataFrame([{c: row.get(c) for c in _ROW}], schema=_ROW, strict=False)
    told = with_causes(frame, PLANT).row(0, named=True)
    why = told["cause_evidence"]
    return told["probable_cause"], None if why is None else json.loads(why)


def words(reported: float | None, reference: float | None, language: str = "en", **more: Any) -> str | None:
    """The same as a person reads it."""
    name, why = cause(reported, reference, **more)
    return evidence_text(name, None if why is None else json.dumps(why), language)


def test_causes_have_the_numbers_of_the_catalogue() -> None:
    assert list(CAUSES.values()) == list(range(1, 12))


@pytest.mark.parametrize(
    ("reported", "reference", "more", "name", "told"),
    [
        (48, None, {}, "missing", "The other side says nothing."),
        (None, 47, {}, "missing", "The report says nothing."),
        (96, 48, {}, "double_count", "48 counts twice in the report."),
        (48, 96, {}, "double_count", "48 counts twice on the other side."),
        (145, 98, {"reported_parts": [47, 51, 47]}, "double_count", "47 counts twice in the report."),
        (98, 145, {"reference_parts": [47, 51, 47]}, "double_count", "47 counts twice on the other side."),
        (480, 48, {}, "unit_slip", "One side is 10 times the other: a separator or a zero slipped."),
        (4.8, 480, {}, "unit_slip", "One side is 100 times the other: a separator or a zero slipped."),
        (48, 48000, {}, "unit_slip", "One side is 1000 times the other: a separator or a zero slipped."),
        (40, 480, {}, "unit_slip", "One side is 12 times the other: counted by the dozen."),
        (20, 480, {}, "unit_slip", "One side is 24 times the other: the pieces in a pack."),
        (10, 1820, {}, "unit_slip", "One side is 182 times the other: the weight of a piece in grams."),
        (
            *(1.5, 90, {"measure": "downtime_min", "rule_no": 19}),
            *("unit_slip", "One side is 60 times the other: hours instead of minutes."),
        ),
        (74, 47, {}, "transposed_digits", "Swapping the neighbours 7 and 4 in 74 gives 47."),
        (1234, 1324, {}, "transposed_digits", "Swapping the neighbours 2 and 3 in 1234 gives 1324."),
        (12, 102, {}, "transposed_digits", "Swapping the neighbours 0 and 1 in 12 gives 102."),
        (
            *(55, 50, {"beside": [5, 0]}, "good_against_gross"),
            "The difference of 5 is the scrap or rework of the shift: the report counts it as good.",
        ),
        (
            *(50, 53, {"beside": [1, 3]}, "good_against_gross"),
            "The difference of 3 is the scrap or rework of the shift: the other side counts it as good.",
        ),
        (55, 50, {"beside": [4, 0]}, "unexplained", None),
        (74, 57, {}, "unexplained", None),
    ],
)
def test_every_cause_is_told_with_its_evidence(
    reported: float | None, reference: float | None, more: dict[str, Any], name: str, told: str | None
) -> None:
    assert cause(reported, reference, **more)[0] == name
    assert words(reported, reference, **more) == told


def test_evidence_is_told_in_chinese_as_well() -> None:
    assert words(74, 47, "zh") == "把 74 中相邻的 7 和 4 对调,就是 47。"


def test_the_first_cause_that_fits_counts() -> None:
    # 42 and 24: a part of 18 that stands twice would explain it, and so would swapped digits.
    assert cause(42, 24, reported_parts=[18, 18, 6])[0] == "double_count"
    assert cause(42, 24)[0] == "transposed_digits"
    # 90 against 9: a slip of the point, though the digits of 09 could have been swapped.
    assert cause(90, 9)[0] == "unit_slip"
    # 21 against 12 with 9 pieces of scrap.
    assert cause(21, 12, beside=[9])[0] == "transposed_digits"


def test_a_repeated_part_of_the_other_side_is_no_double_count() -> None:
    assert cause(145, 98, reference_parts=[47, 51, 47])[0] == "unexplained"


def test_a_product_without_a_pack_has_no_slip_by_it() -> None:
    assert cause(20, 480, product_id="B") == ("unexplained", None)
    assert cause(20, 480, product_id=None) == ("unexplained", None)


def test_a_missing_report_is_missing_and_a_second_revision_has_no_cause() -> None:
    assert cause(0, 1, measure="report", rule_no=42)[0] == "missing"
    assert cause(2, 1, measure="revision", rule_no=40) == ("unexplained", None)


def test_nothing_against_something_is_no_slip_and_no_swap() -> None:
    assert cause(0, 90) == ("unexplained", None)


def test_differences_in_text_have_no_cause_of_numbers() -> None:
    assert cause(None, None, measure="shift_id", rule_no=43) == ("unexplained", None)


@settings(deadline=None)
@given(value=st.integers(10, 99_999_999), place=st.integers(0, 7))
def test_two_swapped_neighbours_are_always_told_unless_an_earlier_cause_fits(value: int, place: int) -> None:
    digits = list(str(value))
    assume(place + 1 < len(digits))
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    typed = int("".join(digits))
    assume(typed not in (value, 0))
    ratio = max(value, typed) / min(value, typed)
    assume(all(abs(ratio / f - 1) > 0.011 for f in (2, 10, 100, 1000, 12, 24, 182)))
    assert cause(typed, value)[0] == "transposed_digits"


@settings(deadline=None)
@given(value=st.integers(10, 99_999), typed=st.integers(10, 99_999))
def test_transposed_digits_are_told_only_where_the_difference_is_a_multiple_of_nine(value: int, typed: int) -> None:
    if cause(typed, value)[0] == "transposed_digits":
        assert (typed - value) % 9 == 0
        assert sorted(f"{typed:05}") == sorted(f"{value:05}")

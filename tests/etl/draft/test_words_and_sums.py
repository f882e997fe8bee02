"""Nearness of words, the best assignment, and numbers that agree."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.draft.assign import best_pairs
from etl.draft.sums import runs_along, total_of
from etl.draft.words import vocabulary


@pytest.mark.parametrize(
    ("header", "measure"),
    [
        ("实际 Actual", "good_qty"),
        ("itemGoodQuantity", "good_qty"),
        ("Ausschussmenge", "scrap_qty"),
        ("Ilość braków", "scrap_qty"),
        ("Số lượng lỗi", "scrap_qty"),
        ("Minutos de parada", "stop_min"),
        ("Kod zlecenia", "order_id"),
        ("不良率", "ignored"),
    ],
)
def test_a_header_is_nearest_to_its_measure_in_any_language(header: str, measure: str) -> None:
    words = vocabulary()
    near = {
        m: words.hit(header, m).score for m in ("good_qty", "scrap_qty", "total_qty", "order_id", "ignored", "stop_min")
    }
    assert max(near, key=lambda m: near[m]) == measure


def test_plan_is_not_plant_and_a_numbered_line_is_not_the_word_line() -> None:
    assert vocabulary().hit("plan", "plant_id").score < 0.7 < vocabulary().hit("plan", "planned_qty").score
    assert vocabulary().hit("Line 3", "line_id").score < 0.7


def test_the_unit_in_brackets_is_known() -> None:
    assert [vocabulary().unit(t) for t in ("停机(min)", "产量（箱）", "Good", "Weight [kg]")] == [
        "min",
        "pack",
        None,
        "kg",
    ]


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=n, max_size=n)
    )
)
def test_no_other_assignment_is_better(scores: list[list[int]]) -> None:
    chosen = best_pairs(scores)
    best = max(
        sum(row[c] for row, c in zip(scores, order, strict=False)) for order in permutations(range(5), len(scores))
    )
    assert len(set(chosen)) == len(scores)
    assert sum(row[c] for row, c in zip(scores, chosen, strict=True)) == best


def test_parts_that_add_up_to_the_whole_in_each_row_are_found() -> None:
    assert total_of([{1: 1, 2: 2}, {1: 3}], {1: 4, 2: 2})
    assert not total_of([{1: 1, 2: 2}, {1: 3}], {1: 5, 2: 9})
    assert total_of([{1: 1, 2: 2}], {1: 10, 2: 12}, less={1: 9, 2: 10})


def test_a_running_sum_is_told_from_a_column_that_merely_grows() -> None:
    assert runs_along({1: 5, 2: 9, 3: 10, 4: 17}, {1: 5, 2: 4, 3: 1, 4: 7})
    assert not runs_along({1: 5, 2: 6, 3: 7, 4: 8}, {1: 5, 2: 4, 3: 1, 4: 7})

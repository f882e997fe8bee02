"""Windows into sources."""

from __future__ import annotations

import pytest

from dashboards.sheet import Locator, column_letters, drawn, locator
from dashboards.words import Words
from etl.desk import SheetWindow


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mes.csv · record 12", Locator("mes.csv", None, "12")),
        ("mes.csv · record 12 (+2)", Locator("mes.csv", None, "12")),
        ("a / b.xlsx / 早班!C9", Locator("a / b.xlsx", "早班", "C9")),
        ("a.xlsx / it's !here!AB10", Locator("a.xlsx", "it's !here", "AB10")),
        ("the calendar", None),
        (None, None),
    ],
)
def test_a_locator_is_read_or_left_alone(text: str | None, found: Locator | None) -> None:
    assert locator(text) == found


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA")])
def test_columns_have_letters(number: int, letters: str) -> None:
    assert column_letters(number) == letters


def test_exactly_the_asked_cell_is_marked_and_named() -> None:
    text = drawn(SheetWindow("S", 8, 3, [["1", "2"], ["3", "<b>"]], (9, 4)), Words("en"), "S", is_export=False)
    assert text.count('data-testid="marked-cell"') == 1
    assert 'aria-label="D9, in question: &lt;b&gt;"' in text
    assert "<b>" not in text


def test_a_ragged_window_is_filled_up() -> None:
    text = drawn(SheetWindow("", 1, 1, [["1", "2"], ["3"]], (1, 1)), Words("zh"), "x", is_export=True)
    assert text.partition("<tbody>")[2].count("<td") == 4

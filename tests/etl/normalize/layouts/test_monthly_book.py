"""Layout E, the monthly workbook with a sheet for each day."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.simulate.workbooks import Pen
from tests.etl.normalize.layouts.reading import Reader, lines_of
from tests.etl.normalize.layouts.samples import SAMPLES, sample

LAYOUT = "monthly-book"


@settings(max_examples=8)
@given(st.integers(0, 99999), st.integers(1, 3), st.integers(1, 3), st.sampled_from([0.0, 0.3, 0.9]))
def test_every_row_and_cell_of_a_monthly_book_is_read(
    reading: Reader, seed: int, lines: int, days: int, oddity: float
) -> None:
    reading.check(sample(LAYOUT, lines_of(SAMPLES[LAYOUT].calendar_id, lines), Pen(seed, oddity), days=days), LAYOUT)

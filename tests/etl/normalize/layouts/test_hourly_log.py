"""Layout F, the European hourly log."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.simulate.workbooks import Pen
from tests.etl.normalize.layouts.reading import Reader, lines_of
from tests.etl.normalize.layouts.samples import SAMPLES, sample

LAYOUT = "hourly-log"


@settings(max_examples=8)
@given(st.integers(0, 99999), st.integers(1, 1), st.integers(1, 2), st.sampled_from([0.0, 0.3, 0.9]))
def test_every_row_and_cell_of_an_hourly_log_is_read(
    reading: Reader, seed: int, lines: int, days: int, oddity: float
) -> None:
    reading.check(sample(LAYOUT, lines_of(SAMPLES[LAYOUT].calendar_id, lines), Pen(seed, oddity), days=days), LAYOUT)

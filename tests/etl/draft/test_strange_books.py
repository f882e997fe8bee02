"""A quick part of the benchmark of drafts: some plants that never were. The whole: ``python -m tests.bench.drafts``."""

from __future__ import annotations

from pathlib import Path

from tests.etl.draft.measure import overall, score_made
from tests.etl.draft.strange import strange_book
from tests.etl.normalize.layouts.reading import small_site


def test_four_fifths_of_the_fields_of_strange_workbooks_are_right(tmp_path: Path) -> None:
    site = small_site(tmp_path / "site")
    scores = [score_made("", strange_book(seed), site, name=str(seed)) for seed in range(500, 512)]
    assert overall(scores) >= 0.8, [(s.name, s.wrong) for s in scores]

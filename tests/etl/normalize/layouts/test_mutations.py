"""One mistake in a workbook of any shipped layout: it is repaired on record, refused or flagged, never read silently.

The measure on thousands of workbooks: ``python -m tests.bench.mutations``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.bench.mutations import Verdict, run, share_caught
from tests.etl.normalize.layouts.samples import SAMPLES

CASES = 300

pytestmark = pytest.mark.xdist_group("mutations")


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Verdict]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path_factory.mktemp("keys")))
        yield list(run(tmp_path_factory.mktemp("mutations"), range(CASES)))


def test_every_layout_and_every_kind_of_mistake_is_among_the_cases(verdicts: list[Verdict]) -> None:
    assert len(verdicts) == CASES
    assert {verdict.case.layout_id for verdict in verdicts} == set(SAMPLES)
    assert len({verdict.case.mutation.kind for verdict in verdicts}) == 6


def test_no_mistake_changes_a_value_silently(verdicts: list[Verdict]) -> None:
    silent = [(v.case.seed, v.case.layout_id, v.case.mutation, v.told) for v in verdicts if v.verdict == "silent"]
    assert silent == []


def test_nearly_every_mistake_is_repaired_on_record_refused_or_flagged(verdicts: list[Verdict]) -> None:
    assert share_caught(verdicts) >= 0.99, Counter((v.case.mutation.kind, v.verdict) for v in verdicts)

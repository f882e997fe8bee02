"""One mistake in a workbook of any shipped layout: it is repaired on record, refused or flagged, never read silently.

The measure on thousands of workbooks: ``python -m tests.bench.mutations``.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.bench.mutate import KINDS
from tests.bench.mutations import run, share_caught
from tests.etl.normalize.layouts.samples import SAMPLES

CASES = 210


def test_a_mistake_is_repaired_on_record_refused_or_flagged_and_never_read_silently(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    verdicts = list(run(tmp_path / "site", range(CASES)))
    assert len(verdicts) == CASES
    assert {verdict.case.layout_id for verdict in verdicts} == set(SAMPLES)
    assert {verdict.case.mutation.kind for verdict in verdicts} == {name.replace("_", " ") for name in KINDS}

    assert [(v.case.seed, v.case.mutation, v.told) for v in verdicts if v.verdict == "silent"] == []
    assert share_caught(verdicts) >= 0.99, Counter((v.case.mutation.kind, v.verdict) for v in verdicts)

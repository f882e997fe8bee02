"""Workbooks of other parsers' test suites, many broken on purpose."""

from __future__ import annotations

from pathlib import Path

from data_contracts.language import LANGUAGES, REASONS
from data_contracts.site import Limits
from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool

UNREADABLE = {"file_damaged", "file_breaks_reader", "file_too_slow", "file_too_much_memory"}


def test_every_file_of_the_corpus_ends_as_cells_or_with_a_reason_and_no_cap_is_needed(corpus: Path) -> None:
    """All 1,800 files, none left out: 6 to 13 s on two cores. Nothing hangs, no child dies, nothing is lost."""
    paths = sorted(p for p in corpus.rglob("*") if p.is_file())
    with ReaderPool(Limits(workers=2)) as pool:
        found = pool.workbooks([FileBytes(n, p.name, p.read_bytes()) for n, p in enumerate(paths)])
    codes = {f.file_no: f.code for f in found.failures}
    assert set(codes) | set(found.sheets["file_no"]) == set(range(len(paths)))
    assert not set(codes) & set(found.cells["file_no"])
    for failure in found.failures:
        for language in LANGUAGES:
            assert REASONS.text(f"reason.{failure.code}", language, **failure.params)
    assert set(codes.values()) <= {"file_not_workbook", "file_password", "file_damaged", "file_empty"}
    workbooks = [n for n, p in enumerate(paths) if p.suffix.lower() in (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")]
    unreadable = [paths[n].name for n in workbooks if codes.get(n) in UNREADABLE]
    assert len(unreadable) <= 7, unreadable
    locked = {p.name for n, p in enumerate(paths) if codes.get(n) == "file_password"}
    assert {"password-protected-password123.xlsx", "password-protected-password123.ods"} <= locked

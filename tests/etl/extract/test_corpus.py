"""Workbooks of other parsers' test suites, many broken on purpose. All of them: ``python -m tests.corpus DIR``."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from data_contracts.language import LANGUAGES, REASONS
from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool
from tests import corpus as command

# Books that were saved in several formats.
FAMILIES = ("merge_cells", "column_width", "row_height", "pivot_table_test")


def test_every_file_of_a_part_of_the_corpus_ends_as_rows_or_with_a_clear_reason(corpus: Path) -> None:
    """One file in six, the same ones each time. Nothing hangs, no child dies, nothing is lost."""
    paths = command.part_of(command.files_below([corpus]), 6, corpus)
    done = list(command.outcomes(paths))
    assert len(paths) > 200
    assert {one.path for one in done if one.outcome} == set(paths)
    assert all(one.seconds <= command.MOST_S for one in done)
    codes = {one.path: one.outcome.removeprefix("reason: ") for one in done if one.outcome.startswith("reason: ")}
    assert not set(codes.values()) & (command.DEATHS | command.HANGS)
    for code in codes.values():
        assert all(f"reason.{code}" in REASONS.keys(language) for language in LANGUAGES)
    kinds = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
    damaged = [path.name for path, code in codes.items() if code == "file_damaged" and path.suffix.lower() in kinds]
    assert len(damaged) <= 3, damaged


def test_the_command_fails_when_a_file_has_no_outcome(capsys: pytest.CaptureFixture[str], corpus: Path) -> None:
    paths = command.files_below([corpus / "csv-spectrum"])[:2]
    lost = [command.Outcome(paths[0], "records", 0.1), command.Outcome(paths[1], "", 0.1)]
    assert not command.judge(paths, lost)
    assert "without an outcome 1" in capsys.readouterr().out


@pytest.mark.parametrize("name", FAMILIES)
def test_merged_and_hidden_cells_are_the_same_in_every_format_of_a_book(
    reader: ReaderPool, corpus: Path, name: str
) -> None:
    paths = sorted(
        p for p in (corpus / "test_files").glob(f"{name}.xl*") if p.suffix in (".xls", ".xlsx", ".xlsm", ".xlsb")
    )
    assert len(paths) > 1
    found = reader.workbooks([FileBytes(n, p.name, p.read_bytes()) for n, p in enumerate(paths)])
    assert found.failures == []
    codes = ["hidden_row_data", "hidden_column_data", "merged_hidden_value", "pivot_beside"]
    told = found.notices.filter(pl.col("code").is_in(codes))
    for frame in (found.merged, told.drop("params")):
        files = [set(frame.filter(file_no=n).drop("file_no").rows()) for n in range(len(paths))]
        assert all(one == files[0] for one in files), [p.name for p in paths]

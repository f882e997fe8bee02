"""The examples of the how-tos are tried as they stand: their files are written, and what they promise is looked up."""

from __future__ import annotations

import csv
import io
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.layout import Layout
from data_contracts.scope import SYSTEM
from etl.desk import current_version
from etl.layout_show import look, seen_lines
from etl.load import run_load
from etl.new_site import make_empty_site
from tests.docs.generate import ROOT

HOW_TO = ROOT / "docs" / "how-to"


def blocks(page: str) -> dict[str, str]:
    """Fenced blocks that name a file, by that name."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    return dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", text, flags=re.M | re.S))


def write(folder: Path, files: dict[str, str]) -> None:
    for name, body in files.items():
        (folder / name).write_text(body, encoding="utf-8")


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = current_version(home).connect()
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_layout_mapping_and_tolerances_do_what_their_how_tos_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "site"
    make_empty_site(site)
    settings = (site / "site.toml").read_text(encoding="utf-8")
    write(site, {"site.toml": settings.replace("wall_s = 25", "wall_s = 250")})  # a busy machine is no failure here
    layout = {name: body for name, body in blocks("add-a-layout.md").items() if not name.startswith("words/")}
    write(tmp_path, {"make_packing.py": layout.pop("make_packing.py")})
    runpy.run_path("make_packing.py")
    write(site, layout)
    Path("packing.xlsx").rename(site / "inbox" / "reports" / "packing.xlsx")
    run_load(site, SYSTEM)
    found = "select shift_id, good_qty, scrap_qty, source_sheet || '!' || good_qty_cell from production order by 1"
    assert rows(site, found) == [("early", 420, 3, "Nov!F4"), ("late", 380, 2, "Nov!F5")]

    write(site, blocks("add-an-export-mapping.md"))
    run_load(site, SYSTEM)
    compared = "select report_good_qty, mes_good_qty, reference_locator from production order by shift_id"
    assert rows(site, compared) == [
        (420, 420, "pack_20261102.csv · record 2"),
        (380, 390, "pack_20261102.csv · record 3"),
    ]
    differing = "select rule_no, severity, tolerance, source_cell, status from discrepancy where rule_no in (17, 18)"
    assert rows(site, differing) == [(17, "warning", 2, "F5", "open")]

    write(site, blocks("set-tolerances.md"))
    day = rows(site, "select min(production_date) from production")[0][0]
    run_load(site, SYSTEM, days=(day, day))
    assert rows(site, differing) == [(17, "warning", 2, "F5", "resolved")]


def test_the_sheets_of_the_layout_how_to_are_seen_as_it_says(tmp_path: Path) -> None:
    examples = {Path(name): body for name, body in blocks("add-a-layout.md").items() if name.startswith("words/")}
    sheets = [name for name in examples if name.suffix == ".csv"]
    assert sheets
    for name in sheets:
        book = Workbook()
        page = book.worksheets[0]
        for row in csv.reader(io.StringIO(examples[name])):
            page.append([_typed(cell) for cell in row])
        path = tmp_path / f"{name.stem}.xlsx"
        book.save(path)
        layout = Layout.model_validate(tomllib.loads(examples[name.with_suffix(".toml")]))
        told = [line.rstrip() for line in seen_lines(look(path, [layout]))]
        assert told == examples[name.with_suffix(".txt")].splitlines(), name


def _typed(cell: str) -> float | str | None:
    """A cell of a csv as a spreadsheet takes it."""
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def test_the_cross_check_of_the_how_to_passes_its_own_test(monkeypatch: pytest.MonkeyPatch) -> None:
    rule_file, test_file = blocks("add-a-cross-check.md").values()
    rule: dict[str, Any] = {}
    exec(compile(rule_file, "add-a-cross-check.md", "exec"), rule)  # noqa: S102 - our own page
    monkeypatch.setitem(CROSSCHECKS, "possible_output", rule["RULE"])
    test: dict[str, Any] = {}
    exec(compile(test_file, "add-a-cross-check.md", "exec"), test)  # noqa: S102
    test["test_an_hour_beyond_the_cycle_time_is_compared_at_its_cell"]()


def test_the_page_of_the_how_to_is_python() -> None:
    for name, body in blocks("add-a-page.md").items():
        compile(body, name, "exec")

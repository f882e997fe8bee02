"""The threat model and the list of OWASP requirements are whole, and every test that they name exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.docs.generate import ROOT

FOLDER = ROOT / "docs" / "security"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
STATES = {"met", "not applicable", "open"}
LEVEL_2 = {
    "1.1": 2,
    "1.2": 9,
    "1.3": 11,
    "1.4": 3,
    "1.5": 2,
    "2.1": 3,
    "2.2": 3,
    "2.3": 4,
    "2.4": 1,
    "3.2": 2,
    "3.3": 4,
    "3.4": 6,
    "3.5": 5,
    "3.7": 2,
    "4.1": 3,
    "4.2": 1,
    "4.3": 2,
    "4.4": 4,
    "5.1": 1,
    "5.2": 3,
    "5.3": 2,
    "5.4": 3,
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
    "9.1": 3,
    "9.2": 4,
    "10.1": 2,
    "10.2": 2,
    "10.3": 4,
    "10.4": 11,
    "10.5": 5,
    "10.6": 2,
    "10.7": 3,
    "11.1": 2,
    "11.2": 3,
    "11.3": 3,
    "11.4": 4,
    "11.5": 1,
    "11.6": 1,
    "12.1": 3,
    "12.2": 2,
    "12.3": 4,
    "13.1": 1,
    "13.2": 5,
    "13.3": 2,
    "13.4": 5,
    "14.1": 2,
    "14.2": 4,
    "14.3": 3,
    "15.1": 3,
    "15.2": 3,
    "15.3": 7,
    "16.1": 1,
    "16.2": 5,
    "16.3": 4,
    "16.4": 3,
    "16.5": 3,
    "17.1": 1,
    "17.2": 4,
    "17.3": 2,
}
"""Requirements of levels 1 and 2 in each section of ASVS 5.0.0; they are the first ones of their section."""
KINDS = set("STRIDE")


@cache
def names_in(path: str) -> frozenset[str]:
    """Names of the tests of a file; none when there is no such file."""
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def missing(text: str) -> list[str]:
    """Tests that a page names and that are not there."""
    return [f"{path}::{name}" for path, name in NAMED.findall(text) if name not in names_in(path)]


def rows(page: str) -> list[list[str]]:
    """Cells of all tables of a page."""
    lines = (FOLDER / page).read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_every_test_that_a_page_of_security_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(NAMED.findall(text)) > 50
    assert missing(text) == []
    assert text.count("::test_") == len(NAMED.findall(text)), "a test is named in another form"


def test_the_check_for_tests_finds_one_that_is_not_there() -> None:
    here = "tests/docs/test_security.py"
    named = [
        f"`{here}::test_the_check_for_tests_finds_one_that_is_not_there`",
        f"`{here}::test_gone`",
        "`tests/gone.py::test_x`",
    ]
    assert missing(" ".join(named)) == [f"{here}::test_gone", "tests/gone.py::test_x"]


def test_every_requirement_of_levels_one_and_two_has_a_line_and_a_state() -> None:
    told = {row[0]: row for row in rows("asvs.md") if re.fullmatch(r"\d+\.\d+\.\d+", row[0])}
    assert set(told) == {f"{section}.{number}" for section, count in LEVEL_2.items() for number in range(1, count + 1)}
    assert {row[2] for row in told.values()} <= STATES
    assert [no for no, row in told.items() if row[2] == "met" and not NAMED.search(row[3])] == []
    assert [no for no, row in told.items() if not row[3]] == []


def test_the_counts_of_the_list_are_those_of_its_lines() -> None:
    counts = Counter(row[2] for row in rows("asvs.md") if re.match(r"\d", row[0]))
    told = f"**{counts['met']} met, {counts['not applicable']} not applicable, {counts['open']} open**"
    assert told in (FOLDER / "asvs.md").read_text(encoding="utf-8")


def test_every_threat_names_its_test_or_says_that_it_is_open() -> None:
    threats = [row for row in rows("threat-model.md") if row[0] in KINDS]
    assert {row[0] for row in threats} == KINDS
    assert [row[1] for row in threats if not NAMED.search(row[3]) and "*open" not in row[2]] == []

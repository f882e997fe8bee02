"""Every reason that the code can give has a text in both languages, filled in with what is really passed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import etl
from data_contracts.language import LANGUAGES, REASONS

FOLDER = Path(etl.__file__).parent
# Named in the text, passed with the refusal by those who know them.
ADDED = {"sheet"}


def given() -> Iterator[tuple[str, frozenset[str] | None]]:
    """Code and names of values of each ``RefusedError``, ``Refusal`` and ``Failure`` that is written out."""
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if node.func.id == "RefusedError" and texts:
                yield texts[0], frozenset(k.arg for k in node.keywords if k.arg)
            elif node.func.id in ("Refusal", "Failure") and texts:
                last = node.args[3] if len(node.args) > 3 else node.args[-1]
                names = (
                    [k.value for k in last.keys if isinstance(k, ast.Constant)] if isinstance(last, ast.Dict) else None
                )
                yield texts[0], None if names is None else frozenset(map(str, names))


GIVEN = sorted(given(), key=str)


def fields(code: str, language: str) -> set[str]:
    """What the text of a reason names."""
    for template in (
        (FOLDER.parent / "data_contracts" / "i18n" / f"{language}.po").read_text("utf-8").split("msgid ")[1:]
    ):
        if template.startswith(f'"reason.{code}"'):
            return {name for _, name, _, _ in Formatter().parse(template) if name}
    raise KeyError(code)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "names"), GIVEN, ids=lambda v: v if isinstance(v, str) else "")
def test_a_refusal_passes_all_that_its_text_names(code: str, names: frozenset[str] | None, language: str) -> None:
    wanted = fields(code, language)
    if names is not None:
        assert wanted <= names | ADDED


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_stands_anywhere_in_the_code_has_a_text(language: str) -> None:
    known = {key.removeprefix("reason.") for key in REASONS.keys(language) if key.startswith("reason.")}
    used: set[str] = set()
    for folder in ("extract", "normalize"):
        for path in (FOLDER / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in known:
                    used.add(node.value)
    stated = {code for code, _ in GIVEN}
    assert stated <= known
    ingest = (FOLDER / "ingest.py").read_text(encoding="utf-8")
    assert {code for code in known - used if code not in ingest} == set(), "texts that nobody gives"


def test_both_languages_have_the_same_reasons_with_the_same_values() -> None:
    zh, en = (REASONS.keys(language) for language in LANGUAGES)
    assert zh == en
    for key in zh:
        if key.startswith("reason."):
            assert fields(key.removeprefix("reason."), "zh") == fields(key.removeprefix("reason."), "en")

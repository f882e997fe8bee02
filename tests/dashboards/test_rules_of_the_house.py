"""What holds for every module of the dashboards, checked on their syntax trees."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

import dashboards
import dashboards.queries
from dashboards import scripts, server
from dashboards.app import found_pages
from dashboards.words import TEXTS
from data_contracts.language import LANGUAGES
from data_contracts.scope import Scope
from tests.database_use import database_use, unbound

ROOT = Path(dashboards.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
OUTSIDE_QUERIES = [path for path in MODULES if path.parent.name != "queries"]
QUERY_MODULES = [
    importlib.import_module(f"dashboards.queries.{info.name}")
    for info in pkgutil.iter_modules(dashboards.queries.__path__)
    if not info.name.startswith("_")
]
QUERIES = [
    (module, node)
    for module in QUERY_MODULES
    for node in ast.parse(inspect.getsource(module)).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", OUTSIDE_QUERIES, ids=_name)
def test_only_queries_talk_to_the_database(path: Path) -> None:
    assert list(database_use(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(("module", "function"), QUERIES, ids=lambda value: getattr(value, "name", ""))
def test_every_query_takes_a_scope_and_rests_on_it(module: ModuleType, function: ast.FunctionDef) -> None:
    assert list(unbound(function)) == [], module.__name__


def test_no_query_is_written_any_other_way() -> None:
    for module in QUERY_MODULES:
        tree = ast.parse(inspect.getsource(module))
        assert not [node for node in tree.body if isinstance(node, ast.ClassDef) and _asks_inside(node)]
        private = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("_")]
        assert not [node.name for node in private if _asks_inside(node)]


def _asks_inside(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr == "rows" for part in ast.walk(node))


def test_no_module_is_longer_than_300_lines() -> None:
    assert {_name(path): n for path in MODULES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 300} == {}


def _texts_used() -> tuple[set[str], set[str]]:
    """Whole keys given to ``t``, and the constant beginnings of composed ones."""
    whole: set[str] = set()
    beginnings: set[str] = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "t"):
                continue
            for key in ast.walk(node.args[0]):
                if isinstance(key, ast.JoinedStr):
                    assert isinstance(key.values[0], ast.Constant), f"{_name(path)}:{node.lineno}: a key needs a family"
                    beginnings.add(str(key.values[0].value))
            chosen = node.args[0]
            texts = (chosen.body, chosen.orelse) if isinstance(chosen, ast.IfExp) else (chosen,)
            whole |= {str(text.value) for text in texts if isinstance(text, ast.Constant)}
            if isinstance(chosen, ast.Name):
                beginnings.add("column.")
    return whole, beginnings


def test_every_text_is_there_in_every_language() -> None:
    whole, _ = _texts_used()
    for language in LANGUAGES:
        assert whole - TEXTS.keys(language) == set(), language


def test_both_languages_have_the_same_texts() -> None:
    assert TEXTS.keys("zh") == TEXTS.keys("en")


def test_no_text_is_unused() -> None:
    whole, beginnings = _texts_used()
    unused = {key for key in TEXTS.keys("en") - whole if not key.startswith(tuple(beginnings))}
    assert unused == set()


def test_both_languages_take_the_same_values() -> None:
    def fields(key: str, language: str) -> set[str]:
        text = (ROOT / "i18n" / f"{language}.po").read_text(encoding="utf-8").split(f'msgid "{key}"\nmsgstr ')[1]
        return set(re.findall(r"\{(\w+)\}", text.split("\n\n")[0]))

    assert {key for key in TEXTS.keys("en") if fields(key, "zh") != fields(key, "en")} == set()


def test_every_page_declares_its_address_and_draws_itself() -> None:
    pages = found_pages()
    assert pages[0].PAGE.key == "overview"
    assert {"output", "losses", "discrepancies"} < {page.PAGE.key for page in pages}
    assert all(callable(page.render) for page in pages)


def test_the_server_shows_no_stack_traces_and_phones_nobody() -> None:
    settings = server.settings(8600, "127.0.0.1")
    assert settings["client.showErrorDetails"] == "none"
    assert settings["browser.gatherUsageStats"] is False
    assert settings["server.address"] == "127.0.0.1"


def test_the_server_command_needs_no_streamlit() -> None:
    tree = ast.parse((ROOT / "server.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "streamlit" not in imported


def test_files_leave_by_routes_that_ask_who_asks() -> None:
    assert [_name(path) for path in MODULES if "st.download_button" in path.read_text(encoding="utf-8")] == []


def test_scripts_are_files_so_that_the_policy_names_them() -> None:
    assert {path.stem for path in ROOT.rglob("*.js")} == set(scripts.NAMES)
    assert [_name(path) for path in MODULES if "unsafe_allow_javascript" in path.read_text(encoding="utf-8")] == [
        "scripts/__init__.py"
    ]


def test_no_scope_sees_nothing() -> None:
    assert Scope().predicate() == ("false", [])

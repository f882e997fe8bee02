"""What holds for every module of the dashboards, checked on their syntax trees."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dashboards
import dashboards.queries
from dashboards import scripts, server
from dashboards.app import found_pages
from dashboards.words import TEXTS
from data_contracts.language import LANGUAGES
from data_contracts.scope import Scope

ROOT = Path(dashboards.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
OUTSIDE_QUERIES = [path for path in MODULES if path.parent.name != "queries"]
SQL = re.compile(
    r"\b(select|insert|update|delete|create|attach|copy)\b.*\b(from|into|set|table|where|as|to)\b", re.I | re.S
)
DATABASE_CALLS = {"connect", "execute", "executemany", "cursor", "sql"}
QUERY_MODULES = [
    importlib.import_module(f"dashboards.queries.{info.name}")
    for info in pkgutil.iter_modules(dashboards.queries.__path__)
    if not info.name.startswith("_")
]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def database_use(tree: ast.AST) -> Iterator[str]:
    """Places that hold SQL or call a database."""
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            if SQL.search(node.value):
                yield f"line {node.lineno}: SQL {node.value[:40]!r}"
        elif isinstance(node, ast.JoinedStr):
            text = " x ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if SQL.search(text):
                yield f"line {node.lineno}: SQL {text[:40]!r}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DATABASE_CALLS:
            yield f"line {node.lineno}: call of {node.func.attr}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            if any(name.split(".")[0] == "duckdb" for name in names):
                yield f"line {node.lineno}: import of duckdb"


@pytest.mark.parametrize("path", OUTSIDE_QUERIES, ids=_name)
def test_only_queries_talk_to_the_database(path: Path) -> None:
    assert list(database_use(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    ["import duckdb", "x.execute(y)", "published.connect()", "q = 'SELECT a FROM b'", "q = f'select {a} from b'"],
)
def test_the_check_for_sql_finds_it(code: str) -> None:
    assert list(database_use(ast.parse(code)))


@pytest.mark.parametrize("module", QUERY_MODULES, ids=lambda module: module.__name__)
def test_every_query_takes_a_scope_and_uses_it(module: object) -> None:
    tree = ast.parse(inspect.getsource(module))  # type: ignore[arg-type]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert functions
    for node in functions:
        signature = inspect.signature(getattr(module, node.name))
        assert list(signature.parameters)[:2] == ["reader", "scope"], node.name
        assert signature.parameters["scope"].default is inspect.Parameter.empty, node.name
        used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        assert "scope" in used, f"{node.name} takes a scope and ignores it"


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

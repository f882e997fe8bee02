"""The checker of syntax trees finds what it looks for: made-up sources that offend, and some that do not."""

from __future__ import annotations

import ast

import pytest

from tests.database_use import database_use, unbound

OFFENDING = {
    "import": "import duckdb",
    "import from": "from sqlalchemy import text",
    "import of a part": "from sqlalchemy.engine import create_engine as make",
    "import by name": "driver = importlib.import_module('sqlite3')",
    "import inside": "def render(view):\n    import sqlcipher3.dbapi2 as base",
    "connect": "published.connect()",
    "execute": "cursor.execute(question)",
    "a reader's own way": "view.reader.rows(question)",
    "polars": "pl.read_database(question, there)",
    "a function by its name": "with attached(path, keys) as db: ...",
    "text": "q = 'SELECT a FROM b'",
    "text over lines": 'q = """\nselect a\n  from b"""',
    "composed text": "q = f'select {a} from b'",
    "added text": "q = 'select ' + a + ' from b'",
    "formatted text": "q = 'delete from {}'.format(a)",
    "another statement": "q = 'ATTACH DATABASE x AS y'",
}
INNOCENT = {
    "documentation": 'def f():\n    """Select rows from a table."""',
    "words": "title = 'Select a plant'",
    "a scope asked for": "view.ask(output.output, view.filters)",
}


@pytest.mark.parametrize("name", OFFENDING)
def test_a_source_that_talks_to_a_database_is_found(name: str) -> None:
    assert list(database_use(ast.parse(OFFENDING[name])))


@pytest.mark.parametrize("name", INNOCENT)
def test_a_source_that_does_not_is_left_alone(name: str) -> None:
    assert list(database_use(ast.parse(INNOCENT[name]))) == []


def query(head: str, *body: str) -> ast.FunctionDef:
    """A made-up query."""
    made = ast.parse(f"def lines({head}):\n" + "\n".join(f"    {line}" for line in body)).body[0]
    assert isinstance(made, ast.FunctionDef)
    return made


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (query("reader", "return reader.rows('select 1')"), "takes no reader and scope"),
        (query("reader, scope=None", "return reader.rows('select 1', [scope])"), "takes no reader and scope"),
        (query("reader, scope", "return reader.rows('select * from line')"), "asks without its scope"),
        (
            query("reader, scope", "rows = visible('line', scope)", "return reader.rows('select 1')"),
            "without its scope",
        ),
        (query("reader, scope", "return visible('line', scope)"), "asks nothing"),
        (
            query(
                "reader, scope, day",
                "rows = visible('line', scope)",
                "return reader.rows(f'select 1 from {rows.text} where d = {day}', rows.parameters)",
            ),
            "day becomes part of the text",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_query_that_does_not_rest_on_its_scope_is_found(made: ast.FunctionDef, told: str) -> None:
    assert any(told in problem for problem in unbound(made))


def test_a_query_that_rests_on_its_scope_is_left_alone() -> None:
    made = query(
        "reader, scope, chosen, by",
        "rows = visible('line', scope, chosen)",
        "groups = grouping(by, ALLOWED)",
        "text = f'select {groups} from {rows.text} order by {by}'",
        "return reader.rows(f'select {groups} from {rows.text} order by {by}', rows.parameters)",
    )
    assert list(unbound(made)) == []

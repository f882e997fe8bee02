"""Who talks to a database, read from syntax trees: SQL text, calls and imports; and what binds the scope of a query."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

DRIVERS = frozenset({"duckdb", "sqlite3", "sqlcipher3", "sqlalchemy", "alembic", "psycopg", "pymssql", "adbc", "ibis"})
CALLS = frozenset(
    {"connect", "execute", "executemany", "exec_driver_sql", "cursor", "sql", "create_engine", "read_database"}
    | {"read_sql", "open_readonly", "attached", "rows"}
)
SQL = re.compile(
    r"\b(select|insert|update|delete|create|attach|copy|drop|alter|pragma)\b"
    r".*\b(from|into|set|table|where|as|to|database|key)\b",
    re.I | re.S,
)


def database_use(tree: ast.AST) -> Iterator[str]:
    """Places that hold SQL, call a database or import one."""
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            if SQL.search(node.value):
                yield f"line {node.lineno}: SQL {node.value[:40]!r}"
        elif isinstance(node, ast.JoinedStr | ast.BinOp) and SQL.search(text := " x ".join(_pieces(node))):
            yield f"line {node.lineno}: SQL {text[:40]!r}"
        elif isinstance(node, ast.Call):
            yield from _called(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            if driver := next((name for name in names if name.split(".")[0] in DRIVERS), None):
                yield f"line {node.lineno}: import of {driver}"


def _called(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in CALLS:
        yield f"line {node.lineno}: call of {name}"
    if name in {"import_module", "__import__"}:
        given = [str(value.value).split(".")[0] for value in node.args if isinstance(value, ast.Constant)]
        yield from (f"line {node.lineno}: import of {driver}" for driver in given if driver in DRIVERS)


def _pieces(node: ast.AST) -> list[str]:
    """Constant texts of a composed one, in their order."""
    parts = [part for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return [str(part.value) for part in sorted(parts, key=lambda part: (part.lineno, part.col_offset))]


def unbound(function: ast.FunctionDef) -> Iterator[str]:
    """What of a query does not rest on its scope: a question that the scope does not enter, a value in its text."""
    arguments = [argument.arg for argument in function.args.args]
    if arguments[:2] != ["reader", "scope"] or len(function.args.defaults) > len(arguments) - 2:
        yield f"{function.name}: takes no reader and scope"
    questions = [node for node in ast.walk(function) if isinstance(node, ast.Call) and _asks(node)]
    if not questions:
        yield f"{function.name}: asks nothing"
    scoped, checked = _resting_on("scope", function), _checked(function)
    for question in questions:
        if not scoped & set().union(*(_names(part) for part in question.args)):
            yield f"{function.name}: asks without its scope"
        written = _written(question.args[0]) & set(arguments) - checked
        yield from (f"{function.name}: {name} becomes part of the text" for name in sorted(written))


def _asks(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "rows"


def _resting_on(name: str, function: ast.FunctionDef) -> set[str]:
    """Names that were made from ``name``, directly or not."""
    found = {name}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _names(node.value) & found:
            found |= set().union(*(_names(target) for target in node.targets))
    return found


def _checked(function: ast.FunctionDef) -> set[str]:
    """Arguments that went through a list of allowed names before they may stand in a text."""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    through = [node for node in calls if getattr(node.func, "id", "") in {"grouping", "_period"}]
    return set().union(*(_names(argument) for node in through for argument in node.args))


def _written(text: ast.AST) -> set[str]:
    """Names whose value becomes part of a text; those that only choose between texts do not."""
    found: set[str] = set()
    for node in ast.walk(text):
        if isinstance(node, ast.FormattedValue):
            inner = node.value
            parts = [inner.body, inner.orelse] if isinstance(inner, ast.IfExp) else [inner]
            found |= set().union(*(_names(part) for part in parts))
    return found


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}

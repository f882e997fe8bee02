"""Pages about what a person may write: site.toml, variables, layouts, export mappings. Texts: ``words``."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from data_contracts import layout, site
from data_contracts.export import EXPORT_TARGETS, SET_BY_US, ExportMapping
from data_contracts.tables.base import Table
from etl import settings
from tests.docs import words
from tests.docs.markdown import code, kind_of, table

ROOT = Path(__file__).parents[2]
SET_BY_LOADS = {"report_id", "source_sheet", "row_no", "is_total"}


def settings_page() -> Iterator[str]:
    """site.toml and the variables of a machine."""
    yield "# Settings"
    yield "## site.toml"
    yield "What belongs to a company. `shiftledger init` writes a commented one."
    for name, info in site.SiteConfig.model_fields.items():
        section = next(part for part in (*get_args(info.annotation), info.annotation) if _is_model(part))
        several = get_origin(info.annotation) is list
        yield f"### {'[[' if several else '['}{name}{']]' if several else ']'}"
        yield inspect.getdoc(section) or ""
        yield _fields(section, words.SITE[name])
    yield "## Variables of the machine"
    yield "Paths and strength of one machine. Keys never stand in a site folder."
    documented = _attribute_docs(settings.Settings)
    rows = [
        [code(f"SHIFTLEDGER_{name.upper()}"), _default(settings.Settings, name), documented[name]]
        for name in settings.Settings.model_fields
    ]
    rows.append([code(settings.source_variable("ID")), "", str(inspect.getdoc(settings.source_url))])
    rows.append([code(settings.alert_variable("ID")), "", str(inspect.getdoc(settings.alert_url))])
    rows += [[code(name), "", text] for name, text in sorted(_variables_read().items())]
    yield table(["variable", "default", "what it says"], rows)


def _default(model: type[BaseModel], name: str) -> str:
    value = model.model_fields[name].get_default(call_default_factory=True)
    if name == "key_dir":
        return "`keys` in the user's data folder of `shiftledger`"
    return "" if value is None or value == "" else code(value)


def _attribute_docs(model: type) -> dict[str, str]:
    """Text under each attribute of a class."""
    (body,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for statement, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            assert isinstance(after, ast.Expr), f"{statement.target.id} has no text"
            assert isinstance(after.value, ast.Constant), f"{statement.target.id} has no text"
            found[statement.target.id] = str(after.value.value)
    return found


def _variables_read() -> dict[str, str]:
    """Variables that a function reads by itself, with the first line of its docstring."""
    found: dict[str, str] = {}
    known = {f"SHIFTLEDGER_{name.upper()}" for name in settings.Settings.model_fields}
    for path in sorted((ROOT / "dashboards").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                names = re.findall(r"environ\.get\(['\"](SHIFTLEDGER_\w+)", ast.unparse(node))
                text = (ast.get_docstring(node) or "").splitlines()
                found.update({name: text[0] if text else "" for name in names if name not in known})
    return found


def layout_page() -> Iterator[str]:
    """The words of a layout."""
    yield "# The layout language"
    yield "A file `layouts/*.toml` of a site. How to write one: [Add a layout](../how-to/add-a-layout.md)."
    yield from _language("data_contracts.layout", words.LAYOUT)
    yield "## Fields of a sheet"
    yield ", ".join(map(code, layout.SHEET_FIELDS)) + ". They may also be columns of a table."
    yield "## Measures of a table"
    yield from _measures(layout.TARGETS, lambda name: name.endswith("_cell") or name in SET_BY_LOADS)


def export_page() -> Iterator[str]:
    """The words of an export mapping."""
    yield "# The language of export mappings"
    yield (
        "A file `exports/*.toml` of a site. How to write one: "
        "[Add an export mapping](../how-to/add-an-export-mapping.md)."
    )
    yield from _language(ExportMapping.__module__, words.EXPORT)
    yield "## Columns of a record"
    yield from _measures(EXPORT_TARGETS, SET_BY_US.__contains__)


def exports_page() -> Iterator[str]:
    """Every shipped export mapping."""
    yield "# Shipped export mappings"
    yield (
        "Files of these systems load without a mapping of your own. A site replaces one by a file of the same name in "
        "its `exports/`; the words are in [The language of export mappings](export.md). What each reads back "
        "is written by the generator of its system (`etl/simulate/exporters`); `tests/etl/simulate/test_exporters.py` "
        "compares."
    )
    mappings = [site.read_toml(path, ExportMapping) for path in sorted((site.SHIPPED / "exports").glob("*.toml"))]
    yield table(
        ["mapping", "what it reads", "records", "formats", "clock", "usual file names"],
        [
            [f"[`{m.id}`](#{m.id})", m.title_en, m.kind, ", ".join(m.format), m.zone, ", ".join(map(code, m.file_name))]
            for m in mappings
        ],
    )
    for m in mappings:
        yield f"## {m.id}"
        yield f"{m.title_zh} · {m.title_en}"
        yield "\n".join(f"- {quirk}" for quirk in m.quirks)
        yield f"Key: {', '.join(map(code, m.key))}."
        yield table(
            ["column", "read from"],
            [[code(name), ", ".join(map(code, c.source or [" + ".join(c.join)]))] for name, c in m.columns.items()],
        )


def source_page() -> Iterator[str]:
    """The words of a database source."""
    yield "# The language of sources"
    yield (
        "A file `sources/*.toml` of a site; files that begin with `_` are not read. How to write one: "
        "[Read from a database](../how-to/read-from-a-database.md)."
    )
    yield from _language("data_contracts.source", words.SOURCE)


def _language(module: str, texts: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for name, meanings in texts.items():
        model = getattr(import_module(module), name)
        yield f"## {name}"
        yield inspect.getdoc(model) or ""
        yield _fields(model, meanings)


def _measures(targets: Mapping[str, type[Table]], hidden: Callable[[str], bool]) -> Iterator[str]:
    for into, contract in targets.items():
        yield f"### {into}"
        columns = contract.to_schema().columns
        yield table(
            ["name", "type", "unit", "what it says"],
            [
                [code(n), kind_of(contract.columns()[n]), str((c.metadata or {}).get("unit") or ""), str(c.description)]
                for n, c in columns.items()
                if not hidden(n)
            ],
        )


def _fields(model: type[BaseModel], meanings: Mapping[str, str]) -> str:
    given = {info.alias or name: info for name, info in model.model_fields.items()}
    assert set(given) == set(meanings), f"{model.__name__}: {set(given) ^ set(meanings)} without a text, or gone"
    return table(
        ["word", "value", "default", "what it says"],
        [[code(n), _value(info.annotation), _given(info), meanings[n]] for n, info in given.items()],
    )


def _given(info: FieldInfo) -> str:
    default = info.get_default(call_default_factory=True)
    if default is PydanticUndefined:
        return "must be given"
    if default is None or default in ("", [], {}) or isinstance(default, BaseModel):
        return ""
    return code(str(default).lower() if isinstance(default, bool) else default)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _value(kind: Any) -> str:
    known = {str: "text", bool: "true/false", int: "whole number", float: "number"}
    if kind in known:
        return known[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Annotated, UnionType):
        parts = inner[:1] if origin is Annotated else inner
        return ", ".join(_value(part) for part in parts if part is not type(None))
    if origin is list:
        return "texts" if inner == (str,) else f"list of *{_value(inner[0])}*"
    if origin is dict:
        return "table of texts" if inner[1] is str else f"table of *{_value(inner[1])}*"
    if inner and str(origin).endswith("Literal"):
        return ", ".join(code(repr(part)[1:-1]) for part in inner)
    return str(getattr(kind, "__name__", kind))

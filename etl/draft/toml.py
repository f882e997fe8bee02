"""A draft as a TOML file: the layout, and beside each line how sure it is and why. Texts: ``data_contracts.i18n``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from etl.draft.draft import Draft, Part
from etl.draft.tell import part_text, question_text, text

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def as_toml(draft: Draft) -> str:
    """The whole file."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    yield "# " + text("draft.toml.title", draft.language, certainty=f"{draft.certainty:.0%}")
    for question in draft.questions:
        yield f"# ? {question.path}: {question_text(question, draft.language)}".replace("\n", " ")
    noted = {part.path: part for part in draft.parts}
    words = draft.words
    for key, value in words.items():
        if not isinstance(value, dict):
            yield _line(key, value, noted.get(key), draft.language)
    for name in ("blocks", "fields"):
        if name in words:
            yield ""
            yield from _note(noted.get(name), draft.language)
            yield f"[{name}]"
            for key, value in words[name].items():
                yield _line(key, value, noted.get(f"{name}.{key}"), draft.language)
    for name, table in words["tables"].items():
        yield ""
        yield from _table(f"tables.{name}", table, noted, draft)


def _table(path: str, table: Mapping[str, Any], noted: Mapping[str, Part], draft: Draft) -> Iterator[str]:
    yield f"[{path}]"
    for key, value in table.items():
        if key in {"columns", "wide", "group", "measure_from", "cells"}:
            continue
        yield _line(key, value, noted.get(f"{path}.{key}"), draft.language)
    for name in ("columns", "cells", "measure_from"):
        if name in table:
            yield ""
            yield from _note(noted.get(f"{path}.{name}"), draft.language)
            yield f"[{path}.{name}]"
            for key, value in table[name].items():
                yield _line(key, value, noted.get(f"{path}.{name}.{key}"), draft.language)
    for name in ("group", "wide"):
        for n, one in enumerate(table.get(name, [])):
            yield ""
            yield from _note(noted.get(f"{path}.{name}.{n}"), draft.language)
            yield f"[[{path}.{name}]]"
            for key, value in one.items():
                yield f"{_key(key)} = {_value(value)}"


def _line(key: str, value: object, part: Part | None, language: str) -> str:
    line = f"{_key(key)} = {_value(value)}"
    return line if part is None else f"{line}  # {part_text(part, language)}"


def _note(part: Part | None, language: str) -> Iterator[str]:
    if part is not None:
        yield f"# {part_text(part, language)}"


def _key(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(str(k))} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)

"""XML exports to records, one element after the other: memory holds the records, never the document.

Paths are a small part of XPath over local names, so namespaces may drift from version to version:
``Quantity/UnitOfMeasure``, ``SegmentData[ID=scrap]/Value/ValueString``, ``@unit``, ``ancestor::SegmentResponse/ID``.
Document types, entities and references to other files are refused. Meaning of the records: ``etl.normalize``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from xml.etree.ElementTree import Element, ParseError

import polars as pl
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from etl.extract.preflight import RefusedError
from etl.extract.text import frame_of

MAX_DEPTH = 64
MAX_RECORDS = 2_000_000
SEVERAL = " | "
"""Between texts where one was expected: no number and no code reads so, and both can be seen."""

_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>""")
_STEP = re.compile(r"([^\[/]+)((?:\[[^\]]*\])*)(?:/|$)")


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    conditions: tuple[tuple[str, str], ...]

    def fits(self, element: Element) -> bool:
        return _local(element) == self.name and all(
            value in _texts(element, _steps(path)) for path, value in self.conditions
        )


@dataclass(frozen=True, slots=True)
class _Path:
    """``up`` names the ancestor that ``steps`` start from; none means the record itself."""

    text: str
    up: str
    steps: tuple[_Step, ...]


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet. ``kept``: it or one above it is still to be looked into."""

    name: str
    element: Element
    kept: bool
    found: dict[str, list[str]] = field(default_factory=dict)
    waiting: list[tuple[dict[str, str | None], _Path]] = field(default_factory=list)


def read_xml(content: bytes, records: Sequence[str], paths: Sequence[str]) -> pl.DataFrame:
    """Records as text columns; record 0 holds the paths that stand anywhere. Raises RefusedError.

    ``records``: paths of record elements, matched from their end, such as ``SegmentResponse/MaterialActual``.
    Of ``paths`` each gives one text a record; where several differ, all of them with `` | `` between.
    """
    wanted = [_path(text) for text in paths]
    try:
        rows = _records(_utf8(content), [_steps(text) for text in records], wanted)
    except ParseError as error:
        raise RefusedError("file_text_damaged", line=error.position[0], detail=str(error)) from error
    except DefusedXmlException as error:
        raise RefusedError("xml_forbidden", detail=type(error).__name__) from error
    except (LookupError, ValueError) as error:
        raise RefusedError("file_encoding", encoding="XML", detail=str(error)) from error
    if not rows:
        raise RefusedError("xml_no_records", path=", ".join(records))
    used = [path.text for path in wanted if any(row.get(path.text) is not None for row in rows)]
    body = [[row.get(name) for name in used] for row in rows]
    return frame_of([list(used), *body], list(range(len(rows) + 1)))


def _utf8(content: bytes) -> bytes:
    """Expat knows no encodings of several bytes but UTF: GBK and its kin are decoded before."""
    declared = _DECLARED.match(content)
    name = declared.group(1).decode().lower() if declared else "utf-8"
    if declared is None or name.startswith(("utf", "iso-8859", "us-ascii", "windows-125")):
        return content
    return content[declared.end() :].decode(name).encode()


def _records(
    content: bytes, records: Sequence[tuple[_Step, ...]], paths: Sequence[_Path]
) -> list[dict[str, str | None]]:
    reader = _Reader(records, paths)
    for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            reader.start(element)
        else:
            reader.end(element)
    return reader.made


class _Reader:
    """Follows a document; an element that nothing waits for any more is thrown away at its end."""

    def __init__(self, records: Sequence[tuple[_Step, ...]], paths: Sequence[_Path]) -> None:
        self.made: list[dict[str, str | None]] = []
        self._records = records
        self._ends = {steps[-1].name for steps in records}
        self._own = [path for path in paths if not path.up]
        self._upward: dict[str, list[_Path]] = {}
        for path in paths:
            if path.up:
                self._upward.setdefault(path.up, []).append(path)
        self._above: list[_Open] = []

    def start(self, element: Element) -> None:
        """An element begins; its content is yet to come."""
        if len(self._above) >= MAX_DEPTH:
            raise RefusedError("xml_too_deep", depth=MAX_DEPTH)
        name = _local(element)
        parent = self._above[-1] if self._above else None
        ways = self._upward.get(parent.name, ()) if parent else ()
        kept = name in self._ends or bool(parent and parent.kept) or any(_begins(path, name) for path in ways)
        self._above.append(_Open(name, element, kept))

    def end(self, element: Element) -> None:
        """An element is complete."""
        here = self._above.pop()
        parent = self._above[-1] if self._above else None
        for path in self._upward.get(parent.name, ()) if parent else ():
            if parent and path.steps and path.steps[0].fits(element):
                parent.found.setdefault(path.text, []).extend(_texts(element, path.steps[1:]))
        if here.name in self._ends and any(self._is_record(steps, element) for steps in self._records):
            self._take(element)
        for row, path in here.waiting:
            attribute = path.steps[0].name.startswith("@")
            row[path.text] = _one(_texts(element, path.steps) if attribute else here.found.get(path.text, ()))
        if parent is None or not parent.kept:
            element.clear()
            if parent is not None:
                parent.element.remove(element)

    def _take(self, element: Element) -> None:
        row: dict[str, str | None] = {path.text: _one(_texts(element, path.steps)) for path in self._own}
        for name, ways in self._upward.items():
            nearest = next((frame for frame in reversed(self._above) if frame.name == name), None)
            if nearest:
                nearest.waiting.extend((row, path) for path in ways)
        self.made.append(row)
        if len(self.made) > MAX_RECORDS:
            raise RefusedError("xml_too_many_records", most=MAX_RECORDS)

    def _is_record(self, steps: tuple[_Step, ...], element: Element) -> bool:
        """Names of the ancestors are compared; conditions only on the record itself, which alone is complete."""
        names = [frame.name for frame in self._above[-len(steps) + 1 :]] if len(steps) > 1 else []
        return [step.name for step in steps[:-1]] == names and steps[-1].fits(element)


def _begins(path: _Path, name: str) -> bool:
    return bool(path.steps) and path.steps[0].name == name


def _path(text: str) -> _Path:
    if not text.startswith("ancestor::"):
        return _Path(text, "", _steps(text))
    up, _, rest = text.removeprefix("ancestor::").partition("/")
    return _Path(text, up, _steps(rest))


@cache
def _steps(text: str) -> tuple[_Step, ...]:
    if text == ".":
        return ()
    return tuple(
        _Step(
            name,
            tuple((path, value) for path, _, value in (c.partition("=") for c in re.findall(r"\[([^\]]*)\]", rest))),
        )
        for name, rest in _STEP.findall(text)
    )


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _texts(element: Element, steps: Sequence[_Step]) -> list[str]:
    """Texts at the end of a path; blanks count as nothing."""
    if not steps:
        text = (element.text or "").strip()
        return [text] if text else []
    step, rest = steps[0], steps[1:]
    if step.name.startswith("@"):
        return [value for name, value in element.attrib.items() if name.rpartition("}")[2] == step.name[1:] and value]
    return [text for child in element if step.fits(child) for text in _texts(child, rest)]


def _one(texts: Iterable[str]) -> str | None:
    return SEVERAL.join(dict.fromkeys(texts)) or None

"""Words that layouts and master data already use: what one plant calls a thing, its next workbook may call it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from data_contracts.layout import Layout, LayoutTable
from etl.draft.meaning import Known
from etl.draft.words import Vocabulary


def learned(words: Vocabulary, layouts: Sequence[Layout], known: Known) -> Vocabulary:
    """The vocabulary with the headers of these layouts and the names of the site's shifts."""
    more: dict[str, list[str]] = {}
    for layout in layouts:
        for meaning, texts in _of_layout(layout):
            more.setdefault(meaning, []).extend(texts)
    shifts = [name for name in known.ids.get("shift_id", {}) if len(name) > 1 or ord(name[0]) > 0x3400]
    return words.with_words({**more, "values.shifts": [*more.get("values.shifts", []), *shifts]})


def _of_layout(layout: Layout) -> Iterator[tuple[str, Iterable[str]]]:
    for name, source in layout.fields.items():
        yield name, source.label
    for table in layout.tables.values():
        yield from _of_table(table)


def _of_table(table: LayoutTable) -> Iterator[tuple[str, Iterable[str]]]:
    for name, column in table.columns.items():
        own = name if table.into == "output" else f"{table.into}.{name}"
        yield own, column.header
    for name, cell in table.cells.items():
        yield name, cell.label
    if table.measure_from:
        for text, measure in table.measure_from.labels.items():
            yield measure, [text]
    for level in table.group:
        if level.field == "shift_id":
            yield "values.shifts", level.labels
    yield "totals", table.total
    yield "ignored", table.ignore

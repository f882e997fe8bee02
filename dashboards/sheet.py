"""A piece of a source as a table with row numbers and column letters, the cell in question marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dashboards.markup import Html, join, tag
from dashboards.words import Words
from etl.desk import SheetWindow

_RECORD = re.compile(r"^(?P<file>.+?) · (?:record )?(?P<record>\d+)(?: \(\+\d+\))?$")
_CELL = re.compile(r"^(?P<file>.+) / (?P<sheet>[^/]+)!(?P<cell>[A-Z]{1,3}[0-9]+)$")


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a value stands: a cell of a sheet, or a record of an export (no sheet)."""

    file: str
    sheet: str | None
    cell: str


def locator(text: str | None) -> Locator | None:
    """Read ``file / sheet!cell`` or ``file · record N``, also with `` (+2)`` for more records; else None."""
    if found := _CELL.match(text or ""):
        return Locator(found["file"], found["sheet"], found["cell"])
    if found := _RECORD.match(text or ""):
        return Locator(found["file"], None, found["record"])
    return None


def column_letters(number: int) -> str:
    """27 is AA."""
    text = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def drawn(window: SheetWindow, words: Words, caption: str, *, is_export: bool) -> Html:
    """The window as a table. Every text of the source is escaped."""
    width = max((len(row) for row in window.rows), default=0)
    columns = range(window.first_column, window.first_column + width)
    heads = [
        tag(
            "th",
            str(number) if is_export else column_letters(number),
            scope="col",
            class_=_here(number, window.marked[1]),
        )
        for number in columns
    ]
    body = []
    for row_no, row in enumerate(window.rows, start=window.first_row):
        cells = [
            _cell(row[index] if index < len(row) else "", (row_no, column), window, words, is_export=is_export)
            for index, column in enumerate(columns)
        ]
        head = tag("th", str(row_no), scope="row", class_=_here(row_no, window.marked[0]))
        body.append(tag("tr", join([head, *cells])))
    head = tag("thead", tag("tr", join([tag("td", "#" if is_export else ""), *heads])))
    inner = join([tag("caption", caption, class_="sl-sub"), head, tag("tbody", join(body))])
    return tag(
        "div",
        tag("table", inner, class_="sl-sheet"),
        class_="sl-scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def _cell(text: str, place: tuple[int, int], window: SheetWindow, words: Words, *, is_export: bool) -> Html:
    if place != tuple(window.marked):
        return tag("td", text)
    name = words.t("sheet.record", record=place[0]) if is_export else f"{column_letters(place[1])}{place[0]}"
    label = words.t("sheet.marked", cell=name, text=text or words.t("sheet.blank"))
    return tag("td", text, class_="marked", data_testid="marked-cell", aria_label=label)


def _here(number: int, marked: int) -> str:
    return "here" if number == marked else ""

"""The XML of a worksheet: styles of marked cells and the reference to its comments. The comments: ``comments``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from etl.annotate.package import RELATIONS, relation_id
from etl.annotate.splice import Cut, Element, PartError, apply, attribute_cut, parse, within

_AFTER_COMMENTS = {
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
    "AlternateContent",
}  # fmt: skip
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
Place = tuple[int, int]


def position(cell: str) -> Place | None:
    """Row and column of ``B7``, from 1; None for what is no cell of a sheet."""
    match = _CELL.fullmatch(cell)
    if match is None:
        return None
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - 64
    row = int(match.group(2))
    return (row, column) if row <= 2**20 and column <= 2**14 else None


def cell_name(place: Place) -> str:
    """``B7`` of row 7, column 2."""
    row, column = place
    letters = ""
    while column:
        column, digit = divmod(column - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{letters}{row}"


def marked(xml: bytes, marks: Mapping[Place, str], styled: Callable[[int, str], int]) -> bytes:
    """The sheet with the cells of ``marks`` (place to severity) in the style that ``styled`` gives for their own.

    A cell that is not there is put in, with the style of its row or column.
    """
    rows_wanted = {row for row, _ in marks}
    above = _Rows()

    def wanted(element: Element) -> bool:
        if element.depth == 2 and element.local == "row":
            return above.begin(element) in rows_wanted or above.is_next(rows_wanted)
        return element.depth < 3 or (element.local == "c" and element.depth == 3)

    root = parse(xml, wanted=wanted)
    data = root.need("sheetData")
    columns = _column_styles(root)
    rows = {above.numbers[row.start]: row for row in data.children}
    cuts: list[Cut] = []
    new: dict[int, str] = {}
    for number in sorted(rows_wanted):
        here = {column: severity for (row, column), severity in sorted(marks.items()) if row == number}
        if number in rows:
            cuts += _in_row(rows[number], number, xml, here, columns, styled)
        else:
            cells = "".join(_new_cell(root, (number, c), styled(columns(c), s)) for c, s in here.items())
            new[number] = f'<{root.prefix}row r="{number}">{cells}</{root.prefix}row>'
    if data.is_empty and new:
        return apply(xml, [within(data, xml, "".join(new.values()))])
    for number, text in new.items():
        later = next((rows[n] for n in sorted(rows) if n > number), None)
        cuts.append(within(data, xml, text, before=later))
    return apply(xml, cuts)


def _new_cell(root: Element, place: Place, style: int) -> str:
    return f'<{root.prefix}c r="{cell_name(place)}" s="{style}"/>'


class _Rows:
    """Numbers of rows as they are passed; a row that does not say its number is the one after the last."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        self.last = 0
        self.before = 0

    def begin(self, row: Element) -> int:
        self.before = self.last
        self.last = int(row.attributes.get("r") or self.last + 1)
        self.numbers[row.start] = self.last
        return self.last

    def is_next(self, wanted: set[int]) -> bool:
        """Whether a wanted row would stand between the last row and the one before it."""
        return any(self.before < number < self.last for number in wanted)


def _column_styles(root: Element) -> Callable[[int], int]:
    spans = [
        (int(c.attributes["min"]), int(c.attributes["max"]), int(c.attributes.get("style") or 0))
        for part in root.children
        if part.local == "cols"
        for c in part.children
    ]
    return lambda column: next((style for least, most, style in spans if least <= column <= most), 0)


def _in_row(
    row: Element,
    number: int,
    xml: bytes,
    here: Mapping[int, str],
    columns: Callable[[int], int],
    styled: Callable[[int, str], int],
) -> list[Cut]:
    there: dict[int, Element] = {}
    column = 0
    for cell in row.children:
        place = position(cell.attributes.get("r", ""))
        column = place[1] if place else column + 1
        there[column] = cell
    own = (row.attributes.get("s") or "0") if row.attributes.get("customFormat") in ("1", "true") else None
    cuts: list[Cut] = []
    new: dict[int, str] = {}
    for column, severity in here.items():
        if column in there:
            style = styled(int(there[column].attributes.get("s") or 0), severity)
            cuts.append(attribute_cut(there[column], xml, "s", str(style)))
        else:
            style = styled(columns(column) if own is None else int(own), severity)
            new[column] = _new_cell(row, (number, column), style)
    if row.is_empty and new:
        return [within(row, xml, "".join(new.values()))]
    for column, text in new.items():
        later = next((there[c] for c in sorted(there) if c > column), None)
        cuts.append(within(row, xml, text, before=later))
    return cuts


def comments_drawing(xml: bytes) -> str | None:
    """Relation of the drawing in which comments are shown, if the sheet has one."""
    root = parse(xml, wanted=lambda element: element.depth < 2)
    found = root.child("legacyDrawing")
    return relation_id(found) if found else None


def with_drawing(xml: bytes, relation: str) -> bytes:
    """The sheet with a reference to such a drawing, at the place that the format prescribes."""
    root = parse(xml, wanted=lambda element: element.depth < 2)
    text = f'<{root.prefix}legacyDrawing xmlns:slr="{RELATIONS}" slr:id="{relation}"/>'
    seen_data = False
    for child in root.children:
        seen_data |= child.local == "sheetData"
        if seen_data and child.local in _AFTER_COMMENTS:
            return apply(xml, [within(root, xml, text, before=child)])
    if not seen_data:
        raise PartError("no sheetData")
    return apply(xml, [within(root, xml, text)])

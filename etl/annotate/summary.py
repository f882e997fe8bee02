"""The summary sheet: one line a problem, its cell a link. Texts are inline strings, so none can become a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from etl.annotate.comments import MAIN
from etl.annotate.marks import Notes
from etl.annotate.package import Package, sheets_of
from etl.annotate.sheet import cell_name
from etl.annotate.splice import apply, parse, quoted, within
from etl.normalize.own_sheets import CHECK_RESULT

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_WIDTHS = (13, 14, 8, 24, 20, 70, 50)
_LONGEST_NAME = 31


def add(package: Package, notes: Notes, *, plain: bool, styles: Mapping[str, int]) -> None:
    """Put the sheet at the end of the workbook; its name has a number when it is taken."""
    book, sheets = sheets_of(package)
    part = package.free("xl/worksheets/shiftledger{}.xml")
    package.put(part, _sheet(notes, plain, styles, {name for name, _ in sheets}).encode())
    package.declare(part, _TYPE)
    relation = package.relate(book, "worksheet", part)
    xml = package.xml(book)
    listed = parse(xml).need("sheets")
    taken = {s.attributes.get("name", "").casefold() for s in listed.children}
    number = max((int(s.attributes.get("sheetId", "0")) for s in listed.children), default=0) + 1
    name = free_name(notes.title, lambda wanted: wanted.casefold() in taken)
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    text = (
        f'<{listed.prefix}sheet xmlns:slr="{namespace}" name="{quoted(name)}" sheetId="{number}" slr:id="{relation}"/>'
    )
    package.put(book, apply(xml, [within(listed, xml, text)]))


def free_name(wanted: str, taken: Callable[[str], bool]) -> str:
    """``wanted``, or with the first number that makes it unique."""
    name, number = wanted, 1
    while taken(name):
        number += 1
        name = f"{wanted[: _LONGEST_NAME - 6]} ({number})"
    return name


def _sheet(notes: Notes, plain: bool, styles: Mapping[str, int], names: set[str]) -> str:
    lines = [*notes.lines, *([notes.plain] if plain else [])]
    rows = [_row(1, [(CHECK_RESULT, styles["title"])])]
    rows += [_row(number, [(line, styles["plain"])]) for number, line in enumerate(lines, start=2)]
    top = len(rows) + 2
    rows.append(_row(top, [(text, styles["header"]) for text in notes.header]))
    links = []
    for number, row in enumerate(notes.rows, start=top + 1):
        shown = [styles["text"]] * len(row.texts)
        shown[0] = styles[row.severity]
        if row.place is not None and row.sheet in names:
            shown[2] = styles["link"]
            target = "'" + row.sheet.replace("'", "''") + "'!" + cell_name(row.place)
            links.append(f'<hyperlink ref="C{number}" location="{quoted(target)}" display="{quoted(row.texts[2])}"/>')
        rows.append(_row(number, list(zip(row.texts, shown, strict=True))))
    last = top + len(notes.rows)
    columns = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(_WIDTHS, 1))
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}"><sheetPr>'
        '<tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
        f'<pane ySplit="{top}" topLeftCell="A{top + 1}" activePane="bottomLeft" state="frozen"/>'
        "</sheetView></sheetViews>"
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{"".join(rows)}</sheetData>'
        + (f'<autoFilter ref="A{top}:G{last}"/>' if notes.rows else "")
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
        + '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _row(number: int, cells: list[tuple[str, int]]) -> str:
    written = "".join(
        f'<c r="{cell_name((number, column))}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{quoted(text)}</t></is></c>'
        for column, (text, style) in enumerate(cells, start=1)
        if text
    )
    return f'<row r="{number}">{written}</row>'

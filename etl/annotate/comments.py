"""Comments of a sheet: the part with their texts and the drawing in which they are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from etl.annotate import sheet as sheets
from etl.annotate.package import Package
from etl.annotate.sheet import Place, cell_name, position
from etl.annotate.splice import Cut, Element, PartError, apply, parse, quoted, raw, within

AUTHOR = "ShiftLedger"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_EMPTY = f'<?xml version="1.0" encoding="UTF-8"?><comments xmlns="{MAIN}"><authors/><commentList/></comments>'
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{id}" type="#_x0000_t202" '
    'style="position:absolute;visibility:hidden;width:260pt;height:{height}pt;z-index:{id}" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def add(package: Package, part: str, texts: Mapping[Place, str]) -> None:
    """Add comments to the sheet in ``part``. A cell that has one keeps it and gets the text below it."""
    related = {kind: target for _, kind, target in package.relations(part) if kind == "comments"}
    if "comments" in related:
        name = related["comments"]
    else:
        name = package.free("xl/shiftledgerComments{}.xml")
        package.put(name, _EMPTY.encode())
        package.declare(name, _COMMENTS_TYPE)
        package.relate(part, "comments", name)
    xml, fresh = _texts(package.xml(name), texts)
    package.put(name, xml)
    _show(package, part, {place: texts[place] for place in fresh})


def _texts(xml: bytes, texts: Mapping[Place, str]) -> tuple[bytes, list[Place]]:
    """The part with the texts, and the cells that had no comment before."""
    root = parse(xml)
    authors, listed = root.need("authors"), root.need("commentList")
    known = {position(c.attributes.get("ref", "")): c for c in listed.children}
    cuts: list[Cut] = []
    new: list[str] = []
    for place, text in texts.items():
        if place not in known:
            new.append(
                f'<{root.prefix}comment ref="{cell_name(place)}" authorId="{len(authors.children)}">'
                f"<{root.prefix}text>{_run(root, text)}</{root.prefix}text></{root.prefix}comment>"
            )
            continue
        own = known[place]
        written_by = int(own.attributes.get("authorId", "0"))
        author = authors.children[written_by] if written_by < len(authors.children) else None
        if author is not None and xml[author.inner : author.close].startswith(b"tc="):
            continue  # stands for a conversation, which has its own part; the summary tells it
        runs = own.need("text")
        after = next((c for c in runs.children if c.local in ("rPh", "phoneticPr")), None)
        cuts.append(within(runs, xml, _run(root, "\n" + text), before=after))
    if new:
        cuts.append(within(authors, xml, f"<{root.prefix}author>{AUTHOR}</{root.prefix}author>"))
        cuts.append(within(listed, xml, "".join(new)))
    return apply(xml, cuts), [place for place in texts if place not in known]


def _run(root: Element, text: str) -> str:
    p = root.prefix
    return f'<{p}r><{p}rPr><{p}sz val="10"/></{p}rPr><{p}t xml:space="preserve">{quoted(text)}</{p}t></{p}r>'


def _show(package: Package, part: str, texts: Mapping[Place, str]) -> None:
    """Shapes in the sheet's old drawing, of which form controls may be part, or in a new one."""
    xml = package.xml(part)
    relation = sheets.comments_drawing(xml)
    if relation is None:
        name = package.free("xl/drawings/shiftledgerDrawing{}.vml")
        package.put(name, _VML.encode())
        package.declare_extension("vml", _VML_TYPE)
        package.put(part, sheets.with_drawing(xml, package.relate(part, "vmlDrawing", name)))
    else:
        name = next((target for known, _, target in package.relations(part) if known == relation), "")
    # Not parsed: Excel itself writes drawings that are no proper XML.
    vml = package.read(name)
    end = vml.rfind(b"</xml>")
    if end < 0:
        raise PartError(f"{name} has no end")
    last = max((int(n) for n in re.findall(rb"_x0000_s(\d{1,9})\b", vml)), default=1024)
    shapes = "" if b'id="_x0000_t202"' in vml else _SHAPE_TYPE
    shapes += "".join(_shape(last + n, place, text) for n, (place, text) in enumerate(texts.items(), start=1))
    package.put(name, vml[:end] + raw(shapes) + vml[end:])


def _shape(number: int, place: Place, text: str) -> str:
    row, column = place[0] - 1, place[1] - 1
    lines = sum(1 + len(line) // 40 for line in text.splitlines())
    top = max(0, row - 1)
    anchor = f"{column + 1}, 15, {top}, 4, {column + 5}, 15, {top + lines + 1}, 4"
    return _SHAPE.format(id=number, height=15 * (lines + 1), anchor=anchor, row=row, column=column)

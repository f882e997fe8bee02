"""Styles of marked cells: each is a copy of the cell's own style with a coloured fill, so that formats stay."""

from __future__ import annotations

from dataclasses import dataclass, field

from etl.annotate.splice import Cut, Element, PartError, apply, attribute_cut, parse, with_attribute, within

COLOURS = {"refused": "FFFFC7CE", "block": "FFFFC7CE", "error": "FFFFC7CE", "warning": "FFFFE699", "info": "FFDDEBF7"}
HEADER = "FF305496"
_FONTS = (
    '<{p}font><{p}b/><{p}sz val="14"/><{p}name val="Calibri"/></{p}font>'
    '<{p}font><{p}b/><{p}sz val="11"/><{p}color rgb="FFFFFFFF"/><{p}name val="Calibri"/></{p}font>'
    '<{p}font><{p}u/><{p}sz val="11"/><{p}color rgb="FF0563C1"/><{p}name val="Calibri"/></{p}font>'
    '<{p}font><{p}sz val="11"/><{p}name val="Calibri"/></{p}font>'
)
_FILL = (
    '<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{c}"/><{p}bgColor indexed="64"/>'
    "</{p}patternFill></{p}fill>"
)
_XF = (
    '<{p}xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" '
    'applyFill="1" applyAlignment="1"><{p}alignment vertical="top" wrapText="{wrap}"/></{p}xf>'
)


@dataclass
class Styles:
    """The styles part of a workbook while styles are added to it. Raises PartError when it is not as expected."""

    xml: bytes
    root: Element = field(init=False)
    added: list[str] = field(default_factory=list)
    marked: dict[tuple[int, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = parse(self.xml)
        self._own = self.root.need("cellXfs").children
        self._fills = len(self.root.need("fills").children)
        self._fonts = len(self.root.need("fonts").children)
        if not self._own:
            raise PartError("no cell styles")

    def mark(self, style: int, severity: str) -> int:
        """Number of the style that is ``style`` with the fill of a severity."""
        known = (style if style < len(self._own) else 0, severity)
        if known not in self.marked:
            xf = self._own[known[0]]
            fill = str(self._fills + list(COLOURS).index(severity))
            tag = with_attribute(self.xml[xf.start : xf.inner], "fillId", fill)
            tag = with_attribute(tag, "applyFill", "1")
            self.marked[known] = self._add((tag + self.xml[xf.inner : xf.end]).decode())
        return self.marked[known]

    def summary(self) -> dict[str, int]:
        """Styles of the summary sheet: title, header, link, text, and one for each severity."""
        fills = {name: self._fills + n for n, name in enumerate((*COLOURS, "header"))}
        made = {
            "title": self._own_style(0, 0, wrap=0),
            "header": self._own_style(1, fills["header"]),
            "link": self._own_style(2, 0),
            "text": self._own_style(3, 0),
            "plain": self._own_style(3, 0, wrap=0),
        }
        return made | {severity: self._own_style(3, fills[severity]) for severity in COLOURS}

    def _own_style(self, font: int, fill: int, wrap: int = 1) -> int:
        text = _XF.format(p=self.root.prefix, font=self._fonts + font, fill=fill, wrap=wrap)
        return self._add(text)

    def _add(self, xf: str) -> int:
        self.added.append(xf)
        return len(self._own) + len(self.added) - 1

    def written(self) -> bytes:
        """The part with everything that was added."""
        p = self.root.prefix
        fills = "".join(_FILL.format(p=p, c=colour) for colour in (*COLOURS.values(), HEADER))
        parts = (
            ("fonts", 4, _FONTS.format(p=p)),
            ("fills", len(COLOURS) + 1, fills),
            ("cellXfs", len(self.added), "".join(self.added)),
        )
        cuts: list[Cut] = []
        for name, count, text in parts:
            element = self.root.need(name)
            cuts.append(within(element, self.xml, text))
            cuts.append(attribute_cut(element, self.xml, "count", str(len(element.children) + count)))
        return apply(self.xml, cuts)

"""What a page of paper is drawn with: headings, cards, tables, bars, days. What stands on it: ``etl.alerts.paper``.

One font for both languages: Noto Sans SC (SIL Open Font License) from a package, of which only the signs used are
put into the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import TextMode, XPos, YPos
from fpdf.fonts import FontFace
from pylopdf_fonts_zh_cn import sans_path

Colour = tuple[int, int, int]
INK: Colour = (31, 42, 51)
MUTED: Colour = (90, 103, 114)
LINE: Colour = (221, 227, 233)
GOOD: Colour = (157, 177, 194)
PALE: Colour = (223, 229, 234)
SCRAP: Colour = (207, 169, 120)
LOW: Colour = (200, 86, 78)
BAD: Colour = (179, 38, 30)
TRACK: Colour = (237, 240, 243)
MARGIN, BOTTOM = 14.0, 16.0
"""Millimetres."""
FONT = "sans"


@dataclass(frozen=True, slots=True)
class Card:
    """A number with what it is held against; ``is_bad`` colours it and puts ``mark`` before it."""

    label: str
    value: str
    against: str
    note: str = ""
    is_bad: bool = False
    mark: str = "▼"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``share`` of its width."""

    heading: str
    share: float
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A cell of a table; ``is_bad`` colours it, ``link`` leads into the dashboards."""

    text: str
    is_bad: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A column of days: good pieces with a plan, good ones without, scrap; the plan; whether it is marked."""

    name: str
    parts: tuple[float, float, float] = (0.0, 0.0, 0.0)
    plan: float = 0.0
    is_marked: bool = False


class Pen(FPDF):
    """An A4 page with a foot on every page: ``foot`` on its left, the number of the page on its right."""

    def __init__(self, title: str, language: str, made_at: datetime, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.set_title(title)
        self.set_creator("ShiftLedger")
        self.set_lang({"zh": "zh-CN"}.get(language, language))
        self.set_creation_date(made_at)
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=BOTTOM)
        self.add_font(FONT, fname=sans_path())
        self.add_page()

    def footer(self) -> None:
        """The foot; called for each page."""
        self.set_y(-BOTTOM + 4)
        self.write_line(self.foot, 7, MUTED, width=self.epw - 15)
        self.set_xy(-MARGIN - 15, -BOTTOM + 4)
        self.write_line(f"{self.page_no()} / {{nb}}", 7, MUTED, width=15, align="R")

    def write_line(
        self, text: str, size: float, colour: Colour = INK, *, width: float = 0, align: str = "L", link: str = ""
    ) -> None:
        """One line of text, then the next line; what does not fit is cut off with an ellipsis."""
        self.set_font(FONT, size=size)
        self.set_text_color(*colour)
        room = width or self.epw
        shown = text
        while shown and self.get_string_width(shown + ("…" if shown != text else "")) > room - 2 * self.c_margin:
            shown = shown[:-1]
        shown += "…" if shown != text else ""
        self.cell(room, size * 0.5, shown, align=align, link=link, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def strong(self, text: str, size: float, **about: Any) -> None:
        """A line in heavier strokes."""
        self.set_draw_color(*about.get("colour", INK))
        with self.local_context(text_mode=TextMode.FILL_STROKE, line_width=size * 0.006):
            self.write_line(text, size, **about)

    def section(self, heading: str, needs: float = 30) -> None:
        """A heading with a rule above it, on a new page when less than ``needs`` is left below."""
        if self.will_page_break(needs):
            self.add_page()
        self.ln(3.5)
        self.strong(heading, 10)
        self.ln(0.8)

    def cards(self, items: Sequence[Card], across: int = 3) -> None:
        """Boxes beside each other."""
        gap, height = 3.0, 21.0
        width = (self.epw - gap * (across - 1)) / across
        top = self.get_y()
        for at, item in enumerate(items):
            x, y = self.l_margin + at % across * (width + gap), top + at // across * (height + gap)
            self.set_draw_color(*LINE)
            self.rect(x, y, width, height, round_corners=True, corner_radius=1)
            self.set_xy(x + 1, y + 1.2)
            inner = width - 2
            self.write_line(item.label, 7.5, MUTED, width=inner)
            value = f"{item.mark} {item.value}" if item.is_bad else item.value
            self.ln(0.6)
            self.set_x(x + 1)
            self.strong(value, 15, colour=BAD if item.is_bad else INK, width=inner)
            self.set_x(x + 1)
            self.write_line(item.against, 7.5, width=inner)
            self.set_x(x + 1)
            self.write_line(item.note, 7, MUTED, width=inner)
        self.set_xy(self.l_margin, top + -(-len(items) // across) * (height + gap))

    def rows(self, columns: Sequence[Column], rows: Sequence[Sequence[Entry]]) -> None:
        """A table whose heading stands on every page."""
        self.set_font(FONT, size=7.5)
        self.set_text_color(*INK)
        self.set_draw_color(*LINE)
        self.set_fill_color(255, 255, 255)
        plain, bad = FontFace(color=INK), FontFace(color=BAD)
        with self.table(
            borders_layout="HORIZONTAL_LINES",
            col_widths=tuple(column.share for column in columns),
            headings_style=FontFace(color=MUTED, emphasis=None),
            text_align=tuple("RIGHT" if column.is_number else "LEFT" for column in columns),
            line_height=3.9,
            padding=(0.6, 1),
        ) as made:
            made.row([column.heading for column in columns])
            for entries in rows:
                row = made.row()
                for entry in entries:
                    row.cell(entry.text, style=bad if entry.is_bad else plain, link=entry.link or None)

    def bars(self, items: Sequence[tuple[str, float, str, bool]]) -> None:
        """Bars below each other: name, length, text, whether it is a delay; the longest reaches the end."""
        full = max((length for _, length, _, _ in items), default=0.0) or 1.0
        name, number = self.epw * 0.45, 34.0
        track = self.epw - name - number
        for label, length, text, is_delay in items:
            y = self.get_y()
            self.write_line(label, 7.5, width=name)
            self.set_fill_color(*TRACK)
            self.rect(self.l_margin + name, y + 0.4, track, 3, style="F")
            self.set_fill_color(*(LOW if is_delay else GOOD))
            self.rect(self.l_margin + name, y + 0.4, track * length / full, 3, style="F")
            self.set_xy(self.l_margin + name + track, y)
            self.write_line(text, 7.5, width=number, align="R")
            self.set_xy(self.l_margin, y + 4.6)

    def days(self, items: Sequence[Day], height: float) -> None:
        """Columns of days, the plan as a tick; a day without figures is a gap."""
        top = max((max(sum(item.parts), item.plan) for item in items), default=0) or 1
        step, every = self.epw / max(len(items), 1), -(-len(items) // 10)
        base = self.get_y() + height + 3
        for at, item in enumerate(items):
            x, reach = self.l_margin + at * step, base
            for part, colour in zip(item.parts, (GOOD, PALE, SCRAP), strict=True):
                if part > 0:
                    reach -= height * part / top
                    self.set_fill_color(*colour)
                    self.rect(x + step * 0.16, reach, step * 0.68, height * part / top, style="F")
            plan = base - height * item.plan / top
            if item.plan:
                self.set_fill_color(*INK)
                self.rect(x + step * 0.08, plan, step * 0.84, 0.4, style="F")
            if item.is_marked:
                self.set_xy(x, min(reach, plan) - 3.6)
                self.write_line("▼", 6, BAD, width=step, align="C")
            if (len(items) - 1 - at) % every == 0:
                self.set_xy(x - 4, base + 0.5)
                self.write_line(item.name, 6.5, MUTED, width=step + 8, align="C")
        self.set_draw_color(*LINE)
        self.line(self.l_margin, base, self.l_margin + self.epw, base)
        self.set_xy(self.l_margin, base + 5)

"""Bars, lanes and fields drawn in HTML: each is a link, each has its number beside it, none needs a canvas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboards.markup import Cell, Html, join, link, tag


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from ``start`` over ``length``, both in the unit of the whole figure; ``length`` None is a gap.

    ``kind`` is a colour with a meaning: good, planned, setup, delay, speed, scrap, rest.
    """

    label: Cell
    length: float | None
    text: str
    note: Cell = ""
    kind: str = "good"
    link: str = ""
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a lane; ``start`` and ``length`` are shares of it."""

    start: float
    length: float
    kind: str
    told: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A line of a timeline."""

    label: Cell
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a heat map: ``shade`` 0 to 4, a text, and what a screen reader says; blank text is a gap."""

    text: str
    shade: int = 0
    told: str = ""
    link: str = ""
    mark: str = ""


def bars(items: Sequence[Bar], caption: str) -> Html:
    """One row a bar: name, bar, number, note. The longest reaches the end."""
    full = max((item.start + (item.length or 0) for item in items), default=0) or 1
    return tag("div", join(_bar(item, full) for item in items), class_="sl-bars", role="list", aria_label=caption)


def _bar(item: Bar, full: float) -> Html:
    name = link(item.label, item.link) if item.link else item.label
    left, width = 100 * item.start / full, 100 * (item.length or 0) / full
    drawn = Html(f'<i class="k-{item.kind}" style="left:{left:.2f}%;width:{width:.2f}%"></i>')
    parts = [
        tag("span", name, class_="sl-bar-name"),
        tag("span", drawn if item.length else "", class_="sl-bar-track", aria_hidden="true"),
        tag("span", item.text, class_="sl-bar-text"),
        tag("span", item.note, class_="sl-bar-note"),
    ]
    return tag("div", join(parts), class_="sl-bar-row", role="listitem")


def lanes(items: Iterable[Lane], ticks: Sequence[tuple[float, str]], caption: str) -> Html:
    """A timeline: lanes below each other, clock ticks under them. What is not a stop is blank."""
    marks = "".join(f'<span style="left:{100 * at:.2f}%">{text}</span>' for at, text in ticks)
    scale = join([tag("span", "", class_="sl-lane-name"), tag("span", Html(marks), class_="sl-ticks")])
    rows = [
        tag(
            "div",
            join(
                [
                    tag("span", lane.label, class_="sl-lane-name"),
                    tag("span", join(_span(span) for span in lane.spans), class_="sl-lane"),
                ]
            ),
            class_="sl-lane-row",
        )
        for lane in items
    ]
    inner = join([*rows, tag("div", scale, class_="sl-lane-row", aria_hidden="true")])
    return tag("div", tag("div", inner, class_="sl-lanes"), class_="sl-scroll", **_region(caption))


def _span(span: Span) -> Html:
    place = f"left:{100 * span.start:.3f}%;width:{max(100 * span.length, 0.25):.3f}%"
    about = {"class_": f"k-{span.kind}", "style": place, "title": span.told, "aria_label": span.told}
    return link("", span.link, **about) if span.link else tag("i", "", role="img", **about)


def heat(columns: Sequence[str], rows: Sequence[tuple[Cell, Sequence[Field]]], corner: str, caption: str) -> Html:
    """A heat map as a table: the darker the worse, the number in it, a mark where it is under its target."""
    head = join([tag("th", corner, scope="col", class_="t"), *(tag("th", name, scope="col") for name in columns)])
    body = [
        tag("tr", join([tag("th", name, scope="row", class_="t"), *(_field(field) for field in fields)]))
        for name, fields in rows
    ]
    inner = join([tag("caption", caption), tag("thead", tag("tr", head)), tag("tbody", join(body))])
    return tag("div", tag("table", inner, class_="sl-table sl-heat"), class_="sl-scroll", **_region(caption))


def _field(field: Field) -> Html:
    text = f"{field.mark} {field.text}".strip()
    shown = link(text, field.link, aria_label=field.told or text) if field.link and text else text
    return tag("td", shown, class_=f"h{field.shade}", title=field.told)


def _region(caption: str) -> dict[str, str]:
    return {"tabindex": "0", "role": "region", "aria_label": caption}

"""HTML that cannot be broken by data: text is escaped unless it is ``Html`` already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from dashboards.words import Words

SEVERITY_SHAPES = {"block": "■", "error": "▲", "warning": "◆", "info": "●"}
STATUS_SHAPES = {"open": "○", "reopened": "↻", "resolved": "✓", "decided": "✔", "waived": "⊘"}


class Html(str):
    """Text that is markup; everything in it was escaped when it was made."""

    __slots__ = ()


Cell = str | Html | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: heading and side. Numbers stand right; texts may wrap when they say so."""

    heading: str
    is_number: bool = False
    wraps: bool = False

    @property
    def kind(self) -> str:
        """Class of its cells."""
        if self.is_number:
            return "n"
        return "t w" if self.wraps else "t"


@dataclass(frozen=True, slots=True)
class Card:
    """A number with what it is held against. ``state`` is blank, ``watch`` or ``bad``, with ``mark`` as its shape."""

    label: str
    value: str
    against: str
    note: Cell = ""
    state: str = ""
    mark: str = "▼"
    link: str = ""


def safe(value: Cell) -> Html:
    """Escaped once, and only once."""
    if value is None:
        return Html("")
    return value if isinstance(value, Html) else Html(escape(value))


def tag(name: str, content: Cell, **attributes: str) -> Html:
    """An element; ``class_`` and ``aria_label`` are written as Python allows."""
    text = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{text}>{safe(content)}</{name}>")


def join(parts: Iterable[Cell], between: str = "") -> Html:
    """Parts one after the other."""
    return Html(escape(between).join(safe(part) for part in parts))


def link(text: Cell, address: str, **attributes: str) -> Html:
    """A link inside the dashboards, in the same window."""
    return tag("a", text, href=address, target="_self", **attributes)


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, caption: str) -> Html:
    """A table that scrolls inside its own box on a narrow screen; ``caption`` is what a screen reader says."""
    head = join(tag("th", c.heading, scope="col", class_=c.kind) for c in columns)
    body = join(
        tag("tr", join(tag("td", cell, class_=c.kind) for c, cell in zip(columns, row, strict=True))) for row in rows
    )
    inner = join([tag("caption", caption), tag("thead", tag("tr", head)), tag("tbody", body)])
    return tag(
        "div",
        tag("table", inner, class_="sl-table"),
        class_="sl-scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def cards(items: Iterable[Card]) -> Html:
    """A row of numbers."""
    return tag("div", join(_card(item) for item in items), class_="sl-cards")


def _card(item: Card) -> Html:
    mark = f"{item.mark} " if item.state else ""
    body = [
        tag("div", item.label, class_="sl-label"),
        tag("div", mark + item.value, class_=f"sl-value {item.state}".strip()),
        tag("div", item.against, class_="sl-against"),
        tag("div", item.note, class_="sl-note") if item.note else "",
    ]
    if item.link:
        return link(join(body), item.link, class_="sl-card")
    return tag("div", join(body), class_="sl-card")


def severity(words: Words, code: str, count: str = "") -> Html:
    """A severity as shape, count and word; the colour only repeats them."""
    text = f"{SEVERITY_SHAPES.get(code, '?')} {count + ' ' if count else ''}{words.code('severity', code)}"
    return tag("span", text, class_=f"sl-sev {code}")


def plain_severity(words: Words, code: str) -> str:
    """The same without markup."""
    return f"{SEVERITY_SHAPES.get(code, '?')} {words.code('severity', code)}"


def status(words: Words, code: str) -> str:
    """A status as shape and word."""
    return f"{STATUS_SHAPES.get(code, '?')} {words.code('status', code)}"


def load_status(words: Words, code: str) -> str:
    """How a load ended."""
    known = {name: words.t(f"load.{name}") for name in ("staged", "reconciled", "published", "failed")}
    return known.get(code, code)


def attainment(words: Words, met: float | None, base: float | None, low: float) -> Html:
    """Output against plan as a bar and a number; under ``low`` a shape says so too."""
    text = words.percent(met, base)
    if met is None or not base:
        return tag("span", text, class_="sl-na")
    share = met / base
    below = round(share, 3) < low  # as shown: 90.0 % is not under 90 %
    bar = Html(f'<i style="width:{max(0.0, min(100.0, 100 * share / 1.2)):.0f}%"></i>')
    return tag(
        "span",
        join([tag("span", bar, class_="sl-bar", aria_hidden="true"), ("▼ " if below else "") + text]),
        class_="sl-att low" if below else "sl-att",
    )


def facts(pairs: Mapping[str, Cell]) -> Html:
    """Names and values, two columns."""
    return tag(
        "dl",
        join(join([tag("dt", name), tag("dd", value)]) for name, value in pairs.items() if value),
        class_="sl-facts",
    )

"""Alerts and digests as a title, a text and HTML; what stands in a workbook is escaped. Sending them: ``service``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from etl.alerts.events import Group
from etl.alerts.words import LineNames, Words
from etl.links import dashboard_link

if TYPE_CHECKING:
    from etl.alerts.digest import Figures


MOST_GROUPS = 25
BETWEEN_TITLES = " / "


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: services that show HTML get ``html``, the others ``text``."""

    title: str
    text: str
    html: str


def alert(site: str, groups: Sequence[Group], languages: Sequence[str], lines: LineNames) -> Message:
    """One message about everything that is new, one line for each group, in each language."""
    counts = {
        event: sum(group.count for group in groups if group.event == event)
        for event in ("blocked_file", "missing_report", "difference")
    }
    values = {
        "groups": [(group, _link(group)) for group in groups[:MOST_GROUPS]],
        "left": len(groups) - MOST_GROUPS,
        "home": dashboard_link(),
    }
    titles = []
    for language in languages:
        words = Words(language, lines)
        told = [words.t(f"title.{event}", count=words.number(count)) for event, count in counts.items() if count]
        titles.append(words.t("title.join").join(told))
    return _message("alert", site, titles, languages, lines, values)


def trial(site: str, route: str, languages: Sequence[str]) -> Message:
    """A message that only shows that the way is open."""
    titles = [Words(language).t("title.test") for language in languages]
    return _message("test", site, titles, languages, {}, {"route": route, "home": dashboard_link()})


def digest(site: str, languages: Sequence[str], lines: LineNames, figures: Figures) -> Message:
    """What a day came to, in each language."""
    titles = []
    for language in languages:
        words = Words(language, lines)
        titles.append(words.t("title.digest", day=words.day(figures.day)))
    return _message("digest", site, titles, languages, lines, {"figures": figures})


def _message(
    name: str, site: str, titles: Sequence[str], languages: Sequence[str], lines: LineNames, values: dict[str, Any]
) -> Message:
    bodies = {
        kind: [
            _templates(kind)
            .get_template(f"{name}.{kind}.jinja")
            .render(words=Words(language, lines), t=Words(language, lines).t, site=site, **values)
            .strip()
            for language in languages
        ]
        for kind in ("txt", "html")
    }
    title = f"[ShiftLedger] {site}: {BETWEEN_TITLES.join(titles)}"
    return Message(title, "\n\n----\n\n".join(bodies["txt"]), "\n<hr>\n".join(bodies["html"]))


def _link(group: Group) -> str:
    if group.event == "blocked_file":
        return dashboard_link("overview", plant=group.plant_id)
    days = {"from": str(group.days[0]), "to": str(group.days[-1])} if group.days else {}
    return dashboard_link("discrepancies", plant=group.plant_id, line=group.line_id, rule=group.rule_id, **days)


@cache
def _templates(kind: str) -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=kind == "html",  # noqa: S701 - plain text is not markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

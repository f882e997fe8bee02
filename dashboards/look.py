"""What every page wears: style, title, the line that says what the numbers rest on, and empty states."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards import scripts
from dashboards.markup import Html, join, link, load_status, tag
from dashboards.queries import output, state
from dashboards.view import View
from dashboards.words import Words
from data_contracts.errors import ShiftLedgerError
from etl.desk import current_version

NEWS_S = 20
"""So often an open page looks whether there is a new version."""


def style() -> None:
    """The style sheet; it goes to the page's own style container and takes no room."""
    st.html(f"<style>{_file('look.css')}</style>")


def document(words: Words) -> None:
    """What the document itself must know: its language, and that links inside the dashboards need no new load."""
    code = {"zh": "zh-CN", "en": "en"}[words.language]
    scripts.run("document", lang=code)


def title(view: View, page: str) -> None:
    """Title, the part of the company and the days it shows, and what the numbers rest on."""
    words, chosen = view.words, view.filters
    shift = f" · {view.shift(chosen.shift)}" if chosen.shift else ""
    days = words.full_day(chosen.last)
    if not chosen.single_day:
        days = f"{words.day(chosen.first)} – {days}"
    head = join(
        [tag("h1", words.t(f"page.{page}.title")), tag("span", f"{view.place()}{shift} · {days}", class_="sl-where")]
    )
    st.html(join([tag("div", head, class_="sl-title"), _foundation(view)]))


@st.fragment(run_every=NEWS_S)
def newer(view: View) -> None:
    """A new version announces itself; the page stays as it is until the reader wants it."""
    words, shown = view.words, view.reader.published
    try:
        latest = current_version(view.home)
    except ShiftLedgerError:
        return
    if (latest.version, latest.published_at) == (shown.version, shown.published_at):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(tag("p", words.t("state.newer", version=latest.version), class_="sl-new", role="status"))
        if st.button(words.t("state.show_newer"), key="look.newer"):
            st.rerun()


def heading(words: Words, page: str) -> None:
    """Title of a page that shows no numbers."""
    st.html(tag("div", tag("h1", words.t(f"page.{page}.title")), class_="sl-title"))


def _foundation(view: View) -> Html:
    """Version, last load, reports received of expected, provisional or final."""
    words = view.words
    received = view.ask(state.completeness, view.filters, view.as_of).row(0, named=True)
    finality = view.ask(output.finality, view.filters).row(0, named=True)
    loads = view.ask(state.loads)
    version = view.reader.published
    parts = [
        tag("span", words.t("state.version", version=version.version, at=words.moment(view.as_of))),
        tag("span", _last_load(words, loads.row(0, named=True))) if loads.height else "",
        tag("span", words.t("state.zone", zone=words.zone)),
    ]
    lacking = received["expected"] - received["received"]
    text = words.t(
        "state.reports", received=words.number(received["received"]), expected=words.number(received["expected"])
    )
    if lacking:
        text += " · ◆ " + words.t("state.lacking", count=words.number(lacking))
    parts.append(tag("span", text, class_="warn" if lacking else "ok", data_testid="completeness"))
    final = bool(finality["rows_all"]) and finality["rows_final"] == finality["rows_all"] and not lacking
    parts.append(tag("span", f"✓ {words.t('state.final')}" if final else f"○ {words.t('state.provisional')}"))
    return tag("div", join(parts), class_="sl-state")


def _last_load(words: Words, load: dict[str, Any]) -> str:
    at = load["finished_at"] or load["started_at"]
    return words.t("state.load", at=words.moment(at), status=load_status(words, load["status"]))


def section(heading: str, note: str = "") -> None:
    """A heading inside a page, with a line under it that says how to read what follows."""
    st.html(join([tag("h2", heading, class_="sl-h"), tag("p", note, class_="sl-sub") if note else ""]))


def note(text: str) -> None:
    """A line that says what the figures above rest on."""
    st.html(tag("p", text, class_="sl-sub"))


def download(text: str, address: str) -> None:
    """A button that fetches a file from one of our own addresses."""
    st.html(link(f"↓ {text}", address, class_="sl-get", download=""))


def empty(words: Words, text: str) -> None:
    """Nothing to show, and what to do about it."""
    st.html(tag("div", join([tag("b", words.t("empty.heading")), text]), class_="sl-empty", role="status"))


def nothing_yet(words: Words, text: str) -> None:
    """Nothing has been published, or the site cannot be opened."""
    st.html(tag("div", join([tag("b", words.t("empty.not_ready")), text]), class_="sl-empty", role="status"))


def trouble(words: Words, text: str) -> None:
    """An error that a person can understand."""
    st.html(tag("div", join([tag("b", f"▲ {words.t('empty.trouble')}"), text]), class_="sl-empty", role="alert"))


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")

"""Layouts: a workbook that nobody has described yet, what is proposed for it, correcting, trying, saving.

What came of a trial: ``dashboards.layout_results``. Nothing of a workbook stands in the address; it is kept for the
session only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from dashboards import layout_results, layout_sheet, look, session
from dashboards.markup import Cell, Column, facts, join, table, tag
from dashboards.view import Page, Visit
from dashboards.words import Words
from etl.desk import (
    WORKBOOKS,
    Drafted,
    LayoutInForce,
    Problem,
    Saved,
    TriedOn,
    Upload,
    draft_of,
    layouts_in_force,
    save_layout,
    try_on,
)

PAGE = Page(key="layouts", icon=":material/grid_on:", shows_numbers=False, needs="layouts")


@dataclass(frozen=True, slots=True)
class Work:
    """What a person is at: the workbook, its draft, the text as corrected, and what came of the last step."""

    upload: Upload
    language: str
    drafted: Drafted
    text: str
    file_name: str
    tried: TriedOn | None = None
    saved: Saved | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the text, by the last step."""
        return (self.tried.problems if self.tried else ()) or (self.saved.problems if self.saved else ())


def render(visit: Visit) -> None:
    """Draw the page."""
    words = visit.words
    in_force = layouts_in_force(visit.home)
    own = sum(layout.is_own for layout in in_force)
    state = words.t("layouts.state", count=words.number(len(in_force)), own=words.number(own))
    st.html(tag("div", tag("span", state), class_="sl-state"))
    limit = session.site_config(visit.home).limits.file_mb
    st.file_uploader(
        words.t("layouts.upload"),
        type=list(WORKBOOKS),
        key="layouts.file",
        help=words.t("layouts.upload_help", size=limit),
        max_upload_size=limit,
        on_change=_taken,
    )
    upload = st.session_state.get("layouts.upload")
    if upload is None:
        _list(words, in_force)
        return
    work = _work(visit, upload)
    if work.drafted.refusal:
        look.trouble(words, work.drafted.refusal)
    _sheets(words, work)
    if work.drafted.parts:
        _parts(words, work.drafted)
    _desk(visit, work, in_force)


def _taken() -> None:
    """A workbook was handed in, or put away."""
    file = st.session_state["layouts.file"]
    st.session_state.pop("layouts.work", None)
    st.session_state["layouts.upload"] = Upload(file.name, file.getvalue()) if file else None


def _work(visit: Visit, upload: Upload) -> Work:
    """The work at hand; drafted when the workbook is new, told anew when the language has changed."""
    work: Work | None = st.session_state.get("layouts.work")
    language = visit.words.language
    if work is None or work.language != language:
        with st.spinner(visit.words.t("layouts.drafting")):
            drafted = draft_of(visit.home, visit.actor, upload, language)
        if work is None or work.text == work.drafted.toml:
            work = Work(upload, language, drafted, drafted.toml, work.file_name if work else _file_name(drafted))
        else:
            work = replace(work, language=language, drafted=drafted, tried=None, saved=None)
        _keep(work)
    return work


def _keep(work: Work) -> None:
    st.session_state["layouts.work"] = work


def _file_name(drafted: Drafted) -> str:
    """A name after the id of the draft."""
    found = next((line for line in drafted.toml.splitlines() if line.startswith("id = ")), "")
    return found.removeprefix("id = ").strip('"').removeprefix("draft-") + ".toml" if found else "layout.toml"


def _list(words: Words, in_force: list[LayoutInForce]) -> None:
    look.note(words.t("layouts.how"))
    look.section(words.t("layouts.in_force"))
    columns = [Column(words.t(f"layouts.{name}")) for name in ("id", "title", "file", "from")]
    rows: list[list[Cell]] = [
        [
            layout.id,
            (layout.title_zh if words.language == "zh" else layout.title_en) or layout.title_en or layout.title_zh,
            layout.file_name,
            words.t("layouts.own") if layout.is_own else words.t("layouts.shipped"),
        ]
        for layout in sorted(in_force, key=lambda one: (not one.is_own, one.file_name))
    ]
    st.html(table(columns, rows, caption=words.t("layouts.in_force")))


def _sheets(words: Words, work: Work) -> None:
    sheets = work.drafted.sheets
    if not sheets:
        return
    name = work.upload.name
    look.section(words.t("layouts.proposed", file=name), words.t("layouts.proposed_how"))
    number = 0
    if len(sheets) > 1:
        number = st.selectbox(
            words.t("layouts.which_sheet"),
            range(len(sheets)),
            format_func=lambda index: sheets[index].name,
            key="layouts.sheet",
        )
    sheet = sheets[number]
    st.html(join([layout_sheet.legend(sheet, words), layout_sheet.drawn(sheet, words)]))
    height, width = len(sheet.rows), max(map(len, sheet.rows), default=0)
    if (height, width) != (sheet.height, sheet.width):
        look.note(words.t("layouts.cut", rows=height, columns=width, all_rows=sheet.height, all_columns=sheet.width))


def _parts(words: Words, drafted: Drafted) -> None:
    look.section(
        words.t("layouts.parts"),
        words.t("layouts.certainty_of_all", certainty=words.percent(round(100 * drafted.certainty), 100, 0)),
    )
    columns = [
        Column(words.t("layouts.part")),
        Column(words.t("layouts.meaning")),
        Column(words.t("layouts.cells")),
        Column(words.t("layouts.certainty"), is_number=True),
        Column(words.t("layouts.evidence"), wraps=True),
    ]
    rows: list[list[Cell]] = [
        [
            part.path,
            words.code("measure", part.measure),
            ", ".join(part.cells[:4]) + (" …" if len(part.cells) > 4 else ""),
            ("◆ " if part.certainty < 0.75 else "") + words.percent(round(100 * part.certainty), 100, 0),
            part.why,
        ]
        for part in drafted.parts
    ]
    with st.expander(words.t("layouts.parts_shown", count=len(rows)), expanded=len(rows) <= 15):
        st.html(table(columns, rows, caption=words.t("layouts.parts")))


def _desk(visit: Visit, work: Work, in_force: list[LayoutInForce]) -> None:
    """The text, the steps, and beside it what is wrong and what is asked."""
    words = visit.words
    look.section(words.t("layouts.text"), words.t("layouts.text_how"))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.session_state["layouts.text"] = work.text
        st.text_area(
            words.t("layouts.text"), key="layouts.text", height=420, label_visibility="collapsed", on_change=_edited
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            tries = st.button(words.t("layouts.try"), key="layouts.try", type="primary", icon=":material/play_arrow:")
            st.session_state["layouts.name"] = work.file_name
            st.text_input(words.t("layouts.file_name"), key="layouts.name", on_change=_named, width=240)
            saves = st.button(words.t("layouts.save"), key="layouts.save", icon=":material/save:")
        force = False
        if work.file_name in {layout.file_name for layout in in_force}:
            force = st.checkbox(words.t("layouts.force", file=work.file_name), key="layouts.force")
    if tries:
        with st.spinner(words.t("layouts.trying")):
            tried = try_on(
                *(visit.home, visit.actor, work.text, work.upload, words.language),
                everywhere=() in visit.scope.nodes,  # files of others are for those who may see the whole company
            )
        work = replace(work, tried=tried, saved=None)
    if saves:
        work = replace(work, saved=save_layout(visit.home, visit.actor, work.file_name, work.text, force=force))
    _keep(work)
    with right:
        _told_beside(words, work)
    if work.tried and not work.tried.problems:
        layout_results.draw(words, work.tried)


def _told_beside(words: Words, work: Work) -> None:
    saved = work.saved
    if saved and saved.path:
        told = {
            words.t("layouts.file"): f"layouts/{saved.path.name}",
            words.t("layouts.next"): words.t("layouts.next_how"),
        }
        st.html(join([tag("h2", f"✓ {words.t('layouts.saved')}", class_="sl-h", role="status"), facts(told)]))
    elif saved and saved.exists:
        look.trouble(words, words.t("layouts.exists", file=work.file_name))
    if work.problems:
        look.section(f"▲ {words.t('layouts.wrong')}", words.t("layouts.wrong_how"))
        st.html(tag("ul", join(_problem(words, work.text, one) for one in work.problems), class_="sl-problems"))
    if work.drafted.questions:
        look.section(words.t("layouts.questions"), words.t("layouts.questions_how"))
        asked = join(tag("li", question) for question in work.drafted.questions)
        st.html(tag("ol", asked, class_="sl-problems"))


def _problem(words: Words, text: str, problem: Problem) -> Cell:
    """The message, and the line it is about."""
    lines = text.splitlines()
    if problem.line is None or not 0 < problem.line <= len(lines):
        return tag("li", problem.text)
    line = words.t("layouts.line", line=problem.line)
    return tag(
        "li", join([tag("b", f"{line}: "), problem.text, " ", tag("code", lines[problem.line - 1].strip()[:120])])
    )


def _edited() -> None:
    work: Work = st.session_state["layouts.work"]
    _keep(replace(work, text=st.session_state["layouts.text"], tried=None, saved=None))


def _named() -> None:
    work: Work = st.session_state["layouts.work"]
    _keep(replace(work, file_name=st.session_state["layouts.name"].strip(), saved=None))

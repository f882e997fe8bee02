"""Leader's desk: have a report checked in seconds, take the marked copy, hand it in, see what became of others.

Made for a telephone: one thing below the other. Nothing of a workbook stands in the address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal
from urllib.parse import quote

import streamlit as st

from dashboards import look, session
from dashboards.filters import Filters
from dashboards.markup import Cell, Column, Html, join, link, severity, table, tag
from dashboards.queries import reports
from dashboards.queries._reading import Reader
from dashboards.view import Page, View, Visit
from dashboards.web.kept import keep
from dashboards.words import Words
from data_contracts.errors import ShiftLedgerError
from etl.desk import (
    WORKBOOKS,
    CheckedReport,
    LineOf,
    Upload,
    check_report,
    current_version,
    hand_in,
    lines_of,
)

PAGE = Page(key="desk", icon=":material/upload_file:", shows_numbers=False, needs="upload")
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Work:
    """A report at hand: what it is, in which language it was checked, what came of it, its name once handed in."""

    upload: Upload
    language: str
    checked: CheckedReport
    handed_in: str = ""


def render(visit: Visit) -> None:
    """Draw the page."""
    words = visit.words
    look.note(words.t("desk.how"))
    limit = session.site_config(visit.home).limits.file_mb
    st.file_uploader(
        words.t("desk.upload"),
        type=list(WORKBOOKS),
        key="desk.file",
        help=words.t("layouts.upload_help", size=limit),
        max_upload_size=limit,
        on_change=_taken,
    )
    upload = st.session_state.get("desk.upload")
    if upload is not None:
        _result(visit, _work(visit, upload))
    look.section(words.t("desk.template"), words.t("desk.template_note"))
    _template(visit, lines_of(visit.home, visit.scope))
    look.section(words.t("desk.earlier"), words.t("desk.earlier_note"))
    _earlier(visit)


def _taken() -> None:
    """A workbook was handed over, or put away."""
    file = st.session_state["desk.file"]
    st.session_state.pop("desk.work", None)
    st.session_state["desk.upload"] = Upload(file.name, file.getvalue()) if file else None


def _work(visit: Visit, upload: Upload) -> Work:
    """The work at hand; checked when the report is new, told anew when the language has changed."""
    work: Work | None = st.session_state.get("desk.work")
    words = visit.words
    if work is None or work.language != words.language:
        bar = st.progress(0.0, text=words.t("desk.checking"))

        def tell(_what: str, done: int, total: int) -> None:
            bar.progress(min(done / max(total, 1), 1.0) * 0.8, text=words.t("desk.checking"))

        checked = check_report(visit.home, visit.actor, visit.scope, upload, words.language, progress=tell)
        bar.empty()
        work = Work(upload, words.language, checked, work.handed_in if work else "")
        st.session_state["desk.work"] = work
    return work


def _result(visit: Visit, work: Work) -> None:
    words, found = visit.words, work.checked
    if found.refusal:
        look.trouble(words, found.refusal)
        return
    if st.session_state.pop("desk.sending", False):
        work = _hand_in(visit, work)
    st.html(_verdict(visit, found))
    if found.problems:
        st.html(_problems(words, found))
    for text in (*found.repairs, *found.notices):
        look.note(text)
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.copy is not None:
            name = PurePath(work.upload.name)
            marked = f"{name.stem} {words.t('desk.marked_name')}{name.suffix if name.suffix == '.xlsm' else '.xlsx'}"
            look.download(words.t("desk.marked"), f"download/marked/{keep(visit.actor.name, marked, found.copy)}")
        elif found.no_copy:
            look.note(words.t("desk.no_copy", reason=found.no_copy))
        if not work.handed_in and found.reports:
            label = words.t("desk.hand_in" if found.is_clean else "desk.hand_in_anyway")
            kind: Literal["primary", "secondary"] = "primary" if found.is_clean else "secondary"
            st.button(label, type=kind, icon=":material/send:", on_click=_asked, key="desk.hand_in")
    if work.handed_in:
        done = words.t("desk.handed_in", name=work.handed_in)
        st.html(tag("div", join([tag("b", f"✓ {done}"), words.t("desk.next_load")]), class_="sl-empty", role="status"))


def _asked() -> None:
    """The page does it when it is drawn: a callback has no place to show that it takes a while."""
    st.session_state["desk.sending"] = True


def _hand_in(visit: Visit, work: Work) -> Work:
    """The report into the inbox; the work with its name there, or as it was with the reason told."""
    with st.spinner(visit.words.t("desk.sending")):
        try:
            name = hand_in(visit.home, visit.actor, visit.scope, work.upload, visit.words.language)
        except ShiftLedgerError as error:
            look.trouble(visit.words, str(error))
            return work
    done = replace(work, handed_in=name)
    st.session_state["desk.work"] = done
    st.session_state.setdefault("desk.sent", {})[work.upload.sha256] = name
    return done


def _verdict(visit: Visit, found: CheckedReport) -> Html:
    """What the report is, and in one line whether it may go."""
    words = visit.words
    names = {(line.plant_id, line.line_id): _name(words, line) for line in lines_of(visit.home, visit.scope)}
    told = [f"{names.get((plant, line), line)} · {day} · {shift}" for plant, line, day, shift in found.reports]
    mark = "✓" if found.is_clean else "▲"
    head = tag("b", f"{mark} {found.summary}")
    return tag("div", join([head, " · ".join(told)]), class_="sl-empty", role="status", data_testid="verdict")


def _problems(words: Words, found: CheckedReport) -> Html:
    """One block a problem: where, how bad, what to do."""
    blocks = []
    for problem in found.problems[:MOST_SHOWN]:
        where = "!".join(filter(None, [problem.sheet, problem.where])) or words.t("desk.whole_file")
        refused = tag("span", f"■ {words.t('desk.refused')}", class_="sl-sev block")
        grade = refused if problem.is_refused else severity(words, problem.severity)
        values = f"{problem.found} ≠ {problem.expected}" if problem.expected else problem.found
        lines = [
            tag("p", join([tag("b", where), " ", grade])),
            tag("p", problem.message),
            tag("p", values, class_="sl-sub") if values else "",
            tag("p", f"→ {problem.next_step}", class_="sl-next") if problem.next_step else "",
        ]
        blocks.append(tag("li", join(lines)))
    left = len(found.problems) - MOST_SHOWN
    more = tag("li", words.t("overview.more", count=words.number(left))) if left > 0 else ""
    return tag("ul", join([*blocks, more]), class_="sl-found")


def _template(visit: Visit, lines: Sequence[LineOf]) -> None:
    words = visit.words
    if not lines:
        look.empty(words, words.t("desk.no_lines"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = {f"{line.plant_id}/{line.line_id}": _name(words, line) for line in lines}
        chosen = st.selectbox(
            words.t("filter.line"), list(names), format_func=names.__getitem__, key="desk.line", width=260
        )
        plant, _, line = chosen.partition("/")
        address = f"download/template/{quote(plant, safe='')}/{quote(line, safe='')}?lang={words.language}"
        look.download(words.t("desk.template_get"), address)


def _earlier(visit: Visit) -> None:
    """Reports of the scope as published, and what was handed in here and waits for the next load."""
    words = visit.words
    try:
        published = current_version(visit.home)
    except ShiftLedgerError as error:
        look.empty(words, str(error))
        return
    with Reader(published) as reader:
        view = View(visit.home, visit.actor, visit.scope, words, Filters(), reader)
        sent: dict[str, str] = st.session_state.get("desk.sent", {})
        done = set(view.ask(reports.loaded, list(sent))["source_file_id"])
        for name in (name for file_id, name in sent.items() if file_id not in done):
            look.note(f"◷ {words.t('desk.waiting', name=name)}")
        rows = view.ask(reports.recent, view.filters)
        if rows.is_empty():
            look.empty(words, words.t("empty.no_rows"))
            return
        columns = [
            *(Column(words.t(f"column.{name}")) for name in ("day", "line", "shift", "report_status")),
            *(Column(words.t(f"column.{name}"), is_number=True) for name in ("open", "refused_rows", "revision")),
            *(Column(words.t(f"column.{name}"), wraps=name == "file") for name in ("received", "file")),
        ]
        cells: list[list[Cell]] = []
        for row in rows.iter_rows(named=True):
            day = row["production_date"].isoformat()
            place = {"plant": row["plant_id"], "line": row["line_id"], "shift": row["shift_id"], "from": day, "to": day}
            count = row["differences"]
            cells.append(
                [
                    words.day(row["production_date"]),
                    view.line(row["plant_id"], row["line_id"]),
                    view.shift(row["shift_id"]),
                    _status(words, row["status"], count),
                    link(words.number(count), view.address("discrepancies", **place)) if count else words.number(count),
                    words.number(row["refused_rows"]),
                    words.number(row["revision"]),
                    words.moment(row["received_at"]),
                    row["source_file"],
                ]
            )
        st.html(table(columns, cells, caption=words.t("desk.earlier")))


def _status(words: Words, code: str, differences: int | None) -> str:
    sign = {"accepted": "◆" if differences else "✓", "blocked": "■"}.get(code, "–")
    return f"{sign} {words.t(f'report.{code}')}"


def _name(words: Words, line: LineOf) -> str:
    return f"{line.plant_id} / {words.named(line.line_id, line.name_zh, line.name_en)}"

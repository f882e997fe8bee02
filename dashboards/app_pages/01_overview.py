"""Overview: output against plan, what does not agree, what has not come; each leads on to its page."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st

from dashboards import drawing, look, overview_parts
from dashboards.figures.output import daily_output
from dashboards.figures.paint import LOW
from dashboards.frames import difference, ratio
from dashboards.markup import Card, cards, join, severity
from dashboards.overview_parts import PLACE, WINDOWS
from dashboards.queries import discrepancies, losses, output, state
from dashboards.view import Page, View
from dashboards.workbook import Chart, Sheet
from data_contracts.tables.discrepancy import SEVERITIES
from etl.desk import daily_report

PAGE = Page(key="overview", icon=":material/dashboard:")
CARDS = ("day", "week")
OEE_TARGET = 0.85


def render(view: View) -> None:
    """Draw the page."""
    words = view.words
    open_now = view.ask(discrepancies.counts, view.filters, discrepancies.Choice(), ("severity",))
    st.html(
        cards(
            [
                *_output_cards(view),
                _oee_card(view),
                _scrap_card(view),
                _open_card(view, open_now),
                _reports_card(view),
            ]
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        look.section(words.t("overview.worst", day=words.day(view.filters.last)), words.t("overview.worst_note"))
        overview_parts.worst(view)
    with right:
        look.section(words.t("overview.since"), words.t("overview.since_note"))
        overview_parts.since(view)
    look.section(words.t("overview.lines"), words.t("overview.lines_note"))
    overview_parts.lines(view)
    look.section(words.t("overview.daily"), words.t("overview.daily_note"))
    daily = view.ask(output.output, view.filters, ("production_date",))
    if daily.is_empty():
        look.empty(words, words.t("empty.no_rows"))
    else:
        drawing.of_days(view, daily_output, daily, told=words.t("overview.daily"))
    look.section(words.t("overview.missing"), words.t("overview.missing_note"))
    overview_parts.missing(view)


def exported(view: View, _address: Mapping[str, str]) -> list[Sheet]:
    """Lines over the three windows, the days, and the open differences by line."""
    words, chosen = view.words, view.filters
    some = {"planned_qty": "plan", "good_qty": "good", "plan_met_qty": "plan_met", "plan_base_qty": "plan_base"}
    place = {"plant_id": "plant", "line_id": "line"}
    sheets = [
        Sheet(
            words.t(f"overview.window_{name}"),
            view.ask(output.output, chosen.window(days), PLACE),
            words.headings(**place, **some, scrap_qty="scrap", produced_qty="produced"),
            Chart(words.t(f"overview.window_{name}"), "line_id", ("planned_qty", "good_qty")),
        )
        for name, days in WINDOWS.items()
    ]
    daily = view.ask(output.output, chosen, ("production_date",))
    found = view.ask(discrepancies.counts, chosen, discrepancies.Choice(), (*PLACE, "severity"))
    return [
        *sheets,
        Sheet(
            words.t("overview.daily"),
            daily,
            words.headings(production_date="day", **some),
            Chart(words.t("overview.daily"), "production_date", ("planned_qty", "good_qty")),
        ),
        Sheet(words.t("overview.open"), found, words.headings(**place, severity="severity", differences="open")),
    ]


def printed(view: View) -> bytes:
    """The daily report of the last day chosen, in the reader's language."""
    return daily_report(view.home, view.actor, view.chosen_scope, view.filters.last, view.words.language)


def _output_cards(view: View) -> list[Card]:
    words, chosen = view.words, view.filters
    made = []
    for name in CARDS:
        days = WINDOWS[name]
        now = view.ask(output.output, chosen.window(days)).row(0, named=True)
        before = view.ask(output.output, chosen.window(days, back=days)).row(0, named=True)
        share, former = (
            ratio(now["plan_met_qty"], now["plan_base_qty"]),
            ratio(before["plan_met_qty"], before["plan_base_qty"]),
        )
        window = chosen.window(days)
        label = words.t(f"overview.window_{name}") + (f" · {words.day(chosen.last)}" if days == 1 else "")
        made.append(
            Card(
                label=label,
                value=words.percent(share),
                against=words.t(
                    "overview.of_plan",
                    good=words.number(now["plan_met_qty"]),
                    plan=words.number(now["plan_base_qty"]),
                ),
                note=words.t(f"overview.before_{name}", change=words.points(difference(share, former))),
                state="watch" if share is not None and round(share, 3) < LOW else "",
                link=view.address("output", **window.address()),
            )
        )
    return made


def _oee_card(view: View) -> Card:
    """OEE of the last day, with the hours that each of its parts lost."""
    words, day = view.words, view.filters.window(1)
    now = view.ask(losses.times, day).row(0, named=True)
    before = view.ask(losses.times, view.filters.window(1, back=1)).row(0, named=True)
    share, former = (ratio(row["oee_good_min"], row["oee_busy_min"]) for row in (now, before))
    parts = (
        difference(now["oee_busy_min"], now["oee_run_min"]),
        difference(now["oee_run_min"], now["oee_produced_min"]),
        difference(now["oee_produced_min"], now["oee_good_min"]),
    )
    stopped, slow, bad = (words.hours(part) for part in parts)
    return Card(
        label=f"OEE · {words.day(view.filters.last)}",
        value=words.percent(share),
        against=words.t("overview.lost", stopped=stopped, slow=slow, bad=bad),
        note=words.t("overview.before_day", change=words.points(difference(share, former))),
        state="watch" if share is not None and share < OEE_TARGET else "",
        link=view.address("output", **day.address()),
    )


def _scrap_card(view: View) -> Card:
    words, chosen = view.words, view.filters
    now = view.ask(output.output, chosen.window(7)).row(0, named=True)
    before = view.ask(output.output, chosen.window(7, back=7)).row(0, named=True)
    share, former = (ratio(row["scrap_part_qty"], row["produced_qty"]) for row in (now, before))
    return Card(
        label=words.t("overview.scrap"),
        value=words.percent(share),
        against=words.t("overview.scrap_of", scrap=words.number(now["scrap_qty"])),
        note=words.t("overview.before_week", change=words.points(difference(share, former))),
        link=view.address("output", **chosen.window(7).address()),
    )


def _open_card(view: View, open_now: pl.DataFrame) -> Card:
    words = view.words
    count = dict(open_now.select("severity", "differences").iter_rows())
    parts = [severity(words, code, words.number(count[code])) for code in SEVERITIES if code in count]
    return Card(
        label=words.t("overview.open"),
        value=words.number(sum(count.values())),
        against=words.t("overview.open_target"),
        note=join(parts, " "),
        mark="▲",
        state="bad" if count.get("block") or count.get("error") else "",
        link=view.address("discrepancies"),
    )


def _reports_card(view: View) -> Card:
    words, window = view.words, view.filters.window(7)
    now = view.ask(state.completeness, window, view.as_of).row(0, named=True)
    lacking = now["expected"] - now["received"]
    return Card(
        label=words.t("overview.reports"),
        value=f"{words.number(now['received'])} / {words.number(now['expected'])}",
        against=words.t("overview.reports_missing", count=words.number(lacking)),
        note=words.t("overview.reports_mes", count=words.number(now["mes_received"])),
        mark="◆",
        state="watch" if lacking else "",
    )

"""Losses and scrap: what took time and pieces, the most first; a bar opens its days, its lines and its cells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from dashboards import drawing, look, loss_lists, notes, origin
from dashboards.figures import losses as drawn
from dashboards.figures.bars import bars, lanes
from dashboards.frames import ratio, total
from dashboards.loss_lists import defect, reason
from dashboards.markup import Card, Html, cards, join, link, tag
from dashboards.origin import Origin
from dashboards.queries import losses, output
from dashboards.view import Page, View
from dashboards.workbook import Chart, Sheet

PAGE = Page(key="losses", icon=":material/stacked_bar_chart:")
CATEGORIES = ("delay", "setup", "planned", "scrap")
"""What the page can be narrowed to, as a bar of the waterfall does."""
UNNAMED_TARGET = 0.15
"""Reasons that nobody named should take less than this share of the minutes."""


def render(view: View) -> None:
    """Draw the page."""
    words, address = view.words, st.query_params
    one_reason, one_defect, category = (address.get(name, "") for name in ("reason", "defect", "category"))
    category = category if category in CATEGORIES else ""
    origin.render(view, PAGE.key, reason=one_reason, defect=one_defect, category=category)
    st.html(cards(_cards(view)))
    if category:
        only = tag("b", words.t("losses.only", name=words.t(f"oee.step.{category}")))
        close = link(f"× {words.t('losses.all')}", view.address(PAGE.key))
        st.html(tag("p", join([only, close], " "), class_="sl-sub sl-links"))
    left, right = (st.container(), st.container()) if category else st.columns(2, gap="large")
    if category != "scrap":
        with left:
            look.section(words.t("losses.minutes"), words.t("losses.minutes_note"))
            _pareto_minutes(view, one_reason, category)
    if category in ("", "scrap"):
        with right:
            look.section(words.t("losses.pieces"), words.t("losses.pieces_note"))
            _pareto_pieces(view, one_defect, category)
    if one_reason:
        _opened(view, "reason", one_reason, category)
    if one_defect:
        _opened(view, "defect", one_defect, category)
    if category != "scrap":
        look.section(words.t("losses.timeline", day=words.day(view.filters.last)), words.t("losses.timeline_note"))
        _timeline(view, category)
        last = view.with_filters(view.filters.window(1))
        notes.beside(last, notes.covering(last))
        look.section(words.t("losses.tree"), words.t("losses.tree_note"))
        st.html(loss_lists.tree(view, category))
        look.section(words.t("losses.stops"), words.t("losses.stops_note"))
        loss_lists.stops(view, one_reason, category)
    if category in ("", "scrap"):
        look.section(words.t("losses.scrapped"), words.t("losses.scrapped_note"))
        loss_lists.scrapped(view)


def exported(view: View, address: Mapping[str, str]) -> list[Sheet]:
    """Reasons, defects and stops as they are shown."""
    words = view.words
    name = "name_zh" if words.language == "zh" else "name_en"
    category = address.get("category", "")
    category = category if category in CATEGORIES[:-1] else ""
    return [
        Sheet(
            words.t("losses.minutes"),
            view.ask(losses.reasons, view.filters, (), "", category),
            words.headings(loss_category="category", reason_code="stop_reason", loss_min="minutes", events="events")
            | {name: words.t("column.name")},
            Chart(words.t("losses.minutes"), "reason_code", ("loss_min",), "bar"),
        ),
        Sheet(
            words.t("losses.pieces"),
            view.ask(losses.defects, view.filters),
            words.headings(defect_code="defect", scrap_qty="scrap") | {name: words.t("column.name")},
            Chart(words.t("losses.pieces"), "defect_code", ("scrap_qty",), "bar"),
        ),
        Sheet(
            words.t("losses.stops"),
            view.ask(losses.stops, view.filters, address.get("reason", ""), category),
            words.headings(
                production_date="day",
                plant_id="plant",
                line_id="line",
                shift_id="shift",
                start_at="start",
                downtime_min="minutes",
                reason_code="stop_reason",
                reason_text="remark",
                source="side",
                source_file="file",
                source_sheet="sheet",
                source_cell="cell",
            ),
        ),
    ]


def _cards(view: View) -> list[Card]:
    words, chosen = view.words, view.filters
    now, before = (view.ask(losses.times, days).row(0, named=True) for days in (chosen, chosen.before()))
    made, former = (view.ask(output.output, days).row(0, named=True) for days in (chosen, chosen.before()))
    by_reason = view.ask(losses.reasons, chosen)
    named = []
    for name in ("delay_min", "setup_min", "planned_stop_min"):
        whole = "pot_min" if name == "planned_stop_min" else "busy_min"
        named.append(
            Card(
                words.t(f"losses.{name}"),
                words.hours(now[name]),
                words.t(f"losses.of_{whole}", share=words.percent(now[name], now[whole])),
                words.t("losses.before", value=words.hours(before[name])),
            )
        )
    lost = total(by_reason.filter(pl.col("loss_category") != "planned"), "loss_min")
    unnamed = total(by_reason.filter(pl.col("reason_code") == "unknown"), "loss_min")
    share = ratio(unnamed, lost)
    return [
        *named,
        Card(
            words.t("losses.unnamed"),
            words.percent(share),
            words.t("losses.unnamed_target", share=words.percent(UNNAMED_TARGET, digits=0)),
            words.hours(unnamed),
            state="watch" if share is not None and share > UNNAMED_TARGET else "",
        ),
        Card(
            words.t("losses.scrap"),
            words.number(made["scrap_qty"]),
            words.t("losses.scrap_ratio", share=words.percent(made["scrap_part_qty"], made["produced_qty"])),
            words.t("losses.before", value=words.percent(former["scrap_part_qty"], former["produced_qty"])),
        ),
        Card(
            words.t("losses.rests_on"),
            f"{words.number(now['shifts_timed'])} / {words.number(now['shifts'])}",
            words.t("losses.rests_on_note"),
            state="watch" if now["shifts_timed"] < now["shifts"] else "",
            mark="◆",
        ),
    ]


def _pareto_minutes(view: View, chosen: str, category: str) -> None:
    words = view.words
    rows = view.ask(losses.reasons, view.filters, (), "", category)
    if rows.is_empty():
        look.empty(words, words.t("losses.no_stops"))
        return

    def address(row: Mapping[str, Any]) -> str:
        code = row["reason_code"]
        return view.address(PAGE.key, reason=None if code == chosen else code, category=category)

    made = drawn.pareto(rows, "loss_min", words.hours, address, lambda row: reason(view, row), words)
    st.html(join([_key(view), bars(made, words.t("losses.minutes"))]))


def _pareto_pieces(view: View, chosen: str, category: str) -> None:
    words = view.words
    rows = view.ask(losses.defects, view.filters)
    if rows.is_empty():
        look.empty(words, words.t("losses.no_defects"))
        return

    def address(row: Mapping[str, Any]) -> str:
        code = row["defect_code"]
        return view.address(PAGE.key, defect=None if code == chosen else code, category=category)

    made = drawn.pareto(rows, "scrap_qty", words.number, address, lambda row: defect(view, row), words)
    st.html(bars(made, words.t("losses.pieces")))
    whole = view.ask(output.output, view.filters)["scrap_qty"].item()
    look.note(words.t("losses.listed", listed=words.number(total(rows, "scrap_qty")), whole=words.number(whole)))


def _opened(view: View, what: str, code: str, category: str) -> None:
    """A reason or a defect: its days and its lines."""
    words = view.words
    is_reason = what == "reason"
    query, measure = (losses.reasons, "loss_min") if is_reason else (losses.defects, "scrap_qty")
    by_day = view.ask(query, view.filters, ("production_date",), code)
    if by_day.is_empty():
        return
    first = by_day.row(0, named=True)
    name = reason(view, first) if is_reason else defect(view, first)
    look.section(words.t("losses.opened", name=name), words.t("losses.opened_note"))
    close = link(f"× {words.t('origin.close')}", view.address(PAGE.key, category=category))
    st.html(tag("p", close, class_="sl-sub sl-links"))
    left, right = st.columns([3, 2], gap="large")
    unit = words.t("chart.minutes") if is_reason else words.t("chart.pieces")
    with left:
        told = words.t("losses.opened", name=name)
        drawing.of_days(view, drawn.daily, by_day, measure, unit, told=told)
    with right:
        kept = {what: code, "category": category}
        rows = view.ask(query, view.filters, ("plant_id", "line_id"), code)
        made = drawn.pareto(
            rows,
            measure,
            words.hours if is_reason else words.number,
            lambda row: view.address(PAGE.key, **kept, plant=row["plant_id"], line=row["line_id"]),
            lambda row: f"{row['plant_id']} / {view.line(row['plant_id'], row['line_id'])}",
            words,
        )
        st.html(bars(made, name))


def _timeline(view: View, category: str) -> None:
    """The stops of the last day chosen, by line, report above MES, a plant at a time on its own clock."""
    day = view.filters.window(1)
    stops = view.ask(losses.timeline, day)
    stops = stops.filter(pl.col("loss_category") == category) if category else stops
    if stops.is_empty():
        look.empty(view.words, view.words.t("losses.no_timeline"))
        return
    ends = dict(view.ask(losses.day_ends, day).iter_rows())
    for (plant,), part in stops.group_by("plant_id", maintain_order=True):
        here = view.at_plant(str(plant))
        words = here.words
        end: datetime = ends.get(plant) or part.select(pl.col("end_at").max()).item()

        def told(row: Mapping[str, Any], here: View = here) -> str:
            clock = f"{here.words.clock(row['start_at'])}–{here.words.clock(row['end_at'])}"
            return f"{clock} · {here.words.minutes(row['downtime_min'])} · {reason(here, row)}"

        def address(row: Mapping[str, Any], here: View = here) -> str:
            found = Origin.of(dict(row), row["source_file"], row["source_sheet"], row["source_cell"])
            return here.address(PAGE.key, **{origin.PARAMETER: str(found), "category": category}) if found else ""

        def lane(row: Mapping[str, Any], here: View = here) -> str:
            side = here.words.t(f"side.{row['source']}")
            return f"{here.line(row['plant_id'], row['line_id'])} · {side}"

        made = drawn.lanes(part, end, lane, told, address)
        zone = words.t("losses.clock", plant=str(plant), zone=words.zone)
        st.html(join([tag("p", zone, class_="sl-sub"), lanes(made, drawn.ticks(end, words), zone)]))


def _key(view: View) -> Html:
    names = ("delay", "setup", "planned")
    parts = [tag("span", join([Html(f'<i class="k-{name}"></i>'), view.words.t(f"loss.{name}")])) for name in names]
    return tag("p", join(parts), class_="sl-key-row")

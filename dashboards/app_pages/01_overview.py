"""Overview: output against plan, what does not agree, what has not come; each leads on to its page."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import look
from dashboards.figures.output import daily_output
from dashboards.figures.paint import LOW
from dashboards.frames import difference, ratio
from dashboards.markup import Card, Cell, Column, Html, attainment, cards, join, link, load_status, severity, table
from dashboards.queries import discrepancies, output, state
from dashboards.view import Page, View
from data_contracts.tables.discrepancy import SEVERITIES

PAGE = Page(key="overview", icon=":material/dashboard:")
WINDOWS = {"day": 1, "week": 7, "month": 30}
KEY = ["plant_id", "line_id"]


def render(view: View) -> None:
    """Draw the page."""
    words = view.words
    open_now = view.ask(discrepancies.counts, view.filters, discrepancies.Choice(), ("severity",))
    st.html(cards([*_output_cards(view), _scrap_card(view), _open_card(view, open_now), _reports_card(view)]))
    look.section(words.t("overview.daily"), words.t("overview.daily_note"))
    daily = view.ask(output.output, view.filters, ("production_date",))
    if daily.is_empty():
        look.empty(words, words.t("empty.no_rows"))
    else:
        st.altair_chart(daily_output(daily, words, view.paint), alt=words.t("overview.daily"))
    look.section(words.t("overview.lines"), words.t("overview.lines_note"))
    _lines(view)
    left, right = st.columns(2, gap="large")
    with left:
        look.section(words.t("overview.missing"), words.t("overview.missing_note"))
        _missing(view)
    with right:
        look.section(words.t("overview.loads"))
        _loads(view)


def _output_cards(view: View) -> list[Card]:
    words, chosen = view.words, view.filters
    made = []
    for name, days in WINDOWS.items():
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


def _lines(view: View) -> None:
    words, chosen = view.words, view.filters
    frames = {name: view.ask(output.output, chosen.window(days), tuple(KEY)) for name, days in WINDOWS.items()}
    found = view.ask(discrepancies.counts, chosen, discrepancies.Choice(), (*KEY, "severity"))
    late = view.ask(state.completeness, chosen.window(7), view.as_of, tuple(KEY))
    keys = pl.concat([frame.select(KEY) for frame in (*frames.values(), late)]).unique().sort(KEY)
    if keys.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    many_plants = keys["plant_id"].n_unique() > 1
    columns = [
        *([Column(words.t("column.plant"))] if many_plants else []),
        Column(words.t("column.line")),
        Column(words.t("column.good_last_day"), is_number=True),
        *(Column(words.t(f"column.attained_{name}"), is_number=True) for name in WINDOWS),
        Column(words.t("column.scrap_month"), is_number=True),
        Column(words.t("column.missing_week"), is_number=True),
        Column(words.t("column.open"), wraps=True),
    ]
    sums = {name: _by_line(frame) for name, frame in frames.items()}
    counted, received = found.group_by(KEY, maintain_order=True), _by_line(late)
    worst: dict[tuple[Any, ...], list[dict[str, Any]]] = {key: part.to_dicts() for key, part in counted}
    rows: list[list[Cell]] = []
    for key in keys.iter_rows():
        day, month = sums["day"].get(key, {}), sums["month"].get(key, {})
        report = received.get(key, {"expected": 0, "received": 0})
        lacking = report["expected"] - report["received"]
        place = {"plant": key[0], "line": key[1]}
        rows.append(
            [
                *([key[0]] if many_plants else []),
                link(view.line(*key), view.address("output", **place)),
                words.number(day.get("good_qty")),
                *(
                    attainment(words, part.get("plan_met_qty"), part.get("plan_base_qty"), LOW)
                    for part in (sums[name].get(key, {}) for name in WINDOWS)
                ),
                words.percent(month.get("scrap_part_qty"), month.get("produced_qty")),
                f"◆ {words.number(lacking)}" if lacking else "0",
                _open_of(view, worst.get(key, []), place),
            ]
        )
    st.html(table(columns, rows, caption=words.t("overview.lines")))


def _open_of(view: View, found: list[dict[str, Any]], place: dict[str, str]) -> Html | str:
    words = view.words
    if not found:
        return f"✓ {words.t('overview.none')}"
    ranked = sorted(found, key=lambda row: row["severity_rank"])
    return join(
        link(
            severity(words, row["severity"], words.number(row["differences"])),
            view.address("discrepancies", severity=row["severity"], **place),
        )
        for row in ranked
    )


def _missing(view: View) -> None:
    words = view.words
    rows = view.ask(state.missing_reports, view.filters, view.as_of)
    if rows.is_empty():
        look.empty(words, words.t("overview.all_there"))
        return
    columns = [Column(words.t(f"column.{name}")) for name in ("day", "line", "shift", "mes")]
    cells: list[list[Cell]] = [
        [
            words.day(row["production_date"]),
            link(
                view.line(row["plant_id"], row["line_id"]),
                view.address(
                    "output",
                    plant=row["plant_id"],
                    line=row["line_id"],
                    **{name: row["production_date"].isoformat() for name in ("from", "to")},
                ),
            ),
            view.shift(row["shift_id"]),
            words.t("overview.mes_there") if row["mes_received"] else f"◆ {words.t('overview.mes_not_there')}",
        ]
        for row in rows.head(10).iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=words.t("overview.missing")))
    if rows.height > 10:
        st.caption(words.t("overview.more", count=words.number(rows.height - 10)))


def _loads(view: View) -> None:
    words = view.words
    rows = view.ask(state.loads)
    if rows.is_empty():
        look.empty(words, words.t("empty.no_rows"))
        return
    columns = [
        Column(words.t("column.started")),
        Column(words.t("column.load_status")),
        Column(words.t("column.files_new"), is_number=True),
        Column(words.t("column.files_held"), is_number=True),
        Column(words.t("column.version"), is_number=True),
    ]
    cells: list[list[Cell]] = [
        [
            words.moment(row["started_at"]),
            ("▲ " if row["status"] == "failed" else "") + load_status(words, row["status"]),
            words.number(row["files_new"]),
            ("◆ " if row["files_quarantined"] else "") + words.number(row["files_quarantined"]),
            words.number(row["published_version"]),
        ]
        for row in rows.iter_rows(named=True)
    ]
    st.html(table(columns, cells, caption=words.t("overview.loads")))


def _by_line(frame: pl.DataFrame) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {(row["plant_id"], row["line_id"]): row for row in frame.iter_rows(named=True)}

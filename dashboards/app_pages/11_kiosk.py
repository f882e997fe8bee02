"""Wall screen: no controls, one scene after the other, newest version by itself, readable from six metres.

``every`` in the address is the seconds a scene stays, ``scenes`` which are shown, ``line``, ``area``, ``plant`` where.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import controls
from dashboards.figures.paint import LOW
from dashboards.filters import Filters
from dashboards.frames import ratio, total
from dashboards.loss_lists import reason
from dashboards.markup import Html, join, severity, tag
from dashboards.queries import discrepancies, hours, losses, output, state
from dashboards.queries._reading import Reader
from dashboards.view import Page, View
from data_contracts.tables.discrepancy import SEVERITIES
from etl.desk import current_version

PAGE = Page(key="kiosk", icon=":material/tv:", one_day=True)
SECONDS = 15
LEAST_SECONDS = 3
MOST_ROWS = 6


def render(view: View) -> None:
    """Draw the page; the scene changes by the clock, so that all screens of a hall show the same one."""
    seconds = _seconds(st.query_params.get("every"))

    @st.fragment(run_every=seconds)
    def turning() -> None:
        scenes = [name for name in controls.codes(st.query_params, "scenes") if name in SCENES] or list(SCENES)
        at = int(time.time() // seconds) % len(scenes)
        with Reader(current_version(view.home)) as reader:
            newest = view.with_reader(reader)
            asked = Filters.read(st.query_params)
            latest = newest.ask(state.last_day)["day"].item()
            newest = newest.with_filters(asked.with_days(latest).window(1) if latest else view.filters)
            st.html(_scene(newest, scenes[at], at, len(scenes)))

    turning()


def _seconds(text: str | None) -> int:
    return max(int(text), LEAST_SECONDS) if text and text.isdecimal() else SECONDS


def _scene(view: View, name: str, at: int, count: int) -> Html:
    words = view.words
    dots = " ".join("●" if number == at else "○" for number in range(count))
    head = join(
        [
            tag("h1", words.t(f"kiosk.{name}")),
            tag("span", f"{view.place()} · {words.full_day(view.filters.last)}"),
        ]
    )
    foot = join(
        [
            tag("span", words.t("state.version", version=view.reader.published.version, at=words.moment(view.as_of))),
            tag("span", dots, aria_hidden="true"),
        ]
    )
    parts = [
        tag("div", head, class_="sl-wall-head"),
        SCENES[name](view),
        tag("div", foot, class_="sl-wall-foot sl-state"),
    ]
    return tag("section", join(parts), class_="sl-wall", data_testid="scene", data_scene=name)


def _row(name: str, value: str, note: str, *, bad: bool = False, mark: str = "▼") -> Html:
    parts = [
        tag("span", name, class_="sl-wall-name"),
        tag("span", f"{mark} {value}" if bad else value, class_="sl-wall-value" + (" bad" if bad else "")),
        tag("span", note, class_="sl-wall-note"),
    ]
    return tag("div", join(parts), class_="sl-wall-row")


def _output(view: View) -> Html:
    """Output against plan of each line, the furthest behind first."""
    words = view.words
    rows = view.ask(output.output, view.filters, ("plant_id", "line_id"))
    ranked = rows.sort(pl.col("plan_met_qty") / pl.col("plan_base_qty"), nulls_last=True, maintain_order=True)
    made = []
    for row in ranked.head(MOST_ROWS).iter_rows(named=True):
        share = ratio(row["plan_met_qty"], row["plan_base_qty"])
        good, plan = (words.number(row[name]) for name in ("plan_met_qty", "plan_base_qty"))
        note = words.t("hours.field", good=good, plan=plan)
        low = share is not None and round(share, 3) < LOW
        made.append(_row(view.line(row["plant_id"], row["line_id"]), words.percent(share, digits=0), note, bad=low))
    return join(made)


def _hours(view: View) -> Html:
    """The last hours of each line: good of plan."""
    words = view.words
    rows = view.ask(hours.by_hour, view.filters).drop_nulls(["hour_start", "good_qty", "planned_qty"])
    made: list[Html] = []
    for (plant, line), part in rows.group_by("plant_id", "line_id", maintain_order=True):
        if len(made) == MOST_ROWS:
            break
        here = view.at_plant(str(plant))
        sums = part.group_by("hour_start").agg(pl.col("planned_qty", "good_qty").sum()).sort("hour_start").tail(4)
        last = sums.row(-1, named=True)
        share = ratio(last["good_qty"], last["planned_qty"])
        told = "  ".join(
            f"{here.words.clock(row['hour_start'])} {words.percent(row['good_qty'], row['planned_qty'], digits=0)}"
            for row in sums.iter_rows(named=True)
        )
        low = share is not None and round(share, 3) < LOW
        made.append(_row(view.line(str(plant), str(line)), words.percent(share, digits=0), told, bad=low))
    return join(made) or _row("", words.number(None), "")


def _losses(view: View) -> Html:
    """What cost the day most."""
    words = view.words
    rows = view.ask(losses.reasons, view.filters, ("plant_id", "line_id")).filter(pl.col("loss_category") != "planned")
    whole = total(rows, "loss_min")
    made = [
        _row(
            reason(view, row),
            words.minutes(row["loss_min"]),
            f"{view.line(row['plant_id'], row['line_id'])} · {words.percent(row['loss_min'], whole, digits=0)}",
        )
        for row in rows.sort("loss_min", descending=True).head(MOST_ROWS).iter_rows(named=True)
    ]
    return join(made) or _row("", words.number(None), "")


def _data(view: View) -> Html:
    """Open differences by severity, and reports that have not come."""
    words, week = view.words, view.filters.window(7)
    found: Mapping[str, Any] = dict(
        view.ask(discrepancies.counts, week, discrepancies.Choice(), ("severity",))
        .select("severity", "differences")
        .iter_rows()
    )
    received = view.ask(state.completeness, week, view.as_of).row(0, named=True)
    lacking = received["expected"] - received["received"]
    grave = sum(found.get(code, 0) for code in ("block", "error"))
    told = join((severity(words, code, words.number(found[code])) for code in SEVERITIES if code in found), " ")
    return join(
        [
            _row(words.t("overview.open"), words.number(sum(found.values())), "", bad=grave > 0, mark="▲"),
            tag("div", told, class_="sl-wall-told"),
            _row(
                words.t("overview.missing"),
                words.number(lacking),
                words.t(
                    "state.reports",
                    received=words.number(received["received"]),
                    expected=words.number(received["expected"]),
                ),
                bad=lacking > 0,
                mark="◆",
            ),
        ]
    )


SCENES: dict[str, Callable[[View], Html]] = {"output": _output, "hours": _hours, "losses": _losses, "data": _data}
